package loadgen

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/recording"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// Config describes a load run. Target or Trunks, one of CAPS and Users, Programs and one of Duration and Calls are
// required.
type Config struct {
	Target sip.Target
	Trunks *Trunks // nil for one to Target
	Drills []Drill // failures on purpose
	// Relocate finds the trunks anew when their TTL has run out; nil keeps them where they were found.
	Relocate Relocate

	FollowRedirects bool // send calls where a 3xx says, as far as the guards allow
	ObeyOverload    bool // send fewer calls to a trunk that asks for it (RFC 7339)
	// HaltAtRetryAfter ends the run at the first 503 with Retry-After.
	HaltAtRetryAfter bool
	Guard            Guard  // which targets and numbers may be called
	Caller           string // user part of our address; DefaultCaller if empty
	// Account answers a target that asks for credentials (401, 407); without a user such a call is refused.
	Account sip.Credentials

	TLS sip.TLSConfig // of a target over TLS or WSS
	// Sources are the source addresses and ports, which calls take in turn: port 0 lets the system choose one.
	// Without any the route to the target decides.
	Sources []netip.AddrPort
	DSCP    int // differentiated services code point of the signalling, 0 to 63
	// ConnectionPerCall opens a connection for each call instead of one for all.
	ConnectionPerCall bool

	Arrivals traffic.ArrivalLaw
	CAPS     float64 // mean call attempts per second
	// Users make the calls of a script instead: each of them calls again as soon as its call is over, so that there are
	// as many calls at any time. 0: calls arrive and wait for nobody.
	Users    int
	Holding  traffic.Law   // of conversations; nil: none lasts
	Duration time.Duration // arrivals end after this time; 0: after Calls
	Calls    uint64        // arrivals end after this many; 0: after Duration
	WarmUp   time.Duration // calls that arrive in it are counted apart
	Drain    time.Duration // how long calls may go on after the last arrival before they are hung up
	MaxCalls int           // calls at a time; 0 for no limit but the ports

	Media     Media
	Data      *scenarios.Table     // what the calls differ in, a row each; nil for nothing
	Programs  []*scenarios.Program // what the calls do: at least one for the caller
	Script    *call.ScriptConfig   // what calls of a script need; nil for other programs
	Twin      *TwinConfig          // other halves of third-party calls; nil for none
	UserAgent string
	Profile   sip.Profile
	Timers    sip.Timers
	Seed      uint64 // 0 draws one
	Shards    int    // event loops; 0 for as many as the load needs, one a CPU at most

	// Network puts something between a shard's socket and its calls, such as Impairment.Network; nil: nothing.
	Network func(Socket) Socket

	// Save says which calls are recorded and kept, for somebody to look at.
	Save recording.Policy

	// Files is the number of files that the rest of the process needs, for the check against the limit.
	Files int
}

// Defaults of a run.
const (
	DefaultCaller = "sipplan"
	DefaultCallee = "+15550100"
	DefaultDrain  = 32 * time.Second
)

// DefaultPorts is the range that RTP port pairs of calls come from: below the ephemeral ports of Linux,
// so that no other socket of the host takes them.
var DefaultPorts = media.PortRange{First: 20000, Last: 32767}

// Bounds of one run, built in: a load generator is a weapon.
const (
	MaxCAPS  = 100_000
	MaxHours = 7 * 24
)

// Validate reports everything that keeps the run from being started, each by the name of its field.
func (c *Config) Validate() error {
	errs := []error{
		c.checkTargets(),
		problem("from", checkUser(c.caller())),
		problem("auth-user", c.checkAccount()),
		problem("data", checkData(c.Data)),
		problem("scenario", CheckPrograms(c.Programs, c.Data)),
		problem("caps", c.checkRate()),
		problem("calls", c.checkLed()),
		problem("drill", c.checkDrills()),
		problem("aht", c.checkHolding()),
		problem("duration", c.checkLength()),
		problem("warm-up", c.checkWarmUp()),
		problem("drain", notNegative(c.Drain)),
		problem("rtp-ports", c.checkPorts()),
		c.Media.Validate(),
		problem("files", c.checkFiles()),
		c.Save.Validate(),
	}
	if !slices.ContainsFunc(c.Programs, func(p *scenarios.Program) bool { return p.Role == scenarios.Caller }) {
		errs = append(errs, errors.New("scenario: a program for the caller is required"))
	}
	errs = append(errs, problem("local", c.checkSources()))
	return errors.Join(errs...)
}

// problem puts the name of a field before what is wrong with it.
func problem(field string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", field, err)
}

// checkTargets refuses targets and numbers that must not be called.
func (c *Config) checkTargets() error {
	if c.Trunks != nil {
		return c.Trunks.validate(c.Guard, !c.Media.Off)
	}
	return errors.Join(
		problem("target", c.Guard.CheckTarget(c.Target.Host, c.Target.Addr.Addr())),
		problem("target", checkUser(c.callee())))
}

// trunks returns the trunks of the run: one to the target, if no others were given.
func (c *Config) trunks() *Trunks {
	if c.Trunks != nil {
		return c.Trunks
	}
	return OneTrunk(c.Target)
}

// where names the targets of the run in one line.
func (c *Config) where() string {
	if c.Trunks == nil {
		return c.Target.URI
	}
	return strings.Join(c.Trunks.names(), ", ")
}

// checkSources refuses sources that the run could not send from.
func (c *Config) checkSources() error {
	for _, source := range c.Sources {
		if source.Port() != 0 && c.Shards != 1 {
			return fmt.Errorf("port %d: a fixed port serves one shard, got %d", source.Port(), c.Shards)
		}
	}
	return nil
}

// checkUser refuses what cannot stand before the @ and whom no call may reach.
func checkUser(user string) error {
	if err := sip.CheckUser(user); err != nil {
		return err
	}
	return CheckNumber(user)
}

func notNegative(d time.Duration) error {
	if d < 0 {
		return fmt.Errorf("must not be negative, got %s", d)
	}
	return nil
}

func (c *Config) checkAccount() error {
	if c.Account.User == "" {
		return nil
	}
	return c.Account.Validate()
}

func (c *Config) checkRate() error {
	if c.Users > 0 && c.CAPS == 0 {
		return nil
	}
	if !(c.CAPS > 0) || c.CAPS > MaxCAPS {
		return fmt.Errorf("must be more than 0 and at most %d calls per second, got %g", MaxCAPS, c.CAPS)
	}
	return nil
}

// checkHolding refuses a law that cannot be; what is no traffic.Duration was refused when it was made.
func (c *Config) checkHolding() error {
	if law, ok := c.Holding.(traffic.Duration); ok {
		return law.Validate()
	}
	return nil
}

func (c *Config) checkLength() error {
	switch {
	case c.Duration == 0 && c.Calls == 0:
		return errors.New("a run needs an end: a duration or a number of calls")
	case c.Duration > MaxHours*time.Hour:
		return fmt.Errorf("must be at most %d hours, got %s", MaxHours, c.Duration)
	}
	return notNegative(c.Duration)
}

func (c *Config) checkWarmUp() error {
	if c.Duration > 0 && c.WarmUp >= c.Duration {
		return fmt.Errorf("must be shorter than the duration of %s, got %s", c.Duration, c.WarmUp)
	}
	return notNegative(c.WarmUp)
}

// Erlangs returns the traffic that the run offers, set-up times apart.
func (c *Config) Erlangs() float64 { return c.CAPS * c.MeanHolding().Seconds() }

// MeanHolding returns the mean holding time, set-up times apart.
func (c *Config) MeanHolding() time.Duration {
	if c.Holding == nil {
		return 0
	}
	return c.Holding.Average()
}

// Concurrent returns the number of calls that are hardly ever exceeded at a time when traffic of the
// given mean finds no limit: the mean of the Poisson distribution and five times its standard deviation.
func Concurrent(erlangs float64) int { return int(math.Ceil(erlangs + 5*math.Sqrt(erlangs) + 5)) }

// What one event loop takes with ease. A run that needs no more has no more loops: the fewer threads
// compete for the processors, the better each keeps its schedule.
const (
	capsPerShard    = 4000
	streamsPerShard = 1000
)

// shards returns the number of event loops.
func (c *Config) shards() int {
	if c.Shards > 0 {
		return c.Shards
	}
	if c.Script != nil {
		return 1 // its data files, numbers and global variables are those of all calls
	}
	need := c.CAPS / capsPerShard
	if !c.Media.Off {
		need += c.Erlangs() / streamsPerShard
	}
	return min(int(need)+1, runtime.GOMAXPROCS(0))
}

// atOnce returns how many calls the run may have at a time.
func (c *Config) atOnce() int {
	if c.Users > 0 {
		return c.Users
	}
	shards := c.shards()
	n := shards * Concurrent(c.Erlangs()/float64(shards)) // each shard has ports of its own
	if c.Calls > 0 && c.Calls < uint64(n) {
		n = int(c.Calls) + shards - 1
	}
	if c.MaxCalls > 0 {
		n = min(n, c.MaxCalls)
	}
	return n
}

func (c *Config) checkPorts() error {
	if c.Media.Off || c.checkRate() != nil {
		return nil
	}
	if have, need := c.Media.Ports.Pairs(), c.atOnce(); have < need {
		return fmt.Errorf("%s has %d port pairs, but %.4g erlangs need about %d calls at a time; widen the range or use --media none",
			c.Media.Ports, have, c.Erlangs(), need)
	}
	return nil
}

func (c *Config) checkFiles() error {
	if c.Media.Off || c.checkRate() != nil {
		return CheckFiles(0, c.Files)
	}
	return CheckFiles(c.atOnce(), c.Files)
}

// maxCalls returns the share of a shard in MaxCalls.
func (c *Config) maxCalls(shard, shards int) int {
	if c.MaxCalls == 0 {
		return 0
	}
	share := c.MaxCalls / shards
	if shard < c.MaxCalls%shards {
		share++
	}
	return max(1, share)
}

func (c *Config) caller() string {
	if c.Caller == "" {
		return DefaultCaller
	}
	return c.Caller
}

func (c *Config) callee() string {
	if c.Target.User == "" {
		return DefaultCallee
	}
	return c.Target.User
}

// room returns how many calls of a script there may be at a time before calls arrive more slowly, 0 for any number. The
// calls of other programs arrive whatever is in progress.
func (c *Config) room() int {
	if c.Script == nil {
		return 0
	}
	return c.MaxCalls
}

// allows tells whether messages and media may go to an address that the target names.
func (c *Config) allows(address netip.Addr) bool { return c.Guard.CheckTarget("", address) == nil }
