package media

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestConfigNamesEveryFieldThatIsWrong(t *testing.T) {
	for _, row := range []struct {
		name   string
		config Config
		want   []string
	}{
		{"everything", Config{Ports: PortRange{5, 5}, DSCP: 64}, []string{"local: ", "ports: ", "got 5-5", "dscp: ", "got 64"}},
		{"multicast", Config{Local: netip.MustParseAddr("224.0.0.1"), DSCP: -2}, []string{"local: ", "dscp: "}},
		{"upside down", Config{Local: loopback4, Ports: PortRange{9000, 8000}}, []string{"ports: ", "9000-8000"}},
	} {
		_, err := NewEngine(row.config)
		for _, want := range row.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not say %q", row.name, err, want)
			}
		}
		if err != nil && len(strings.Split(err.Error(), "\n")) != strings.Count(strings.Join(row.want, " "), ": ") {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestAnEngineWithoutPortsHasNone(t *testing.T) {
	m, err := NewEngine(Config{Local: loopback4})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Open(); err == nil {
		t.Error("a pair out of nothing")
	}
	if _, running := m.Next(); running {
		t.Error("an idle engine has work")
	}
}

func TestMarks(t *testing.T) {
	for set, want := range map[int]int{0: 46, BestEffort: 0, 34: 34, 63: 63} {
		if got := (Config{DSCP: set}).dscp(); got != want {
			t.Errorf("DSCP %d marks %d, want %d", set, got, want)
		}
	}
}

func TestTheSameSeedDrawsTheSameStreams(t *testing.T) {
	draw := func(seed uint64, ports PortRange) uint32 {
		x := newEther()
		m := x.engine(t, Config{Ports: ports, Seed: seed})
		l := mustOpen(t, m)
		l.Start(0, Stream{Remote: at(5000)})
		return l.sender.ssrc
	}
	first := draw(1, PortRange{4000, 4001})
	if again := draw(1, PortRange{4000, 4001}); again != first {
		t.Errorf("SSRC %#x, then %#x", first, again)
	}
	if other := draw(2, PortRange{4000, 4001}); other == first {
		t.Error("another seed, the same SSRC")
	}
	if other := draw(1, PortRange{4002, 4003}); other == first {
		t.Error("another shard of the same seed, the same SSRC")
	}
}

func TestCloseIsFinal(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4007}})
	running, opened := mustOpen(t, m), mustOpen(t, m)
	running.Start(0, Stream{Remote: at(5000)})
	x.run(100*time.Millisecond, m)
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if err := m.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if len(x.bound) != 0 {
		t.Errorf("%d sockets are still open", len(x.bound))
	}
	if _, err := m.Open(); err == nil {
		t.Error("a closed engine opens a leg")
	}
	if _, working := m.Next(); working {
		t.Error("a closed engine has work")
	}
	m.Sweep(time.Second)
	opened.Start(time.Second, Stream{Remote: at(5000)})
	opened.Stop(time.Second)
	if s := running.Stop(time.Second); s.Sent != 5 {
		t.Errorf("sent %d before the end, want 5", s.Sent)
	}
}

func TestLegsOfManyPacketTimesShareAnEngine(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4999}})
	times := []time.Duration{10, 20, 25, 30, 40, 60}
	var legs []*Leg
	var sent []*tape
	for i, n := range times {
		l := mustOpen(t, m)
		sent = append(sent, record(x, l.Port()))
		l.Start(time.Duration(i)*time.Millisecond, Stream{Remote: at(6000), PacketTime: n * time.Millisecond})
		legs = append(legs, l)
	}
	x.run(60*second, m)
	for i, l := range legs {
		packetTime := times[i] * time.Millisecond
		sent[i].check(t, int(60*second/packetTime), uint32(packetTime/sampleTime))
		if s := l.Stop(60 * second); s.CaughtUp != 0 {
			t.Errorf("%v: %d packets late", packetTime, s.CaughtUp)
		}
	}
}
