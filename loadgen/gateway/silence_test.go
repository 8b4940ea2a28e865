package gateway

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// A caller that vanishes without a BYE used to hold its circuit for ever.
func TestCallerThatVanishesLosesItsCircuit(t *testing.T) {
	g, stop := serve(t, Config{
		Circuits: 20, MediaTimeout: time.Second, Timers: sip.Timers{T1: 5 * time.Millisecond, T2: 40 * time.Millisecond},
		Media: loadgen.Media{Source: media.Echo, Ports: media.PortRange{First: 26000, Last: 26099}},
	})
	defer stop()
	vanish(t, g)
	awaitNoDialog(t, g, time.Second)
	stop()
	if m := g.Measurement(); g.Silent() == 0 || g.Silent() != m.Outcomes[measure.Answered] || m.Dropped != g.Silent() {
		t.Errorf("%d calls were hung up for silence, %d of %d answered ones dropped", g.Silent(), m.Dropped, m.Outcomes[measure.Answered])
	}
}

// vanish sets up ten calls and leaves them where they are.
func vanish(t *testing.T, g *Gateway) {
	t.Helper()
	generator := callerOf(t, g.Address(), loadgen.Config{
		CAPS: 100, Calls: 10, Holding: traffic.Duration{Mean: time.Hour}, Drain: time.Hour, Media: loadgen.Media{Source: media.Tone, Ports: media.PortRange{First: 26100, Last: 26199}},
	})
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil {
			if g.Progress().InProgress == 10 {
				leave()
			}
			<-time.After(time.Millisecond)
		}
	}()
	if _, err := generator.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

// A caller that talks is not hung up, however short the patience.
func TestCallerThatTalksKeepsItsCircuit(t *testing.T) {
	result, g := loop(t,
		Config{Circuits: 20, MediaTimeout: time.Second, Media: loadgen.Media{Source: media.Echo, Ports: media.PortRange{First: 26200, Last: 26299}}},
		loadgen.Config{
			CAPS: 50, Calls: 10, Holding: traffic.Duration{Mean: 2500 * time.Millisecond}, Drain: time.Minute, Seed: 1,
			Media: loadgen.Media{Source: media.Tone, Ports: media.PortRange{First: 26300, Last: 26399}},
		})
	if g.Silent() != 0 || result.Total().Completed != 10 {
		t.Errorf("%d calls were hung up for silence, %d completed", g.Silent(), result.Total().Completed)
	}
}

func TestMediaTimeoutIsChecked(t *testing.T) {
	cfg := Config{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Circuits: 1, MediaTimeout: time.Millisecond, Media: loadgen.Media{Off: true}}
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "media-timeout: must be 0s for none, or at least 1s, got 1ms") {
		t.Errorf("got %v", err)
	}
}
