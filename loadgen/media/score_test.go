package media

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/quality"
)

// spoken returns a packet of G.711 whose audio is loud.
func spoken(number int, timestamp uint32, ssrc uint32) []byte {
	return append(packet(0, uint16(number), timestamp, ssrc)[:12], bytes.Repeat(milliwatt(PCMU), 20)...)
}

// arrival is one packet of a stream as it arrives.
type arrival struct {
	at     time.Duration
	number int
	stamp  uint32 // of the RTP clock
	ssrc   uint32
	from   uint16
	body   []byte // nil: loud audio
}

// stream returns n packets of a call, 20 ms apart, changed.
func stream(n int, change func(k int, a *arrival) (keep bool)) (all []arrival) {
	for k := range n {
		a := arrival{at: ms(k), number: k, stamp: uint32(k) * 160, ssrc: 7, from: 5000}
		if change == nil || change(k, &a) {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	return all
}

// heard lets a leg hear a stream and returns what became of it at the end.
func heard(t *testing.T, end time.Duration, packets []arrival) Stats {
	t.Helper()
	l, m, hear := hearing(t, Stream{Source: None})
	for _, a := range packets {
		b := spoken(a.number, a.stamp, a.ssrc)
		if a.body != nil {
			b = append(b[:12], a.body...)
		}
		hear(a.from, a.at, b)
	}
	m.network.(*ether).run(end, m)
	return l.Stop(end)
}

func TestWhatWasWrong(t *testing.T) {
	const n = 200 // packets in four seconds
	for _, row := range []struct {
		name    string
		end     time.Duration
		packets []arrival
		want    []string
	}{
		{"a good call", 4 * second, stream(n, nil), nil},
		{"nothing came", 4 * second, nil, []string{"heard_nothing"}},
		{"it ended before anything could come", 300 * time.Millisecond, nil, nil},
		{"the stream stopped two seconds before the call", 6 * second, stream(n, nil), []string{"stopped"}},
		{"nothing came for a second and a half, then it went on", 6 * second,
			stream(300, func(k int, a *arrival) bool { return k < 100 || k >= 175 }), []string{"interrupted"}},
		{"a new source in the middle", 4 * second, stream(n, func(k int, a *arrival) bool {
			if k >= 100 {
				a.ssrc, a.number = 8, k+20000
			}
			return true
		}), []string{"restarted"}},
		{"another port than announced", 4 * second, stream(n, func(k int, a *arrival) bool {
			a.from = 5002
			return true
		}), []string{"heard_nothing", "moved"}},
		{"a port change in the middle", 4 * second, stream(n, func(k int, a *arrival) bool {
			if k >= 180 {
				a.from = 5002
			}
			return true
		}), []string{"moved"}},
		{"a media clock that is two percent slow", 10 * second, stream(490, func(k int, a *arrival) bool {
			a.at = ms(k) + time.Duration(k)*400*time.Microsecond
			return true
		}), []string{"wrong_pace"}},
		{"a media clock that is a ten-thousandth off", 40 * second, stream(2000, func(k int, a *arrival) bool {
			a.at = ms(k) + time.Duration(k)*2*time.Microsecond
			return true
		}), nil},
		{"packets of 30 ms where 20 ms were agreed on", 4 * second, stream(133, func(k int, a *arrival) bool {
			a.at, a.stamp = time.Duration(k)*30*time.Millisecond, uint32(k)*240
			return true
		}), []string{"other_packet_time"}},
		{"silence", 4 * second, stream(n, func(k int, a *arrival) bool {
			a.body = bytes.Repeat([]byte{PCMU.Encode(0)}, 160)
			return true
		}), []string{"silent_audio"}},
		{"one loud packet is no silence", 4 * second, stream(n, func(k int, a *arrival) bool {
			if k != 99 {
				a.body = bytes.Repeat([]byte{PCMU.Encode(0)}, 160)
			}
			return true
		}), nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := heard(t, row.end, row.packets)
			if got := s.Faults.Names(); !slices.Equal(got, row.want) && len(got)+len(row.want) > 0 {
				t.Errorf("%v, want %v: %+v", got, row.want, s)
			}
		})
	}
}

func TestTheModelledJitterBuffer(t *testing.T) {
	late := func(which func(k int) bool, by time.Duration) []arrival {
		return stream(500, func(k int, a *arrival) bool {
			if which(k) {
				a.at += by
			}
			return true
		})
	}
	for _, row := range []struct {
		name      string
		packets   []arrival
		discarded uint64
	}{
		{"no jitter", stream(500, nil), 0},
		{"as late as the buffer is deep", late(func(k int) bool { return k%50 == 7 }, 60*time.Millisecond), 0},
		{"a millisecond later", late(func(k int) bool { return k%50 == 7 }, 61*time.Millisecond), 10},
		{"the first one on the way for long", late(func(k int) bool { return k == 0 }, 15*time.Millisecond), 0},
		{"a longer way from the middle on: the buffer follows", late(func(k int) bool { return k >= 200 }, 100*time.Millisecond), 100},
		{"a shorter way from the middle on: four are overtaken", late(func(k int) bool { return k < 200 }, 100*time.Millisecond), 4},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := heard(t, 10100*time.Millisecond, row.packets)
			within := row.discarded / 10 // where a window ends depends on the packet at its edge
			if s.Discarded+within < row.discarded || s.Discarded > row.discarded+within {
				t.Errorf("%d discarded, want about %d", s.Discarded, row.discarded)
			}
			if want := float64(s.Discarded) / 500; math.Abs(s.Missing-want) > 1e-9 || s.Lost != 0 {
				t.Errorf("%v are missing and %d lost, want %v and none", s.Missing, s.Lost, want)
			}
		})
	}
}

// TestScoresAreThoseOfTheModel: what the leg lost goes into the E-model as it was, with G.711 concealment, 60 ms of
// buffer and a packet of 20 ms.
func TestScoresAreThoseOfTheModel(t *testing.T) {
	g711, _ := quality.FindCodec("PCMU")
	for _, row := range []struct {
		name    string
		keep    func(k int) bool
		loss    float64
		lost    int64
		bursts  uint64
		longest float64
	}{
		{"nothing lost", func(k int) bool { return true }, 0, 0, 0, 1},
		{"one in fifty lost", func(k int) bool { return k%50 != 25 }, 0.02, 10, 0, 1},
		{"two runs of five", func(k int) bool { return k%250 < 100 || k%250 > 104 }, 0.02, 10, 2, 4.8},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := heard(t, 10*second, stream(500, func(k int, a *arrival) bool { return row.keep(k) }))
			want, _, err := quality.Conversation(quality.Listening{Codec: g711, Loss: row.loss, BurstR: s.BurstR, Delay: 80 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			if !s.Scored || s.Score != want || s.Lost != row.lost || s.Bursts.Bursts != row.bursts || math.Abs(s.Missing-row.loss) > 1e-12 {
				t.Errorf("%+v, lost %d in %d bursts; want %+v, %d in %d", s.Score, s.Lost, s.Bursts.Bursts, want, row.lost, row.bursts)
			}
			if s.BurstR < row.longest-0.3 || s.BurstR > row.longest+0.1 {
				t.Errorf("burst ratio %v, want about %v", s.BurstR, row.longest)
			}
		})
	}
}

func TestACallThatHeardNothingHasTheLowestScore(t *testing.T) {
	s := heard(t, 4*second, nil)
	var m measure.Measurement
	s.AddTo(&m.Media)
	h := &m.Media.Heard
	if !s.Scored || s.Score.MOS != 1 || h.MOS.Count() != 1 || h.MOS.Quantile(1) != 1 || h.OneWay != 1 || m.Media.LegLoss.Quantile(1) != 1 {
		t.Errorf("%+v; %d scores, %d one way, loss %v", s.Score, h.MOS.Count(), h.OneWay, m.Media.LegLoss.Quantile(1))
	}
	s = heard(t, 100*time.Millisecond, nil)
	var none measure.Measurement
	s.AddTo(&none.Media)
	if s.Scored || none.Media.Heard.MOS.Count() != 0 {
		t.Error("a call that was over at once is judged")
	}
}

func TestAStreamThatStopsIsNoGoodCall(t *testing.T) {
	s := heard(t, 8*second, stream(200, nil))
	if s.Missing < 0.49 || s.Missing > 0.51 || s.Score.MOS > 2 || s.Lost != 0 {
		t.Errorf("half of the call was dead air: %v missing, MOS %v, %d lost", s.Missing, s.Score.MOS, s.Lost)
	}
}

func TestTheLevelOfAMilliwatt(t *testing.T) {
	s := heard(t, 4*second, stream(200, nil))
	// 0 dBm0 is 3.14 dB below a sine of full scale in A-law and 3.17 dB in mu-law (G.711), which is 3.01 dB below full
	// scale itself.
	if !s.LevelKnown || math.Abs(s.Level+6.18) > 0.1 {
		t.Errorf("the level is %v dBov, want -6.18", s.Level)
	}
}

// TestReplaysHideNoLoss: packets that come again, at once or much later, are counted as copies or as foreign, and what the
// call heard stays as it was.
func TestReplaysHideNoLoss(t *testing.T) {
	lossy := func(replay func(k int) []int) []arrival {
		var all []arrival
		for k := range 400 {
			if k%40 != 20 {
				all = append(all, arrival{at: ms(k), number: k, stamp: uint32(k) * 160, ssrc: 7, from: 5000})
			}
			for _, old := range replay(k) {
				all = append(all, arrival{at: ms(k) + 3*time.Millisecond, number: old, stamp: uint32(old) * 160, ssrc: 7, from: 5000})
			}
		}
		return all
	}
	want := heard(t, 8*second, lossy(func(int) []int { return nil }))
	if want.Lost != 10 {
		t.Fatalf("%d lost, want 10", want.Lost)
	}
	for _, row := range []struct {
		name              string
		replay            func(k int) []int
		copies, strangers uint64
	}{
		{"each tenth packet again at once", func(k int) []int {
			if k%10 == 5 {
				return []int{k}
			}
			return nil
		}, 40, 0},
		{"packets of two seconds ago", func(k int) []int {
			if k >= 200 && k%10 == 5 {
				return []int{k - 90}
			}
			return nil
		}, 20, 0},
		{"packets of long ago", func(k int) []int {
			if k >= 300 && k%10 == 5 {
				return []int{k - 290}
			}
			return nil
		}, 0, 10},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := heard(t, 8*second, lossy(row.replay))
			if s.Duplicated != row.copies || s.Foreign != row.strangers {
				t.Errorf("%d copies and %d strangers, want %d and %d", s.Duplicated, s.Foreign, row.copies, row.strangers)
			}
			if s.Missing != want.Missing || s.Score != want.Score || s.Jitter != want.Jitter || s.Bursts != want.Bursts || s.Discarded != want.Discarded {
				t.Errorf("the call sounds otherwise: %+v, want %+v", s, want)
			}
			var m, clean measure.Measurement
			s.AddTo(&m.Media)
			want.AddTo(&clean.Media)
			if m.Media.Loss() != clean.Media.Loss() || m.Media.LegLoss.Quantile(1) != clean.Media.LegLoss.Quantile(1) {
				t.Errorf("loss is %v, want %v", m.Media.Loss(), clean.Media.Loss())
			}
		})
	}
}

// TestFatesAgreeWithASet: whatever is lost, doubled, swapped or late, the packets that were not played are those that a
// list of all numbers says.
func TestFatesAgreeWithASet(t *testing.T) {
	random := rand.New(rand.NewPCG(3611, 1))
	for round := range 30 {
		first := uint16(random.Uint32())
		var s sequence
		s.begin(first)
		played := map[int]bool{0: true}
		highest := 0
		for range 1500 {
			n := max(0, highest+random.IntN(40)-25)
			switch s.place(first + uint16(n)) {
			case inOrder, reordered:
				if played[n] = random.IntN(10) > 0; !played[n] {
					s.discard(first + uint16(n))
				}
			}
			highest = max(highest, n)
		}
		s.settleAll()
		var want quality.Losses
		for n := range highest + 1 {
			if played[n] {
				want.Played()
			} else {
				want.Lost()
			}
		}
		if s.fates != want {
			t.Fatalf("round %d: %+v, want %+v", round, s.fates, want)
		}
	}
}

// TestHoldIsNoFault: the far end puts the call on hold for three seconds and goes on with the timestamps that it had.
func TestHoldIsNoFault(t *testing.T) {
	l, m, hear := hearing(t, Stream{Source: None})
	play := func(from, to int, pause time.Duration) {
		for k := from; k < to; k++ {
			hear(5000, ms(k)+pause, spoken(k, uint32(k)*160, 7))
		}
	}
	play(0, 100, 0)
	l.Start(2*second, Stream{Remote: at(5000), Source: None, SendOnly: true})
	m.network.(*ether).run(5*second, m)
	l.Start(5*second, Stream{Remote: at(5000), Source: None})
	play(100, 200, 3*second)
	m.network.(*ether).run(7*second, m)
	s := l.Stop(7 * second)
	if names := s.Faults.Names(); len(names) > 0 || s.Missing != 0 || s.Received != 200 || s.LongestGap > 100*time.Millisecond {
		t.Errorf("%v, %v missing of %d received, longest gap %v", names, s.Missing, s.Received, s.LongestGap)
	}
}

// Packets that nobody can play are lost to the ear; those of another codec that the answer names are not.
func TestPayloadTypeThatWasNotAgreedOnIsNotHeard(t *testing.T) {
	for _, row := range []struct {
		also    uint8
		missing float64
		faulty  bool
	}{{0, 1, true}, {1 + 8, 0, false}, {1 + 18, 1, true}} {
		l, m, hear := hearing(t, Stream{Source: None, Also: row.also})
		for k := range 100 {
			hear(5000, ms(k), append(packet(8, uint16(k), uint32(k)*160, 7)[:12], bytes.Repeat(milliwatt(PCMA), 20)...))
		}
		m.network.(*ether).run(2*second, m)
		s := l.Stop(2 * second)
		if s.Missing != row.missing || s.Faults.Has(measure.OtherPayload) != row.faulty || s.Received != 100 {
			t.Errorf("with another type %d: %g missing of %d, faults %v; want %g of 100", row.also, s.Missing, s.Received, s.Faults.Names(), row.missing)
		}
	}
}

// A far end may send packets of the time that we ask for as well as of the one that it asks for itself.
func TestPacketTimeOfEitherSideIsRight(t *testing.T) {
	for _, row := range []struct {
		asked, announced, sent time.Duration
		fault                  bool
	}{
		{0, 40 * time.Millisecond, 20 * time.Millisecond, false},
		{30 * time.Millisecond, 0, 30 * time.Millisecond, false},
		{30 * time.Millisecond, 0, 20 * time.Millisecond, false},
		{0, 20 * time.Millisecond, 30 * time.Millisecond, true},
	} {
		l, m, hear := hearing(t, Stream{Source: None, Asked: row.asked, PacketTime: row.announced})
		for k := range 20 {
			at := time.Duration(k) * row.sent
			hear(5000, at, packet(0, uint16(k), uint32(units(at, 8000)), 7))
		}
		m.network.(*ether).run(second, m)
		if s := l.Stop(second); s.Faults.Has(measure.OtherPacketTime) != row.fault || s.PacketTime != row.sent {
			t.Errorf("asked for %s, announced %s, sent %s: faults %v, packets of %s", row.asked, row.announced, row.sent, s.Faults.Names(), s.PacketTime)
		}
	}
}
