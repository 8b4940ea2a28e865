package records

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// at returns the microseconds since 1970 of a time on a clock of UTC.
func at(t testing.TB, clock string) int64 {
	t.Helper()
	when, err := time.Parse(clockFace, clock)
	if err != nil {
		t.Fatal(err)
	}
	return when.UnixMicro()
}

// filled returns a group with calls and the events behind it.
func filled(calls []Call, limit int) (*group, int) {
	g, events, late := newGroup("all"), newOccupancy(limit), 0
	for i := range calls {
		late += one(!g.add(&calls[i], events))
	}
	events.finishAll()
	return g, late
}

func TestCallsInProgressByHand(t *testing.T) {
	second := func(s int64) int64 { return s * 1e6 }
	base := at(t, "2026-03-02 10:00:00")
	g, late := filled([]Call{
		{Start: base + second(0), End: base + second(600)},
		{Start: base + second(600), End: base + second(1200)}, // begins when the first ends: never two at a time
		{Start: base + second(700), End: base + second(1000)}, // across the quarter
		{Start: base + second(800), End: base + second(800)},  // of no length
		{Start: base + second(890), End: base + second(910)},
	}, maxChunks)
	peak, when := g.peak()
	if peak != 3 || when.UnixMicro() != base+second(890) || late != 0 {
		t.Errorf("peak of %d at %s, %d late; want 3 at 10:14:50 and none", peak, when.UTC(), late)
	}
	first, second15 := g.cell(base/quarter), g.cell(base/quarter+1)
	if first.net != 3 || second15.net != -3 {
		t.Errorf("%d and %d more calls in progress at the end, want 3 and -3", first.net, second15.net)
	}
	// 10:00 to 10:15: 0 s at level 0, 700 s at 1, 190 s at 2, 10 s at 3.
	if want := (700*1. + 190*4 + 10*9) * 1e6; first.square != want || first.held != second(700+2*190+3*10) {
		t.Errorf("square %g, held %d; want %g", first.square, first.held, want)
	}
	if first.attempts != 5 || second15.attempts != 0 || first.minute != 1+1+1+1+1 {
		t.Errorf("%d and %d attempts, squares per minute %d", first.attempts, second15.attempts, first.minute)
	}
}

// brute works out the most calls in progress and the integral of their square by looking at every instant at which
// something changes.
func brute(calls []Call) (peak int, square float64) {
	var instants []int64
	for _, c := range calls {
		instants = append(instants, c.Start, c.End)
	}
	slices.Sort(instants)
	for i, instant := range instants {
		n := 0
		for _, c := range calls {
			n += one(c.Start <= instant && instant < c.End)
		}
		peak = max(peak, n)
		if i+1 < len(instants) {
			square += float64(n*n) * float64(instants[i+1]-instant)
		}
	}
	return peak, square
}

// squareOf adds the integral of the squared number of calls in progress up over the cells.
func squareOf(g *group) float64 {
	c := newCalendar(time.UTC, 0, 1<<60)
	sum := 0.0
	for _, d := range c.dates(g) {
		for _, s := range d.slots {
			sum += s.square
		}
	}
	return sum
}

func drawCalls(t *rapid.T) []Call {
	base := int64(1_772_442_000) * 1e6
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Call {
		start := base + rapid.Int64Range(0, 4*3600*1e6).Draw(t, "start")
		if rapid.Bool().Draw(t, "whole seconds") {
			start -= start % 1e6
		}
		return Call{Start: start, End: start + rapid.SampledFrom([]int64{0, 1e6, 60e6, 899_999_999, 900e6, 5400e6}).Draw(t, "length")}
	}), 1, 60).Draw(t, "calls")
}

// TestCallsInProgressAgreeWithBruteForce: in whatever order the records come, as long as there is room for them.
func TestCallsInProgressAgreeWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calls := drawCalls(t)
		peak, square := brute(calls)
		for range 2 {
			g, late := filled(calls, maxChunks)
			if got, _ := g.peak(); int(got) != peak || late != 0 {
				t.Fatalf("peak %d, want %d; %d late", got, peak, late)
			}
			if got := squareOf(g); math.Abs(got-square) > 1e-9*square+1 {
				t.Fatalf("∫N² is %g, want %g", got, square)
			}
			slices.Reverse(calls)
		}
	})
}

// TestHeldTimeIsExactWithoutRoomForOrder: what is late for the order still counts in the traffic, and is counted.
func TestHeldTimeIsExactWithoutRoomForOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var calls []Call
	held := int64(0)
	for range 20_000 {
		start := int64(1_772_442_000+random.IntN(20*86_400)) * 1e6
		length := int64(random.IntN(600)) * 1e6
		calls = append(calls, Call{Start: start, End: start + length})
		held += length
	}
	g, late := filled(calls, 100)
	if late == 0 {
		t.Fatal("no call was late, though there is room for 100 quarters of an hour of 1,920")
	}
	sum, level := int64(0), int64(0)
	for _, number := range g.numbers() {
		for i := range g.days[number] {
			sum += g.days[number][i].held
			level += int64(g.days[number][i].net)
		}
	}
	if sum != held || level != 0 {
		t.Errorf("held %d µs, want %d; %d calls never end", sum, held, level)
	}
	slices.SortFunc(calls, func(a, b Call) int { return int((a.End - b.End) / 1e6) })
	if _, late := filled(calls, 100); late != 0 {
		t.Errorf("%d calls were late in the order in which they ended", late)
	}
}

func BenchmarkLedger(b *testing.B) {
	l := newLedger()
	trunk := l.trunk([]byte("carrier"))
	call := Call{Start: 1_772_442_000e6, Answered: true}
	b.ReportAllocs()
	for b.Loop() {
		call.Start += 250_000
		call.Answer, call.End = call.Start+10e6, call.Start+190e6
		if l.room(&call) {
			l.add(&call, trunk, Out)
		}
	}
}
