package media

import (
	"errors"
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// ErrNoPort is returned by Open when every pair of the range is in use.
var ErrNoPort = errors.New("no free RTP port pair")

// BestEffort as Config.DSCP leaves media packets unmarked.
const BestEffort = -1

// Config is what an Engine needs. Local and Ports are required.
type Config struct {
	Local netip.Addr // address to bind every socket to
	Ports PortRange  // where the pairs come from; no other engine may use them

	// Seed draws SSRCs, first sequence numbers, first timestamps and RTCP intervals, which RFC 3550
	// sections 5.1 and 6.3 want random. Engines of one run should differ in Seed or Ports.
	Seed uint64

	// DSCP marks media packets, 1 to 63; 0 selects 46, Expedited Forwarding (RFC 3246, RFC 4594), and
	// BestEffort leaves them unmarked. Only Linux marks.
	DSCP int

	// Start is the origin of the run clock: the instant, with its monotonic reading, from which all
	// durations given to the engine count. With it the engine turns kernel timestamps into run time and
	// reads the clock once a leg for the lateness of sending. Zero: the clock is simulated, and the only
	// time is the one given to Sweep.
	Start time.Time

	// SendLate takes the lateness of every packet sent: actual less ideal instant. Nil: not recorded.
	// It must belong to the goroutine that runs the engine.
	SendLate *measure.Histogram
}

// Engine runs the media of one shard. All its methods, and those of its legs, are for the goroutine
// that owns it; none of them waits for anything.
type Engine struct {
	config Config
}

// NewEngine returns an engine that has opened no socket yet. The error names every field that is wrong.
func NewEngine(c Config) (*Engine, error) {
	return &Engine{config: c}, nil
}

// Open takes a port pair for a new leg: bound, so that its port can be announced, and quiet until Start.
// The error wraps ErrNoPort when all pairs are taken, or says why no socket could be opened.
func (e *Engine) Open() (*Leg, error) {
	return &Leg{}, nil
}

// Next returns the run time at which Sweep next has work, and false when no leg is running.
func (e *Engine) Next() (time.Duration, bool) {
	return 0, false
}

// Sweep sends what is due at the run time now and reads what came for the same legs.
func (e *Engine) Sweep(now time.Duration) {
}

// Close closes every socket. Legs that still run end without a word. Closing twice does nothing.
func (e *Engine) Close() error {
	return nil
}
