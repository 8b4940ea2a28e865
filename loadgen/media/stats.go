package media

import (
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/quality"
)

// silentAfter is how long a leg must have run before hearing nothing means that it was silent: a call
// that ends within a round trip has had no chance to hear anything.
const silentAfter = time.Second

// Stats is what became of one leg's media, from Start to Stop.
//
// Received, Expected, Lost and Jitter are those of RFC 3550 (sections 6.4.1, A.1, A.3 and A.8): Received
// counts duplicates and reordered packets too, so that Lost falls below zero when duplicates outnumber
// losses. When the far end changed its SSRC the counts are the sum over its sources and the jitter is the
// last one's.
type Stats struct {
	Started  bool          // false: the pair was taken and returned unused
	SendOnly bool          // nothing was expected from the far end
	Lasted   time.Duration // from Start to Stop

	Sent       uint64 // packets that the socket took
	SendErrors uint64 // packets that the socket refused, reports included
	CaughtUp   uint64 // packets sent more than a packet time late, a few at a time
	Skipped    uint64 // packets never sent, because the loop was behind by more than a second
	NotEchoed  uint64 // received packets that an echo left out: reordered, copies, or not of our codec

	Received     uint64
	Expected     uint64
	Lost         int64
	Duplicated   uint64
	Reordered    uint64
	WrongPayload uint64 // accepted packets of a payload type that was not agreed on
	SSRCChanges  uint64 // the far end began a new source, or restarted its sequence
	Foreign      uint64 // from another address, or of a source that never proved itself (A.1)
	Malformed    uint64 // no RTP, or cut off
	Unauthentic  uint64 // of SRTP or SRTCP: forged, changed on the way or replayed
	Stale        uint64 // of an earlier call on this port
	Elsewhere    uint64 // of Foreign: of this stream, but from another port or host than it announced
	KernelDrops  uint64 // dropped by the kernel because the receive buffer was full

	Digits string // keys received as telephone events (RFC 4733), in order

	Jitter      time.Duration // interarrival jitter at the end
	MeanJitter  time.Duration // mean over the packets of the last source
	MaxJitter   time.Duration // and its highest value
	FirstPacket time.Duration // from Start to the first accepted packet; valid when Received > 0
	LongestGap  time.Duration // longest time without a packet, from the first accepted one to Stop

	ReportsSent     uint64        // RTCP compounds sent
	ReportsReceived uint64        // RTCP compounds accepted
	RTT             time.Duration // last round trip by LSR and DLSR; valid when RTTs > 0
	RTTs            uint64        // round trips measured
	BadRTTs         uint64        // round trips whose figures contradict each other: discarded
	RemoteLost      int64         // what the far end says it lost of ours
	RemoteJitter    time.Duration // what the far end says our jitter was
	RemoteShare     float64       // what share of our packets the far end says it lost; valid when Remote
	Remote          bool          // the far end reported on our stream
	RemoteMOS       float64       // MOS-CQ that the far end reports for it (RFC 3611); 0: none

	Discarded  uint64         // packets that came too late for the modelled jitter buffer
	Missing    float64        // share lost or discarded, each packet counted once
	BurstR     float64        // burst ratio of these (G.107)
	Bursts     quality.Bursts // and how they come (RFC 3611)
	PacketTime time.Duration  // of the packets received
	Pace       float64        // how fast the far end's media clock ran, 1 for exactly; 0: not known
	Level      float64        // mean level of the audio in dBov
	LevelKnown bool

	Marked     bool          // the leg listened for the reference signal, long enough to miss it
	Recognised bool          // the reference signal that was expected was heard
	AudioDelay time.Duration // from sending it to hearing it again, never 0; valid when Recognised with a mark of our own
	Echo       bool          // our own signal came back
	EchoDelay  time.Duration // after so long

	Scored  bool          // Score is valid
	Score   quality.Score // MOS-CQE of what was heard
	NoScore string        // why there is none; empty when nothing was heard
	Faults  measure.MediaFaults
}

// Silent reports whether the leg should have heard something and heard nothing.
func (s *Stats) Silent() bool {
	return s.Started && !s.SendOnly && s.Received == 0 && s.Lasted >= silentAfter
}

// AddTo adds the leg to the media of a measurement. A leg that was never started adds nothing. The
// lateness of sending is not here: the engine records it, packet by packet, in Config.SendLate.
func (s *Stats) AddTo(m *measure.Media) {
	if !s.Started {
		return
	}
	m.Legs++
	if s.Silent() {
		m.Silent++
	}
	m.Sent += s.Sent
	m.SendErrors += s.SendErrors
	m.Skipped += s.Skipped
	m.Drops += s.KernelDrops
	m.Received += s.Received
	m.Expected += s.Expected
	m.Lost += s.Lost
	m.Duplicated += s.Duplicated
	m.Reordered += s.Reordered
	m.Foreign += s.Foreign + s.Malformed + s.Unauthentic
	if s.Received > 1 {
		m.Jitter.Record(s.Jitter)
	}
	switch {
	case s.Expected > 0:
		m.LegLoss.Record(float64(max(0, s.Lost+int64(s.Duplicated))) / float64(s.Expected)) // as Media.Loss
	case s.Silent():
		m.LegLoss.Record(1)
	}
	s.addTo(&m.Heard)
}

// addTo adds what the leg heard.
func (s *Stats) addTo(h *measure.Heard) {
	if !s.SendOnly && (s.Received > 0 || s.Silent()) {
		h.Promised++
	}
	for _, judged := range []struct {
		what  bool
		calls *uint64
	}{{s.Marked, &h.Marked}, {s.LevelKnown, &h.Decoded}, {s.Pace > 0, &h.Paced}} {
		if judged.what {
			*judged.calls++
		}
	}
	h.Discarded += s.Discarded
	h.Bursts += s.Bursts.Bursts
	h.WrongPayload += s.WrongPayload
	h.SSRCChanges += s.SSRCChanges
	h.Replayed += s.Stale
	h.Blame(s.Faults)
	s.addScoresTo(h)
	if s.Received > 0 {
		h.LegMissing.Record(s.Missing)
		h.FirstPacket.Record(s.FirstPacket)
		h.LongestGap.Record(s.LongestGap)
	}
	s.addDelaysTo(h)
	if s.Recognised {
		h.Recognised++
	}
	if s.Remote {
		h.RemoteLoss.Record(s.RemoteShare)
	}
}

// addScoresTo adds what this end's audio and the far end's sounded like.
func (s *Stats) addScoresTo(h *measure.Heard) {
	switch {
	case s.Scored && s.Score.Scale == quality.Wideband:
		h.WidebandMOS.Record(s.Score.MOS)
	case s.Scored:
		h.MOS.Record(s.Score.MOS)
	case s.NoScore != "":
		h.NoScore++
	}
	if s.RemoteMOS > 0 {
		h.RemoteMOS.Record(s.RemoteMOS)
	}
}

// addDelaysTo adds the delays of what the leg heard, each where it is known.
func (s *Stats) addDelaysTo(h *measure.Heard) {
	if s.Recognised && s.AudioDelay > 0 {
		h.AudioDelay.Record(s.AudioDelay)
	}
	if s.Echo {
		h.EchoDelay.Record(s.EchoDelay)
	}
	if s.RTTs > 0 {
		h.RTT.Record(s.RTT)
	}
}
