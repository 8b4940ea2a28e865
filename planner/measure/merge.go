package measure

import "slices"

// Merge adds what other measured, which must not be m itself. Merging is commutative and associative:
// threads, replications and machines add up the same way in any order. The trunk name stays where both
// agree and becomes empty, which marks a total, where they differ.
func (m *Measurement) Merge(other *Measurement) {
	if m.Trunk != other.Trunk {
		m.Trunk = ""
	}
	m.Offered += other.Offered
	m.Started += other.Started
	m.OffTrunk += other.OffTrunk
	m.Late += other.Late
	m.InProgress += other.InProgress
	add(m.Outcomes[:], other.Outcomes[:])
	add(m.NotStarted[:], other.NotStarted[:])
	m.Completed += other.Completed
	m.Dropped += other.Dropped

	m.mergeSignalling(other)
	for d := range m.Delays {
		m.Delays[d].Merge(&other.Delays[d])
	}
	m.Media.Merge(&other.Media)
	for _, k := range other.Mismatches {
		m.AddMismatch(k)
	}
	for i := range other.Flows {
		m.AddFlow(&other.Flows[i])
	}
	for i := range other.Trunks {
		m.MergeTrunk(&other.Trunks[i])
	}
	for i := range other.Drills {
		m.MergeDrill(&other.Drills[i])
	}
}

// mergeSignalling adds what the messages of other's calls said, and how often they were repeated.
func (m *Measurement) mergeSignalling(other *Measurement) {
	m.InvitesSent += other.InvitesSent
	add(m.Codes[:], other.Codes[:])
	add(m.Causes[:], other.Causes[:])
	add(m.MovedOn.Codes[:], other.MovedOn.Codes[:])
	add(m.MovedOn.Causes[:], other.MovedOn.Causes[:])
	m.Seized += other.Seized
	m.CircuitTime += other.CircuitTime
	m.BusyTime += other.BusyTime

	add(m.Retransmissions[Sent][:], other.Retransmissions[Sent][:])
	add(m.Retransmissions[Received][:], other.Retransmissions[Received][:])
	m.Provisional += other.Provisional
	m.Challenged += other.Challenged
	m.Lapsed += other.Lapsed
	m.Refreshes += other.Refreshes
	m.RefreshesRefused += other.RefreshesRefused
	m.Strays += other.Strays
	m.Malformed += other.Malformed
	m.Oversized += other.Oversized
}

// Merge adds what other measured, which must not be m itself.
func (m *Media) Merge(other *Media) {
	m.Legs += other.Legs
	m.Silent += other.Silent
	m.Sent += other.Sent
	m.SendErrors += other.SendErrors
	m.Skipped += other.Skipped
	m.Drops += other.Drops
	m.Received += other.Received
	m.Expected += other.Expected
	m.Lost += other.Lost
	m.Duplicated += other.Duplicated
	m.Reordered += other.Reordered
	m.Foreign += other.Foreign
	m.Jitter.Merge(&other.Jitter)
	m.SendLate.Merge(&other.SendLate)
	m.LegLoss.Merge(&other.LegLoss)
	m.Heard.Merge(&other.Heard)
}

// Clone returns a copy that shares no memory with m: what a tick hands to a display while m goes on
// being filled.
func (m *Measurement) Clone() *Measurement {
	c := *m
	for d := range c.Delays {
		c.Delays[d] = m.Delays[d].clone()
	}
	c.Media.Jitter = m.Media.Jitter.clone()
	c.Media.SendLate = m.Media.SendLate.clone()
	c.Media.LegLoss = m.Media.LegLoss.clone()
	c.Media.Heard = m.Media.Heard.clone()
	c.Mismatches = slices.Clone(m.Mismatches)
	c.Flows = slices.Clone(m.Flows)
	c.Trunks = nil
	for i := range m.Trunks {
		c.Trunks = append(c.Trunks, m.Trunks[i].clone())
	}
	c.Drills = nil
	for i := range m.Drills {
		c.Drills = append(c.Drills, m.Drills[i].clone())
	}
	return &c
}

// add adds the counters of other to those of sum.
func add(sum, other []uint64) {
	for i, n := range other {
		sum[i] += n
	}
}

// total returns the sum of the counters.
func total(counters []uint64) uint64 {
	var sum uint64
	for _, n := range counters {
		sum += n
	}
	return sum
}
