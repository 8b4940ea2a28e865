package loadgen

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime/metrics"
	"slices"
	"strings"
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

// A shard asks in every turn whether the run is over, calls or none.
func TestTurnThatAsksForTheEndAllocatesNothing(t *testing.T) {
	cfg := sound(t, "sip:127.0.0.1:5060")
	cfg.Trunks, cfg.Media.Off = OneTrunk(cfg.Target), true
	g, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	g.start = time.Now()
	defer g.close()
	if err := g.open(); err != nil {
		t.Fatal(err)
	}
	over := g.over(t.Context(), g.shards[0], 0)
	if n := testing.AllocsPerRun(100, func() { over(0) }); n != 0 {
		t.Errorf("a turn allocates %g times", n)
	}
	if g.Stop(); !g.halted() || !over(time.Second) {
		t.Error("a run that was stopped before its first call goes on")
	}
}

func TestCallsThatWereNotStartedAreCountedByReason(t *testing.T) {
	g, m := &Generator{}, &measure.Measurement{Offered: 200}
	for reason := range m.NotStarted {
		m.NotStarted[reason] = uint64(reason) + 1
		m.Outcomes[measure.NotStarted] += uint64(reason) + 1
	}
	// All but the 4 that a stop left over.
	want := "24 of 200 calls were not started: 1 found no call slot, 2 no RTP port, 3 could not be sent, " +
		"5 met the limits of the trunks, 6 found no trunk in service, 7 were kept from trunks that had asked for fewer"
	if c := g.notStarted(m); c.Value != 24 || c.Why != want {
		t.Errorf("%v: %q, want %q", c.Value, c.Why, want)
	}
}

func TestTheSmallestBufferOfAllSocketsCounts(t *testing.T) {
	sockets := []Socket{
		&faulty{stats: sip.SocketStats{Sent: 1, Received: 2, SendErrors: 3, Drops: 4, ReceiveBuffer: 300, DropsKnown: true}},
		&faulty{stats: sip.SocketStats{Sent: 10, Received: 20, SendErrors: 30, Drops: 40, ReceiveBuffer: 100, DropsKnown: true}},
		&faulty{stats: sip.SocketStats{Sent: 100, Received: 200, SendErrors: 300, Drops: 400, ReceiveBuffer: 200, DropsKnown: true}},
	}
	want := sip.SocketStats{Sent: 111, Received: 222, SendErrors: 333, Drops: 444, ReceiveBuffer: 100, DropsKnown: true}
	if got := sumOfStats(sockets); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := sumOfStats(append(sockets, &faulty{})); got.DropsKnown {
		t.Error("drops count as known although one socket does not tell them")
	}
}

func TestTrunkNamesAreWords(t *testing.T) {
	for _, name := range []string{"", "a b", "a,b", "a\r\nb", "a\x1b[31m", "a\u00a0b"} {
		p := TrunkPlan{Trunks: []TrunkWish{{Name: name}}}
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), "name: must be a word without commas") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestHealthNamesEachBottleneck(t *testing.T) {
	calm := func() (*Generator, *Result) {
		g := &Generator{cfg: Config{Media: Media{}}, usage: readUsage(), shards: []*Shard{{Socket: &faulty{stats: sip.SocketStats{DropsKnown: true}}}}}
		g.host = hostReading{udpKnown: true, udpDrops: 1000}
		g.readHost = func() hostReading { return g.host }
		return g,
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
		{"the processors were used up", "cpu", func(g *Generator, r *Result) {
			r.Elapsed, g.usage = cpuWindow, g.usage.before(time.Minute)
		}},
		{"the kernel dropped what came in", "socket_drops", func(g *Generator, _ *Result) { socketOf(g).stats.Drops = 1 }},
		{"the kernel refused what went out", "send_errors", func(g *Generator, _ *Result) { socketOf(g).stats.SendErrors = 1 }},
		{"the host dropped datagrams, and nobody knows whose", "host_udp_drops", func(g *Generator, _ *Result) {
			socketOf(g).stats.DropsKnown = false
			g.readHost = func() hostReading { return hostReading{udpKnown: true, udpDrops: 1003} }
		}},
		{"the garbage collector stopped the process for a fifth of a second in ten", "gc_pauses", func(g *Generator, r *Result) {
			r.Elapsed = 10 * time.Second
			g.usage = readUsage()
			pause := &metrics.Float64Histogram{Counts: []uint64{40, 1}, Buckets: []float64{0, 1e-6, 0.2}}
			g.readHost = func() hostReading { return hostReading{pauses: pause} }
		}},
		{"no local port was left", "local_ports", func(g *Generator, _ *Result) {
			socketOf(g).failed = []sip.Unreachable{{Cause: os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)}}
			g.shards[0].noteUnreachable(0)
		}},
		{"no file was left", "open_files", func(g *Generator, _ *Result) {
			socketOf(g).failed = []sip.Unreachable{{Cause: os.NewSyscallError("socket", syscall.EMFILE)}}
			g.shards[0].noteUnreachable(0)
		}},
		{"a connection took nothing more", "stream_overflows", func(g *Generator, _ *Result) {
			g.shards[0].Socket = connected{socketOf(g), sip.ConnectionStats{Overflows: 1}}
		}},
		{"a connection was given up", "stream_stalls", func(g *Generator, _ *Result) {
			g.shards[0].Socket = connected{socketOf(g), sip.ConnectionStats{Stalls: 1}}
		}},
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

// faulty is a socket to which happens what a test wants.
type faulty struct {
	mailbox
	stats  sip.SocketStats
	failed []sip.Unreachable
}

func (f *faulty) Stats() sip.SocketStats             { return f.stats }
func (f *faulty) TakeUnreachable() []sip.Unreachable { return f.failed }

func socketOf(g *Generator) *faulty { return g.shards[0].Socket.(*faulty) }

// connected is a socket of connections to which happened what a test wants.
type connected struct {
	*faulty
	stats sip.ConnectionStats
}

func (c connected) Connections() sip.ConnectionStats { return c.stats }

// What a peer did to connections, and what other programs of the host lost, is told and limits nothing.
func TestWhatOthersDidIsNotedAndNoLimit(t *testing.T) {
	g := &Generator{cfg: Config{Media: Media{Off: true}}, usage: readUsage()}
	g.shards = []*Shard{{Socket: connected{&faulty{stats: sip.SocketStats{DropsKnown: true}}, sip.ConnectionStats{Undelivered: 7, FramingErrors: 3}}}}
	g.host = hostReading{udpKnown: true, udpDrops: 10}
	g.readHost = func() hostReading { return hostReading{udpKnown: true, udpDrops: 15} }
	health := g.health(&Result{Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{}, Elapsed: time.Hour})
	if limited := health.Limited(); len(limited) != 0 {
		t.Errorf("limited by %v", limited)
	}
	for name, want := range map[string]string{
		"stream_undelivered": "7 SIP messages", "stream_framing": "3 connections", "host_udp_drops": "5 datagrams overran receive buffers of other programs",
	} {
		i := slices.IndexFunc(health, func(c measure.Check) bool { return c.Name == name })
		if i < 0 || !strings.Contains(health[i].Why, want) {
			t.Errorf("%s does not say %q", name, want)
		}
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
