package measure

// Heard is what calls heard: how the packets of the far end would have sounded, and what was wrong with them.
type Heard struct {
	Promised uint64 // calls in which audio was promised to us: what the counts below are out of
	Marked   uint64 // of these, calls that listened for the reference signal
	Decoded  uint64 // calls whose audio was decoded, so that its loudness is known
	Paced    uint64 // calls that lasted long enough for the pace of the far end to be judged

	Discarded    uint64 // packets that came too late for the modelled jitter buffer
	Bursts       uint64 // bursts of packets lost or discarded (RFC 3611 section 4.7.2)
	WrongPayload uint64 // packets of a payload type that was not agreed on
	SSRCChanges  uint64 // new sources, or restarts of a sequence
	Replayed     uint64 // packets of an earlier call on the same port

	Faults [NumMediaFaults]uint64 // calls with each fault
	OneWay uint64                 // calls whose audio did not flow both ways where it was promised

	MOS         Scores // MOS-CQE of each call by ITU-T G.107, telephone band
	WidebandMOS Scores // by G.107.1: another scale
	NoScore     uint64 // calls whose codec has no published value

	LegMissing  Shares    // lost or discarded by expected packets, of each call that expected any
	RTT         Histogram // round trip of each call by RTCP
	FirstPacket Histogram // from the answer to the first packet
	LongestGap  Histogram // of each call: longest time without a packet

	Recognised uint64    // calls in which the reference signal was recognised
	AudioDelay Histogram // from sending the reference signal to hearing it again: both ways
	EchoDelay  Histogram // of our own signal in calls in which it came back

	RemoteMOS  Scores // as the far end reports it (RFC 3611): its claim, for what it heard of us
	RemoteLoss Shares // of our packets, as the far end reports it

	Worst Worst // the calls that sounded worst
}

// Merge adds what other measured, which must not be h itself.
func (h *Heard) Merge(other *Heard) {
	h.Promised += other.Promised
	h.Marked += other.Marked
	h.Decoded += other.Decoded
	h.Paced += other.Paced
	h.Discarded += other.Discarded
	h.Bursts += other.Bursts
	h.WrongPayload += other.WrongPayload
	h.SSRCChanges += other.SSRCChanges
	h.Replayed += other.Replayed
	add(h.Faults[:], other.Faults[:])
	h.OneWay += other.OneWay
	h.MOS.Merge(&other.MOS)
	h.WidebandMOS.Merge(&other.WidebandMOS)
	h.NoScore += other.NoScore
	h.LegMissing.Merge(&other.LegMissing)
	h.RTT.Merge(&other.RTT)
	h.FirstPacket.Merge(&other.FirstPacket)
	h.LongestGap.Merge(&other.LongestGap)
	h.Recognised += other.Recognised
	h.AudioDelay.Merge(&other.AudioDelay)
	h.EchoDelay.Merge(&other.EchoDelay)
	h.RemoteMOS.Merge(&other.RemoteMOS)
	h.RemoteLoss.Merge(&other.RemoteLoss)
	h.Worst.Merge(&other.Worst)
}

// clone returns a copy that shares no memory with h.
func (h *Heard) clone() Heard {
	c := *h
	c.MOS, c.WidebandMOS, c.RemoteMOS = h.MOS.clone(), h.WidebandMOS.clone(), h.RemoteMOS.clone()
	c.LegMissing, c.RemoteLoss = h.LegMissing.clone(), h.RemoteLoss.clone()
	c.RTT, c.FirstPacket, c.LongestGap, c.AudioDelay = h.RTT.clone(), h.FirstPacket.clone(), h.LongestGap.clone(), h.AudioDelay.clone()
	c.EchoDelay = h.EchoDelay.clone()
	c.Worst = h.Worst.clone()
	return c
}

// Missing returns the packets lost or discarded by the packets expected, over all legs.
func (m *Media) Missing() Ratio {
	missing := m.Loss().Numerator + m.Heard.Discarded
	return Ratio{min(missing, m.Expected), m.Expected}
}

// Blame counts the faults of one call.
func (h *Heard) Blame(faults MediaFaults) {
	for f := range MediaFault(NumMediaFaults) {
		if faults.Has(f) {
			h.Faults[f]++
		}
	}
	if faults.OneWay() {
		h.OneWay++
	}
}

// CountUndescribed counts a call that was answered without any description of the audio that it was offered: it
// heard nothing.
func (m *Media) CountUndescribed() {
	m.Legs++
	m.Silent++
	m.LegLoss.Record(1)
	m.Heard.Promised++
	m.Heard.MOS.Record(1)
	m.Heard.Blame(1 << NoDescription)
}
