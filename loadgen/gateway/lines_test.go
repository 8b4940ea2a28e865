package gateway

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// loadOver runs calls over trunks, changed as the test wants.
func loadOver(t *testing.T, trunks *loadgen.Trunks, change func(*loadgen.Config)) *loadgen.Result {
	t.Helper()
	programs, err := scenarios.Load("caller")
	if err != nil {
		t.Fatal(err)
	}
	cfg := loadgen.Config{
		Trunks: trunks, Programs: programs, Arrivals: traffic.Constant, CAPS: 200, Holding: traffic.Duration{Mean: 20 * time.Millisecond},
		Calls: 60, Drain: time.Minute, Media: loadgen.Media{Off: true}, Seed: 1,
	}
	change(&cfg)
	generator, err := loadgen.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	result, err := generator.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := result.Steady.Outcomes[measure.Answered]; n != cfg.Calls || result.Steady.Completed != n {
		t.Errorf("%d of %d calls were answered and %d completed: %v", n, cfg.Calls, result.Steady.Completed, result.Steady.Outcomes)
	}
	return result
}

// TestCallsTakeSeveralSourcesInTurn counts who called at the gateway.
func TestCallsTakeSeveralSourcesInTurn(t *testing.T) {
	seen := map[netip.Addr]int{}
	_, trunks, stop := pool(t, 1, func(c *Config) {
		c.Network = func(s loadgen.Socket) loadgen.Socket { return &spy{s, seen} }
	}, loadgen.TrunkPlan{})
	sources := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0"), netip.MustParseAddrPort("127.0.0.2:0"), netip.MustParseAddrPort("127.0.0.3:0")}
	loadOver(t, trunks, func(c *loadgen.Config) { c.Sources = sources })
	stop()
	for _, source := range sources {
		if n := seen[source.Addr()]; n != 60 { // INVITE, ACK and BYE of 20 calls each
			t.Errorf("%d messages came from %s, want 60: %v", n, source.Addr(), seen)
		}
	}
}

// spy counts the messages that come in by their senders.
type spy struct {
	loadgen.Socket
	seen map[netip.Addr]int
}

// Datagram counts a message.
func (s *spy) Datagram(i int) sip.Datagram {
	d := s.Socket.Datagram(i)
	s.seen[d.From.Addr()]++
	return d
}

// TestTrunksOfSeveralTransportsInOneRun calls over UDP and TCP in turn.
func TestTrunksOfSeveralTransportsInOneRun(t *testing.T) {
	_, udp, _ := pool(t, 1, over(sip.UDP), loadgen.TrunkPlan{})
	_, tcp, _ := pool(t, 1, over(sip.TCP), loadgen.TrunkPlan{})
	both := &loadgen.Trunks{
		Network: &routing.Network{Trunks: []routing.Trunk{{Name: "udp"}, {Name: "tcp"}},
			Routes: []routing.Route{{Name: "calls", Trunks: []string{"udp", "tcp"}, Policy: routing.RoundRobin}}},
		Route: "calls", Paths: append(udp.Paths, tcp.Paths...),
	}
	result := loadOver(t, both, func(*loadgen.Config) {})
	for _, trunk := range result.Steady.Trunks {
		if trunk.Outcomes[measure.Answered] != 30 {
			t.Errorf("%s answered %d calls, want 30", trunk.Name, trunk.Outcomes[measure.Answered])
		}
	}
}

func TestConnectionPerCall(t *testing.T) {
	for _, tt := range []struct {
		perCall bool
		want    uint64
	}{{true, 60}, {false, 1}} {
		t.Run(fmt.Sprint(tt.perCall), func(t *testing.T) {
			gateways, trunks, stop := pool(t, 1, over(sip.TCP), loadgen.TrunkPlan{})
			loadOver(t, trunks, func(c *loadgen.Config) { c.ConnectionPerCall = tt.perCall })
			stop()
			counted := gateways[0].line.socket.(interface{ Connections() sip.ConnectionStats })
			if n := counted.Connections().Accepted; n != tt.want {
				t.Errorf("the gateway accepted %d connections, want %d: %+v", n, tt.want, counted.Connections())
			}
		})
	}
}

// TestTrunksThatMoveAreFollowed moves the server of a trunk to another gateway while calls arrive.
func TestTrunksThatMoveAreFollowed(t *testing.T) {
	gateways, trunks, stop := pool(t, 2, over(sip.UDP), loadgen.TrunkPlan{})
	to := func(place int) *loadgen.Trunks {
		return &loadgen.Trunks{
			Network: &routing.Network{Trunks: []routing.Trunk{{Name: "carrier"}}, Routes: []routing.Route{{Name: "calls", Trunks: []string{"carrier"}}}},
			Route:   "calls", Paths: trunks.Paths[place : place+1], TTL: time.Second,
		}
	}
	result := loadOver(t, to(0), func(c *loadgen.Config) {
		c.Calls, c.CAPS = 200, 100
		c.Relocate = func(context.Context) (*loadgen.Trunks, error) { return to(1), nil }
	})
	stop()
	first, second := gateways[0].Measurement().Offered, gateways[1].Measurement().Offered
	if first == 0 || second == 0 || first+second != 200 {
		t.Errorf("%d calls came to the first gateway and %d to the one that the trunk moved to", first, second)
	}
	if n := len(result.Steady.Trunks); n != 1 || result.Steady.Trunks[0].Tries != 200 {
		t.Errorf("%d trunks: %+v; want one with 200 tries", n, result.Steady.Trunks)
	}
}

// TestLongInvitesAreMarkedWhereTheTargetTakesNoTCP calls a gateway that answers over UDP alone.
func TestLongInvitesAreMarkedWhereTheTargetTakesNoTCP(t *testing.T) {
	_, trunks, _ := pool(t, 1, over(sip.UDP), loadgen.TrunkPlan{})
	long, err := scenarios.Parse("long.yaml", []byte("scenario: long\nrole: caller\nsteps:\n  - invite:\n      Subject: "+strings.Repeat("x", 1000)+"\n  - bye\n"))
	if err != nil {
		t.Fatal(err)
	}
	result := loadOver(t, trunks, func(c *loadgen.Config) { c.Programs = long })
	if n := result.Steady.Oversized; n < 60 {
		t.Errorf("%d requests are marked as too long for UDP, want the 60 INVITEs", n)
	}
}
