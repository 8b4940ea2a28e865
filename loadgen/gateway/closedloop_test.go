package gateway

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

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
	gw.Listen = netip.MustParseAddrPort("127.0.0.1:0")
	g, err := Open(gw)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		g.Run(ctx)
	}()
	defer func() { stop(); <-over }()
	target, err := sip.ParseTarget("sip:" + g.Address().String() + gw.Transport.Parameter())
	if err != nil {
		t.Fatal(err)
	}
	load.Target = target
	if load.Program, err = scenarios.Load("caller"); err != nil {
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
// lies in the 95 % interval around Erlang B at the traffic really offered, its correlation heeded.
func TestLiveBlockingIsErlangs(t *testing.T) {
	for _, tt := range []struct {
		name    string
		erlangs float64
	}{
		{"20 erlangs on 30 ports: 0.85 % are blocked", 20},
		{"30 erlangs on 30 ports: 13.2 % are blocked", 30},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const circuits, hold = 30, 50 * time.Millisecond
			result, _ := loop(t,
				Config{Circuits: circuits, Media: loadgen.Media{Off: true}},
				loadgen.Config{
					CAPS: tt.erlangs / hold.Seconds(), Holding: traffic.Duration{Law: traffic.Exponential, Mean: hold},
					Duration: 12 * time.Second, WarmUp: time.Second, Drain: time.Minute, Media: loadgen.Media{Off: true}, Seed: 7,
				})
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
			t.Logf("offered %.2f E in %d calls, blocked %d, interval %.4f to %.4f, Erlang B %.4f, variance × %.2f",
				offered, blocking.Denominator, blocking.Numerator, low, high, expected, inflation)
			if expected < low || expected > high {
				t.Errorf("Erlang B says %.4f, outside the measured interval of %.4f to %.4f", expected, low, high)
			}
		})
	}
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
