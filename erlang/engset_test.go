package erlang

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func checkEngsetCall(t *testing.T, row referenceRow) {
	t.Helper()
	sources, idle := int(row.value(t, "sources")), row.value(t, "per_idle_source")
	got := must[EngsetResult](t)(EngsetIdle(sources, int(row.servers), idle))
	near(t, row, got.CallCongestion, row.probability, 1e-14)
	near(t, row, got.TimeCongestion, row.value(t, "time_congestion"), 1e-14)
	near(t, row, got.Offered, row.traffic, 2e-15)
	near(t, row, got.Carried, row.value(t, "carried"), 2e-15)
	near(t, row, got.Intended, row.value(t, "intended"), 2e-15)

	intended := must[EngsetResult](t)(EngsetIntended(sources, int(row.servers), got.Intended))
	near(t, row, intended.CallCongestion, row.probability, 3e-13)
}

func checkEngsetTime(t *testing.T, row referenceRow) {
	t.Helper()
	sources, idle := int(row.value(t, "sources")), row.value(t, "per_idle_source")
	got := must[EngsetResult](t)(EngsetIdle(sources, int(row.servers), idle))
	near(t, row, got.TimeCongestion, row.probability, 1e-14)
	near(t, row, got.Offered, row.traffic, 2e-15)
}

func checkEngsetOffered(t *testing.T, row referenceRow) {
	t.Helper()
	got := must[EngsetResult](t)(Engset(int(row.value(t, "sources")), int(row.servers), row.traffic))
	near(t, row, got.CallCongestion, row.probability, 1e-14)
	near(t, row, got.PerIdleSource, row.value(t, "per_idle_source"), 4e-15)
	near(t, row, got.Offered, row.traffic, 2e-15)
}

// The second way: the product form as exact fractions.
func TestEngsetAgreesWithTheProductForm(t *testing.T) {
	for _, c := range []struct{ sources, servers int }{{2, 1}, {11, 10}, {20, 10}, {60, 23}, {9, 9}} {
		idle := 0.375 // exact in binary
		got := must[EngsetResult](t)(EngsetIdle(c.sources, c.servers, idle))
		near(t, c, got.TimeCongestion, productForm(c.sources, c.servers, idle), 5e-15)
		if c.servers < c.sources {
			near(t, c, got.CallCongestion, productForm(c.sources-1, c.servers, idle), 5e-15)
		} else if got.CallCongestion != 0 {
			t.Errorf("%v: a circuit for each source, yet calls are blocked: %g", c, got.CallCongestion)
		}
	}
}

func productForm(sources, servers int, idle float64) float64 {
	b, power := new(big.Rat).SetFloat64(idle), big.NewRat(1, 1)
	sum, term := new(big.Rat), new(big.Rat)
	for j := 0; j <= servers; j++ {
		ways := new(big.Int).Binomial(int64(sources), int64(j))
		term = new(big.Rat).Mul(new(big.Rat).SetInt(ways), power)
		sum.Add(sum, term)
		power = new(big.Rat).Mul(power, b)
	}
	share, _ := new(big.Rat).Quo(term, sum).Float64()
	return share
}

func TestEngsetWithManySourcesIsErlangB(t *testing.T) {
	got := must[EngsetResult](t)(Engset(1e8, 30, 25))
	near(t, "call congestion", got.CallCongestion, must[float64](t)(B(30, 25)), 1e-6)
}

// Of the same offered traffic, fewer callers lose less, because the busy ones do not add to the crowd.
func TestFewerSourcesLoseLessOfTheSameOfferedTraffic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "servers")
		s := n + rapid.IntRange(1, 500).Draw(t, "more sources")
		a := float64(n) * rapid.Float64Range(0.1, 1.5).Draw(t, "load")
		few, err := Engset(s, n, a)
		many, err2 := Engset(2*s, n, a)
		b, _ := B(float64(n), a)
		if err != nil || err2 != nil || !(few.CallCongestion < many.CallCongestion && many.CallCongestion < b) {
			t.Fatalf("S=%d N=%d A=%g: %+v %v, twice the sources %+v %v, Erlang B %g", s, n, a, few, err, many, err2, b)
		}
		if math.Abs(few.Offered/a-1) > 1e-12 {
			t.Fatalf("offered %g, asked for %g", few.Offered, a)
		}
	})
}

func TestEngsetServersIsTheLeastThatSuffices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.IntRange(1, 400).Draw(t, "sources")
		a := float64(s) * rapid.Float64Range(1e-3, 0.99).Draw(t, "load")
		goal := rapid.Float64Range(1e-6, 0.9).Draw(t, "blocking")
		n, err := EngsetServers(s, a, goal)
		if err != nil {
			t.Fatal(err)
		}
		enough, err := Engset(s, n, a)
		if err != nil || enough.CallCongestion > goal*(1+1e-12) {
			t.Fatalf("%d circuits: %+v, %v, want %g", n, enough, err, goal)
		}
		if tooFew, _ := Engset(s, n-1, a); n > 0 && tooFew.CallCongestion < goal*(1-1e-12) {
			t.Fatalf("%d circuits are not the least: %+v, want %g", n, tooFew, goal)
		}
	})
}

func TestEngsetIdleServersIsTheLeastThatSuffices(t *testing.T) {
	n := must[int](t)(EngsetIdleServers(5000, 0.22, 0.0015))
	if n != 960 {
		t.Errorf("5000 sources of 0.22 erlangs: %d circuits for 0.15 %%, want 960", n)
	}
	if n := must[int](t)(EngsetIntendedServers(20, 1, 0.2)); n != 2 {
		t.Errorf("the guidance's 20 light users intend 1 erlang: %d circuits for 20 %%, want 2", n)
	}
}

// The inverse and its function agree, from blocking that nobody notices to nearly all.
func TestEngsetIntendedTrafficLosesExactlyThatShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "servers")
		s := n + rapid.IntRange(1, 2000).Draw(t, "more sources")
		goal := math.Pow(10, rapid.Float64Range(-12, -0.01).Draw(t, "log blocking"))
		a, err := EngsetIntendedTraffic(s, n, goal)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := EngsetIntended(s, n, a); err != nil || math.Abs(got.CallCongestion/goal-1) > 1e-6 {
			t.Fatalf("S=%d N=%d: %g E lose %g (%v), want %g", s, n, a, got.CallCongestion, err, goal)
		}
	})
}

// One circuit and two sources: the other one is talking for the share b/(1+b) of the time, and intends that much.
func TestEngsetIntendedTrafficByHand(t *testing.T) {
	near(t, "two sources", must[float64](t)(EngsetIntendedTraffic(2, 1, 0.2)), 0.4, 1e-12)
	for _, tt := range []struct {
		sources, servers int
		blocking         float64
	}{{1, 1, 0.1}, {10, 10, 0.1}, {10, 0, 0.1}, {10, 5, 0}, {10, 5, 1}, {10, 5, math.NaN()}} {
		if _, err := EngsetIntendedTraffic(tt.sources, tt.servers, tt.blocking); !errors.Is(err, ErrDomain) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

func TestEngsetWithoutEquilibrium(t *testing.T) {
	if _, err := Engset(10, 10, 10); !errors.Is(err, ErrUnstable) {
		t.Errorf("10 sources that are never blocked and offer 10 erlangs: %v", err)
	}
	for _, traffic := range []float64{10, 10.5, -0.1, math.NaN(), math.Inf(1)} {
		if idle, err := intendedIdle(10, traffic); !errors.Is(err, ErrDomain) {
			t.Errorf("10 sources that intend %g erlangs: %g while idle, error %v", traffic, idle, err)
		}
	}
	if _, err := EngsetIntended(10, 4, 10); !errors.Is(err, ErrDomain) {
		t.Errorf("10 sources that intend 10 erlangs: %v", err)
	}
	if got, err := Engset(10, 4, 25); err != nil || math.Abs(got.Offered-25) > 1e-9 {
		t.Errorf("10 sources that knock at 4 circuits offer 25 erlangs: %+v, %v", got, err)
	}
}
