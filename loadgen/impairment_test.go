package loadgen

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// counting is a socket that notes what is queued, in order.
type counting struct {
	notebook
	flushes int
}

func (c *counting) Flush() { c.flushes++ }

func TestImpairmentKeepsItsShares(t *testing.T) {
	const messages = 20_000
	under := &counting{}
	socket := Impairment{Loss: 0.2, Duplication: 0.05, Reordering: 0.1}.Network(1)(under)
	for i := range messages {
		socket.Queue(fmt.Append(socket.Buffer(), i), netip.AddrPort{}, 0)
		if i%10 == 9 {
			socket.Flush()
		}
	}
	socket.Flush()
	socket.Flush() // what was held back in the last turn
	copies := map[string]int{}
	for _, m := range under.sent {
		copies[m]++
	}
	twice, late := 0, 0
	for m, n := range copies {
		if n > 2 {
			t.Fatalf("message %s was sent %d times", m, n)
		}
		twice += n - 1
	}
	highest := -1
	for _, m := range under.sent {
		var i int
		if _, err := fmt.Sscan(m, &i); err != nil {
			t.Fatal(err)
		}
		if i < highest {
			late++
		}
		highest = max(highest, i)
	}
	// Each share lies within four standard errors of what was asked for.
	for _, share := range []struct {
		name      string
		got, of   int
		want      float64
		tolerance float64
	}{
		{"lost", messages - len(copies), messages, 0.2, 4},
		{"twice", twice, len(copies), 0.05 * 0.9, 4}, // of those not held back
		{"overtaken", late, len(copies), 0.1, 4},
	} {
		p := float64(share.got) / float64(share.of)
		if se := math.Sqrt(share.want * (1 - share.want) / float64(share.of)); math.Abs(p-share.want) > share.tolerance*se {
			t.Errorf("%s: %.4f of the messages, want %.3f", share.name, p, share.want)
		}
	}
}

func TestImpairmentIsRepeatedByItsSeed(t *testing.T) {
	run := func(seed uint64) string {
		under := &counting{}
		socket := Impairment{Loss: 0.5, Duplication: 0.5, Reordering: 0.5}.Network(seed)(under)
		for i := range 100 {
			socket.Queue(fmt.Append(socket.Buffer(), i), netip.AddrPort{}, 0)
			socket.Flush()
		}
		return strings.Join(under.sent, " ")
	}
	if first, again := run(1), run(1); first != again || first == run(2) {
		t.Error("the seed does not decide")
	}
}

func TestMessageThatIsHeldBackLeavesInTheNextTurn(t *testing.T) {
	under := &counting{}
	socket := Impairment{Reordering: 1}.Network(1)(under)
	socket.Queue(append(socket.Buffer(), "first"...), netip.AddrPort{}, 0)
	if socket.Flush(); len(under.sent) != 0 {
		t.Fatalf("%q left in its own turn", under.sent)
	}
	if socket.Flush(); !slices.Equal(under.sent, []string{"first"}) || under.flushes != 2 {
		t.Errorf("the next turn sent %q", under.sent)
	}
	if socket.Flush(); len(under.sent) != 1 {
		t.Errorf("the turn after it sent it again: %q", under.sent)
	}
}

func TestImpairmentIsChecked(t *testing.T) {
	for _, tt := range []struct {
		impairment Impairment
		want       string
	}{
		{Impairment{Loss: 1}, ""},
		{Impairment{Loss: -0.1}, "loss: must be from 0 to 1, got -0.1"},
		{Impairment{Duplication: 1.5}, "duplication: "},
		{Impairment{Reordering: math.NaN()}, "reordering: "},
	} {
		if err := tt.impairment.Validate(); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.impairment, err)
		}
	}
}
