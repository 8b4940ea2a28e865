package routing_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// ledger keeps, beside the router and in the plainest way, what every trunk carries and who is put aside.
type ledger struct {
	network *routing.Network
	busy    map[string]int // by trunk and by facility
	drained map[string]bool
}

// free tells whether a trunk can take an ordinary call, by the limits on circuits alone.
func (l *ledger) free(trunk int) bool {
	t := &l.network.Trunks[trunk]
	if l.drained[t.Name] || full(t.Limits, l.busy[t.Name]) {
		return false
	}
	for _, f := range l.network.Facilities {
		if slices.Contains(t.Facilities, f.Name) && full(f.Limits, l.busy[f.Name]) {
			return false
		}
	}
	return true
}

func full(l routing.Limits, busy int) bool {
	return l.Circuits > 0 && busy >= l.Circuits-l.Reserved
}

func (l *ledger) count(trunk, by int) {
	t := &l.network.Trunks[trunk]
	l.busy[t.Name] += by
	for _, f := range t.Facilities {
		l.busy[f] += by
	}
}

// drawNetwork draws a mesh of servers and gateways with one route of any policy over it.
func drawNetwork(t *rapid.T) *routing.Network {
	n := &routing.Network{}
	names := func(kind string) (names []string) {
		for i := range rapid.IntRange(1, 4).Draw(t, kind) {
			name := fmt.Sprint(kind, i)
			circuits := rapid.IntRange(0, 6).Draw(t, "circuits")
			reserved := rapid.IntRange(0, max(0, circuits-1)).Draw(t, "reserved")
			n.Facilities = append(n.Facilities, routing.Facility{Name: name, Limits: routing.Limits{Circuits: circuits, Reserved: reserved}})
			names = append(names, name)
		}
		return names
	}
	n.Trunks = mesh(names("server"), names("gateway"))
	route := routing.Route{Name: "pstn", Policy: routing.Policy(rapid.IntRange(0, 4).Draw(t, "policy"))}
	for i := range n.Trunks {
		n.Trunks[i].Limits.Circuits = rapid.IntRange(0, 3).Draw(t, "trunk circuits")
		route.Trunks = append(route.Trunks, n.Trunks[i].Name)
		route.Weights = append(route.Weights, rapid.IntRange(1, 9).Draw(t, "weight"))
	}
	n.Routes = []routing.Route{route}
	return n
}

// TestEveryCallGetsAFreeTrunkOnce plays any offers, failures, releases and drains, and compares with the
// ledger: a trunk is taken only if it is free, none is found only if none is, none is tried twice, and an
// ordered route takes the first.
func TestEveryCallGetsAFreeTrunkOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		router, err := routing.New(n, routing.Shard{}, traffic.Stream(1, 1))
		if err != nil {
			t.Fatal(err)
		}
		l := &ledger{network: n, busy: map[string]int{}, drained: map[string]bool{}}
		var calls []routing.Held
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			switch rapid.IntRange(0, 3).Draw(t, "event") {
			case 0, 1:
				if held := l.offer(t, router); held != (routing.Held{}) {
					calls = append(calls, held)
				}
			case 2:
				if len(calls) > 0 {
					i := rapid.IntRange(0, len(calls)-1).Draw(t, "call")
					router.Release(calls[i])
					l.count(calls[i].Trunk(), -1)
					calls = slices.Delete(calls, i, i+1)
				}
			case 3:
				trunk, drained := rapid.IntRange(0, len(n.Trunks)-1).Draw(t, "trunk"), rapid.Bool().Draw(t, "drained")
				router.DrainTrunk(trunk, drained)
				l.drained[n.Trunks[trunk].Name] = drained
			}
			l.compare(t, router)
		}
	})
}

// offer plays one call with any number of failures and returns what it holds in the end.
func (l *ledger) offer(t *rapid.T, router *routing.Router) routing.Held {
	var tried []int
	var a routing.Attempt
	d := router.Offer(&a, 0)
	for {
		l.check(t, d, tried)
		if !d.Taken() {
			return routing.Held{}
		}
		if a.Held().Trunk() != d.Trunk {
			t.Fatalf("holds trunk %d, was given %d", a.Held().Trunk(), d.Trunk)
		}
		if tried = append(tried, d.Trunk); a.Tried() != len(tried) {
			t.Fatalf("counts %d trunks, was sent over %d", a.Tried(), len(tried))
		}
		if !rapid.Bool().Draw(t, "fails") {
			l.count(d.Trunk, 1)
			return a.Held()
		}
		d = router.Next(&a, 0, 503, 0)
	}
}

// check judges a decision for a call that was sent over these trunks before.
func (l *ledger) check(t *rapid.T, d routing.Decision, tried []int) {
	from := 0
	ordered := l.network.Routes[0].Policy == routing.Ordered
	if ordered && len(tried) > 0 {
		from = tried[len(tried)-1] + 1
	}
	first := routing.NoTrunk
	for trunk := from; trunk < len(l.network.Trunks) && first < 0; trunk++ {
		if l.free(trunk) && !slices.Contains(tried, trunk) {
			first = trunk
		}
	}
	switch {
	case d.Taken() != (first >= 0):
		t.Fatalf("decided %+v after %v, while trunk %d is the first free one", d, tried, first)
	case ordered && d.Trunk != first:
		t.Fatalf("took trunk %d, while trunk %d is the first free one", d.Trunk, first)
	case d.Taken() && (!l.free(d.Trunk) || slices.Contains(tried, d.Trunk)):
		t.Fatalf("took trunk %d after %v, free is %t", d.Trunk, tried, l.free(d.Trunk))
	case !d.Taken() && d.Causes == 0 && from < len(l.network.Trunks):
		t.Fatal("blocked for no cause")
	}
}

// compare wants the router to count the calls as the ledger does.
func (l *ledger) compare(t *rapid.T, router *routing.Router) {
	for i := range l.network.Trunks {
		if got, want := router.TrunkState(i).Busy, l.busy[l.network.Trunks[i].Name]; got != want {
			t.Fatalf("trunk %d carries %d calls, want %d", i, got, want)
		}
	}
	for i := range l.network.Facilities {
		if got, want := router.FacilityState(i).Busy, l.busy[l.network.Facilities[i].Name]; got != want {
			t.Fatalf("facility %d carries %d calls, want %d", i, got, want)
		}
	}
}

// TestSmoothWeightsAreMetInEveryRound wants exactly its weight in calls on each trunk, round after round,
// and never more than a call too few or too many in between.
func TestSmoothWeightsAreMetInEveryRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SliceOfN(rapid.IntRange(1, 20), 1, 8).Draw(t, "weights")
		var names []string
		total := 0
		for i, weight := range w {
			names = append(names, fmt.Sprint(i))
			total += weight
		}
		router, err := routing.New(with(trunks(routing.Weighted, names...), weights(w...)), routing.Shard{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		calls := make([]int, len(w))
		for i := 1; i <= 3*total; i++ {
			var a routing.Attempt
			calls[router.Offer(&a, 0).Trunk]++
			for k, weight := range w {
				due := float64(i*weight) / float64(total)
				if off := math.Abs(float64(calls[k]) - due); off >= float64(len(w)) || i%total == 0 && off > 1e-9 {
					t.Fatalf("after %d calls, trunk %d of weights %v has had %d, due are %.2f", i, k, w, calls[k], due)
				}
			}
		}
	})
}

// TestDrawnWeightsAreMet sorts 100,000 draws by trunk, with all in service and with the heaviest drained.
// A true draw fails for 1 seed in 1,000.
func TestDrawnWeightsAreMet(t *testing.T) {
	w := []int{50, 20, 10, 5, 5, 5, 3, 1, 1}
	for _, drained := range []int{0, 1} {
		t.Run(fmt.Sprintf("%d drained", drained), func(t *testing.T) {
			n := with(trunks(routing.WeightedRandom, "a", "b", "c", "d", "e", "f", "g", "h", "i"), weights(w...))
			n.Trunks[0].Drained = drained == 1
			router, err := routing.New(n, routing.Shard{}, traffic.Stream(1, 3))
			if err != nil {
				t.Fatal(err)
			}
			const draws = 100_000
			observed, expected := make([]float64, len(w)), make([]float64, len(w))
			for range draws {
				var a routing.Attempt
				observed[router.Offer(&a, 0).Trunk]++
			}
			total := 0
			for _, weight := range w[drained:] {
				total += weight
			}
			for i, weight := range w[drained:] {
				expected[i+drained] = draws * float64(weight) / float64(total)
			}
			limit := distuv.ChiSquared{K: float64(len(w) - drained - 1)}.Quantile(0.999)
			if got := stat.ChiSquare(observed[drained:], expected[drained:]); got > limit {
				t.Errorf("χ² is %.1f, above %.1f: %v", got, limit, observed)
			}
		})
	}
}

// TestOver300TrunksEachOnce fails over from trunk to trunk, far beyond the 64 of a word.
func TestOver300TrunksEachOnce(t *testing.T) {
	var names []string
	for i := range 300 {
		names = append(names, fmt.Sprint("trunk-", i))
	}
	for policy := routing.Ordered; policy <= routing.LeastUsed; policy++ {
		t.Run(policy.String(), func(t *testing.T) {
			router, err := routing.New(trunks(policy, names...), routing.Shard{}, traffic.Stream(1, 1))
			if err != nil {
				t.Fatal(err)
			}
			seen := map[int]bool{}
			var a routing.Attempt
			for d := router.Offer(&a, 0); d.Taken(); d = router.Next(&a, 0, routing.Timeout, 0) {
				if seen[d.Trunk] {
					t.Fatalf("trunk %d twice", d.Trunk)
				}
				seen[d.Trunk] = true
			}
			if len(seen) != len(names) || a.Tried() != len(names) {
				t.Errorf("%d trunks, counted %d, want %d", len(seen), a.Tried(), len(names))
			}
		})
	}
}

func TestDecisionsDoNotAllocate(t *testing.T) {
	for policy := routing.Ordered; policy <= routing.LeastUsed; policy++ {
		router, err := routing.New(benchNetwork(10, 1, policy), routing.Shard{}, traffic.Stream(1, 1))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Duration(0)
		allocations := testing.AllocsPerRun(1000, func() {
			now++
			var a routing.Attempt
			router.Offer(&a, now)
			for range 5 {
				router.Next(&a, now, 503, 0)
			}
			router.Answered(a.Held())
			router.Release(a.Held())
		})
		if allocations != 0 {
			t.Errorf("%s: %v allocations for a call over 6 trunks", policy, allocations)
		}
	}
}
