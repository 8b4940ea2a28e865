package acceptance_test

import (
	"container/heap"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// trunk is a group of circuits that loses calls when all are busy: M/G/N/N, as a generator would see it.
type trunk struct {
	circuits int
	offered  float64 // erlangs
	hold     traffic.Duration
	law      traffic.ArrivalLaw
	releases instants
}

// run offers calls until as many as wanted have arrived after the warm-up, counts those, and returns
// the window in which they arrived.
func (k *trunk) run(t testing.TB, seed uint64, warmup time.Duration, calls uint64) (*measure.Measurement, time.Duration) {
	t.Helper()
	return k.watch(t, seed, warmup, func(m *measure.Measurement) bool { return m.Offered < calls })
}

// watch offers calls as long as more says so, which is asked after each of them.
func (k *trunk) watch(t testing.TB, seed uint64, warmup time.Duration, more func(*measure.Measurement) bool) (*measure.Measurement, time.Duration) {
	t.Helper()
	arrivals, err := traffic.NewArrivals(k.law, k.offered/k.hold.Mean.Seconds(), traffic.Stream(seed, 0))
	if err != nil {
		t.Fatal(err)
	}
	random := traffic.Stream(seed, 1)
	m := &measure.Measurement{}
	k.releases = k.releases[:0]
	var at time.Duration
	for more(m) {
		at = arrivals.Next()
		k.offer(m, at, k.hold.Draw(random), at >= warmup)
	}
	return m, at - warmup
}

func (k *trunk) offer(m *measure.Measurement, at, hold time.Duration, counted bool) {
	for len(k.releases) > 0 && k.releases[0] <= at {
		heap.Pop(&k.releases)
	}
	seized := len(k.releases) < k.circuits
	if seized {
		heap.Push(&k.releases, at+hold)
	}
	if !counted {
		return
	}
	m.Offered++
	m.Started++
	if !seized {
		m.Outcomes[measure.Blocked]++
		return
	}
	m.Outcomes[measure.Answered]++
	m.Completed++
	m.Seized++
	m.CircuitTime += hold
}

// test runs the designed test against the trunk and judges it.
func (k *trunk) test(t testing.TB, seed uint64, d acceptance.Design) acceptance.Judgement {
	t.Helper()
	m, window := k.run(t, seed, d.Warmup, d.Calls)
	j, err := acceptance.Judge(acceptance.Evidence{
		Measured: m, Window: window, Ports: d.Ports, Planned: d.Offered, Promise: d.Promise, Arrivals: k.law,
	})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// instants is a heap of the instants at which circuits are released.
type instants []time.Duration

func (h instants) Len() int           { return len(h) }
func (h instants) Less(i, j int) bool { return h[i] < h[j] }
func (h instants) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *instants) Push(x any)        { *h = append(*h, x.(time.Duration)) }
func (h *instants) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
