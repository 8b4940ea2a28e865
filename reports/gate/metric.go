package gate

import (
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// metric is something that a gate can ask about: exactly one of its functions is set, apart from
// shares, which a ratio of packets may have beside it, and those that say what a count is among.
type metric struct {
	name, about string

	ratio    func(*measure.Measurement) measure.Ratio
	capacity bool // whether blocked calls are in the ratio, so that its hits come in bursts
	count    func(*measure.Measurement) uint64
	among    func(*measure.Measurement) uint64 // of a count of calls: without any of these it has no samples; nil stands for those offered
	packets  func(*measure.Media) uint64       // of a count of legs or packets: how many there were to count among
	audio    func(*measure.Heard) uint64       // of a count of calls by what they heard: how many were judged
	scores   func(*measure.Measurement) *measure.Scores
	delay    func(*measure.Measurement) *measure.Histogram
	traffic  func(*measure.Measurement, time.Duration) (erlangs float64, defined bool)
	shares   func(*measure.Measurement) *measure.Shares // of each leg
}

// metrics lists what a gate can ask about, in the order in which help shows it.
var metrics = slices.Concat(ratios, delays(), sessions, scores, outcomes(), counts, packets, audio(), traffics)

var ratios = []metric{
	{name: "blocking", about: "calls refused for lack of capacity, by calls offered to the target", capacity: true,
		ratio: (*measure.Measurement).Blocking},
	{name: "asr", about: "answer seizure ratio (ITU-T E.411)", ratio: (*measure.Measurement).ASR},
	{name: "abr", about: "answer bid ratio (ITU-T E.411)", capacity: true, ratio: (*measure.Measurement).ABR},
	{name: "ner", about: "network effectiveness ratio (ITU-T E.425)", ratio: (*measure.Measurement).NER},
	{name: "ser", about: "session establishment ratio (RFC 6076)", capacity: true, ratio: (*measure.Measurement).SER},
	{name: "seer", about: "session establishment effectiveness ratio (RFC 6076)", capacity: true,
		ratio: (*measure.Measurement).SEER},
	{name: "isa", about: "ineffective session attempts (RFC 6076)", capacity: true, ratio: (*measure.Measurement).ISA},
	{name: "scr", about: "session completion ratio (RFC 6076)", capacity: true, ratio: (*measure.Measurement).SCR},
	{name: "rtp_loss", about: "RTP packets lost, by packets expected; p99 and the like: of each call",
		ratio:  func(m *measure.Measurement) measure.Ratio { return m.Media.Loss() },
		shares: func(m *measure.Measurement) *measure.Shares { return &m.Media.LegLoss }},
	{name: "rtp_missing", about: "RTP packets lost, too late for the jitter buffer or of a wrong payload type, by packets expected; p99 and the like: of each call",
		ratio:  func(m *measure.Measurement) measure.Ratio { return m.Media.Missing() },
		shares: func(m *measure.Measurement) *measure.Shares { return &m.Media.Heard.LegMissing }},
}

var scores = []metric{
	{name: "mos", about: "MOS-CQE of each call, telephone band (ITU-T G.107); 1 for a call that heard nothing",
		scores: func(m *measure.Measurement) *measure.Scores { return &m.Media.Heard.MOS }},
	{name: "mos_wideband", about: "MOS-CQE of each call, wideband scale (ITU-T G.107.1)",
		scores: func(m *measure.Measurement) *measure.Scores { return &m.Media.Heard.WidebandMOS }},
	{name: "mos_remote", about: "MOS-CQ that the far end reports of what it heard (RFC 3611): its claim",
		scores: func(m *measure.Measurement) *measure.Scores { return &m.Media.Heard.RemoteMOS }},
}

var delayTexts = [measure.NumDelays]string{
	measure.SRD:        "session request delay of calls that are not refused (RFC 6076)",
	measure.SRDFailed:  "session request delay of refused calls (RFC 6076)",
	measure.PDD:        "post-dial delay: INVITE to ringing",
	measure.AnswerTime: "INVITE to answer",
	measure.RRD:        "request delay of what opens otherwise than by INVITE, as REGISTER (RFC 6076)",
	measure.SDD:        "session disconnect delay (RFC 6076)",
	measure.SDT:        "session duration (RFC 6076)",
	measure.Lateness:   "the generator's own lateness",
}

// delays returns the delays that are measured for calls and for packets.
func delays() []metric {
	var all []metric
	for d, about := range delayTexts {
		all = append(all, metric{name: measure.Delay(d).String(), about: about,
			delay: func(m *measure.Measurement) *measure.Histogram { return &m.Delays[d] }})
	}
	return append(all,
		metric{name: "rtp_jitter", about: "interarrival jitter at the end of each call (RFC 3550)",
			delay: func(m *measure.Measurement) *measure.Histogram { return &m.Media.Jitter }},
		metric{name: "rtp_send_late", about: "the generator's own lateness in sending RTP",
			delay: func(m *measure.Measurement) *measure.Histogram { return &m.Media.SendLate }},
		metric{name: "rtp_rtt", about: "round trip of each call by RTCP (RFC 3550)",
			delay: func(m *measure.Measurement) *measure.Histogram { return &m.Media.Heard.RTT }},
		metric{name: "rtp_first_packet", about: "from the answer to the first RTP packet of each call",
			delay: func(m *measure.Measurement) *measure.Histogram { return &m.Media.Heard.FirstPacket }},
		metric{name: "rtp_longest_gap", about: "longest time without an RTP packet in each call",
			delay: func(m *measure.Measurement) *measure.Histogram { return &m.Media.Heard.LongestGap }},
		metric{name: "audio_delay", about: "from sending the reference signal to hearing it again, both ways",
			delay: func(m *measure.Measurement) *measure.Histogram { return &m.Media.Heard.AudioDelay }},
		metric{name: "echo_delay", about: "of calls in which our own signal came back",
			delay: func(m *measure.Measurement) *measure.Histogram { return &m.Media.Heard.EchoDelay }})
}

var sessions = []metric{
	{name: "acd", about: "average call duration (ITU-T E.437): the same as sdt mean",
		delay: func(m *measure.Measurement) *measure.Histogram { return &m.Delays[measure.SDT] }},
}

// outcomes returns the number of calls of each class.
func outcomes() []metric {
	var all []metric
	for c := range measure.Class(measure.NumClasses) {
		among := (*measure.Measurement).Bids
		if c == measure.Answered || c == measure.NotStarted || c == measure.Aborted {
			among = nil
		}
		all = append(all, metric{name: c.String(), about: "calls that ended in this class", among: among,
			count: func(m *measure.Measurement) uint64 { return m.Outcomes[c] }})
	}
	return all
}

var counts = []metric{
	{name: "offered", about: "calls that the arrival process wanted", count: func(m *measure.Measurement) uint64 { return m.Offered }},
	{name: "started", about: "calls whose INVITE was sent", count: func(m *measure.Measurement) uint64 { return m.Started }},
	{name: "late", about: "calls started too late", count: func(m *measure.Measurement) uint64 { return m.Late }},
	{name: "completed", about: "answered calls whose BYE was answered", count: func(m *measure.Measurement) uint64 { return m.Completed }},
	{name: "dropped", about: "answered calls that ended otherwise than planned",
		among: func(m *measure.Measurement) uint64 { return m.Outcomes[measure.Answered] },
		count: func(m *measure.Measurement) uint64 { return m.Dropped }},
	{name: "retransmissions", about: "SIP messages that we had to send again",
		count: func(m *measure.Measurement) uint64 { return sum(m.Retransmissions[measure.Sent]) }},
	{name: "retransmissions_received", about: "SIP messages that the target sent again",
		count: func(m *measure.Measurement) uint64 { return sum(m.Retransmissions[measure.Received]) }},
	{name: "strays", about: "SIP messages that belong to no call", count: func(m *measure.Measurement) uint64 { return m.Strays }},
	{name: "malformed", about: "SIP messages that could not be read", count: func(m *measure.Measurement) uint64 { return m.Malformed }},
}

var packets = []metric{
	{name: "rtp_silent", about: "calls that heard nothing", packets: legs, count: func(m *measure.Measurement) uint64 { return m.Media.Silent }},
	{name: "rtp_lost", about: "RTP packets lost", packets: expected,
		count: func(m *measure.Measurement) uint64 { return m.Media.Loss().Numerator }},
	{name: "rtp_reordered", about: "RTP packets received out of order", packets: received,
		count: func(m *measure.Measurement) uint64 { return m.Media.Reordered }},
	{name: "rtp_duplicated", about: "RTP packets received twice", packets: received,
		count: func(m *measure.Measurement) uint64 { return m.Media.Duplicated }},
}

func legs(m *measure.Media) uint64     { return m.Legs }
func expected(m *measure.Media) uint64 { return m.Expected }
func received(m *measure.Media) uint64 { return m.Received }

// faults are the counts of calls whose audio had one of these faults.
var faults = []struct {
	name, about string
	judged      func(*measure.Heard) uint64
	faults      []measure.MediaFault
}{
	{"stopped_audio", "calls whose stream ended more than a second before they did", promised, []measure.MediaFault{measure.StreamStopped}},
	{"interrupted_audio", "calls in which nothing came for more than a second, and no pause was announced", promised, []measure.MediaFault{measure.Interrupted}},
	{"silent_audio", "calls that received packets with nothing but silence", decoded, []measure.MediaFault{measure.SilentAudio}},
	{"wrong_audio", "calls that heard something else than the reference signal, or that of another call", marked,
		[]measure.MediaFault{measure.OtherAudio, measure.SwappedAudio}},
	{"own_echo", "calls that heard their own signal come back", promised, []measure.MediaFault{measure.OwnEcho}},
	{"not_authentic", "calls whose SRTP the keys of the descriptions do not open", promised, []measure.MediaFault{measure.NotAuthentic}},
	{"wrong_pace", "calls whose far end sends faster or slower than real time", paced, []measure.MediaFault{measure.WrongPace}},
}

func promised(h *measure.Heard) uint64 { return h.Promised }
func decoded(h *measure.Heard) uint64  { return h.Decoded }
func marked(h *measure.Heard) uint64   { return h.Marked }
func paced(h *measure.Heard) uint64    { return h.Paced }

// audio returns the counts of calls whose audio was not as promised.
func audio() []metric {
	all := []metric{{name: "one_way_audio", about: "calls whose audio did not flow both ways where it was promised", audio: promised,
		count: func(m *measure.Measurement) uint64 { return m.Media.Heard.OneWay }}}
	for _, f := range faults {
		all = append(all, metric{name: f.name, about: f.about, audio: f.judged, count: func(m *measure.Measurement) (n uint64) {
			for _, fault := range f.faults {
				n += m.Media.Heard.Faults[fault]
			}
			return n
		}})
	}
	return all
}

var traffics = []metric{
	{name: "offered_erlangs", about: "traffic offered: rate of the calls by mean holding time, set-up and ringing included", traffic: (*measure.Measurement).OfferedErlangs},
	{name: "carried_erlangs", about: "traffic carried: mean number of circuits in use in the window", traffic: (*measure.Measurement).CarriedErlangs},
}

// sum adds up the counters of all methods.
func sum(counters [measure.NumMethods]uint64) uint64 {
	var total uint64
	for _, n := range counters {
		total += n
	}
	return total
}

// media reports whether the metric is about RTP.
func (m metric) media() bool {
	return m.scores != nil || m.audio != nil || m.packets != nil || m.name == "audio_delay" || m.name == "echo_delay" || strings.HasPrefix(m.name, "rtp_")
}

// find returns the metric of that name.
func find(name string) (metric, bool) {
	i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == name })
	if i < 0 {
		return metric{}, false
	}
	return metrics[i], true
}

// names returns the names of all metrics.
func names() []string {
	all := make([]string, len(metrics))
	for i, m := range metrics {
		all[i] = m.name
	}
	return all
}

// Metric describes a metric for help texts: the statistics and units that its gates may have, and a gate.
type Metric struct {
	Name, About, Stats, Unit, Example string
}

// Metrics lists what a gate can ask about, with a gate as an example of each.
func Metrics() []Metric {
	all := make([]Metric, len(metrics))
	for i, m := range metrics {
		all[i] = Metric{Name: m.name, About: m.about, Stats: m.stats(), Unit: m.units(), Example: m.example()}
	}
	return all
}

// stats says which statistics a gate on the metric may name.
func (m metric) stats() string {
	switch {
	case m.name == "acd":
		return "always the mean"
	case m.delay != nil:
		return "p50, p95, p99.9 ..., mean, min, max"
	case m.scores != nil:
		return "p5, p50 ..., mean, min, max"
	case m.shares != nil:
		return "of all packets, or p99 ... of the calls"
	}
	return ""
}

// percentile returns the one that a gate on the metric usually names: low scores are the bad ones.
func (m metric) percentile() string {
	if m.scores != nil {
		return "p5"
	}
	return "p95"
}

// units says what the limit of a gate on the metric is given in.
func (m metric) units() string {
	switch {
	case m.ratio != nil:
		return "%"
	case m.delay != nil:
		return "ms, s ..."
	case m.traffic != nil:
		return "E"
	case m.scores != nil:
		return "1 to 5"
	}
	return "number"
}

// example returns a gate that can be written for the metric.
func (m metric) example() string {
	switch {
	case m.name == "acd":
		return "acd >= 90s"
	case m.ratio != nil && (m.name == "blocking" || m.name == "isa" || m.shares != nil):
		return m.name + " <= 1%"
	case m.ratio != nil:
		return m.name + " >= 98%"
	case m.delay != nil:
		return m.name + " p95 < 250ms"
	case m.scores != nil:
		return m.name + " " + m.percentile() + " >= 4.0"
	case m.traffic != nil:
		return m.name + " >= 19.5"
	}
	return m.name + " == 0"
}
