package measure

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// Trunk counts the tries of calls over one trunk. A call that fails over is tried over several, so that
// the tries of all trunks are at least the calls that were started.
type Trunk struct {
	Name  string
	Place int // in the order of the plan, from 0

	Tries       uint64             // first INVITEs of a call over this trunk
	InProgress  uint64             // whose end is not known yet; 0 at the end of a run
	Outcomes    [NumClasses]uint64 // how tries ended; with InProgress they sum to Tries
	MovedOn     uint64             // tries after which the call went on to another trunk
	RetryAfters uint64             // 503 responses with a Retry-After
	PutAside    uint64             // times that the trunk was put aside after failures
	Throttled   uint64             // calls that were kept from the trunk because it asked for less (RFC 7339)
	Followed    uint64             // redirections by this trunk that were followed

	CircuitTime time.Duration // as in Measurement, of this trunk
	BusyTime    time.Duration // as in Measurement, of this trunk
	Response    Histogram     // INVITE over this trunk to the first response but 100

	MOS        Scores // MOS-CQE of each call on the trunk, telephone band
	LegMissing Shares // lost or too late by expected packets, of each call that heard any
	OneWay     uint64 // calls whose audio did not flow both ways where it was promised
}

// Hear counts what a call on the trunk heard.
func (t *Trunk) Hear(c *CallAudio) {
	if c.Scored && c.Scale == narrowband {
		t.MOS.Record(c.MOS)
	}
	if c.Received > 0 {
		t.LegMissing.Record(c.Missing)
	}
	if c.Faults.OneWay() {
		t.OneWay++
	}
}

// narrowband is the scale of ITU-T G.107 as CallAudio names it.
const narrowband = "nb"

// Merge adds what other measured of the same trunk, which must not be t itself.
func (t *Trunk) Merge(other *Trunk) {
	t.Place = min(t.Place, other.Place)
	t.Tries += other.Tries
	t.InProgress += other.InProgress
	add(t.Outcomes[:], other.Outcomes[:])
	t.MovedOn += other.MovedOn
	t.RetryAfters += other.RetryAfters
	t.PutAside += other.PutAside
	t.Throttled += other.Throttled
	t.Followed += other.Followed
	t.CircuitTime += other.CircuitTime
	t.BusyTime += other.BusyTime
	t.Response.Merge(&other.Response)
	t.MOS.Merge(&other.MOS)
	t.LegMissing.Merge(&other.LegMissing)
	t.OneWay += other.OneWay
}

// CarriedErlangs returns the mean number of calls on the trunk in a window; it is undefined for an empty
// one.
func (t *Trunk) CarriedErlangs(window time.Duration) (erlangs float64, defined bool) {
	if window <= 0 {
		return 0, false
	}
	return t.BusyTime.Seconds() / window.Seconds(), true
}

// MergeTrunk adds what was measured of a trunk, to what is known of the one of that name if there is one.
// The trunks stay in the order of their places, whichever is merged first.
func (m *Measurement) MergeTrunk(t *Trunk) {
	for i := range m.Trunks {
		if m.Trunks[i].Name == t.Name {
			m.Trunks[i].Merge(t)
			m.sortTrunks()
			return
		}
	}
	m.Trunks = append(m.Trunks, t.clone())
	m.sortTrunks()
}

func (m *Measurement) sortTrunks() {
	slices.SortFunc(m.Trunks, func(a, b Trunk) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Name, b.Name))
	})
}

// clone returns a copy that shares no memory with t.
func (t *Trunk) clone() Trunk {
	c := *t
	c.Response, c.MOS, c.LegMissing = t.Response.clone(), t.MOS.clone(), t.LegMissing.clone()
	return c
}

// checkTrunks holds the tries against the calls: every call that was started has one last try.
func (m *Measurement) checkTrunks() error {
	if len(m.Trunks) == 0 {
		return nil
	}
	var tries, movedOn uint64
	var errs []error
	for i := range m.Trunks {
		t := &m.Trunks[i]
		tries, movedOn = tries+t.Tries, movedOn+t.MovedOn
		errs = append(errs, equal("tries over trunk "+t.Name, t.Tries, "their ends", total(t.Outcomes[:])+t.InProgress))
	}
	return errors.Join(append(errs, equal("calls off the trunks and tries over all of them", m.OffTrunk+tries, "calls started and tries that moved on", m.Started+movedOn))...)
}
