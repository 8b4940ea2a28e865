package reports

import (
	"math"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// Audio is what the counted calls heard. Scores of different scales stand apart.
type Audio struct {
	Promised uint64 `json:"promised"`      // calls in which audio was promised to us
	OneWay   uint64 `json:"one_way_audio"` // calls whose audio did not flow both ways

	MOS         *Scores `json:"mos_cqe"`            // ITU-T G.107, telephone band; null without samples
	WidebandMOS *Scores `json:"mos_cqe_wideband"`   // ITU-T G.107.1
	RemoteMOS   *Scores `json:"mos_cq_remote"`      // what the far end claims (RFC 3611)
	NoScore     uint64  `json:"no_published_value"` // calls whose codec has none

	Missing      *float64 `json:"missing_ratio"` // lost or too late, by expected
	WorstMissing *float64 `json:"missing_ratio_of_worst_call"`
	RemoteLoss   *float64 `json:"remote_loss_ratio"` // mean of the calls, as the far end reports
	Discarded    uint64   `json:"packets_discarded"` // too late for the modelled jitter buffer
	Bursts       uint64   `json:"loss_bursts"`
	WrongPayload uint64   `json:"packets_of_wrong_payload_type"`
	Replayed     uint64   `json:"packets_of_earlier_calls"`
	SSRCChanges  uint64   `json:"ssrc_changes"`
	KernelDrops  uint64   `json:"packets_dropped_here"` // overran a receive buffer of this host: no loss of the network

	RTT         Delay `json:"rtt_ms"`
	FirstPacket Delay `json:"first_packet_ms"`
	LongestGap  Delay `json:"longest_gap_ms"`

	Recognised uint64 `json:"reference_recognised"` // calls that heard the reference signal
	AudioDelay Delay  `json:"audio_delay_ms"`
	EchoDelay  Delay  `json:"echo_delay_ms"` // of calls in which our own signal came back

	Faults map[string]uint64 `json:"faults"` // calls with each fault
	Worst  []WorstCall       `json:"worst_calls"`
}

// Scores sums up opinion scores from 1 to 5. A percentile is null unless ten samples lie beyond it.
type Scores struct {
	Count uint64   `json:"count"`
	Mean  float64  `json:"mean"`
	Min   float64  `json:"min"`
	P5    *float64 `json:"p5"`
	P50   *float64 `json:"p50"`
	Max   float64  `json:"max"`
}

// WorstCall is one of the calls that sounded worst, the worst first.
type WorstCall struct {
	Call  string   `json:"call_id"`
	Trunk string   `json:"trunk"`
	Began float64  `json:"began_seconds"`
	Lasts float64  `json:"duration_seconds"`
	Scale string   `json:"scale"`   // nb or wb; empty without a score
	MOS   *float64 `json:"mos_cqe"` // null without a score
	R     *float64 `json:"r"`

	Expected   uint64   `json:"packets_expected"`
	Lost       int64    `json:"packets_lost"`
	Discarded  uint64   `json:"packets_discarded"`
	Duplicated uint64   `json:"packets_duplicated"`
	Reordered  uint64   `json:"packets_reordered"`
	Missing    float64  `json:"missing_ratio"`
	BurstR     float64  `json:"burst_ratio"`
	Jitter     float64  `json:"jitter_end_ms"`
	MeanJitter float64  `json:"jitter_mean_ms"`
	MaxJitter  float64  `json:"jitter_max_ms"`
	RTT        *float64 `json:"rtt_ms"`
	First      float64  `json:"first_packet_ms"`
	Gap        float64  `json:"longest_gap_ms"`
	Faults     []string `json:"faults"`
}

func newAudio(m *measure.Media) *Audio {
	if m.Legs == 0 {
		return nil
	}
	h := &m.Heard
	a := &Audio{
		Promised: h.Promised, OneWay: h.OneWay,
		MOS: newScores(&h.MOS), WidebandMOS: newScores(&h.WidebandMOS), RemoteMOS: newScores(&h.RemoteMOS), NoScore: h.NoScore,
		Missing: known(m.Missing().Value()), WorstMissing: known(h.LegMissing.Quantile(1), h.LegMissing.Count() > 0),
		RemoteLoss: known(h.RemoteLoss.Mean(), h.RemoteLoss.Count() > 0),
		Discarded:  h.Discarded, Bursts: h.Bursts, WrongPayload: h.WrongPayload, Replayed: h.Replayed, SSRCChanges: h.SSRCChanges,
		KernelDrops: m.Drops,
		RTT:         newDelay(&h.RTT), FirstPacket: newDelay(&h.FirstPacket), LongestGap: newDelay(&h.LongestGap),
		Recognised: h.Recognised, AudioDelay: newDelay(&h.AudioDelay), EchoDelay: newDelay(&h.EchoDelay),
		Faults: make(map[string]uint64, measure.NumMediaFaults), Worst: []WorstCall{},
	}
	for f, n := range h.Faults {
		a.Faults[measure.MediaFault(f).String()] = n
	}
	for _, c := range h.Worst.Calls() {
		a.Worst = append(a.Worst, newWorstCall(c))
	}
	return a
}

// delays returns the delays of audio in the order in which reports print them.
func (a *Audio) delays() []namedDelay {
	return []namedDelay{
		{"rtp_rtt", "round trip by RTCP", a.RTT},
		{"rtp_first_packet", "answer to first packet", a.FirstPacket},
		{"rtp_longest_gap", "without a packet, of each call", a.LongestGap},
		{"audio_delay", "reference signal there and back", a.AudioDelay},
		{"echo_delay", "our own signal came back", a.EchoDelay},
	}
}

func newScores(s *measure.Scores) *Scores {
	if s.Count() == 0 {
		return nil
	}
	quantile := func(q float64) *float64 { return known(s.Quantile(q), s.Supports(q)) }
	return &Scores{
		Count: s.Count(), Mean: rounded(s.Mean()), Min: s.Quantile(0), P5: quantile(0.05), P50: quantile(0.5), Max: s.Quantile(1),
	}
}

func newWorstCall(c measure.CallAudio) WorstCall {
	return WorstCall{
		Call: printable(c.Call), Trunk: printable(c.Trunk), Began: thousandths(c.Began), Lasts: thousandths(c.Lasted),
		Scale: c.Scale, MOS: known(c.MOS, c.Scored), R: known(c.R, c.Scored),
		Expected: c.Expected, Lost: c.Lost, Discarded: c.Discarded, Duplicated: c.Duplicated, Reordered: c.Reordered,
		Missing: rounded(c.Missing), BurstR: rounded(c.BurstR),
		Jitter: milliseconds(c.Jitter), MeanJitter: milliseconds(c.MeanJitter), MaxJitter: milliseconds(c.MaxJitter),
		RTT: known(milliseconds(c.RTT), c.RTT > 0), First: milliseconds(c.FirstPacket), Gap: milliseconds(c.LongestGap),
		Faults: c.Faults.Names(),
	}
}

// thousandths returns seconds to the millisecond.
func thousandths(d time.Duration) float64 { return math.Round(d.Seconds()*1e3) / 1e3 }
