package media

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/pion/rtp"
	"github.com/sipplan/sipplan/planner/measure"
)

// Config is what an Engine needs. Local is required.
type Config struct {
	Local netip.Addr // address to bind every socket to
	Ports PortRange  // where the pairs come from; no other engine may use them

	// Seed draws SSRCs, first sequence numbers, first timestamps and RTCP intervals, which RFC 3550
	// sections 5.1 and 6.3 want random. Engines with the same Seed and different Ports draw differently.
	Seed uint64

	// DSCP marks media packets, 1 to 63; 0 selects 46, Expedited Forwarding (RFC 3246, RFC 4594), and
	// BestEffort leaves them unmarked. Only Linux marks.
	DSCP int

	// Start is the origin of the run clock: the instant, with its monotonic reading, from which all
	// durations given to the engine count. With it the engine turns kernel timestamps into run time and
	// reads the clock once a leg for the lateness of sending. Zero: the clock is simulated, and the only
	// time is the one given to Sweep.
	Start time.Time

	// JitterBuffer is the depth of the jitter buffer that is modelled when calls are judged: packets that come
	// later count as lost to the ear. Zero selects DefaultJitterBuffer.
	JitterBuffer time.Duration

	// SendLate takes the lateness of every packet sent: actual less ideal instant. Nil: not recorded.
	// It must belong to the goroutine that runs the engine.
	SendLate *measure.Histogram
}

// BestEffort as Config.DSCP leaves media packets unmarked.
const BestEffort = -1

const expeditedForwarding = 46

// Validate returns everything that is wrong with the configuration, joined.
func (c Config) Validate() error {
	var problems []error
	if !c.Local.IsValid() || c.Local.IsMulticast() {
		problems = append(problems, fmt.Errorf("local: must be an address of this machine, got %v", c.Local))
	}
	if c.Ports != (PortRange{}) && c.Ports.Pairs() == 0 {
		problems = append(problems, fmt.Errorf("ports: must hold an even port and the odd one after it, got %v", c.Ports))
	}
	if c.JitterBuffer < 0 || c.JitterBuffer > time.Second {
		problems = append(problems, fmt.Errorf("jitter-buffer: must be from 0s to 1s, got %s", c.JitterBuffer))
	}
	if c.DSCP < BestEffort || c.DSCP > 63 {
		problems = append(problems, fmt.Errorf("dscp: must be from 0 to 63 or %d for none, got %d", BestEffort, c.DSCP))
	}
	return errors.Join(problems...)
}

// dscp returns the mark for the packets, 0 for none.
func (c Config) dscp() int {
	if c.DSCP == 0 {
		return expeditedForwarding
	}
	return max(c.DSCP, 0)
}

// Engine runs the media of one shard. All its methods, and those of its legs, are for the goroutine
// that owns it; none of them waits for anything.
type Engine struct {
	local    netip.Addr
	network  network
	clock    runClock
	random   *rand.Rand
	cname    string
	sendLate *measure.Histogram

	jitterBuffer time.Duration

	pool   pool
	legs   []*Leg // all that were ever opened
	wheels []*wheel
	now    time.Duration // latest run time heard of
	drops  uint64
	failed uint64 // legs that found no port pair
	cause  error  // of the first of them
	closed bool

	hurried bool // the sweep began late

	packet rtp.Packet            // the one being read
	buffer [maxDatagramSize]byte // the one being written
	sealed [maxDatagramSize]byte // the same as SRTP
	opened [maxDatagramSize]byte // the one being read, without its protection
	header rtp.Header            // of the one being protected or opened
}

// NewEngine returns an engine that has opened no socket yet. The error is that of Config.Validate.
func NewEngine(c Config) (*Engine, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return newEngine(c, newNetwork(c.dscp(), !c.Start.IsZero())), nil
}

func newEngine(c Config, n network) *Engine {
	builtins() // takes milliseconds once: here, not when the first call is answered
	random := rand.New(rand.NewPCG(c.Seed, uint64(c.Ports.First)))
	e := &Engine{
		local:    c.Local.Unmap(),
		network:  n,
		clock:    newRunClock(c.Start),
		random:   random,
		cname:    newCNAME(random),
		sendLate: c.SendLate,

		jitterBuffer: cmp.Or(c.JitterBuffer, DefaultJitterBuffer),
	}
	e.pool = pool{open: e.open, unopened: c.Ports}
	return e
}

// Open takes a port pair for a new leg: bound, so that its port can be announced, and quiet until Start.
// The error wraps ErrNoPort when all pairs are taken, or says why no socket could be opened.
func (e *Engine) Open() (*Leg, error) {
	if e.closed {
		return nil, errors.New("media engine is closed")
	}
	l, err := e.pool.get(e.now)
	if err != nil {
		e.failed++
		if e.cause == nil {
			e.cause = err
		}
		return nil, err
	}
	l.open = true
	return l, nil
}

func (e *Engine) open(port uint16) (*Leg, error) {
	rtp, rtcp, err := openPair(e.network, e.local, port)
	if err != nil {
		return nil, err
	}
	l := &Leg{engine: e, port: port, rtp: rtp, rtcp: rtcp}
	e.legs = append(e.legs, l)
	return l, nil
}

// Next returns the run time at which Sweep next has work, and false when no leg is running. It may lie
// in the past.
func (e *Engine) Next() (next time.Duration, running bool) {
	for _, w := range e.wheels {
		if t, ok := w.wake(); ok && (!running || t < next) {
			next, running = t, true
		}
	}
	return next, running
}

// Sweep sends what is due at the run time now and then reads what came for the same legs. When it is called
// late it visits each leg once all the same: no leg bursts, and none waits for another to catch up. All sends come
// before anything is read: a packet that waits to be sent becomes later, but the kernel has noted when one came.
func (e *Engine) Sweep(now time.Duration) {
	e.now = max(e.now, now)
	e.clock.sync(now)
	next, running := e.Next()
	e.hurried = running && now-next > hurry
	last := int64(now / tick)
	for _, w := range e.wheels {
		for t := w.first(last); t <= last; t++ {
			for _, l := range w.slots[w.slotOf(t)] {
				l.send(now)
			}
		}
	}
	for _, w := range e.wheels {
		for w.next = w.first(last); w.next <= last; w.next++ {
			// From the end, because a leg that moves to another slot swaps places with the last one.
			slot := w.slots[w.slotOf(w.next)]
			for i := len(slot) - 1; i >= 0; i-- {
				slot[i].attend(now)
			}
		}
	}
}

// Failed returns how many times Open found no port pair: calls without media that should have had some.
func (e *Engine) Failed() uint64 { return e.failed }

// Cause returns why Open found no port pair the first time, nil if it always did.
func (e *Engine) Cause() error { return e.cause }

// Drops returns how many datagrams the kernel has dropped because a leg's receive buffer was full: a
// loss that is this machine's and not the network's. Always 0 where the system does not tell (not Linux).
func (e *Engine) Drops() uint64 {
	return e.drops
}

// PortsTaken returns how many pairs of the range were skipped because something else on this machine
// has a port of them.
func (e *Engine) PortsTaken() uint64 {
	return e.pool.taken
}

// Close closes every socket. Legs that still run end without a word. Closing twice does nothing.
func (e *Engine) Close() error {
	if e.closed {
		return nil
	}
	e.closed = true
	e.wheels = nil
	var errs []error
	for _, l := range e.legs {
		errs = append(errs, l.rtp.close(), l.rtcp.close())
	}
	return errors.Join(errs...)
}

// wheel returns the wheel of a packet time.
func (e *Engine) wheel(packetTime time.Duration) *wheel {
	for _, w := range e.wheels {
		if w.period() == packetTime {
			return w
		}
	}
	w := newWheel(packetTime)
	e.wheels = append(e.wheels, w)
	return w
}

// newCNAME returns 96 random bits (RFC 7022 section 4.2): one name for the engine, nothing about the
// machine.
func newCNAME(random *rand.Rand) string {
	var b [12]byte
	binary.BigEndian.PutUint64(b[:], random.Uint64())
	binary.BigEndian.PutUint32(b[8:], random.Uint32())
	return base64.StdEncoding.EncodeToString(b[:])
}
