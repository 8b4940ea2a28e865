package gateway

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/loadgen/testbed"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// pool opens gateways named gateway-1, gateway-2, ... as changed, which answer until stop is called, or the
// test ends, and returns the trunks that lead to them.
func pool(t *testing.T, n int, change func(*Config), plan loadgen.TrunkPlan) (gateways []*Gateway, trunks *loadgen.Trunks, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for i := range n {
		cfg := Config{Listen: netip.MustParseAddrPort("127.0.0.1:0"), Circuits: 100, Media: loadgen.Media{Off: true}}
		change(&cfg)
		g, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		running.Go(func() { g.Run(ctx) })
		gateways = append(gateways, g)
		uri := "sip:" + g.Address().String() + cfg.Transport.Parameter()
		target, err := sip.ParseTarget(uri)
		if err != nil {
			t.Fatal(err)
		}
		place, err := sip.ParsePlace(uri)
		if err != nil {
			t.Fatal(err)
		}
		plan.Trunks = append(plan.Trunks, loadgen.TrunkWish{Name: fmt.Sprintf("gateway-%d", i+1), Target: target, Place: place})
	}
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	trunks, err := plan.Locate(t.Context(), &sip.Locator{}, &loadgen.Guard{})
	if err != nil {
		t.Fatal(err)
	}
	return gateways, trunks, stop
}

// over makes gateways that answer over a transport.
func over(transport sip.Transport) func(*Config) {
	return func(c *Config) { c.Transport = transport }
}

// TestDrillMovesCallsAndComesBack fails one of two gateways in each mode: no call is lost, and the gateway
// answers again soon after it is repaired.
func TestDrillMovesCallsAndComesBack(t *testing.T) {
	for _, tt := range []struct {
		name      string
		transport sip.Transport
		mode      routing.FailureMode
		class     measure.Class // of the tries that moved on
	}{
		{"silent: calls move on after the fail-over time", sip.UDP, routing.Silent, measure.Timeout},
		{"503: calls move on at once", sip.UDP, routing.Refusing, measure.Blocked},
		{"closed: an ICMP message moves them on", sip.UDP, routing.Closed, measure.Unreachable},
		{"closed over TCP: a refused connection moves them on", sip.TCP, routing.Closed, measure.Unreachable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			gateways, trunks, _ := pool(t, 2, over(tt.transport), loadgen.TrunkPlan{
				Order: routing.RoundRobin, FailOver: routing.FailOver{Wait: 100 * time.Millisecond},
			})
			programs, err := scenarios.Load("caller")
			if err != nil {
				t.Fatal(err)
			}
			cfg := loadgen.Config{
				Trunks: trunks, Programs: programs, Arrivals: traffic.Constant, CAPS: 100, Holding: traffic.Duration{Mean: 50 * time.Millisecond},
				Duration: 2500 * time.Millisecond, Drain: time.Minute, Media: loadgen.Media{Off: true}, Seed: 1,
				Drills: []loadgen.Drill{{
					Drill: routing.Drill{Name: "gateway-2", At: time.Second, For: 700 * time.Millisecond, Mode: tt.mode}, Of: gateways[1],
				}},
			}
			result := inTime(t, cfg)
			m := result.Steady
			d := &m.Drills[0]
			during := &d.Phases[measure.During]
			if lost := during.Lost(); lost != 0 || during.Offered != 70 || during.Moved < 30 {
				t.Errorf("%d of %d calls were lost during the failure and %d moved on; want none of 70, and about 35", lost, during.Offered, during.Moved)
			}
			if d.Answers == 0 || d.Recovery > time.Second {
				t.Errorf("%d calls answered after the repair, the first %s after it", d.Answers, d.Recovery)
			}
			if one := m.Trunks[1]; one.Outcomes[tt.class] < 30 || one.MovedOn != one.Tries-one.Outcomes[measure.Answered] {
				t.Errorf("gateway-2: %d tries ended in %v, %d moved on; want about 35 as %s, all of which moved on", one.Tries, one.Outcomes, one.MovedOn, tt.class)
			}
			if m.Outcomes[measure.Answered] != m.Offered {
				t.Errorf("%d of %d calls were answered: %v", m.Outcomes[measure.Answered], m.Offered, m.Outcomes)
			}
		})
	}
}

// inTime runs a load until the generator kept its schedule: a drill that ran late proves nothing.
func inTime(t *testing.T, cfg loadgen.Config) (result *loadgen.Result) {
	t.Helper()
	testbed.Undisturbed(t, func() string {
		generator, err := loadgen.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if result, err = generator.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if limits := result.Health.Limited(); len(limits) > 0 {
			return fmt.Sprint(limits)
		}
		return ""
	})
	return result
}
