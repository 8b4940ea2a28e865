package gateway

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/loadgen/testbed"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// serve opens a gateway on loopback and lets it answer until stop is called, which waits for it.
func serve(t *testing.T, cfg Config) (g *Gateway, stop func()) {
	t.Helper()
	cfg.Listen = netip.MustParseAddrPort("127.0.0.1:0")
	g, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		g.Run(ctx)
	}()
	return g, func() {
		cancel()
		<-over
	}
}

// loop runs a load against an emulated gateway over real loopback sockets and returns what both counted.
func loop(t *testing.T, gw Config, load loadgen.Config) (*loadgen.Result, *Gateway) {
	t.Helper()
	result, g, err := attempt(t, gw, load)
	if err != nil {
		t.Fatal(err)
	}
	return result, g
}

// attempt is loop for a run that may fail.
func attempt(t *testing.T, gw Config, load loadgen.Config) (*loadgen.Result, *Gateway, error) {
	t.Helper()
	g, stop := serve(t, gw)
	defer stop()
	target, err := sip.ParseTarget("sip:" + g.Address().String() + gw.Transport.Parameter())
	if err != nil {
		t.Fatal(err)
	}
	load.Target = target
	if load.Programs, err = scenarios.Load("caller"); err != nil {
		t.Fatal(err)
	}
	generator, err := loadgen.New(load)
	if err != nil {
		t.Fatal(err)
	}
	result, err := generator.Run(t.Context())
	return result, g, err
}

// TestLiveBlockingIsErlangs is the closed loop: the blocking that real calls meet at an emulated gateway
// lies in the 99 % interval around Erlang B at the traffic really offered, its correlation heeded, and is
// that of a simulation of the very same calls. The seed makes them the same in each run, so that chance
// has no say in it.
func TestLiveBlockingIsErlangs(t *testing.T) {
	for _, tt := range []struct {
		name    string
		erlangs float64
	}{
		{"20 erlangs on 30 ports: 0.85 % are blocked", 20},
		{"30 erlangs on 30 ports: 13.2 % are blocked", 30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const circuits, hold = 30, 30 * time.Millisecond
			load := loadgen.Config{
				CAPS: tt.erlangs / hold.Seconds(), Holding: traffic.Duration{Law: traffic.Exponential, Mean: hold},
				Duration: 4 * time.Second, WarmUp: 300 * time.Millisecond, Drain: time.Minute, Media: loadgen.Media{Off: true}, Seed: 3,
			}
			result := undisturbed(t, Config{Circuits: circuits, Media: loadgen.Media{Off: true}}, load)
			offered, _ := result.Steady.OfferedErlangs(result.Window)
			blocking := result.Steady.Blocking()
			expected, err := erlang.B(circuits, offered)
			if err != nil {
				t.Fatal(err)
			}
			inflation, err := erlang.CallCongestionVariance(circuits, offered)
			if err != nil {
				t.Fatal(err)
			}
			low, high, err := erlang.Wilson(float64(blocking.Numerator)/inflation, float64(blocking.Denominator)/inflation, 0.99)
			if err != nil {
				t.Fatal(err)
			}
			simulated := simulate(t, load, circuits, result)
			t.Logf("offered %.2f E in %d calls, blocked %d (simulated %d), interval %.4f to %.4f, Erlang B %.4f, variance × %.2f",
				offered, blocking.Denominator, blocking.Numerator, simulated, low, high, expected, inflation)
			if expected < low || expected > high {
				t.Errorf("Erlang B says %.4f, outside the measured interval of %.4f to %.4f", expected, low, high)
			}
			if off := math.Abs(float64(blocking.Numerator) - float64(simulated)); off > 8+0.15*float64(simulated) {
				t.Errorf("%d calls were blocked, %d of the same calls without a network", blocking.Numerator, simulated)
			}
		})
	}
}

// stall is a gap between two turns of a gateway's loop that an idle wait does not explain.
const stall = 150 * time.Millisecond

// slow is a response time of the gateway, as the 99th percentile, from which it was away, if for shorter than a stall, too
// long for calls of 30 ms: a circuit that is free too late blocks a call that Erlang would have carried.
const slow = 10 * time.Millisecond

// undisturbed runs a load until generator and gateway kept their schedules. What a machine does that cannot keep it
// proves nothing.
func undisturbed(t *testing.T, gw Config, load loadgen.Config) (result *loadgen.Result) {
	t.Helper()
	testbed.Undisturbed(t, func() string {
		var g *Gateway
		result, g = loop(t, gw, load)
		delays := &result.Steady.Delays
		response := max(delays[measure.SRD].Quantile(0.99), delays[measure.SRDFailed].Quantile(0.99))
		if limits := result.Health.Limited(); len(limits) > 0 || g.LongestGap() >= stall || response >= slow {
			return fmt.Sprintf("the gateway was away for %v and answered in %v; the generator: %v", g.LongestGap(), response, limits)
		}
		return ""
	})
	return result
}

// simulate returns how many of the calls that a run counted would have been blocked if nothing took time
// but their holding a circuit: for the time that was drawn and the mean of what live calls took beside it.
func simulate(t *testing.T, load loadgen.Config, circuits int, live *loadgen.Result) (blocked uint64) {
	t.Helper()
	var beside time.Duration
	for range 2 { // the first time finds out what was drawn for the calls that got a circuit
		arrivals, err := traffic.NewArrivals(traffic.Poisson, load.CAPS, traffic.Stream(load.Seed, 0))
		if err != nil {
			t.Fatal(err)
		}
		holding := traffic.Stream(load.Seed, 1)
		var offered, carried uint64
		var ends []time.Duration
		var drawn time.Duration
		blocked = 0
		for at := arrivals.Next(); at < load.Duration; at = arrivals.Next() {
			hold := load.Holding.Draw(holding)
			ends = slices.DeleteFunc(ends, func(end time.Duration) bool { return end <= at })
			counted := at >= load.WarmUp
			switch {
			case len(ends) < circuits:
				ends = append(ends, at+hold+beside)
				carried, drawn = carried+1, drawn+hold
			case counted:
				blocked++
			}
			if counted {
				offered++
			}
		}
		if offered != live.Steady.Offered {
			t.Fatalf("the seed gives %d calls, %d were offered: not the same calls", offered, live.Steady.Offered)
		}
		beside = live.Steady.CircuitTime/time.Duration(live.Steady.Seized) - drawn/time.Duration(carried)
	}
	return blocked
}

// TestBothSidesCountTheSame compares every count that caller and gateway share, media on.
func TestBothSidesCountTheSame(t *testing.T) {
	ports := media.PortRange{First: 24000, Last: 24399}
	result, g := loop(t,
		Config{Circuits: 10, Ringing: traffic.Duration{Mean: 20 * time.Millisecond}, Media: loadgen.Media{Source: media.Echo, Ports: media.PortRange{First: 25000, Last: 25199}}},
		loadgen.Config{
			CAPS: 40, Holding: traffic.Duration{Law: traffic.Exponential, Mean: 300 * time.Millisecond}, Calls: 150,
			Drain: time.Minute, Media: loadgen.Media{Source: media.Tone, Ports: ports}, Seed: 3,
		})
	caller, gw := result.Total(), g.Measurement()
	for name, pair := range map[string][2]uint64{
		"offered":   {caller.Offered, gw.Offered},
		"answered":  {caller.Outcomes[measure.Answered], gw.Outcomes[measure.Answered]},
		"blocked":   {caller.Outcomes[measure.Blocked], gw.Outcomes[measure.Blocked]},
		"completed": {caller.Completed, gw.Completed},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %d at the caller, %d at the gateway", name, pair[0], pair[1])
		}
	}
	if caller.Offered != 150 {
		t.Errorf("offered %d calls, want 150", caller.Offered)
	}
	if caller.Media.Received == 0 || caller.Media.Lost != 0 {
		t.Errorf("received %d packets and lost %d, want some and none", caller.Media.Received, caller.Media.Lost)
	}
	if busiest := g.Busiest(); busiest > 10 {
		t.Errorf("%d circuits in use at a time, of 10", busiest)
	}
}
