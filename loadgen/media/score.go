package media

import (
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/quality"
)

// judge works out, once the counts of a leg are complete, what its call sounded like and what was wrong.
func (l *Leg) judge(now time.Duration) {
	r, s := &l.receiver, &l.stats
	r.source.sequence.settleAll()
	fates := r.source.sequence.fates
	packetTime := mediaTime(int32(r.steps.usual()), max(1, r.clock))
	ended := now - max(r.last, l.aimed)
	stopped := r.heard && ended > interruption && !r.quiet && !s.SendOnly
	if stopped && packetTime > 0 { // dead air is no better than lost packets
		for range ended / packetTime {
			fates.Lost()
		}
	}
	s.Discarded, s.PacketTime = r.discarded, packetTime
	s.Missing, s.BurstR, s.Bursts = fates.Share(), fates.BurstR(), fates.Bursts(packetTime)
	s.Pace = r.source.playout.pace(r.last)
	s.Level, s.LevelKnown = r.loudness.level()
	s.blame(l, stopped)
	s.score(l.stream.Codec, r.buffer)
}

// blame notes what was wrong.
func (s *Stats) blame(l *Leg, stopped bool) {
	r, f := &l.receiver, &s.Faults
	f.Add(measure.HeardNothing, s.Silent())
	f.Add(measure.NotHeard, l.control.unheard())
	f.Add(measure.PortRefused, l.refusal.lasting())
	f.Add(measure.StreamStopped, stopped)
	f.Add(measure.Interrupted, r.interrupted)
	f.Add(measure.Restarted, r.changes > 0)
	f.Add(measure.Moved, s.Elsewhere >= fewPackets)
	f.Add(measure.WrongPace, !r.interrupted && wrongPace(s.Pace, r.last-r.source.playout.first))
	f.Add(measure.OtherPacketTime, r.steps.differs())
	f.Add(measure.NotAuthentic, s.Unauthentic >= fewPackets && s.Unauthentic > s.Received) // fewer are forgeries or copies
	f.Add(measure.OtherPayload, s.WrongPayload >= fewPackets)
	s.Recognised = l.ear.recognised(l.stream.Mark)
	enough := l.receiver.loudness.packets >= enoughPackets && l.stream.Codec <= PCMA
	s.Marked = l.ear.listening && (l.ear.marks > 0 || enough)
	f.Add(measure.OtherAudio, l.ear.deaf() && enough)
	f.Add(measure.SwappedAudio, l.ear.swapped(l.stream.Mark))
	f.Add(measure.OwnEcho, s.Echo)
	f.Add(measure.SilentAudio, r.loudness.silent() && s.Received >= fewPackets)
}

// fewPackets is how many packets may be odd before it is a fault of the call's audio.
const fewPackets = 10

// enoughPackets is how many packets must have come for the reference signal to be missed: some seconds, in which it
// is said a dozen times.
const enoughPackets = 150

// score rates what was heard by the E-model of the codec's scale: losses and late packets, and the delay from mouth to
// ear without an echo path, which is half the round trip, the jitter buffer, a packet and the look-ahead of the codec. A
// call that heard nothing where something was promised has the lowest score.
func (s *Stats) score(c Codec, buffer time.Duration) {
	codec, known := quality.FindCodec(c.String())
	switch {
	case s.Silent():
		s.Scored, s.Score = true, quality.Score{Scale: quality.Narrowband, MOS: 1}
		if known {
			s.Score.Scale = codec.Scale
		}
		return
	case s.Received == 0:
		return
	case !known:
		s.NoScore = c.String() + ": no published value"
		return
	}
	delay := buffer + s.PacketTime + codec.LookAhead()
	if s.RTTs > 0 {
		delay += s.RTT / 2
	}
	score, reason, err := quality.Conversation(quality.Listening{Codec: codec, Loss: s.Missing, BurstR: s.BurstR, Delay: delay})
	if err != nil {
		reason = err.Error()
	}
	s.Score, s.NoScore, s.Scored = score, reason, reason == ""
}

// Audio returns the numbers of the call for a list of calls.
func (s *Stats) Audio() measure.CallAudio {
	return measure.CallAudio{
		Lasted: s.Lasted, Scored: s.Scored, Scale: string(s.Score.Scale), MOS: s.Score.MOS, R: s.Score.R,
		Expected: s.Expected, Received: s.Received, Discarded: s.Discarded, Duplicated: s.Duplicated, Reordered: s.Reordered,
		Lost: s.Lost, Missing: s.Missing, BurstR: s.BurstR,
		Jitter: s.Jitter, MeanJitter: s.MeanJitter, MaxJitter: s.MaxJitter, RTT: s.RTT,
		FirstPacket: s.FirstPacket, LongestGap: s.LongestGap, Faults: s.Faults,
	}
}
