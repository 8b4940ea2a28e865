package media

import (
	"bytes"
	"net/netip"
	"testing"
	"time"
)

// hearing returns a leg on port 4000 that listens to port 5000, and a function that lets it hear a
// datagram from a port at an instant.
func hearing(t testing.TB, s Stream) (*Leg, *Engine, func(from uint16, when time.Duration, b []byte)) {
	t.Helper()
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	s.Remote = at(5000)
	l.Start(0, s)
	return l, m, func(from uint16, when time.Duration, b []byte) {
		x.run(when, m)
		x.deliver(at(from), at(4000), b)
	}
}

// ms returns the instant of packet k.
func ms(k int) time.Duration {
	return time.Duration(k)*20*time.Millisecond + time.Millisecond
}

func TestStrangersChangeNoStatistics(t *testing.T) {
	good := func(k int) []byte { return packet(0, uint16(k), uint32(k)*160, 7) }
	for _, row := range []struct {
		name               string
		from               uint16
		b                  []byte
		foreign, malformed uint64
	}{
		{"another address, even with the right SSRC and number", 5002, good(30), 1, 0},
		{"another SSRC from the right address", 5000, packet(0, 30, 4800, 8), 1, 0},
		{"far ahead of the sequence", 5000, packet(0, 30000, 4800, 7), 1, 0},
		{"nothing", 5000, nil, 0, 1},
		{"garbage", 5000, []byte("OPTIONS sip:x SIP/2.0\r\n\r\n"), 0, 1},
		{"a header cut off", 5000, good(30)[:11], 0, 1},
		{"RTP of version 1", 5000, append([]byte{0x40}, good(30)[1:]...), 0, 1},
		{"contributing sources that are not there", 5000, append([]byte{0x8f}, good(30)[1:20]...), 0, 1},
		{"more padding than packet", 5000, append(append([]byte{0xa0}, good(30)[1:20]...), 200), 0, 1},
		{"no padding where some is announced", 5000, append(append([]byte{0xa0}, good(30)[1:20]...), 0), 0, 1},
		{"an extension that is not there", 5000, append([]byte{0x90}, good(30)[1:12]...), 0, 1},
		{"RTCP on the RTP port", 5000, unhex(t, "80c9 0001 00000007 00000000"), 0, 1},
		{"larger than any packet", 5000, append(good(30), make([]byte, maxDatagramSize)...), 0, 1},
	} {
		l, m, hear := hearing(t, Stream{Source: None})
		for k := range 60 {
			hear(5000, ms(k), good(k))
			if k == 30 {
				hear(row.from, ms(k)+time.Millisecond, row.b)
				if len(row.b) > maxDatagramSize {
					w := m.network.(*ether).bound[at(4000)].waiting
					w[len(w)-1].cut = true
				}
			}
		}
		m.network.(*ether).run(2*second, m)
		s := l.Stop(2 * second)
		if s.Foreign != row.foreign || s.Malformed != row.malformed {
			t.Errorf("%s: foreign %d, malformed %d; want %d and %d", row.name, s.Foreign, s.Malformed, row.foreign, row.malformed)
		}
		if s.Missing != 0 || len(s.Faults.Names()) != 0 || s.Discarded != 0 || s.Score.MOS < 4.4 {
			t.Errorf("%s: disturbed what was heard: %v missing, %v, %+v", row.name, s.Missing, s.Faults.Names(), s.Score)
		}
		if s.Received != 60 || s.Expected != 60 || s.Lost != 0 || s.Jitter != 0 || s.Duplicated+s.Reordered+s.SSRCChanges != 0 {
			t.Errorf("%s: disturbed the statistics: %+v", row.name, s)
		}
	}
}

func TestSources(t *testing.T) {
	for _, row := range []struct {
		name  string
		heard [][3]int // SSRC, number, payload type; each 20 ms after the one before
		want  Stats
	}{
		{
			"one source with a loss, a copy and a late one",
			[][3]int{{7, 1}, {7, 2}, {7, 2}, {7, 5}, {7, 4}},
			Stats{Received: 5, Expected: 5, Lost: 0, Duplicated: 1, Reordered: 1},
		}, {
			"another source takes over with its second packet, the first included",
			[][3]int{{7, 1}, {7, 2}, {7, 4}, {8, 900}, {8, 901}, {8, 902}},
			Stats{Received: 6, Expected: 7, Lost: 1, SSRCChanges: 1},
		}, {
			"two sources at once: the one in place is heard",
			[][3]int{{7, 1}, {8, 1}, {7, 2}, {8, 2}, {7, 3}, {8, 3}, {7, 4}},
			Stats{Received: 4, Expected: 4, Foreign: 3},
		}, {
			"a source that never proves itself",
			[][3]int{{7, 1}, {7, 2}, {8, 5}, {8, 7}, {8, 9}},
			Stats{Received: 2, Expected: 2, Foreign: 3},
		}, {
			"a stray first packet gives way",
			[][3]int{{8, 5}, {7, 1}, {7, 2}, {7, 3}},
			Stats{Received: 4, Expected: 4, SSRCChanges: 1},
		}, {
			"the same source begins its sequence anew",
			[][3]int{{7, 1}, {7, 2}, {7, 40001}, {7, 40002}, {7, 40003}},
			Stats{Received: 5, Expected: 5, SSRCChanges: 1},
		}, {
			"telephone events share the sequence",
			[][3]int{{7, 1, 0}, {7, 2, 101}, {7, 3, 101}, {7, 4, 0}},
			Stats{Received: 4, Expected: 4, WrongPayload: 2},
		}, {
			"only the wrong codec",
			[][3]int{{7, 1, 8}, {7, 2, 8}},
			Stats{Received: 2, Expected: 2, WrongPayload: 2},
		},
	} {
		l, m, hear := hearing(t, Stream{Source: None})
		for k, h := range row.heard {
			hear(5000, ms(k), packet(uint8(h[2]), uint16(h[1]), uint32(h[1])*160, uint32(h[0])))
		}
		m.network.(*ether).run(second, m)
		s := l.Stop(second)
		got := Stats{
			Received: s.Received, Expected: s.Expected, Lost: s.Lost, Duplicated: s.Duplicated, Reordered: s.Reordered,
			WrongPayload: s.WrongPayload, SSRCChanges: s.SSRCChanges, Foreign: s.Foreign, Malformed: s.Malformed, Stale: s.Stale,
		}
		if got != row.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", row.name, got, row.want)
		}
	}
}

func TestPaddingAndContributorsAreNoAudio(t *testing.T) {
	l, m, hear := hearing(t, Stream{Source: Echo})
	var echoed []byte
	m.network.(*ether).seen = captureRTP(4000, func(b []byte) { echoed = b })
	hear(5000, time.Millisecond, unhex(t, "b1 00 0001 00000000 00000007 00000009 bede0001 10aa0000 d5d6d7 000003"))
	m.network.(*ether).run(100*time.Millisecond, m)
	if len(echoed) < 12 || !bytes.Equal(echoed[12:], unhex(t, "d5d6d7")) {
		t.Errorf("echoed % x, want the payload alone", echoed)
	}
	if s := l.Stop(second); s.Received != 1 || s.Malformed != 0 {
		t.Errorf("%+v", s)
	}
}

func TestKernelDropsAreCountedFromTheFirstPacketOfTheCall(t *testing.T) {
	l, m, hear := hearing(t, Stream{Source: None})
	for k, dropped := range []uint32{5, 5, 9, 9, 10} { // 5 are of an earlier call
		hear(5000, ms(k), packet(0, uint16(k), uint32(k)*160, 7))
		w := m.network.(*ether).bound[at(4000)].waiting
		w[len(w)-1].dropped = dropped
	}
	if s := l.Stop(ms(5)); s.KernelDrops != 5 || m.Drops() != 5 {
		t.Errorf("the leg counts %d drops and the engine %d, want 5", s.KernelDrops, m.Drops())
	}
}

func TestAFloodOnOnePortDoesNotHoldUpTheRest(t *testing.T) {
	l, m, _ := hearing(t, Stream{})
	x := m.network.(*ether)
	x.now = 20 * time.Millisecond
	for k := range uint16(1000) {
		x.deliver(at(5000), at(4000), packet(0, k, 0, 7))
	}
	m.Sweep(x.now)
	if got := 1000 - len(x.bound[at(4000)].waiting); got != readBatches*receiveBatch {
		t.Errorf("one visit read %d packets, want %d", got, readBatches*receiveBatch)
	}
	l.Stop(x.now)
}

// Reading a leg each packet time made a packet received cost half as much again.
func TestNeighboursTakeTurnsToBeRead(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
	legs := []*Leg{mustOpen(t, m), mustOpen(t, m)}
	for _, l := range legs {
		l.Start(0, Stream{Source: None, Remote: at(5000)})
	}
	const packets = 100
	reads, together := make([]int, len(legs)), 0
	for k := range packets {
		now := 0
		for i, l := range legs {
			before := l.receiver.source.sequence.received
			x.run(ms(k)+tick, m)
			if n := l.receiver.source.sequence.received - before; n > 0 {
				reads[i]++
			}
			x.deliver(at(5000), at(l.Port()), packet(0, uint16(k), uint32(k)*160, 7))
			if waiting := len(x.bound[at(l.Port())].waiting); waiting > listenEach {
				t.Fatalf("after packet %d %d wait to be read, want %d at most", k, waiting, listenEach)
			} else if waiting == 1 {
				now++
			}
		}
		if now == len(legs) {
			together++
		}
	}
	// At first, and when the RTCP of a leg is looked at once a second, it is read too.
	if few := 4; together > few || max(reads[0], reads[1]) > packets/listenEach+few {
		t.Errorf("read %d and %d times in %d packet times, %d times together", reads[0], reads[1], packets, together)
	}
	for i, l := range legs {
		if s := l.Stop(ms(packets)); s.Received != packets || s.Discarded != 0 || s.Jitter != 0 {
			t.Errorf("leg %d: %d received, %d too late, jitter %s; want %d, 0, 0", i, s.Received, s.Discarded, s.Jitter, packets)
		}
	}
}

// After a stall the packets that were due waited for what had come to be read, which made the stall half as long again.
func TestALateSweepSendsBeforeItReads(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4000 + 4*group - 1}})
	var legs []*Leg
	for range 2 * group {
		l := mustOpen(t, m)
		l.Start(0, Stream{Remote: at(9000)})
		legs = append(legs, l)
	}
	if legs[0].slot == legs[len(legs)-1].slot {
		t.Fatal("all legs are due together")
	}
	x.run(second, m)
	x.now = second + 50*time.Millisecond
	first := x.bound[at(legs[0].Port())]
	x.deliver(at(9000), first.local, packet(0, 1, 160, 7))
	sent := 0
	x.seen = func(_, to netip.AddrPort, _ []byte) {
		if to != at(9000) {
			return
		}
		sent++
		if len(first.waiting) == 0 {
			t.Errorf("packet %d of the sweep had to wait for a read", sent)
		}
	}
	m.Sweep(x.now)
	if sent < 2*len(legs) {
		t.Errorf("%d packets sent, want two of each of %d legs", sent, len(legs))
	}
	x.seen = nil
	x.run(2*second, m)
	if len(first.waiting) > 0 {
		t.Error("the packet was never read")
	}
}

// A loop that is late sends, and reads when it has caught up, but not much later: a receive buffer does not hold everything.
func TestALateLoopReadsLater(t *testing.T) {
	l, m, hear := hearing(t, Stream{})
	x := m.network.(*ether)
	k := 0
	for ; k < 100; k++ {
		hear(5000, ms(k), packet(0, uint16(k), uint32(k)*160, 7))
	}
	x.run(ms(k), m)
	last, reads := ms(k), 0
	for ; k < 200; k++ { // every sweep is late
		x.now = ms(k)
		x.deliver(at(5000), at(4000), packet(0, uint16(k), uint32(k)*160, 7))
		x.now = ms(k) + hurry + 4*time.Millisecond
		heard := l.receiver.source.sequence.received
		m.Sweep(x.now)
		if l.receiver.source.sequence.received == heard {
			continue
		}
		if waited := x.now - last; waited < postponed || waited > postponed+2*listenEach*DefaultPacketTime {
			t.Errorf("a loop that is late read after %s, want about %s", waited, postponed)
		}
		last = x.now
		reads++
	}
	if reads < 3 {
		t.Errorf("a loop that is late read %d times in two seconds", reads)
	}
	if l.stats.Sent < 195 {
		t.Errorf("%d packets were sent meanwhile, want all", l.stats.Sent)
	}
	x.run(ms(k+20), m)
	if s := l.Stop(ms(k + 20)); s.Received != 200 || s.Jitter != 0 || s.Discarded != 0 {
		t.Errorf("received %d, jitter %s, %d too late; want 200, 0, 0", s.Received, s.Jitter, s.Discarded)
	}
}
