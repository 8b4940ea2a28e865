package media

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/sipplan/sipplan/planner/quality"
)

// appendExtended writes the extended report that goes with a report (RFC 3611): what the far end's stream sounds like, a
// time that it can answer if we send none otherwise, and the answer to its own. Nothing when there is nothing to say.
func (l *Leg) appendExtended(dst []byte, at time.Duration) []byte {
	c, begin := &l.control, len(dst)
	if !l.receiver.heard && l.sender.packets > 0 && c.reference == 0 {
		return dst
	}
	dst = beginControl(dst, extendedReport, 0, l.sender.ssrc)
	if l.receiver.heard {
		metrics := l.voipMetrics()
		dst = metrics.append(dst)
	}
	if l.sender.packets == 0 {
		dst = append(dst, referenceTime, 0, 0, 2)
		dst = binary.BigEndian.AppendUint64(dst, ntpTime(l.engine.clock.wall(at)))
	}
	if c.reference != 0 {
		dst = append(dst, lastReference, 0, 0, lastReferenceSize/4)
		dst = binary.BigEndian.AppendUint32(dst, c.referrer)
		dst = binary.BigEndian.AppendUint32(dst, c.reference)
		dst = binary.BigEndian.AppendUint32(dst, compactDelay(at-c.referred))
	}
	return endControl(dst, begin)
}

// voipMetrics is what a stream sounds like (RFC 3611 section 4.7): shares of 256, densities likewise, times in
// milliseconds, R from 0 to 100, MOS times ten.
type voipMetrics struct {
	ssrc                                            uint32
	lossRate, discardRate, burstDensity, gapDensity uint8
	burstDuration, gapDuration                      uint16
	roundTrip, endSystem                            uint16
	signalLevel                                     uint8 // dBm0, in two's complement
	rFactor, listeningMOS, conversationalMOS        uint8
	buffer                                          uint16 // of jitter, of fixed depth
}

func (v *voipMetrics) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(append(dst, voipBlock, 0, 0, voipSize/4), v.ssrc)
	dst = append(dst, v.lossRate, v.discardRate, v.burstDensity, v.gapDensity)
	for _, times := range [...]uint16{v.burstDuration, v.gapDuration, v.roundTrip, v.endSystem} {
		dst = binary.BigEndian.AppendUint16(dst, times)
	}
	const noiseLevel, returnLoss, externalR = unavailable, unavailable, unavailable
	dst = append(dst, v.signalLevel, noiseLevel, returnLoss, quality.Gmin, v.rFactor, externalR, v.listeningMOS, v.conversationalMOS, receiverConfig, 0)
	for range 3 { // the depth of the buffer as it is, as it may become, and at the most
		dst = binary.BigEndian.AppendUint16(dst, v.buffer)
	}
	return dst
}

const (
	unavailable = 127 // of ratings, levels and return loss (RFC 3611 section 4.7)

	// receiverConfig says what receives: standard loss concealment, a jitter buffer that does not adapt its depth
	// (RFC 3611 section 4.7.6).
	receiverConfig = 3<<6 | 2<<4
)

// voipMetrics returns the metrics of what was heard so far.
func (l *Leg) voipMetrics() voipMetrics {
	r := &l.receiver
	sequence := r.source.sequence // a copy: the packets of the window at hand count here, and stay open
	sequence.settleAll()
	t, fates := r.totals(), &sequence.fates
	packetTime := mediaTime(int32(r.steps.usual()), max(1, r.clock))
	bursts := fates.Bursts(packetTime)
	metrics := voipMetrics{
		ssrc:         r.source.ssrc,
		lossRate:     in256ths(ratio(max(0, t.lost+int64(t.duplicated)), t.expected)),
		discardRate:  in256ths(ratio(int64(r.discarded), t.expected)),
		burstDensity: in256ths(bursts.BurstDensity), gapDensity: in256ths(bursts.GapDensity),
		burstDuration: inMilliseconds(bursts.BurstDuration), gapDuration: inMilliseconds(bursts.GapDuration),
		roundTrip: inMilliseconds(l.control.rtt), endSystem: inMilliseconds(r.buffer + packetTime),
		signalLevel: unavailable, rFactor: unavailable, listeningMOS: unavailable, conversationalMOS: unavailable,
		buffer: inMilliseconds(r.buffer),
	}
	if level, known := r.loudness.level(); known {
		metrics.signalLevel = uint8(int8(math.Round(level + fullScale)))
	}
	l.rate(&metrics, fates, packetTime)
	return metrics
}

// fullScale is the level of a full-scale square wave in dBm0, what dBov counts from: 0 dBm0 is 6.15 dB below
// (ITU-T G.711: a sine of full scale has 3.14 dBm0).
const fullScale = 6.15

// rate fills in the ratings: listening quality without the delay, conversational quality with it. Those of the wideband
// scale do not fit the block.
func (l *Leg) rate(metrics *voipMetrics, fates *quality.Losses, packetTime time.Duration) {
	s := Stats{Received: 1, Missing: fates.Share(), BurstR: fates.BurstR(), PacketTime: packetTime, RTT: l.control.rtt, RTTs: l.control.rtts}
	s.score(l.stream.Codec, l.receiver.buffer)
	if !s.Scored || s.Score.Scale != quality.Narrowband {
		return
	}
	metrics.rFactor = uint8(math.Round(max(0, s.Score.R)))
	metrics.conversationalMOS = uint8(math.Round(10 * s.Score.MOS))
	codec, _ := quality.FindCodec(l.stream.Codec.String())
	if listening, reason, err := quality.Conversation(quality.Listening{Codec: codec, Loss: s.Missing, BurstR: s.BurstR}); reason == "" && err == nil {
		metrics.listeningMOS = uint8(math.Round(10 * listening.MOS))
	}
}

func ratio(n int64, of uint64) float64 { return float64(n) / float64(max(1, of)) }

// in256ths returns a share as RFC 3611 has it: of 256, at most 255.
func in256ths(share float64) uint8 { return uint8(min(255, max(0, share*256))) }

func inMilliseconds(d time.Duration) uint16 {
	return uint16(min(math.MaxUint16, max(0, d/time.Millisecond)))
}

// hearMore reads an extended report: what the far end says that our stream sounded like, the time that it wants
// answered, and its answer to ours, from which a leg that sends nothing learns the round trip.
func (c *control) hearMore(p *controlPacket, arrival time.Duration, ntp uint64, ours uint32) {
	sender := binary.BigEndian.Uint32(p.body)
	for rest := p.body[4:]; len(rest) > 0; {
		var b extendedBlock
		b, rest, _ = cutBlock(rest)
		switch b.kind {
		case voipBlock:
			if mos := b.body[voipMOS]; binary.BigEndian.Uint32(b.body) == ours && mos >= 10 && mos <= 50 {
				c.remoteMOS = float64(mos) / 10
			}
		case referenceTime:
			c.reference, c.referrer, c.referred = compact(binary.BigEndian.Uint64(b.body)), sender, arrival
		case lastReference:
			c.hearAnswers(b.body, ntp, ours)
		}
	}
}

// hearAnswers reads the far end's answers to the times of receivers (RFC 3611 section 4.5); one of time 0 answers none.
func (c *control) hearAnswers(answers []byte, ntp uint64, ours uint32) {
	for ; len(answers) > 0; answers = answers[lastReferenceSize:] {
		ssrc, last := binary.BigEndian.Uint32(answers), binary.BigEndian.Uint32(answers[4:])
		if ssrc == ours && last != 0 {
			c.roundTrip(compact(ntp), last, binary.BigEndian.Uint32(answers[8:]))
		}
	}
}
