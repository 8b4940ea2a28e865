package call

import (
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// The pieces of the path of a call, each by itself. What a message costs to read is BenchmarkScan of the
// package sip, what a timer costs is BenchmarkSetAndCancel.

// callsUp returns two machines with so many calls between them, and a request of the caller inside each.
func callsUp(b *testing.B, calls int) (*joint, [][]byte) {
	j := newJoint(b, builtIn(b, "caller"), builtIn(b, "gateway"))
	for i := range calls {
		j.call(time.Duration(i)*time.Microsecond, Attempt{Trunk: labTrunk, Holding: time.Hour})
	}
	var requests [][]byte
	j.caller.table.each(func(c *call) {
		requests = append(requests, append([]byte(nil), j.caller.append(nil, c, j.caller.standard.bye, nil)...))
	})
	if len(requests) != calls {
		b.Fatalf("%d of %d calls are up", len(requests), calls)
	}
	return j, requests
}

func BenchmarkBuild(b *testing.B) {
	j, _ := callsUp(b, 1)
	c, buffer := j.caller.table.at(0), make([]byte, 0, 2048)
	for _, message := range []*scenarios.Message{c.flow.steps[0].Message, j.caller.standard.bye} {
		b.Run(message.Method, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buffer = j.caller.append(buffer[:0], c, message, nil)
			}
		})
	}
}

// BenchmarkDemultiplex finds the call of a request among 10,000.
func BenchmarkDemultiplex(b *testing.B) {
	j, requests := callsUp(b, 10_000)
	messages := make([]sip.Message, len(requests))
	for i, text := range requests {
		if err := sip.Scan(text, &messages[i]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if c, _ := j.answerer.callOf(&messages[i%len(messages)]); c == nil {
			b.Fatal("a request of no call")
		}
		i += 7919 // the next one is never in the cache of the last
	}
}
