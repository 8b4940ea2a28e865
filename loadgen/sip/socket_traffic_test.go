package sip

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// callTraffic is that of calls without their state: a request a call at a constant rate, of which each
// is answered with 100, 180 and 200 by a loop of its own, as shards do it.
type callTraffic struct {
	rate, calls int
	naps        bool // as loops do at thousands of messages a second
	delays      []time.Duration
	repeated    int
}

const answers = 3

// answer plays the target until the context is cancelled.
func (e *callTraffic) answer(ctx context.Context, s udpSocket) {
	defer context.AfterFunc(ctx, s.Wake)()
	for ctx.Err() == nil {
		for i := range s.Read() {
			d := s.Datagram(i)
			for status := range answers {
				s.Queue(fmt.Appendf(s.Buffer(), "%s %d", d.Data, status), d.From, 0)
			}
		}
		s.Flush()
		e.rest(s, time.Second)
	}
}

// call plays the caller until all calls are answered or a generous time is over.
func (e *callTraffic) call(s, target udpSocket) {
	to, begun := target.Local(), time.Since(runStart)
	sentAt := make([]time.Duration, 0, e.calls)
	seen := map[string]bool{}
	patience := time.Duration(e.calls)*time.Second/time.Duration(e.rate) + 10*time.Second
	for len(seen) < answers*e.calls && time.Since(runStart) < begun+patience {
		due := func() time.Duration { return begun + time.Duration(len(sentAt))*time.Second/time.Duration(e.rate) }
		for now := time.Since(runStart); len(sentAt) < e.calls && due() <= now; {
			s.Queue(fmt.Appendf(s.Buffer(), "%d", len(sentAt)), to, 0)
			sentAt = append(sentAt, now)
		}
		s.Flush()
		for i := range s.Read() {
			d := s.Datagram(i)
			var number, status int
			if _, err := fmt.Sscan(string(d.Data), &number, &status); err != nil || seen[string(d.Data)] {
				e.repeated++
				continue
			}
			seen[string(d.Data)] = true
			e.delays = append(e.delays, d.At-sentAt[number])
		}
		if wait := due() - time.Since(runStart); wait > 0 {
			e.rest(s, min(wait, 100*time.Millisecond))
		}
	}
}

func (e *callTraffic) rest(s udpSocket, wait time.Duration) {
	if e.naps {
		s.Nap(time.Millisecond)
	} else {
		s.Wait(wait)
	}
}

// On systems other than Linux a socket received next to nothing: it asked with a deadline that was over,
// and slept through its naps. At 100 calls a second on loopback PDD was 4.8 s.
func TestDelaysAndCountsAreRightAtCallRates(t *testing.T) {
	eachSocket(t, func(t *testing.T, listen func(string) udpSocket) {
		for _, e := range []*callTraffic{
			{rate: 100, calls: 100},
			{rate: 1000, calls: 1000},
			{rate: 1000, calls: 1000, naps: true},
		} {
			t.Run(fmt.Sprintf("%d calls a second, naps %v", e.rate, e.naps), func(t *testing.T) {
				caller, target := listen("127.0.0.1:0"), listen("127.0.0.1:0")
				ctx, stop := context.WithCancel(t.Context())
				var answering sync.WaitGroup
				answering.Go(func() { e.answer(ctx, target) })
				e.call(caller, target)
				stop()
				answering.Wait()
				messages := uint64(e.calls)
				for _, c := range []struct {
					name      string
					got, want uint64
				}{
					{"answers", uint64(len(e.delays)), answers * messages},
					{"repeated", uint64(e.repeated), 0},
					{"sent by the caller", caller.Stats().Sent, messages},
					{"received by the target", target.Stats().Received, messages},
					{"received by the caller", caller.Stats().Received, answers * messages},
				} {
					if c.got != c.want {
						t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
					}
				}
				slices.Sort(e.delays)
				if median := e.delays[len(e.delays)/2]; e.delays[0] < 0 || median > 20*time.Millisecond {
					t.Errorf("delays begin at %v, their median is %v, want 20 ms at most on loopback", e.delays[0], median)
				}
			})
		}
	})
}
