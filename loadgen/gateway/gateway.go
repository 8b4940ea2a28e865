// Package gateway emulates PSTN gateways: each answers SIP on an address of its own with a limited number
// of circuits, blocks as a real one does when all are busy, and counts what came in.
//
// A Gateway runs the answering scenario of the built-in library on the same machine that the generator
// runs its calls on.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// Config describes one gateway. Listen and Circuits are required.
type Config struct {
	Listen         netip.AddrPort       // port 0 lets the system choose
	Transport      sip.Transport        // UDP unless set
	TLS            sip.TLSConfig        // certificate and key of a gateway over TLS or WSS
	Circuits       int                  // calls at a time; the next one gets 503 with Q.850 cause 34
	Setup, Ringing traffic.Duration     // from INVITE to 180, and from 180 to 200
	Programs       []*scenarios.Program // how it answers; the built-in gateway if empty
	Data           *scenarios.Table     // rows that the programs show; nil for none
	Realm          *sip.Realm           // asks for credentials where a program says so; nil: none may
	UserAgent      string
	Media          loadgen.Media
	MediaTimeout   time.Duration         // a call whose caller sends no RTP for so long is hung up; 0: none is
	Allow          func(netip.Addr) bool // media addresses beside the caller's own; nil: none
	Timers         sip.Timers
	Script         *call.ScriptConfig  // what calls of a script need; nil for other programs
	Twin           *loadgen.TwinConfig // other halves of third-party calls; nil for none
	Calls          uint64              // ends by itself after so many calls; 0: never
	Seed           uint64              // of set-up and ringing times; 0 draws one
	// Network puts something between the socket and the calls, such as loadgen.Impairment.Network; nil: nothing.
	Network func(loadgen.Socket) loadgen.Socket
}

// callsBeyond is how many calls a gateway remembers beyond twice its circuits: those that it has refused or
// hung up and whose last word it waits for. Beyond, a call is refused and forgotten at once.
const callsBeyond = 10_000

// MaxCircuits is the largest gateway that is emulated.
const MaxCircuits = 1_000_000

// DefaultPorts is the range of RTP port pairs of a gateway, apart from the generator's own so that both
// fit on one host.
var DefaultPorts = media.PortRange{First: 10000, Last: 19999}

// Validate reports everything that keeps the gateway from being started.
func (c *Config) Validate() error {
	var errs []error
	if !c.Listen.IsValid() {
		errs = append(errs, errors.New("listen: an address and port are required"))
	}
	if c.Circuits < 1 || c.Circuits > MaxCircuits {
		errs = append(errs, fmt.Errorf("ports: must be from 1 to %d, got %d", MaxCircuits, c.Circuits))
	} else if !c.Media.Off && c.Media.Ports.Pairs() < c.Circuits {
		errs = append(errs, fmt.Errorf("rtp-ports: %s has %d port pairs for %d circuits; widen the range or use --media none",
			c.Media.Ports, c.Media.Ports.Pairs(), c.Circuits))
	}
	errs = append(errs, c.Media.Validate())
	if c.MediaTimeout != 0 && c.MediaTimeout < time.Second {
		errs = append(errs, fmt.Errorf("media-timeout: must be 0s for none, or at least 1s, got %s", c.MediaTimeout))
	}
	for name, law := range map[string]traffic.Duration{"setup": c.Setup, "ring": c.Ringing} {
		if err := law.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	if err := loadgen.CheckPrograms(c.Programs, c.Data); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Gateway is one emulated gateway.
type Gateway struct {
	leaving  atomic.Bool
	lookedAt time.Duration // when calls without RTP were last looked for
	silent   uint64        // calls that were hung up for it
	cfg      Config
	shard    *loadgen.Shard
	circuits circuits
	line     *line
	health   health
}

// Open opens the gateway's sockets and begins to answer. Close ends it.
func Open(cfg Config) (*Gateway, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	g := &Gateway{cfg: cfg, circuits: circuits{all: cfg.Circuits}}
	if err := g.open(); err != nil {
		g.shard.Close()
		return nil, err
	}
	return g, nil
}

func (g *Gateway) open() error {
	start := time.Now()
	s := &loadgen.Shard{Start: start, Steady: &measure.Measurement{Trunk: g.cfg.Listen.String()}, WarmUp: &measure.Measurement{}}
	g.shard = s
	var err error
	g.line, err = newLine(g.cfg.Listen, func(local netip.AddrPort) (loadgen.Socket, error) {
		return loadgen.Open(loadgen.Opening{Transport: g.cfg.Transport, Local: local, Listen: true, TLS: g.cfg.TLS, Start: start})
	})
	if err != nil {
		return err
	}
	s.Socket = g.line
	if g.cfg.Network != nil {
		s.Socket = g.cfg.Network(s.Socket)
	}
	audio, err := s.Audio(&g.cfg.Media, g.cfg.Seed, g.cfg.Allow)
	if err != nil {
		return err
	}
	programs := g.cfg.Programs
	if len(programs) == 0 {
		if programs, err = scenarios.Load("gateway"); err != nil {
			return err
		}
	}
	script, err := s.Script(g.cfg.Script, g.cfg.Twin)
	if err != nil {
		return err
	}
	s.Machine, err = call.NewMachine(call.Config{
		CheckNumber: loadgen.CheckNumber, Script: script, MaxCalls: 2*g.cfg.Circuits + callsBeyond,
		Programs: programs, Pool: call.Pool{Table: g.cfg.Data}, Realm: g.cfg.Realm, Wire: s.Socket, Local: s.Socket.Local(), UserAgent: g.cfg.UserAgent, Timers: g.cfg.Timers, Transport: g.cfg.Transport,
		Audio: audio, Circuits: &g.circuits, Setup: g.cfg.Setup, Ringing: g.cfg.Ringing,
		Random: traffic.Stream(g.cfg.Seed, 0), Machine: rand.Uint64(), Steady: s.Steady, WarmUp: s.WarmUp,
	})
	return err
}

// Run answers calls until the context is cancelled, then hangs up, waits for the last call to end and
// returns; after Leave it waits for none. It is called once.
func (g *Gateway) Run(ctx context.Context) {
	defer g.shard.Close()
	stopped := call.Never
	g.shard.Loop(ctx, func(now time.Duration) bool {
		g.heed(now)
		g.hangUpSilent(now)
		if stopped == call.Never && (ctx.Err() != nil || g.done()) {
			stopped = now
			g.shard.Machine.Stop(now)
		}
		if g.leaving.Load() || stopped != call.Never && now-stopped > call.LongestParting+g.cfg.Timers.WithDefaults().GiveUp()+time.Second {
			stopped = min(stopped, now)
			g.shard.Machine.Abandon(now)
		}
		return stopped != call.Never && g.shard.Machine.InProgress() == 0
	})
}

// lookForSilence is how often calls without RTP are looked for.
const lookForSilence = time.Second

// hangUpSilent hangs up the calls whose caller has vanished.
func (g *Gateway) hangUpSilent(now time.Duration) {
	if g.cfg.MediaTimeout == 0 || now < g.lookedAt+lookForSilence {
		return
	}
	g.lookedAt = now
	g.silent += g.shard.Machine.HangUpSilent(now, g.cfg.MediaTimeout)
}

// Silent returns how many calls were hung up because their caller sent no RTP any more. It may be read once Run has
// returned.
func (g *Gateway) Silent() uint64 { return g.silent }

// Leave makes Run return at once, with the calls that are left counted as aborted. It may be called from any
// goroutine.
func (g *Gateway) Leave() {
	g.leaving.Store(true)
	g.shard.Socket.Wake()
}

// done tells whether the gateway has had all the calls that it waits for, or its script asked for an end.
func (g *Gateway) done() bool {
	gracefully, now, _ := g.shard.Machine.WantsStop()
	over := g.shard.Machine.InProgress() == 0
	return now || over && (gracefully || g.cfg.Calls > 0 && g.shard.Steady.Started >= g.cfg.Calls)
}

// ScriptCounts returns what a script counted, nil for other programs. It may be read once Run has returned.
func (g *Gateway) ScriptCounts() *measure.Script { return g.shard.Machine.ScriptCounts() }

// Address returns where the gateway listens.
func (g *Gateway) Address() netip.AddrPort { return g.shard.Socket.Local() }

// Progress returns what the gateway has done so far. It may be called from any goroutine.
func (g *Gateway) Progress() loadgen.Progress { return g.shard.Progress() }

// Measurement returns what the gateway counted. It may be read once Run has returned.
func (g *Gateway) Measurement() *measure.Measurement { return g.shard.Steady }

// LongestGap returns the longest time between two turns of the gateway's loop: how long it was away from
// its calls at the most. It may be read once Run has returned.
func (g *Gateway) LongestGap() time.Duration { return g.shard.LongestGap() }

// Busiest returns the largest number of circuits that were in use at a time. It may be read once Run has
// returned.
func (g *Gateway) Busiest() int { return g.circuits.most }

// WithoutPort returns how many calls were refused with 500 because no RTP port pair could be opened for
// them. It may be read once Run has returned.
func (g *Gateway) WithoutPort() uint64 {
	if g.shard.Media == nil {
		return 0
	}
	return g.shard.Media.Failed()
}

// Bindings returns how many addresses of record are bound, and how many of those have lapsed. It may be read once
// Run has returned.
func (g *Gateway) Bindings() (bound, lapsed int) {
	return g.shard.Machine.Bindings(time.Since(g.shard.Start))
}

// SocketStats returns the counters of the SIP socket. It may be read once Run has returned.
func (g *Gateway) SocketStats() sip.SocketStats { return g.shard.Socket.Stats() }

// Close releases the sockets of a gateway that is not run.
func (g *Gateway) Close() { g.shard.Close() }
