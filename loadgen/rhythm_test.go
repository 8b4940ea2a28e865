package loadgen

import (
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/traffic"
)

func TestNapsInBusyTimesOnly(t *testing.T) {
	type turns struct {
		n        int
		each     time.Duration // from one turn to the next
		messages uint64        // of each turn
	}
	for _, test := range []struct {
		name   string
		period []turns // repeated for a second
		want   bool
	}{
		{"100 calls a second, the messages of each in turns of 50 µs", []turns{{7, 50 * time.Microsecond, 1}, {1, 9650 * time.Microsecond, 0}}, false},
		{"1,000 calls a second, the messages of each in turns of 50 µs", []turns{{7, 50 * time.Microsecond, 1}, {1, 650 * time.Microsecond, 0}}, false},
		{"4,000 calls a second, one by one", []turns{{7, 30 * time.Microsecond, 1}, {1, 40 * time.Microsecond, 0}}, true},
		{"4,000 calls a second, a batch after each nap", []turns{{1, time.Millisecond, 28}}, true},
		{"nothing to do", []turns{{1, 100 * time.Millisecond, 0}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var r rhythm
			var now time.Duration
			var messages uint64
			naps, asked := 0, 0
			for now < time.Second {
				for _, part := range test.period {
					for range part.n {
						now, messages = now+part.each, messages+part.messages
						if settled := now > 5*rateWindow; settled {
							asked++
							if r.naps(now, messages) {
								naps++
							}
						} else {
							r.naps(now, messages)
						}
					}
				}
			}
			if test.want && naps != asked || !test.want && naps != 0 {
				t.Errorf("naps in %d of %d turns, want %v", naps, asked, test.want)
			}
		})
	}
}

// metronome is a socket that notes when turns begin, and lets each take the time and move the messages that a test says.
type metronome struct {
	mailbox
	start    time.Time
	begun    []time.Duration
	takes    func(turn int) time.Duration
	messages uint64 // of each turn
}

func (m *metronome) Read() int {
	m.begun = append(m.begun, time.Since(m.start))
	return 0
}

func (m *metronome) Flush()               { time.Sleep(m.takes(len(m.begun))) }
func (m *metronome) Nap(d time.Duration)  { time.Sleep(d) }
func (m *metronome) Wait(d time.Duration) { time.Sleep(d) }
func (m *metronome) Stats() sip.SocketStats {
	return sip.SocketStats{Sent: uint64(len(m.begun)) * m.messages}
}

// Turns of a busy loop that starts calls begin at a fixed beat, whatever the last ones took; those of an idle one when the
// next call is due. A turn that was late costs none that would only catch up.
func TestTurnsBeginAtABeat(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	always := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	once := func(late time.Duration) func(int) time.Duration { // the third turn takes longer than the others
		return func(turn int) time.Duration {
			if turn == 3 {
				return late
			}
			return 100 * us
		}
	}
	const busyTurn = 30 // messages: more than 10,000 a second at every beat below
	for _, tt := range []struct {
		name       string
		transports []sip.Transport // none at an answerer
		messages   uint64
		takes      func(turn int) time.Duration
		want       []time.Duration // from one turn to the next
	}{
		{"busy over UDP", []sip.Transport{sip.UDP}, busyTurn, always(100 * us), []time.Duration{600 * us, 600 * us, 600 * us, 600 * us}},
		{"busy over UDP, turns of no time", []sip.Transport{sip.UDP}, busyTurn, always(0), []time.Duration{600 * us, 600 * us, 600 * us, 600 * us}},
		{"busy over UDP, turns that nearly fill the beat", []sip.Transport{sip.UDP}, busyTurn, always(599 * us), []time.Duration{600 * us, 600 * us, 600 * us, 600 * us}},
		{"busy over UDP, turns that overfill it", []sip.Transport{sip.UDP}, busyTurn, always(700 * us), []time.Duration{700 * us, 700 * us, 700 * us, 700 * us}},
		{"busy over UDP, one turn late", []sip.Transport{sip.UDP}, busyTurn, once(2 * ms), []time.Duration{600 * us, 600 * us, 2 * ms, 600 * us, 600 * us}},
		{"busy over TCP", []sip.Transport{sip.TCP}, busyTurn, always(100 * us), []time.Duration{900 * us, 900 * us, 900 * us, 900 * us}},
		{"busy over TLS, one turn late", []sip.Transport{sip.TLS}, busyTurn, once(2 * ms), []time.Duration{900 * us, 900 * us, 2 * ms, 900 * us, 900 * us}},
		{"busy over UDP, with connections for what is too long", []sip.Transport{sip.UDP, sip.TCP}, busyTurn, always(100 * us), []time.Duration{900 * us, 900 * us, 900 * us, 900 * us}},
		{"a busy answerer naps after its turn", nil, busyTurn, always(100 * us), []time.Duration{1100 * us, 1100 * us, 1100 * us, 1100 * us}},
		{"idle: when the next of 20 calls a second is due", []sip.Transport{sip.UDP}, 0, always(100 * us), []time.Duration{lead, 50 * ms, 50 * ms, 50 * ms}},
		{"idle: at once if it is overdue", []sip.Transport{sip.UDP}, 0, once(60 * ms), []time.Duration{lead, 50 * ms, 60 * ms, 40 * ms, 50 * ms}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := sound(t, "sip:127.0.0.1:5060")
				cfg.Arrivals, cfg.CAPS, cfg.Holding, cfg.Media.Off = traffic.Constant, 20, traffic.Duration{Mean: time.Hour}, true
				m := &metronome{start: time.Now(), takes: tt.takes, messages: tt.messages}
				shard := shardOver(t, m, &cfg)
				shard.rhythm.rate = float64(1000 * tt.messages)
				if tt.transports == nil {
					shard.calls = nil
				}
				for _, transport := range tt.transports {
					shard.leaves.lines = append(shard.leaves.lines, call.Line{Transport: transport})
				}
				shard.Loop(t.Context(), func(time.Duration) bool { return len(m.begun) > len(tt.want) })
				var got []time.Duration
				for i := range tt.want {
					got = append(got, m.begun[i+1]-m.begun[i])
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("from one turn to the next %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// However busy the signalling is, a packet that is due begins a turn: media keeps its pace.
func TestBusyTurnsBeginWhenAPacketIsDue(t *testing.T) {
	const takes = 100 * time.Microsecond
	synctest.Test(t, func(t *testing.T) {
		local := netip.MustParseAddr("127.0.0.1")
		engine, err := media.NewEngine(media.Config{Local: local, Ports: media.PortRange{First: 26400, Last: 26403}, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		cfg := sound(t, "sip:127.0.0.1:5060")
		cfg.Media.Off = true
		m := &metronome{start: time.Now(), takes: func(int) time.Duration { return takes }, messages: 30}
		shard := shardOver(t, m, &cfg)
		shard.Media, shard.rhythm.rate = engine, 30_000
		leg, err := engine.Open()
		if err != nil {
			t.Fatal(err)
		}
		leg.Start(0, media.Stream{Remote: netip.AddrPortFrom(local, leg.Port())})
		var due []time.Duration // that come between the end of a turn and the next beat
		shard.Loop(t.Context(), func(now time.Duration) bool {
			if next, _ := engine.Next(); next > now+takes && next < now+datagramBeat {
				due = append(due, next)
			}
			return now > 200*time.Millisecond
		})
		for _, at := range due {
			if at < m.begun[len(m.begun)-1] && !slices.Contains(m.begun, at) {
				t.Errorf("no turn begins at %v, when a packet is due", at)
			}
		}
		if len(due) < 5 {
			t.Errorf("%d packets were due between two beats, want 5 or more of the ten", len(due))
		}
	})
}
