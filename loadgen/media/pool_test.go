package media

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestPairsRunOutAndComeBack(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4001, 4006}})
	a, b := mustOpen(t, m), mustOpen(t, m)
	if a.Port() != 4002 || b.Port() != 4004 {
		t.Errorf("ports %d and %d, want the even ones, 4002 and 4004", a.Port(), b.Port())
	}
	if _, err := m.Open(); !errors.Is(err, ErrNoPort) {
		t.Errorf("a third pair of two: %v, want ErrNoPort", err)
	}
	b.Stop(0)
	a.Stop(0)
	if first := mustOpen(t, m); first != b {
		t.Errorf("pair %d came back first, want the one used longest ago, 4004", first.Port())
	}
	if len(x.bound) != 4 {
		t.Errorf("%d sockets are open, want 4 that stay open for all calls", len(x.bound))
	}
}

func TestAPairRestsWhileThereIsAnother(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4999}})
	first := mustOpen(t, m)
	first.Stop(0)
	if second := mustOpen(t, m); second == first {
		t.Error("a pair was used again at once, where late packets find it")
	}
	m.Sweep(2 * time.Second)
	if third := mustOpen(t, m); third != first {
		t.Errorf("port %d was opened although a pair had rested", third.Port())
	}
}

// Pairs that take turns, none of which has rested for long, in a range of which others have a part.
func TestPairsThatTakeTurnsAllocateNothing(t *testing.T) {
	x := newEther()
	x.busy[4000] = os.NewSyscallError("bind", syscall.EADDRINUSE)
	m := x.engine(t, Config{Ports: PortRange{4000, 4007}})
	now := time.Duration(0)
	call := func() {
		l, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		now += time.Millisecond
		l.Stop(now)
	}
	for range 10 {
		call()
	}
	if n := testing.AllocsPerRun(1000, call); n != 0 {
		t.Errorf("a pair that is taken and given back allocates %g times", n)
	}
	var ports []uint16
	for range 4 {
		l := mustOpen(t, m)
		ports = append(ports, l.Port())
		l.Stop(now)
	}
	if ports[0] == ports[1] || ports[0] != ports[3] {
		t.Errorf("ports %v, want three in turn", ports)
	}
}

func TestPortsOfOthersAreSkipped(t *testing.T) {
	x := newEther()
	inUse := os.NewSyscallError("bind", syscall.EADDRINUSE)
	x.busy[4000], x.busy[4003] = inUse, inUse // an RTP and an RTCP port
	m := x.engine(t, Config{Ports: PortRange{4000, 4005}})
	if l := mustOpen(t, m); l.Port() != 4004 {
		t.Errorf("port %d, want 4004, the only pair that is whole", l.Port())
	}
	if m.PortsTaken() != 2 || len(x.bound) != 2 {
		t.Errorf("%d pairs taken, %d sockets open; want 2 and 2: the half pair is closed again", m.PortsTaken(), len(x.bound))
	}
	_, err := m.Open()
	if !errors.Is(err, ErrNoPort) || !strings.Contains(fmt.Sprint(err), "2 pairs") {
		t.Errorf("error %q does not say why the range is short", err)
	}
}

func TestTheFileLimitIsNamedUnlessAnOldPairHelps(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4005}})
	l := mustOpen(t, m)
	x.busy[4002] = os.NewSyscallError("socket", syscall.EMFILE)
	if _, err := m.Open(); !errors.Is(err, syscall.EMFILE) || errors.Is(err, ErrNoPort) {
		t.Errorf("error %v, want too many open files", err)
	}
	l.Stop(0)
	if again := mustOpen(t, m); again != l {
		t.Error("a pair that is open already was not used")
	}
	delete(x.busy, 4002)
	if l := mustOpen(t, m); l.Port() != 4002 {
		t.Errorf("port %d, want 4002, which can be opened now", l.Port())
	}
}

func TestPacketsOfAnEarlierCallDoNotCount(t *testing.T) {
	for _, row := range []struct {
		name  string
		from  uint16
		b     []byte
		early bool // waits in the socket when the next call starts
		after time.Duration
		want  Stats
	}{
		{"waiting since before the start", 6000, packet(0, 1, 0, 9), true, 0, Stats{}},
		{"from the earlier remote", 5000, packet(0, 51, 0, 7), false, 0, Stats{Stale: 1}},
		{"the earlier stream goes on, from the same address", 6000, packet(0, 52, 0, 7), false, 0, Stats{Stale: 1}},
		{"the earlier stream, long after", 6000, packet(0, 52, 0, 7), false, 5 * second, Stats{Received: 1, Expected: 1}},
		{"the earlier SSRC with a new sequence: a peer that has but one", 6000, packet(0, 9000, 0, 7), false, 0, Stats{Received: 1, Expected: 1}},
		{"from nowhere known", 7000, packet(0, 51, 0, 7), false, 0, Stats{Foreign: 1}},
	} {
		x := newEther()
		m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
		first := mustOpen(t, m)
		remote := at(5000)
		if strings.Contains(row.name, "same address") {
			remote = at(6000)
		}
		first.Start(0, Stream{Remote: remote, Source: None})
		for k := range 50 {
			x.run(ms(k), m)
			x.deliver(remote, at(4000), packet(0, uint16(k), uint32(k)*160, 7))
		}
		x.run(ms(50), m)
		if s := first.Stop(x.now); s.Received != 50 {
			t.Fatalf("%s: the earlier call received %d, want 50", row.name, s.Received)
		}
		second := mustOpen(t, m)
		if second != first {
			t.Fatal("not the same pair")
		}
		if row.early {
			x.deliver(at(row.from), at(4000), row.b)
		}
		x.now += 10*time.Millisecond + row.after
		second.Start(x.now, Stream{Remote: at(6000), Source: None})
		x.now += 10 * time.Millisecond
		if !row.early {
			x.deliver(at(row.from), at(4000), row.b)
		}
		x.run(x.now+100*time.Millisecond, m)
		s := second.Stop(x.now)
		got := Stats{Received: s.Received, Expected: s.Expected, Stale: s.Stale, Foreign: s.Foreign}
		if got != row.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", row.name, got, row.want)
		}
	}
}
