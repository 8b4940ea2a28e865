package media

import (
	"math"
	"time"

	"github.com/pion/rtp"
)

// envelope keeps how loud the last packets of the far end were, so that an echo of what we play can be found in it once
// the call is over: the ups and downs of our own signal, again.
type envelope struct {
	on     bool
	levels [envelopePackets]uint8 // of the packets by their numbers; 0: not known
	number uint16                 // of the last one
	at     time.Duration          // its arrival
	heard  int
}

const (
	envelopePackets = 128    // two and a half seconds
	echoLags        = 50     // an echo is looked for up to a second back
	echoLeast       = 100    // packets that an echo has to be seen in
	echoAlike       = 0.93   // least correlation of the two envelopes
	echoSwing       = 8      // least standard deviation of ours, 3 dB: a constant tone has no envelope
	faintest        = 8 * 12 // levels below are all the same, 54 dB below full scale
)

// hear takes a packet of G.711.
func (e *envelope) hear(c Codec, p *rtp.Packet, arrival time.Duration) {
	if !e.on || c > PCMA || len(p.Payload) == 0 {
		return
	}
	for step := p.SequenceNumber - e.number; e.heard > 0 && step > 1 && step <= envelopePackets; step-- {
		e.number++
		e.levels[e.number%envelopePackets] = 0
	}
	e.number, e.at = p.SequenceNumber, arrival
	e.levels[e.number%envelopePackets] = level(c, p.Payload)
	e.heard++
}

// level returns the level of a packet in eighths of an octave of power, 0.38 dB, at least faintest.
func level(c Codec, payload []byte) uint8 {
	const fraction, bias = 52 - 3, 1023 << 3 // of a float64: three bits of the mantissa below the exponent
	bits := math.Float64bits(1 + meanSquare(c, payload))
	return uint8(max(faintest, int(bits>>fraction)-bias))
}

// echo looks for what the track of a sender plays in what was heard: due is when its next slot goes out. It returns
// how much later it came back.
func (e *envelope) echo(s *sender, c Codec, due, period time.Duration) (delay time.Duration, found bool) {
	if !e.on || e.heard < echoLeast || s.track == nil || c > PCMA {
		return 0, false
	}
	ours := s.track.levels(c)
	ahead := int(math.Round(float64(due-e.at) / float64(period))) // slots from the one that was sent when the last packet came
	best, lag := 0.0, 0
	for back := range echoLags {
		if r := e.alike(ours, s.position-ahead-back); r > best {
			best, lag = r, back
		}
	}
	return e.at - (due - time.Duration(ahead+lag)*period), best >= echoAlike
}

// alike returns the correlation of what was heard with ours, whose slot at an index goes with the last packet.
func (e *envelope) alike(ours []uint8, last int) float64 {
	var n, x, y, xx, yy, xy float64
	for k := range envelopePackets {
		heard := e.levels[(e.number-uint16(k))%envelopePackets]
		if heard == 0 {
			continue
		}
		a, b := float64(heard), float64(ours[((last-k)%len(ours)+len(ours))%len(ours)])
		n, x, y, xx, yy, xy = n+1, x+a, y+b, xx+a*a, yy+b*b, xy+a*b
	}
	if n < echoLeast {
		return 0
	}
	swing := yy/n - (y/n)*(y/n)
	if swing < echoSwing*echoSwing {
		return 0
	}
	return (xy/n - x/n*y/n) / math.Sqrt(max(1e-9, (xx/n-x/n*x/n)*swing))
}

// levels returns how loud each slot of a track is. A slot that is not sent, or is no audio, is silence.
func (t *track) levels(c Codec) []uint8 {
	levels := make([]uint8, len(t.slots))
	for i := range t.slots {
		levels[i] = faintest
		if s := &t.slots[i]; s.kind == voice && s.length > 0 {
			levels[i] = level(c, t.payload(s))
		}
	}
	return levels
}
