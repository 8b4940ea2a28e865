package loadgen

import (
	"context"
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// freePort returns the address of a UDP port on loopback that nobody has.
func freePort(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.LocalAddr().String()
}

func TestPortWhereNobodyListensIsUnreachableAtOnce(t *testing.T) {
	cfg := sound(t, "sip:"+freePort(t))
	g, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.Run(t.Context())
	var unreachable *UnreachableError
	if !errors.As(err, &unreachable) || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want unreachable with the ICMP cause", err)
	}
}

func TestSilentTargetIsUnreachableAfterTimerB(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	cfg := sound(t, "sip:"+silent.LocalAddr().String())
	cfg.Timers = sip.Timers{T1: 5 * time.Millisecond, T2: 40 * time.Millisecond}
	cfg.Media.Off = true
	g, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.Run(t.Context())
	var unreachable *UnreachableError
	if !errors.As(err, &unreachable) || unreachable.Silence != 320*time.Millisecond {
		t.Errorf("got %v, want silence for 64 T1", err)
	}
}

func TestCancelledRunReturnsAtOnceWithClosedAccounts(t *testing.T) {
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	cfg := sound(t, "sip:"+silent.LocalAddr().String())
	cfg.Calls, cfg.Media.Off = 100_000, true
	g, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	received := make([]byte, 2000)
	go func() {
		_, _, _ = silent.ReadFrom(received) // the first INVITE is out
		cancel()
	}()
	result, err := g.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	total := result.Total()
	if err := total.CheckAccounting(); err != nil {
		t.Error(err)
	}
	if total.Outcomes[measure.Aborted] == 0 || total.Outcomes[measure.Aborted] != total.Offered {
		t.Errorf("%d of %d calls are aborted, want all", total.Outcomes[measure.Aborted], total.Offered)
	}
	if !result.Interrupted {
		t.Error("a cancelled run is not marked as interrupted")
	}
}

func TestHealthNamesEachBottleneck(t *testing.T) {
	calm := func() (*Generator, *Result) {
		return &Generator{cfg: Config{Media: Media{}}, usage: readUsage(), shards: []*Shard{{Socket: &mailbox{}}}},
			&Result{Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{}, Elapsed: time.Hour}
	}
	for _, tt := range []struct {
		name, check string
		spoil       func(*Generator, *Result)
	}{
		{"calls began late", "lateness_p99", func(_ *Generator, r *Result) {
			for range 100 {
				r.Steady.Delays[measure.Lateness].Record(20 * time.Millisecond)
			}
		}},
		{"calls found no port", "not_started", func(_ *Generator, r *Result) {
			r.Steady.Offered++
			r.Steady.Outcomes[measure.NotStarted]++
			r.Steady.NotStarted[measure.NoMediaPort]++
		}},
		{"packets left late", "rtp_lateness_p99", func(_ *Generator, r *Result) {
			for range 100 {
				r.Steady.Media.SendLate.Record(20 * time.Millisecond)
			}
		}},
		{"packets were refused", "rtp_send_errors", func(_ *Generator, r *Result) {
			r.Steady.Media.Sent, r.Steady.Media.SendErrors = 90, 10
		}},
		{"the processors were used up", "cpu", func(_ *Generator, r *Result) { r.Elapsed = time.Nanosecond }},
		{"the process stood still", "loop_gap_max", func(g *Generator, _ *Result) {
			g.shards[0].turn.begin(time.Minute)
			g.shards[0].turn.begin(time.Minute + 1400*time.Millisecond)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g, r := calm()
			if limited := g.health(r).Limited(); len(limited) != 0 {
				t.Fatalf("a calm run is limited: %v", limited)
			}
			tt.spoil(g, r)
			for _, c := range g.health(r).Limited() {
				if c.Name == tt.check && c.Why != "" {
					return
				}
			}
			t.Errorf("%s does not say that it was the limit", tt.check)
		})
	}
}

func TestSocketHealthNamesDropsAndErrors(t *testing.T) {
	if c := drops(sip.SocketStats{DropsKnown: true, Drops: 1}); c.State != measure.Limited {
		t.Errorf("a dropped datagram leaves the run %v", c.State)
	}
	if c := drops(sip.SocketStats{}); c.State != measure.Unavailable {
		t.Errorf("a system that does not tell drops counts as %v", c.State)
	}
	if c := drops(sip.SocketStats{Drops: 1}); c.State != measure.Limited {
		t.Errorf("a datagram dropped in this process, on a system that tells of no others, leaves the run %v", c.State)
	}
	if c := sendErrors(sip.SocketStats{Sent: 1, SendErrors: 1}); c.State != measure.Limited {
		t.Errorf("a refused datagram in two leaves the run %v", c.State)
	}
	if c := receiveBuffer(sip.SocketStats{DropsKnown: true, ReceiveBuffer: 100_000}); c.Why == "" || c.State == measure.Limited {
		t.Errorf("a small buffer: state %v and %q, want a warning that limits nothing", c.State, c.Why)
	}
}

func TestEveryCallHasItsOwnHoldingTime(t *testing.T) {
	cfg := &Config{CAPS: 1000, Calls: 200, Holding: traffic.Duration{Law: traffic.Exponential, Mean: time.Second}}
	seen := map[time.Duration]bool{}
	for _, a := range deal(t, cfg, 1) {
		seen[a.Holding] = true
	}
	if len(seen) < 190 {
		t.Errorf("%d different holding times of 200 calls", len(seen))
	}
}
