//go:build !portablesocket

package sip

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// sendFlows sends datagrams of four lengths in twenty flows, in random order, and requires each to arrive
// once, whole, and behind those that its flow sent before.
func sendFlows(t *testing.T, a, b *Socket) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	const n = 500
	sent := map[int]int{}
	for range n {
		flow := random.IntN(20)
		text := fmt.Sprintf("%d %d ", flow, sent[flow])
		sent[flow]++
		a.Queue(append(a.Buffer(), text+strings.Repeat("x", 100*(1+random.IntN(4))-len(text))...), b.Local(), uint32(flow))
		if random.IntN(25) == 0 {
			a.Flush() // so that batches of every size occur
		}
	}
	a.Flush()
	texts, _ := receive(t, b, n)
	seen := map[int]int{}
	for _, text := range texts {
		var flow, number int
		if _, err := fmt.Sscanf(text, "%d %d", &flow, &number); err != nil || len(text)%100 != 0 {
			t.Fatalf("%d octets that begin %.20q", len(text), text)
		}
		if number != seen[flow] {
			t.Fatalf("flow %d: datagram %d arrives when %d is due", flow, number, seen[flow])
		}
		seen[flow]++
	}
}

func TestDatagramsOfOneLengthShareACallAndKeepTheirOrder(t *testing.T) {
	a, b := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	sendFlows(t, a, b)
	if a.Stats().Sent != 500 || a.Stats().SendErrors != 0 {
		t.Errorf("%d sent and %d refused, want 500 and none", a.Stats().Sent, a.Stats().SendErrors)
	}
}

func TestKernelThatCannotCutGetsSingleDatagrams(t *testing.T) {
	a, b := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	for range 3 {
		a.Queue(append(a.Buffer(), bytes.Repeat([]byte("y"), 100)...), b.Local(), 0)
	}
	a.out.seal()
	a.refused(0, unix.EINVAL) // as if the kernel had refused the three as one
	a.out.reset()
	if texts, _ := receive(t, b, 3); len(texts[2]) != 100 {
		t.Errorf("the third datagram has %d octets", len(texts[2]))
	}
	if !a.out.whole {
		t.Error("the next batch is handed over as one again")
	}
	sendFlows(t, a, b)
	if a.out.numGroups != 0 || a.Stats().Sent != 503 {
		t.Errorf("%d sent, want 503", a.Stats().Sent)
	}
}
