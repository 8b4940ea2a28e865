package media

import (
	"math"
	"time"

	"github.com/pion/rtcp"
	"github.com/sipplan/sipplan/planner/quality"
)

// extended returns the extended report that goes with a report (RFC 3611): what the far end's stream sounds like, a
// time that it can answer if we send none otherwise, and the answer to its own. Nil when there is nothing to say.
func (l *Leg) extended(at time.Duration) *rtcp.ExtendedReport {
	c := &l.control
	x := &rtcp.ExtendedReport{SenderSSRC: l.sender.ssrc}
	if l.receiver.heard {
		x.Reports = append(x.Reports, l.voipMetrics())
	}
	if l.sender.packets == 0 {
		x.Reports = append(x.Reports, &rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: ntpTime(l.engine.clock.wall(at))})
	}
	if c.reference != 0 {
		x.Reports = append(x.Reports, &rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{
			{SSRC: c.referrer, LastRR: c.reference, DLRR: compactDelay(at - c.referred)},
		}})
	}
	if len(x.Reports) == 0 {
		return nil
	}
	return x
}

const (
	unavailable = 127 // of ratings, levels and return loss (RFC 3611 section 4.7)

	// receiverConfig says what receives: standard loss concealment, a jitter buffer that does not adapt its depth
	// (RFC 3611 section 4.7.6).
	receiverConfig = 3<<6 | 2<<4
)

// voipMetrics returns the VoIP metrics of what was heard so far (RFC 3611 section 4.7).
func (l *Leg) voipMetrics() *rtcp.VoIPMetricsReportBlock {
	r := &l.receiver
	sequence := r.source.sequence // a copy: the packets of the window at hand count here, and stay open
	sequence.settleAll()
	t, fates := r.totals(), &sequence.fates
	packetTime := mediaTime(int32(r.steps.usual()), max(1, r.clock))
	bursts := fates.Bursts(packetTime)
	block := &rtcp.VoIPMetricsReportBlock{
		SSRC:           r.source.ssrc,
		LossRate:       in256ths(ratio(max(0, t.lost+int64(t.duplicated)), t.expected)),
		DiscardRate:    in256ths(ratio(int64(r.discarded), t.expected)),
		BurstDensity:   in256ths(bursts.BurstDensity),
		GapDensity:     in256ths(bursts.GapDensity),
		BurstDuration:  inMilliseconds(bursts.BurstDuration),
		GapDuration:    inMilliseconds(bursts.GapDuration),
		RoundTripDelay: inMilliseconds(l.control.rtt),
		EndSystemDelay: inMilliseconds(r.buffer + packetTime),
		SignalLevel:    unavailable, NoiseLevel: unavailable, RERL: unavailable, ExtRFactor: unavailable,
		RFactor: unavailable, MOSLQ: unavailable, MOSCQ: unavailable,
		Gmin: quality.Gmin, RXConfig: receiverConfig,
		JBNominal: inMilliseconds(r.buffer), JBMaximum: inMilliseconds(r.buffer), JBAbsMax: inMilliseconds(r.buffer),
	}
	if level, known := r.loudness.level(); known {
		block.SignalLevel = uint8(int8(math.Round(level + fullScale)))
	}
	l.rate(block, fates, packetTime)
	return block
}

// fullScale is the level of a full-scale square wave in dBm0, what dBov counts from: 0 dBm0 is 6.15 dB below
// (ITU-T G.711: a sine of full scale has 3.14 dBm0).
const fullScale = 6.15

// rate fills in the ratings: listening quality without the delay, conversational quality with it. Those of the wideband
// scale do not fit the block.
func (l *Leg) rate(block *rtcp.VoIPMetricsReportBlock, fates *quality.Losses, packetTime time.Duration) {
	s := Stats{Received: 1, Missing: fates.Share(), BurstR: fates.BurstR(), PacketTime: packetTime, RTT: l.control.rtt, RTTs: l.control.rtts}
	s.score(l.stream.Codec, l.receiver.buffer)
	if !s.Scored || s.Score.Scale != quality.Narrowband {
		return
	}
	block.RFactor = uint8(math.Round(max(0, s.Score.R)))
	block.MOSCQ = uint8(math.Round(10 * s.Score.MOS))
	codec, _ := quality.FindCodec(l.stream.Codec.String())
	if listening, reason, err := quality.Conversation(quality.Listening{Codec: codec, Loss: s.Missing, BurstR: s.BurstR}); reason == "" && err == nil {
		block.MOSLQ = uint8(math.Round(10 * listening.MOS))
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
func (c *control) hearMore(x *rtcp.ExtendedReport, arrival time.Duration, ntp uint64, ours uint32) {
	for _, block := range x.Reports {
		switch b := block.(type) {
		case *rtcp.VoIPMetricsReportBlock:
			if b.SSRC == ours && b.MOSCQ >= 10 && b.MOSCQ <= 50 {
				c.remoteMOS = float64(b.MOSCQ) / 10
			}
		case *rtcp.ReceiverReferenceTimeReportBlock:
			c.reference, c.referrer, c.referred = compact(b.NTPTimestamp), x.SenderSSRC, arrival
		case *rtcp.DLRRReportBlock:
			for _, r := range b.Reports {
				if r.SSRC == ours && r.LastRR != 0 {
					c.roundTrip(compact(ntp), r.LastRR, r.DLRR)
				}
			}
		}
	}
}
