package media

import (
	"time"

	"github.com/pion/rtp"
)

// listen looks in a packet of the far end, of the codec that was agreed on, for what we have sent ourselves: the packet
// itself, the reference signal, or an echo.
func (l *Leg) listen(p *rtp.Packet, arrival time.Duration) {
	if p.SSRC == l.sender.ssrc && !l.stream.Source.echoes() {
		l.reflected(p.SequenceNumber, arrival)
	}
	l.envelope.hear(l.stream.Codec, p, arrival)
	if !l.ear.listening {
		return
	}
	before := l.ear.marks
	l.ear.hear(l.stream.Codec, p.Payload, p.Timestamp)
	if l.ear.marks == before {
		return
	}
	position := l.ear.locate(p.Timestamp)
	switch l.stream.Mark {
	case 0:
		l.answer(position, arrival)
	case l.ear.heard:
		l.stats.AudioDelay = l.since(position, arrival)
	}
}

// reflected notes that one of our own packets has come back unchanged, and after how long.
func (l *Leg) reflected(number uint16, arrival time.Duration) {
	ago := time.Duration(l.sender.number - number)
	l.stats.Echo, l.stats.EchoDelay = true, max(0, arrival-(l.due-ago*l.wheel.period()))
}

// since returns how long ago the leg sent the sample at a position in the turn of its reference signal: one sample to a
// turn less a packet. A far end that answers in packets of its own is up to half a packet ahead of what it hears, which
// is as short a delay as can be told and not nearly a turn.
func (l *Leg) since(position int, arrival time.Duration) time.Duration {
	const turn, sample = turnSamples * time.Second / clockRate, time.Second / clockRate
	next := l.sender.position * units(l.wheel.period(), clockRate) // position of what is sent when l.due comes
	ago := (next - position) % turnSamples
	delay := (arrival - l.due + time.Duration(ago)*time.Second/clockRate) % turn
	if delay < 0 {
		delay += turn
	}
	if delay >= turn-l.wheel.period() {
		return sample
	}
	return max(delay, sample)
}

// answer plays the reference signal that was recognised, from where its caller is.
func (l *Leg) answer(position int, arrival time.Duration) {
	if l.answering == l.ear.heard {
		return
	}
	l.answering = l.ear.heard
	s := l.stream
	s.Mark = l.answering
	t := s.track()
	if t == nil {
		return
	}
	l.sender.play(s, t)
	perPacket := units(l.wheel.period(), clockRate)
	ahead := position + units(l.due-arrival, clockRate) + perPacket/2
	l.sender.position = max(0, ahead/perPacket) % len(t.slots)
}

// echoed returns the delay of our own signal when it has come back.
func (l *Leg) echoed() (time.Duration, bool) {
	if l.stats.Echo {
		return l.stats.EchoDelay, true
	}
	return l.envelope.echo(&l.sender, l.stream.Codec, l.due, l.wheel.period())
}
