package call

import (
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
)

// Trunk is where calls go: one trunk to one target.
type Trunk struct {
	Name    string
	Address netip.AddrPort // where requests are sent
	URI     string         // request URI: the number called, at the target
	From    string         // our address of record, a SIP URI
	// Lines are those that calls take over this trunk, in turn; empty for the first one, with From.
	Lines []Departure
	turn  int
	// Large is the place of the line for INVITEs that are too long for UDP, over TCP; 0 for none.
	Large        int
	refusesLarge bool // the target takes no connection
}

// Departure is a line that calls over a trunk take.
type Departure struct {
	Line int    // place in Config.Lines
	From string // our address of record there, a SIP URI
}

// depart returns the line of the next call, and our address of record there.
func (t *Trunk) depart() (line uint8, from string) {
	if len(t.Lines) == 0 {
		return 0, t.From
	}
	d := t.Lines[t.turn]
	if t.turn++; t.turn == len(t.Lines) {
		t.turn = 0
	}
	return uint8(d.Line), d.From
}

// Trunks are the trunks that calls may take, and who chooses among them. They belong to one machine.
type Trunks struct {
	Router *routing.Router
	Route  int     // place of the route that calls begin with
	List   []Trunk // at their places in the router's network

	steady, warmUp []measure.Trunk // what each of them did
	throttles      []throttle      // what each of them asks for
}

// way is how a call gets to its target: the trunk that it is on, and those that it was on before.
type way struct {
	trunks     *Trunks // nil for a call that was not routed
	trunk      *Trunk  // nil for a call that came in
	attempt    routing.Attempt
	since      time.Duration // when the INVITE over this trunk was sent
	place      int32         // of the trunk in trunks
	step       int32         // of the program that sends the INVITE
	line       uint8         // that it takes
	heard      bool          // a response but 100 came in
	redirected uint8         // times that a 3xx was followed
}

// Reroute makes calls from now on take other trunks. Those in progress stay where they are.
func (m *Machine) Reroute(t *Trunks) {
	m.trunks = t
	if t == nil {
		return
	}
	t.steady, t.warmUp = make([]measure.Trunk, len(t.List)), make([]measure.Trunk, len(t.List))
	t.throttles = make([]throttle, len(t.List))
	for i := range t.List {
		t.steady[i] = measure.Trunk{Name: t.List[i].Name, Place: i}
		t.warmUp[i] = t.steady[i]
	}
	m.routed = append(m.routed, t)
}

// SettleTrunks adds what the trunks did to what the machine measures. It is called once, when all calls are
// over.
func (m *Machine) SettleTrunks() {
	for _, t := range m.routed {
		for i := range t.List {
			t.steady[i].PutAside = uint64(t.Router.TrunkState(i).PutAside)
			m.cfg.Steady.MergeTrunk(&t.steady[i])
			m.cfg.WarmUp.MergeTrunk(&t.warmUp[i])
		}
	}
	m.routed = nil
}

// setOut gives a call its first trunk: the one that its attempt names, or the one that the router chooses.
// Without one it says why.
func (m *Machine) setOut(c *call, now time.Duration) (why measure.Reason, ok bool) {
	if t := c.attempt.Trunk; t != nil {
		m.board(c, t, 0, now)
		return 0, true
	}
	c.way.trunks = m.trunks
	c.way.attempt.Route = m.trunks.Route
	d, why := m.spared(c, m.trunks, m.trunks.Router.Offer(&c.way.attempt, now), now)
	if d.Taken() {
		m.board(c, &m.trunks.List[d.Trunk], d.Trunk, now)
	}
	return why, d.Taken()
}

// board puts a call on a trunk, over which its INVITE then goes.
func (m *Machine) board(c *call, t *Trunk, place int, now time.Duration) {
	c.way.trunk, c.way.place, c.way.since, c.way.heard = t, int32(place), now, false
	c.peer = t.Address
	line, from := t.depart()
	c.way.line = line
	m.openDialog(c, from)
	if tally := c.tally(); tally != nil {
		tally.Tries++
		tally.InProgress++
	}
	m.drillTry(c)
}

// alight ends the account of a call's try over its trunk.
func (m *Machine) alight(c *call, class measure.Class) {
	if tally := c.tally(); tally != nil {
		tally.InProgress--
		if class == measure.NotStarted {
			tally.Tries-- // nothing was sent after all
			return
		}
		tally.Outcomes[class]++
	}
}

// tally returns the account of the trunk that a call is on, nil for a call that was not routed.
func (c *call) tally() *measure.Trunk {
	t := c.way.trunks
	if t == nil {
		return nil
	}
	if c.warmUp {
		return &t.warmUp[c.way.place]
	}
	return &t.steady[c.way.place]
}

// hear notes the first response over a trunk that is more than a 100.
func (m *Machine) hear(c *call, at time.Duration) {
	if c.way.heard {
		return
	}
	c.way.heard = true
	if tally := c.tally(); tally != nil {
		tally.Response.Record(at - c.way.since)
	}
}

// patience returns how long the trunk at hand may stay without any response, 0 for the timers of the
// transaction.
func (c *call) patience() time.Duration {
	if c.way.trunks == nil || c.stage != calling {
		return 0
	}
	return c.way.trunks.Router.Wait(&c.way.attempt)
}

// failOver sends a call whose try has failed over the next trunk, and tells whether there is one. The call
// stays what it is, with its Call-ID and tag; its INVITE is a new transaction (RFC 3263, 4.3).
func (m *Machine) failOver(c *call, o routing.Outcome, class measure.Class, r *sip.Message, now time.Duration) bool {
	t := c.way.trunks
	if t == nil || c.stage != calling || c.flags.stopping || c.flags.cancelled || c.flags.withdrawn || c.flags.incoming {
		return false
	}
	failed := c.tally()
	retryAfter := time.Duration(0)
	if r != nil && o == routing.ServiceUnavailable {
		if retryAfter = sip.RetryAfter(r.RetryAfter); retryAfter > 0 {
			failed.RetryAfters++
			if m.cfg.OnRetryAfter != nil {
				m.cfg.OnRetryAfter(c.way.trunk.Name, retryAfter)
			}
		}
	}
	d, _ := m.spared(c, t, t.Router.Next(&c.way.attempt, now, o, retryAfter), now)
	if !d.Taken() {
		return false
	}
	failed.InProgress--
	failed.Outcomes[class]++
	failed.MovedOn++
	m.leaveLine(c)
	m.board(c, &t.List[d.Trunk], d.Trunk, now)
	m.again(c, now)
	return true
}

// failOverRefused is failOver after a final response to the INVITE, which it counts.
func (m *Machine) failOverRefused(c *call, r *sip.Message, at time.Duration) bool {
	cause, _ := sip.Q850Cause(r.Reason)
	class := sip.Classify(r.Status, cause, m.cfg.Profile)
	into := m.count(c)
	if !m.failOver(c, routing.Outcome(r.Status), class, r, at) {
		return false
	}
	countSurvived(into, r)
	return true
}

// countSurvived counts a final response after which its call went on somewhere else.
func countSurvived(into *measure.Measurement, r *sip.Message) {
	cause, _ := sip.Q850Cause(r.Reason)
	into.Codes[r.Status]++
	if cause > 0 {
		into.Causes[cause]++
	}
	into.MovedOn.Count(r.Status, cause)
}

// lose ends a call that heard nothing where it was sent, or sends it to the next place or over the next trunk.
func (m *Machine) lose(c *call, o routing.Outcome, class measure.Class, now time.Duration) {
	if !m.tryNextContact(c, now) && !m.failOver(c, o, class, nil, now) {
		m.end(c, now, class)
	}
}

// seizedAt returns when the call took the circuit that it holds: over a trunk it does so with the INVITE.
func (c *call) seizedAt() time.Duration { return max(c.started, c.way.since) }

// countTrunk adds the time for which a call held a circuit to what its trunk carried.
func (m *Machine) countTrunk(c *call, held, busy time.Duration) {
	if c.way.trunks == nil {
		return
	}
	c.tally().CircuitTime += held
	c.way.trunks.steady[c.way.place].BusyTime += busy
}

// leaveTrunk gives back what a call that is over held on its trunk.
func (m *Machine) leaveTrunk(c *call, class measure.Class) {
	if c.way.trunks == nil {
		return
	}
	m.alight(c, class)
	c.way.trunks.Router.Release(c.way.attempt.Held())
}

// answeredOver tells the router that the trunk works.
func (c *call) answeredOver() {
	if t := c.way.trunks; t != nil {
		t.Router.Answered(c.way.attempt.Held())
	}
}
