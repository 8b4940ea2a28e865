//go:build linux

package sim

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/traffic"
	"golang.org/x/sys/unix"
)

// children of a node of the bare calendar's heap.
const children = 4

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

// processorTime returns the processor time of this thread: the machine may be busy with other work.
func processorTime(b *testing.B) time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		b.Fatal(err)
	}
	return time.Duration(now.Nano())
}

// BenchmarkShareOfFloor sets the full path beside the bare calendar, in turn and in one run, and reports the median of
// the ratios of their speeds.
func BenchmarkShareOfFloor(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprint(size.ports), func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			full := newRoutedCalls(b, size.ports, size.erlangs)
			bare := &bareCalendar{random: traffic.Stream(1, 1), free: make([]float64, size.ports), erlangs: size.erlangs}
			const calls = 100_000
			bare.run(max(calls, 12*size.ports))
			timed := func(run func(calls int)) float64 {
				from := processorTime(b)
				run(calls)
				return float64(processorTime(b)-from) / calls
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
