package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// floor is the least that a simulated call costs: a heap of the instants at which each circuit becomes free, with four
// children to a node, and nothing else. There is no route, no count by trunk, no time congestion, no event but the end of
// a call.
func floor(b *testing.B, circuits int, erlangs float64) {
	random := traffic.Stream(1, 1)
	free := make([]float64, circuits)
	now, blocked := 0.0, 0
	b.ReportAllocs()
	for b.Loop() {
		now += random.ExpFloat64() / erlangs
		if free[0] > now {
			blocked++
			continue
		}
		end, i := now+random.ExpFloat64(), 0
		for {
			first := i*children + 1
			if first >= circuits {
				break
			}
			least := first
			for j := first + 1; j < min(first+children, circuits); j++ {
				if free[j] < free[least] {
					least = j
				}
			}
			if free[least] >= end {
				break
			}
			free[i] = free[least]
			i = least
		}
		free[i] = end
	}
	b.ReportMetric(1e3*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "Mcalls/s")
}

// routed is the full path: arrivals, router, trunk groups, time congestion, the end of each call.
func routed(b *testing.B, m *Model, caps float64) {
	c, err := compile(m)
	if err != nil {
		b.Fatal(err)
	}
	r := newReplication(c, 1)
	if err := r.begin(0, 0); err != nil {
		b.Fatal(err)
	}
	warm := 12 * aht
	r.runUntil(warm)
	b.ReportAllocs()
	b.ResetTimer()
	r.runUntil(warm + time.Duration(float64(b.N)/caps*float64(time.Second)))
	b.ReportMetric(1e3*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "Mcalls/s")
}

// gateways returns a trunk group on gateways of at most 960 ports, in turn.
func gateways(ports int, offered float64) *Model {
	m := groupModel(ports, erlangs(offered))
	m.Network.Trunks, m.Network.Routes[0].Trunks, m.Groups[0].Trunks = nil, nil, nil
	m.Network.Routes[0].Policy = routing.RoundRobin
	for i := 0; ports > 0; i++ {
		name := fmt.Sprintf("gateway-%d", i+1)
		m.Network.Facilities = append(m.Network.Facilities, routing.Facility{Name: name, Limits: routing.Limits{Circuits: min(960, ports)}})
		m.Network.Trunks = append(m.Network.Trunks, routing.Trunk{Name: name, Facilities: []string{name}})
		m.Network.Routes[0].Trunks = append(m.Network.Routes[0].Trunks, name)
		m.Groups[0].Trunks = append(m.Groups[0].Trunks, name)
		ports -= 960
	}
	return m
}

// BenchmarkCall compares a call through the full path with the floor, side by side, on ever larger trunk groups that are
// offered what they block 1 % of.
func BenchmarkCall(b *testing.B) {
	for _, size := range []struct {
		ports   int
		erlangs float64
	}{{30, 20.3373}, {300, 278}, {3000, 2960}, {9400, 9375}, {100_000, 100_900}, {1_000_000, 1_009_900}} {
		b.Run(fmt.Sprintf("floor/%d", size.ports), func(b *testing.B) { floor(b, size.ports, size.erlangs) })
		b.Run(fmt.Sprintf("routed/%d", size.ports), func(b *testing.B) {
			routed(b, gateways(size.ports, size.erlangs), size.erlangs/aht.Seconds())
		})
	}
}
