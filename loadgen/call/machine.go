package call

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// Wire sends datagrams. The machine calls it from its own goroutine, several times for one event; it
// must not block. *sip.Socket is the one on the network.
type Wire interface {
	// Buffer returns an empty buffer for the next datagram.
	Buffer() []byte
	// Queue sends b, a buffer filled by appending or any other slice, which it does not keep. What is sent in
	// one flow leaves in order; the messages of a call are one.
	Queue(b []byte, to netip.AddrPort, flow uint32)
}

// Circuits is the admission of an emulated gateway. Seize is called once for each call that wants a
// circuit and says whether it got one; Release gives one back.
type Circuits interface {
	Seize(now time.Duration) bool
	Release(now time.Duration)
}

// Audio says what calls do once they are answered. The zero value is signalling alone.
type Audio struct {
	Engine   *media.Engine // nil: no media; the description offers an inactive stream
	Source   media.Source
	Sound    *media.Audio            // what media.Play plays
	Rows     []*media.Audio          // what the call of each row plays instead; nil: as the others
	Files    map[string]*media.Audio // what steps play that name a file
	Plays    int                     // times that it is played; 0: for ever
	Codecs   []sip.Codec             // in order of preference; empty for PCMU, PCMA
	Ptime    time.Duration           // that we want to receive; 0 for 20 ms
	Suppress media.Suppression       // of silence
	Mux      bool                    // offer that RTP and RTCP share a port (RFC 5761); an offer of it is always accepted
	Suites   []media.Suite           // of SRTP, in order of preference; empty for RTP
	Address  netip.Addr              // announced in descriptions
	// Allowed says whether media may be sent to an address that differs from the peer's own; nil allows
	// none.
	Allowed func(netip.Addr) bool
}

// Config describes a machine.
type Config struct {
	Programs  []*scenarios.Program // of the calls that are started and of those that come in
	Wire      Wire
	Local     netip.AddrPort // address of the wire, for Via and Contact
	UserAgent string
	Transport sip.Transport
	Timers    sip.Timers
	Profile   sip.Profile // how the peer says that it is busy
	Trunks    *Trunks     // nil for attempts that name their own
	Drills    []Drill     // failures on purpose that calls may meet
	// Lines are the ways out of this host where there are several; empty for Local and Transport alone. UseLine
	// makes the wire send over one of them, by its place.
	Lines   []Line
	UseLine func(line int)
	// EndFlow is told that a call is over which sent to an address; nil for nobody.
	EndFlow func(to netip.AddrPort, flow uint32)
	// OnRetryAfter is told of each 503 with Retry-After, on the machine's goroutine; nil for nobody.
	OnRetryAfter    func(trunk string, after time.Duration)
	ObeyOverload    bool // send fewer calls to a trunk that asks for it (RFC 7339)
	FollowRedirects bool // send a call where a 3xx says, as far as it may go there
	Audio           Audio
	Circuits        Circuits               // nil: every call gets a circuit
	CheckNumber     func(uri string) error // refuses what must not be called, emergency numbers above all; nil allows all
	Keyring         *sip.Keyring           // answers challenges; nil: a challenge is a refusal
	Pool            Pool                   // data that the calls differ in
	Realm           *sip.Realm             // asks for credentials where a program says so; nil: no program may

	Setup, Ringing traffic.Duration // waits of an answering program
	// Random draws those waits, and what else is left to chance: which program a call follows, its row, and whether
	// overload control spares it.
	Random *rand.Rand

	Machine  uint64        // differs between the machines of a run, and between runs
	MaxCalls int           // calls at a time; 0 for no limit. Beyond it ours do not start, and those of peers get 503
	Grain    time.Duration // lateness of a start that is not charged to the target
	// LateLimit is the lateness from which a call counts as late.
	LateLimit time.Duration

	Observer Observer // of single calls; nil: nobody

	Steady, WarmUp *measure.Measurement // what calls after and during the warm-up are counted in
	From           time.Duration        // when the warm-up is over: circuits held from here on are carried traffic

	Script *ScriptConfig // of a program that is a script; nil for the zero value
}

// Machine runs the calls of one shard. It belongs to one goroutine.
type Machine struct {
	cfg        Config
	flows      flows
	pool       pool
	scripts    *scripts        // nil unless the program is a script
	setup      traffic.Sampler // of the waits of an answering program
	ringing    traffic.Sampler
	standard   standards
	table      table
	incoming   incoming // answerer: calls by what their INVITEs carry
	next       hopCache
	targets    map[string]bool // URIs of peers: whether they may be called
	stateless  identity        // our tag in responses outside of calls
	message    sip.Message     // the message at hand
	from       netip.AddrPort  // where it came from
	atHand     *call           // the call whose INVITE it is, nil for another message
	offer      sip.Session     // of the peer's last description,
	offerText  []byte          // which was this one
	offerRead  bool            // and could be read
	challenges []byte          // header lines of the last challenge
	offered    *sip.Message    // whose description an ACK or PRACK answers, while that is sent
	oneCodec   [1]sip.Codec    // of a call that changes to one
	bindings   bindings
	values     [][]scenarios.Value // variables of programs, by slot
	body       []byte
	measured   []byte // an INVITE whose length is of interest
	stopping   bool
	parting    parting
	closed     time.Duration // end of the measuring window, Never before it is known
	trunks     *Trunks       // that calls take from now on
	lines      []line
	at         uint8     // line that the message at hand came in on
	routed     []*Trunks // all that calls took, in the order of Reroute
}

// NewMachine returns a machine without calls. The error says what of a program or a script cannot be run; it is a
// [ColumnError] where the data lack a column.
func NewMachine(cfg Config) (*Machine, error) {
	m := &Machine{cfg: cfg, incoming: newIncoming(), next: hopCache{}, bindings: bindings{}, targets: map[string]bool{}, closed: Never}
	m.cfg.Timers = cfg.Timers.WithDefaults()
	m.cfg.Timers.Reliable = cfg.Transport.Reliable()
	m.lines = newLines(&cfg)
	m.setup, m.ringing = traffic.NewSampler(cfg.Setup), traffic.NewSampler(cfg.Ringing)
	m.table.large.size = largeSize
	m.offer.Secure = len(cfg.Audio.Suites) > 0
	m.stateless = newIdentity(0, 0, cfg.Machine) // no call has generation 0
	fixed := m.fixedKeywords()
	var err error
	m.pool = newPool(cfg.Pool)
	if m.flows, err = newFlows(cfg.Programs, &m.pool, fixed, &cfg.Audio); err != nil {
		return nil, err
	}
	m.flows.countIn(cfg.Steady, cfg.WarmUp)
	if m.standard, err = newStandards(fixed); err != nil {
		return nil, fmt.Errorf("call machine: %w", err)
	}
	if m.scripts, err = newScripts(m, cfg.Script); err != nil {
		return nil, fmt.Errorf("call machine: %w", err)
	}
	m.Reroute(cfg.Trunks)
	return m, nil
}

// InProgress returns the number of calls that have not ended.
func (m *Machine) InProgress() int {
	if m.scripts != nil {
		return m.table.busy + m.scripts.settled.alive
	}
	return m.table.busy
}

// Start places a call. A call that cannot be placed ends at once, in the class NotStarted.
func (m *Machine) Start(now time.Duration, a Attempt) {
	m.begin(now, a, m.flows.draw(m.cfg.Random), nil)
}

// begin places a call of a flow. complete, if there is one, completes it before its first step.
func (m *Machine) begin(now time.Duration, a Attempt, f *flow, complete func(*call)) {
	into := m.measurement(a.WarmUp)
	into.Offered++
	if f.counted {
		into.Flows[f.place].Offered++
	}
	if m.cfg.MaxCalls > 0 && m.table.busy >= m.cfg.MaxCalls {
		m.keepBack(a, f, measure.NoCallSlot)
		return
	}
	c := m.table.take(m.cfg.Machine)
	c.flow, c.row = f, m.pool.take(m.cfg.Random)
	c.attempt, c.warmUp, c.started = a, a.WarmUp, now
	if why, ok := m.prepare(c, now); !ok {
		m.keepBack(a, f, why)
		m.table.release(c)
		return
	}
	if complete != nil {
		complete(c)
	}
	into.Started++
	if c.way.trunks == nil {
		into.OffTrunk++
	}
	into.InProgress++
	late := max(0, now-a.Intended)
	into.Delays[measure.Lateness].Record(late)
	if late > m.cfg.LateLimit {
		into.Late++
	}
	if m.scripts != nil {
		m.scripts.start(c, now)
		return
	}
	m.run(c, now)
}

// prepare gives a call what it needs, a port pair and a trunk, or says what is missing.
func (m *Machine) prepare(c *call, now time.Duration) (why measure.Reason, ok bool) {
	if c.flow.invites && !m.openLeg(c) {
		return measure.NoMediaPort, false
	}
	if why, ok = m.setOut(c, now); !ok && c.leg != nil {
		c.leg.Stop(now)
		c.leg = nil
	}
	return why, ok
}

// openDialog writes the texts of the dialog as our INVITE over the trunk at hand has them, from our address of record.
func (m *Machine) openDialog(c *call, from string) {
	d := &c.dialog
	*d = dialog{text: d.text[:0]}
	d.text = m.pool.appendParty(append(d.text, '<'), from, c.row, m.pool.caller)
	address := d.since(1)
	d.text = append(append(d.text, ">;tag="...), c.id[:]...)
	d.local = d.since(0)
	d.callID = d.within(d.local, c.id[:]) // which is our tag too
	if c.flow.registers {                 // RFC 3261, 10.2: To is the address of record, the request URI its domain
		d.home.remote = d.put([]byte("<"), d.get(address), []byte(">"))
		d.home.target = d.putRegistrar(c.way.trunk.URI)
	}
	begin := len(d.text)
	d.text = append(m.pool.appendParty(append(d.text, '<'), c.way.trunk.URI, c.row, m.pool.callee), '>')
	d.remote = d.since(begin)
	d.target = span{d.remote.from + 1, d.remote.to - 1}
}

// CloseWindow ends the time in which circuits that are held count as carried traffic. Calls go on.
func (m *Machine) CloseWindow(at time.Duration) { m.closed = min(m.closed, at) }

// keepBack ends a call before it started.
func (m *Machine) keepBack(a Attempt, f *flow, why measure.Reason) {
	if f.counted {
		m.measurement(a.WarmUp).Flows[f.place].Outcomes[measure.NotStarted]++
	}
	notStarted(m.measurement(a.WarmUp), why)
	m.drillKept(a.Intended)
}

func notStarted(into *measure.Measurement, why measure.Reason) {
	into.Outcomes[measure.NotStarted]++
	into.NotStarted[why]++
}

// Next returns the instant at which Advance has something to do, Never when no call waits for a time.
func (m *Machine) Next() time.Duration {
	next := min(m.table.wheel.next(), m.parting.next())
	if m.scripts != nil {
		next = min(next, m.scripts.settled.next())
	}
	return next
}

// Advance fires the timers that are due at an instant of the run clock, which never goes back.
func (m *Machine) Advance(now time.Duration) {
	m.incoming.forget(now)
	if m.scripts != nil {
		m.scripts.takeCommands(now)
		m.scripts.tick(now)
	}
	m.AdvanceTo(now, now)
}

// AdvanceTo fires the timers that were due at an instant before now, and leaves the later ones.
func (m *Machine) AdvanceTo(instant, now time.Duration) {
	if m.parting.active {
		m.part(now)
	}
	if m.scripts != nil {
		m.scripts.endSettled(now, m.stopping)
	}
	m.table.wheel.expire(instant, func(slot int32) { m.onTimer(m.table.at(slot), now) })
}

// Abandon ends the accounts of all calls that are left, without another word to the peer.
func (m *Machine) Abandon(now time.Duration) {
	m.table.each(func(c *call) {
		c.flags.cut = true
		m.finish(c, now)
	})
	if m.scripts != nil {
		m.scripts.endSettled(now, true)
	}
}

// Unreachable ends the calls that have heard nothing from an address that the network says is not there, or
// sends them over another trunk, and those whose BYE goes there. Calls that ring or talk are left to their
// timers: somebody was there.
func (m *Machine) Unreachable(now time.Duration, u sip.Unreachable) {
	address := u.Address
	m.table.each(func(c *call) {
		switch {
		case c.way.line != u.Line:
		case c.stage == calling && c.peer == address && c.onLargeLine() && !c.flags.provisional:
			m.shrink(c, now)
		case c.stage == calling && c.peer == address && !c.flags.provisional && !c.flags.incoming:
			if m.scripts != nil {
				m.scripts.loseCall(c, now)
				return
			}
			m.lose(c, routing.TransportError, measure.Unreachable, now)
		case c.stage == leaving && c.errand.Running() && m.hop(c) == address:
			c.flags.dropped = true
			m.finish(c, now)
		}
	})
}

func (m *Machine) measurement(warmUp bool) *measure.Measurement {
	if warmUp {
		return m.cfg.WarmUp
	}
	return m.cfg.Steady
}

// count returns the measurement that a call belongs to.
func (m *Machine) count(c *call) *measure.Measurement { return m.measurement(c.warmUp) }
