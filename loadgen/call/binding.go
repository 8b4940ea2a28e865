package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// bindings are the ends of the bindings of the addresses of record that are registered, by the hashes of those: a
// text for each would be allocated again whenever a phone registers. That two of as many as maxBindings addresses
// have the same hash is less likely than one in ten million.
type bindings map[uint64]time.Duration

// maxBindings bounds the addresses of record of a machine: a peer that makes up addresses fills no memory.
const maxBindings = 1 << 20

// boundBy returns the key of the address of record that a REGISTER names.
func (m *Machine) boundBy(r *sip.Message) uint64 { return m.incoming.hash(uriOf(r.To)) }

// fullFor tells whether a REGISTER would bind one address too many.
func (m *Machine) fullFor(r *sip.Message) bool {
	if r.Method != sip.REGISTER || len(m.bindings) < maxBindings {
		return false
	}
	_, known := m.bindings[m.boundBy(r)]
	return !known
}

// bind confirms a REGISTER: what was asked for, but no longer than the program grants.
func (m *Machine) bind(c *call, r *sip.Message, now time.Duration) {
	if r.Contact == nil { // a question for the bindings (RFC 3261, 10.2.3)
		return
	}
	life := time.Duration(c.life(r)) * time.Second
	m.bindings.bind(m.boundBy(r), life, now, m.count(c))
}

// life returns the seconds that a REGISTER or SUBSCRIBE is granted.
func (c *call) life(r *sip.Message) uint32 {
	seconds, ok := contactLife(r, r.Contact)
	if !ok {
		seconds = uint32(defaultLife / time.Second)
	}
	if c.keep.life > 0 {
		seconds = min(seconds, uint32(c.keep.life/time.Second))
	}
	return min(seconds, uint32(maxLife/time.Second))
}

// appendBinding writes the binding that a 200 to REGISTER confirms (RFC 3261, 10.3, step 8).
func (c *call) appendBinding(dst []byte, r *sip.Message) []byte {
	seconds := c.life(r)
	if seconds == 0 || len(r.Target) == 0 {
		return dst
	}
	dst = append(append(append(dst, "Contact: <"...), r.Target...), ">;expires="...)
	return append(appendUint(dst, seconds), "\r\n"...)
}

// bind notes what a REGISTER asks for: a life of 0 ends the binding.
func (b bindings) bind(key uint64, life, now time.Duration, into *measure.Measurement) {
	until, known := b[key]
	if known && until < now {
		into.Lapsed++
	}
	if life == 0 {
		delete(b, key)
		return
	}
	b[key] = now + life
}

// Bindings returns how many addresses of record are bound, and how many of those have lapsed.
func (m *Machine) Bindings(now time.Duration) (bound, lapsed int) {
	for _, until := range m.bindings {
		if until < now {
			lapsed++
		}
	}
	return len(m.bindings), lapsed
}
