package call

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// roughNetwork loses a fifth of all messages, brings one in twenty twice, and each after a time of its own, so
// that they overtake one another.
func roughNetwork(seed uint64) func() []time.Duration {
	random := rand.New(rand.NewPCG(seed, 1))
	return func() []time.Duration {
		delay := func() time.Duration { return time.Duration(random.Int64N(int64(60 * time.Millisecond))) }
		switch x := random.Float64(); {
		case x < 0.20:
			return nil
		case x < 0.25:
			return []time.Duration{delay(), delay()}
		}
		return []time.Duration{delay()}
	}
}

// TestRoughNetworkLeavesNoCallBehind offers calls over such a network. Whatever happens to their messages, each
// ends in a class on both sides, and no side is left in a dialog.
func TestRoughNetworkLeavesNoCallBehind(t *testing.T) {
	const calls, rounds = 60, 60
	for _, tt := range []struct {
		name string
		ring time.Duration
		// play does more to the calls than let them be.
		play func(l *lab, random *rand.Rand)
		want []measure.Class // that calls must have ended in
	}{
		{"calls that are answered", 200 * time.Millisecond, func(*lab, *rand.Rand) {}, []measure.Class{measure.Answered}},
		{"calls that are withdrawn: CANCEL", 2 * time.Second, func(l *lab, random *rand.Rand) {
			l.runUntil(l.now + time.Duration(random.Int64N(int64(2*time.Second))))
			l.caller.Stop(l.now)
		}, []measure.Class{measure.Answered, measure.Aborted}},
		{"a gateway that shuts down", 2 * time.Second, func(l *lab, random *rand.Rand) {
			l.runUntil(l.now + time.Duration(random.Int64N(int64(2*time.Second))))
			l.answerer.Stop(l.now)
		}, []measure.Class{measure.Answered, measure.Blocked}},
		{"re-INVITEs to calls that talk", 50 * time.Millisecond, func(l *lab, random *rand.Rand) { l.holdAll(random) }, []measure.Class{measure.Answered}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen, repeats := map[measure.Class]uint64{}, uint64(0)
			for seed := range uint64(rounds) {
				l := newLab(t, func(_, answerer *Config) {
					answerer.Ringing = traffic.Duration{Law: traffic.Exponential, Mean: tt.ring}
					answerer.Random = traffic.Stream(seed+1, 1)
				})
				l.rough = roughNetwork(seed)
				random := rand.New(rand.NewPCG(seed, 2))
				for range calls {
					l.place(time.Duration(random.ExpFloat64() * float64(5*time.Second)))
					l.runUntil(l.now + 10*time.Millisecond)
				}
				tt.play(l, random)
				l.runUntil(l.now + 10*time.Minute)
				l.log = l.log[:0]
				l.closed()
				if t.Failed() {
					t.Fatalf("with seed %d", seed)
				}
				if l.calls.Offered != calls {
					t.Errorf("%d calls offered, want %d", l.calls.Offered, calls)
				}
				for class, n := range l.calls.Outcomes {
					seen[measure.Class(class)] += n
				}
				repeats += l.calls.Retransmissions[measure.Sent][measure.Invite] + l.answers.Retransmissions[measure.Sent][measure.Response2xx]
			}
			if repeats < rounds {
				t.Errorf("%d messages were sent again: the network is not rough", repeats)
			}
			for _, class := range tt.want {
				if seen[class] == 0 {
					t.Errorf("no call ended as %s: %v", class, seen)
				}
			}
		})
	}
}

// holdAll sends a re-INVITE inside each dialog of the answerer, as its caller would, and acknowledges whatever
// the network lets through. The calls go on.
func (l *lab) holdAll(random *rand.Rand) {
	n := 0
	l.answerer.table.each(func(c *call) {
		if c.stage != talking {
			return
		}
		n++
		d := &c.dialog
		text := func(method string) []byte {
			body := holdOffer
			if method == "ACK" {
				body = ""
			}
			return fmt.Appendf(nil, "%s sip:192.0.2.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKhold%s%d\r\nFrom: %s\r\nTo: %s\r\n"+
				"Call-ID: %s\r\nCSeq: %d %s\r\nMax-Forwards: 70\r\nContact: <sip:192.0.2.1:5060>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
				method, method, c.slot, d.get(d.remote), d.get(d.local), d.get(d.callID), c.remoteCSeq+1, method, len(body), body)
		}
		invite, ack := text("INVITE"), text("ACK")
		for range 1 + random.IntN(3) { // and its repeats
			l.answerer.Receive(sip.Datagram{Data: invite, From: callerAddress, At: l.now})
		}
		if random.Float64() < 0.8 {
			l.answerer.Receive(sip.Datagram{Data: ack, From: callerAddress, At: l.now})
		}
	})
	if n == 0 {
		l.t.Error("no call talks that could be put on hold")
	}
}
