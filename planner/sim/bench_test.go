package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// bareCalendar is the least that a simulated call costs: a heap of the instants at which each circuit becomes free, with four
// children to a node, and nothing else. There is no route, no count by trunk group, no time congestion, and no event but
// the end of a call, which is looked at only when the next call comes.
type bareCalendar struct {
	random       *rand.Rand
	free         []float64
	now, erlangs float64
	blocked      int
}

func (f *bareCalendar) run(calls int) {
	free := f.free
	for range calls {
		f.now += f.random.ExpFloat64() / f.erlangs
		if free[0] > f.now {
			f.blocked++
			continue
		}
		end, i := f.now+f.random.ExpFloat64(), 0
		for {
			first := i*children + 1
			if first >= len(free) {
				break
			}
			least := first
			for j := first + 1; j < min(first+children, len(free)); j++ {
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

// routedCalls is the full path: arrivals, router, trunk groups, time congestion, the end of each call.
type routedCalls struct {
	r    *replication
	caps float64
}

func newRoutedCalls(b testing.TB, ports int, offered float64) *routedCalls {
	c, err := compile(gateways(ports, offered))
	if err != nil {
		b.Fatal(err)
	}
	r := newReplication(c, 1)
	if err := r.begin(0, 0); err != nil {
		b.Fatal(err)
	}
	r.runUntil(12 * aht)
	return &routedCalls{r, offered / aht.Seconds()}
}

func (f *routedCalls) run(calls int) {
	f.r.runUntil(f.r.now + time.Duration(float64(calls)/f.caps*float64(time.Second)))
}

// sizes are trunk groups that are offered what they block 1 % of.
var sizes = []struct {
	ports   int
	erlangs float64
}{{30, 20.3373}, {300, 277.1}, {3000, 2953}, {9400, 9426.02}, {100_000, 100_917.5}, {1_000_000, 1_009_750}}

// BenchmarkCall is a call through the full path.
func BenchmarkCall(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprint(size.ports), func(b *testing.B) {
			calls := newRoutedCalls(b, size.ports, size.erlangs)
			b.ReportAllocs()
			b.ResetTimer()
			calls.run(b.N)
			b.ReportMetric(1e3*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "Mcalls/s")
		})
	}
}

// BenchmarkShareOfFloor sets the full path beside the bare calendar, in turn and in one run, and reports the median of
// the ratios of their speeds: the machine may be busy with other work.
func BenchmarkShareOfFloor(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprint(size.ports), func(b *testing.B) {
			full := newRoutedCalls(b, size.ports, size.erlangs)
			bare := &bareCalendar{random: traffic.Stream(1, 1), free: make([]float64, size.ports), erlangs: size.erlangs}
			const calls = 100_000
			bare.run(max(calls, 12*size.ports))
			timed := func(run func(calls int)) float64 {
				from := time.Now()
				run(calls)
				return time.Since(from).Seconds() / calls * 1e9
			}
			var ratios, bares, fulls []float64
			for b.Loop() {
				x, y := timed(bare.run), timed(full.run)
				ratios, bares, fulls = append(ratios, x/y), append(bares, x), append(fulls, y)
			}
			median := func(all []float64) float64 {
				slices.Sort(all)
				return all[len(all)/2]
			}
			b.ReportMetric(100*median(ratios), "%ofFloor")
			b.ReportMetric(1e3/median(bares), "Mfloor/s")
			b.ReportMetric(1e3/median(fulls), "Mcalls/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
