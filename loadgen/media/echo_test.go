package media

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// captureRTP returns an observer of an ether that hands over what one port sends.
func captureRTP(port uint16, take func(b []byte)) func(from, to netip.AddrPort, b []byte) {
	return func(from, _ netip.AddrPort, b []byte) {
		if from.Port() == port {
			take(bytes.Clone(b))
		}
	}
}

func TestEchoIsWellFormed(t *testing.T) {
	type step struct {
		number, timestamp uint32
		marker            bool
	}
	for _, row := range []struct {
		name  string
		heard []step // received, each 20 ms after the one before; the SSRC is in the upper half of number
		want  []step // echoed, counted from the first
		kept  uint64
	}{
		{
			"in order: the same steps", []step{{10, 1000, true}, {11, 1160, false}, {12, 1320, false}},
			[]step{{0, 0, true}, {1, 160, false}, {2, 320, false}}, 0,
		}, {
			"a loss leaves no gap in the sequence and keeps its time", []step{{10, 1000, false}, {13, 1480, false}},
			[]step{{0, 0, true}, {1, 480, false}}, 0,
		}, {
			"a pause begins a talkspurt where the original does", []step{{10, 1000, true}, {11, 9000, true}},
			[]step{{0, 0, true}, {1, 8000, true}}, 0,
		}, {
			"late ones and copies are not echoed", []step{{10, 1000, false}, {12, 1320, false}, {11, 1160, false}, {12, 1320, false}, {13, 1480, false}},
			[]step{{0, 0, true}, {1, 320, false}, {2, 480, false}}, 2,
		}, {
			"timestamps that begin anew do not show", []step{{10, 1000, false}, {11, 3_000_000_000, false}, {12, 3_000_000_160, false}},
			[]step{{0, 0, true}, {1, 160, true}, {2, 320, false}}, 0,
		}, {
			"a new source goes on in the same stream", []step{{10, 1000, false}, {1<<16 | 90, 77, false}, {1<<16 | 91, 237, false}, {1<<16 | 92, 397, false}},
			[]step{{0, 0, true}, {1, 160, true}, {2, 320, false}}, 0,
		},
	} {
		l, m, hear := hearing(t, Stream{Source: Echo})
		x := m.network.(*ether)
		sent := record(x, 4000)
		for k, h := range row.heard {
			p := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 7 + h.number>>16, SequenceNumber: uint16(h.number),
				Timestamp: h.timestamp, Marker: h.marker}, Payload: make([]byte, 160)}
			b, err := p.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			hear(5000, ms(k), b)
		}
		x.run(second, m)
		if len(sent.packets) != len(row.want) {
			t.Errorf("%s: %d packets echoed, want %d", row.name, len(sent.packets), len(row.want))
			continue
		}
		first := sent.packets[0]
		for i, h := range sent.packets {
			got := step{uint32(h.SequenceNumber - first.SequenceNumber), h.Timestamp - first.Timestamp, h.Marker}
			if got != row.want[i] || h.SSRC != first.SSRC || h.SSRC == 7 {
				t.Errorf("%s: packet %d is %+v of %#x, want %+v of our own SSRC", row.name, i, got, h.SSRC, row.want[i])
			}
		}
		if s := l.Stop(second); s.NotEchoed != row.kept || s.Sent != uint64(len(row.want)) {
			t.Errorf("%s: %d not echoed, %d sent; want %d and %d", row.name, s.NotEchoed, s.Sent, row.kept, len(row.want))
		}
	}
}

func TestEchoOfAnotherCodecIsRefused(t *testing.T) {
	l, m, hear := hearing(t, Stream{Source: Echo, Codec: PCMA, PayloadType: 8})
	hear(5000, ms(0), packet(0, 1, 160, 7))
	hear(5000, ms(1), packet(8, 2, 320, 7))
	m.network.(*ether).run(second, m)
	if s := l.Stop(second); s.Sent != 1 || s.NotEchoed != 1 || s.WrongPayload != 1 {
		t.Errorf("%+v", s)
	}
}

// A sender whose packets arrive just when the echo leg is visited would have none echoed in one visit
// and two in the next. The leg moves to where each visit finds one.
func TestEchoKeepsTheSpacingOfTheOriginal(t *testing.T) {
	for phase := range 20 {
		l, m, hear := hearing(t, Stream{Source: Echo})
		x := m.network.(*ether)
		sent := record(x, 4000)
		for k := range 200 {
			wobble := time.Duration(k%3-1) * 700 * time.Microsecond
			hear(5000, time.Duration(k)*20*time.Millisecond+time.Duration(phase)*time.Millisecond+second+wobble, packet(0, uint16(k), uint32(k)*160, 7))
		}
		x.run(6*second, m)
		sent.check(t, 200, 160)
		for i := 60; i < 200; i++ {
			if gap := sent.times[i] - sent.times[i-1]; gap != 20*time.Millisecond {
				t.Fatalf("phase %d ms: packets %d and %d are %v apart, want 20ms", phase, i-1, i, gap)
			}
		}
		if s := l.Stop(6 * second); s.Sent != 200 {
			t.Errorf("phase %d ms: %d of 200 echoed", phase, s.Sent)
		}
	}
}

func TestEchoReachesTheCallerWithoutLoss(t *testing.T) {
	x := newEther()
	x.delay = 2 * time.Millisecond
	caller := x.engine(t, Config{Ports: PortRange{4000, 4199}})
	answerer := x.engine(t, Config{Ports: PortRange{5000, 5199}})
	var calls, echoes []*Leg
	for i := range 100 {
		c, a := mustOpen(t, caller), mustOpen(t, answerer)
		c.Start(time.Duration(i)*time.Millisecond, Stream{Remote: at(a.Port()), Source: Speech})
		a.Start(time.Duration(i)*time.Millisecond, Stream{Remote: at(c.Port()), Source: Echo})
		calls, echoes = append(calls, c), append(echoes, a)
	}
	x.run(30*second, caller, answerer)
	for i := range calls {
		s, e := calls[i].Stop(30*second), echoes[i].Stop(30*second)
		if s.Lost != 0 || e.Lost != 0 || e.Sent < s.Sent-2 || s.Received < e.Sent-2 || s.Foreign+e.Foreign != 0 {
			t.Errorf("call %d: caller %+v\nanswerer %+v", i, s, e)
		}
		if s.Jitter > 2*time.Millisecond {
			t.Errorf("call %d: the echo has jitter %v", i, s.Jitter)
		}
	}
}

// What SIPp's rtp_echo sends back is the packet itself, whatever it carries and in whatever order it comes.
func TestMirrorSendsBackEveryPacketAsItCame(t *testing.T) {
	l, m, hear := hearing(t, Stream{Source: Mirror})
	x := m.network.(*ether)
	var back [][]byte
	x.seen = captureRTP(4000, func(b []byte) { back = append(back, b) })
	heard := [][]byte{packet(0, 10, 1000, 7), packet(101, 11, 1160, 7), packet(0, 13, 1480, 7), packet(0, 12, 1320, 7), packet(34, 14, 1640, 7)}
	for k, b := range heard {
		hear(5000, ms(k), b)
	}
	x.run(second, m)
	if s := l.Stop(second); s.Sent != 5 || s.WrongPayload != 0 || s.NotEchoed != 0 {
		t.Errorf("sent %d of 5, %d of a wrong type, %d left out", s.Sent, s.WrongPayload, s.NotEchoed)
	}
	if len(back) < len(heard) {
		t.Fatalf("%d packets came back, want %d", len(back), len(heard))
	}
	for k, b := range heard {
		if !bytes.Equal(back[k], b) {
			t.Errorf("packet %d came back as % x, want % x", k, back[k][:12], b[:12])
		}
	}
}

// Looking for a second packet where none is due cost a third of what the packet did.
func TestAnEchoInStepLooksForOnePacket(t *testing.T) {
	const packets = 200
	for _, row := range []struct {
		name        string
		late        func(k int) time.Duration
		least, most int // reads that look for more
	}{
		{"a packet each packet time", func(int) time.Duration { return 0 }, 1, 5},
		{"two together, every other packet time", func(k int) time.Duration { return time.Duration(1-k%2) * 19 * time.Millisecond }, packets / 2, packets},
	} {
		l, m, hear := hearing(t, Stream{Source: Echo})
		x := m.network.(*ether)
		l.control.nextRead, l.control.nextReport = 1<<62, 1<<62
		before := x.reads
		for k := range packets {
			hear(5000, ms(k)+row.late(k), packet(0, uint16(k), uint32(k)*160, 7))
			if waiting := len(x.bound[at(4000)].waiting); waiting > 3 {
				t.Fatalf("%s: %d wait after packet %d", row.name, waiting, k)
			}
		}
		x.run(ms(packets), m)
		if reads := x.reads - before; reads < row.least || reads > row.most {
			t.Errorf("%s: %d reads look for more than one of %d packets, want %d to %d", row.name, reads, packets, row.least, row.most)
		}
		if s := l.Stop(ms(packets)); s.Sent != packets {
			t.Errorf("%s: %d of %d echoed", row.name, s.Sent, packets)
		}
	}
}

// A leg that moved with every stall of the far end met its packets up to a packet time later until it could move back.
func TestAStallMovesNoEcho(t *testing.T) {
	l, m, hear := hearing(t, Stream{Source: Echo})
	const first, end, late = 200, 200 + echoMisses - 1, 9 * time.Millisecond // late enough to come when the leg has just been visited
	slot := 0
	for k := range 300 {
		wait := time.Duration(0)
		if k >= first && k < end {
			wait = late
		}
		hear(5000, ms(k)+wait, packet(0, uint16(k), uint32(k)*160, 7))
		if k == first-1 {
			slot = l.slot
		}
		if k >= first && l.slot != slot {
			t.Fatalf("the leg moved from slot %d to %d by packet %d", slot, l.slot, k)
		}
	}
	m.network.(*ether).run(ms(301), m)
	if s := l.Stop(ms(301)); s.Sent != 300 {
		t.Errorf("%d of 300 echoed", s.Sent)
	}
}
