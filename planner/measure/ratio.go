package measure

import "time"

// Ratio is a share of calls or packets that keeps what it was computed from, for intervals and sums.
type Ratio struct {
	Numerator, Denominator uint64
}

// Value returns numerator by denominator. It is undefined, neither 0 nor 1, while the denominator is 0.
func (r Ratio) Value() (value float64, defined bool) {
	if r.Denominator == 0 {
		return 0, false
	}
	return float64(r.Numerator) / float64(r.Denominator), true
}

// Bids returns the calls that the target had to answer for: offered, less those the generator could
// not send, those that a stop cut off and those still in progress.
func (m *Measurement) Bids() uint64 {
	return m.Offered - min(m.Offered, m.Outcomes[NotStarted]+m.Outcomes[Aborted]+m.InProgress)
}

// Requests returns the bids that were not redirected: the denominator of RFC 6076 sections 4.6 and 4.7.
// A 3xx says that the call belongs elsewhere, so nobody looked for a circuit.
func (m *Measurement) Requests() uint64 {
	return m.Bids() - min(m.Bids(), m.Outcomes[Redirected])
}

// Seizures returns the requests that got as far as a circuit (ITU-T E.425): less those refused for lack of
// capacity, and those to which nobody answered, for an unreachable or mute target seizes nothing.
func (m *Measurement) Seizures() uint64 {
	o := &m.Outcomes
	return m.Requests() - min(m.Requests(), o[Blocked]+o[Timeout]+o[Unreachable])
}

// Blocking returns the call congestion: requests refused for lack of capacity, by requests. Requests
// that failed for another reason stay in the denominator; see Undecided for how far they hide blocking.
// It is undefined when all of them did, because then nobody looked for a circuit.
func (m *Measurement) Blocking() Ratio {
	if m.Requests() <= m.Undecided() {
		return Ratio{}
	}
	return Ratio{m.Outcomes[Blocked], m.Requests()}
}

// Undecided returns the requests that prove nothing about capacity: they neither reached the called
// user nor were refused for lack of a circuit. A wrong number, a rule, a fault or silence came first.
func (m *Measurement) Undecided() uint64 {
	o := &m.Outcomes
	return o[Number] + o[Policy] + o[TargetError] + o[Timeout] + o[Unreachable]
}

// SER returns the session establishment ratio of RFC 6076 section 4.6: answered by requests.
func (m *Measurement) SER() Ratio {
	return Ratio{m.Outcomes[Answered], m.Requests()}
}

// SEER returns the session establishment effectiveness ratio of RFC 6076 section 4.7: requests ending
// 200, 480, 486, 600 or 603, by requests. An instrument without SIP codes counts its User class.
func (m *Measurement) SEER() Ratio {
	user := m.Outcomes[User]
	if m.InvitesSent > 0 {
		user = m.EndedWith(480, 486, 600, 603)
	}
	return Ratio{m.Outcomes[Answered] + user, m.Requests()}
}

// ISA returns the ineffective session attempts of RFC 6076 section 4.8: bids ending 408, 500, 503 or
// 504, by bids. Timer B without an answer counts as 408, a fatal transport error as 503 (RFC 3261 section
// 8.1.3.1). An instrument without SIP codes counts its Timeout, Unreachable, Blocked and TargetError classes.
func (m *Measurement) ISA() Ratio {
	ineffective := m.Outcomes[Timeout] + m.Outcomes[Unreachable]
	if m.InvitesSent > 0 {
		return Ratio{ineffective + m.EndedWith(500, 503, 504), m.Bids()}
	}
	return Ratio{ineffective + m.Outcomes[Blocked] + m.Outcomes[TargetError], m.Bids()}
}

// SCR returns the session completion ratio of RFC 6076 section 4.9: calls answered and ended without a
// missing response, by bids.
func (m *Measurement) SCR() Ratio {
	return Ratio{m.Completed, m.Bids()}
}

// ASR returns the answer seizure ratio of ITU-T E.411: answered by seizures.
func (m *Measurement) ASR() Ratio {
	return Ratio{m.Outcomes[Answered], m.Seizures()}
}

// ABR returns the answer bid ratio of ITU-T E.411: answered by bids.
func (m *Measurement) ABR() Ratio {
	return Ratio{m.Outcomes[Answered], m.Bids()}
}

// NER returns the network effectiveness ratio of ITU-T E.425: calls answered or refused by the called
// user, whom the network reached, by seizures.
func (m *Measurement) NER() Ratio {
	return Ratio{m.Outcomes[Answered] + m.Outcomes[User], m.Seizures()}
}

// ACD returns the average call duration of ITU-T E.437: the mean session duration of the answered
// calls that ended. It is undefined while there are none.
func (m *Measurement) ACD() (mean time.Duration, defined bool) {
	return m.Delays[SDT].Mean(), m.Delays[SDT].Count() > 0
}

// Loss returns the packets that never came by the packets expected, over all legs. Copies make good for no
// loss here, as they do in Lost (RFC 3550 A.3): a packet that is replayed must not hide one that was lost.
func (m *Media) Loss() Ratio {
	return Ratio{uint64(max(0, m.Lost+int64(m.Duplicated))), m.Expected}
}

// CarriedErlangs returns the traffic that was really carried over a window that lasted for the given time,
// the mean number of circuits in use:
//
//	Y = b / T    b  circuit time inside the window, calls cut at its edges (BusyTime);  T  the window
//
// It never exceeds the circuits. It is undefined for an empty window, and while calls held circuits but
// their time in the window is not known.
func (m *Measurement) CarriedErlangs(window time.Duration) (erlangs float64, defined bool) {
	if window <= 0 || m.BusyTime == 0 && m.Seized > 0 {
		return 0, false
	}
	return m.BusyTime.Seconds() / window.Seconds(), true
}

// OfferedErlangs returns an estimate of the traffic that the calls offered to the target:
//
//	A = λ · h    λ  calls started by the window; h  mean time that a circuit was held, over seized calls
//
// A blocked call would have held a circuit as long as the others, and a call that the end of the run cut
// short as long as it was planned. It is undefined for an empty window or when no call held a circuit.
func (m *Measurement) OfferedErlangs(window time.Duration) (erlangs float64, defined bool) {
	if window <= 0 || m.Seized == 0 {
		return 0, false
	}
	hold := m.CircuitTime.Seconds() / float64(m.Seized)
	return float64(m.Started) / window.Seconds() * hold, true
}
