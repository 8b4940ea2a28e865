package gateway

import (
	"net/netip"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// TestBadNetworkLeavesNoCallBehind offers calls over sockets that lose a fifth of what they send, send one
// in twenty twice and let one in ten be overtaken, at both ends. Each call ends in a class, none hangs, and no
// dialog is left at the gateway when the caller has ended. Half of the runs withdraw what rings.
func TestBadNetworkLeavesNoCallBehind(t *testing.T) {
	for _, tt := range []struct {
		name string
		stop time.Duration // calls are hung up and withdrawn from here on; 0: they end by themselves
	}{{"calls end by themselves", 0}, {"calls are withdrawn and hung up", 600 * time.Millisecond}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const calls = 400
			bad := loadgen.Impairment{Loss: 0.2, Duplication: 0.05, Reordering: 0.1}
			timers := sip.Timers{T1: 20 * time.Millisecond, T2: 160 * time.Millisecond}
			g, stop := serve(t, Config{
				Circuits: calls, Media: loadgen.Media{Off: true}, Timers: timers, Seed: 7,
				Ringing: traffic.Duration{Law: traffic.Exponential, Mean: 300 * time.Millisecond}, Network: bad.Network(8),
			})
			defer stop()
			result := callOver(t, g.Address(), tt.stop, loadgen.Config{
				CAPS: 500, Calls: calls, Holding: traffic.Duration{Law: traffic.Exponential, Mean: 200 * time.Millisecond}, Drain: time.Minute,
				Media: loadgen.Media{Off: true}, Timers: timers, Seed: 9, Network: bad.Network(10),
			})
			total := result.Total()
			if err := total.CheckAccounting(); err != nil || total.InProgress != 0 {
				t.Errorf("%d calls in progress, %v", total.InProgress, err)
			}
			if tt.stop == 0 && total.Offered != calls {
				t.Errorf("%d calls offered, want %d", total.Offered, calls)
			}
			if total.Outcomes[measure.Answered] < total.Offered/4 || total.Retransmissions[measure.Sent][measure.Invite] < 20 {
				t.Errorf("%d of %d calls answered, %d INVITEs sent again", total.Outcomes[measure.Answered], total.Offered, total.Retransmissions[measure.Sent][measure.Invite])
			}
			awaitNoDialog(t, g, timers.GiveUp())
		})
	}
}

// callerOf returns a generator that places a load of plain calls to an address.
func callerOf(t *testing.T, address netip.AddrPort, load loadgen.Config) *loadgen.Generator {
	t.Helper()
	var err error
	if load.Target, err = sip.ParseTarget("sip:" + address.String()); err != nil {
		t.Fatal(err)
	}
	if load.Programs, err = scenarios.Load("caller"); err != nil {
		t.Fatal(err)
	}
	generator, err := loadgen.New(load)
	if err != nil {
		t.Fatal(err)
	}
	return generator
}

// callOver runs a load against an address and stops it at an instant, unless that is 0.
func callOver(t *testing.T, address netip.AddrPort, stop time.Duration, load loadgen.Config) *loadgen.Result {
	t.Helper()
	generator := callerOf(t, address, load)
	if stop > 0 {
		defer time.AfterFunc(stop, generator.Stop).Stop()
	}
	result, err := generator.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// awaitNoDialog waits until a gateway has no call left, which it may take its own timers to find out.
func awaitNoDialog(t *testing.T, g *Gateway, giveUp time.Duration) {
	t.Helper()
	deadline := time.After(3*giveUp + 5*time.Second)
	for {
		left := g.Progress().InProgress
		if left == 0 {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("%d dialogs are left at the gateway", left)
		}
	}
}
