// Package loadgen offers calls to a target as a plan says: an open model, in which arrivals never wait
// for the system under test, on shards that share nothing.
//
// A Generator is made of its configuration, runs once and returns what it measured together with its
// own health: when the generator was the bottleneck, the result says so.
package loadgen

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/recording"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// Generator is one load run. Its methods may be called from any goroutine.
type Generator struct {
	cfg     Config
	shards  []*Shard // Run's own; others see what running holds
	running atomic.Pointer[[]*Shard]
	start   time.Time
	stop    context.CancelCauseFunc
	halt    context.Context
	moved   atomic.Pointer[Trunks] // where the trunks were found last; nil where they were at first
	usage   processUsage
	host    hostReading

	readHost func() hostReading // tests put their own in place
}

// Result is what a run measured.
type Result struct {
	Seed        uint64
	Started     time.Time            // of the first arrival
	Steady      *measure.Measurement // calls that arrived after the warm-up
	WarmUp      *measure.Measurement // calls that arrived during it
	Window      time.Duration        // time in which the calls of Steady arrived
	Elapsed     time.Duration        // from Started to the last hang-up
	Health      measure.Health
	Interrupted bool                   // stopped before its time
	Saved       []*recording.Recording // calls that were kept
	Failures    uint64                 // calls that failed by the rules of recordings, kept or not
	Origin      time.Time              // of the run clock, from which the times of recordings count
	Script      *measure.Script        // what a script counted; nil for other programs
}

// Total returns all calls of the run, warm-up included.
func (r *Result) Total() *measure.Measurement {
	total := r.Steady.Clone()
	total.Merge(r.WarmUp)
	return total
}

// Why a run ends before its time.
var (
	errStopped  = errors.New("stopped")  // somebody asked for it
	errFinished = errors.New("finished") // it has answered its question
)

// New checks that the run can take place: the target and the numbers are allowed, ports and files
// suffice. It opens and sends nothing.
func New(cfg Config) (*Generator, error) {
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64N(1<<53-1) + 1 // exact in JSON readers that know only float64
	}
	cfg.Timers = cfg.Timers.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	g := &Generator{cfg: cfg, readHost: readHost}
	g.halt, g.stop = context.WithCancelCause(context.Background())
	return g, nil
}

// open opens the shards.
func (g *Generator) open() error {
	shards := g.cfg.shards()
	for i := range shards {
		shard, err := g.newShard(i, shards)
		g.shards = append(g.shards, shard)
		if err != nil {
			return err
		}
	}
	g.running.Store(&g.shards)
	return nil
}

// newShard makes shard i of so many. Where it fails, what the shard has opened is still to be closed.
func (g *Generator) newShard(i, shards int) (*Shard, error) {
	s := &Shard{Start: g.start, Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{}}
	trunks := g.cfg.trunks()
	err := g.connect(s, trunks)
	if err != nil {
		return s, err
	}
	bare := s.Socket
	s.record(g.cfg.Save.Split(shards))
	if s.calls, err = newSchedule(&g.cfg, i, shards); err != nil {
		return s, err
	}
	if g.cfg.Led() {
		s.awaited = g.cfg.awaits()
		s.calls.close()
	}
	sound := g.cfg.Media.forShard(i, shards)
	audio, err := s.Audio(&sound, g.cfg.Seed^uint64(mediaStream)<<32^uint64(i), g.cfg.allows)
	if err != nil {
		return s, err
	}
	ways, err := trunks.forShard(&g.cfg, &s.leaves, i, shards)
	if err != nil {
		return s, err
	}
	machine := g.machine(s, i, shards)
	machine.Wire, machine.UseLine, machine.EndFlow = s.Socket, useLine(bare), endFlow(bare)
	machine.Audio, machine.Trunks = audio, ways
	if machine.Script, err = s.Script(g.cfg.Script, g.cfg.Twin); err != nil {
		return s, err
	}
	s.Machine, err = call.NewMachine(machine)
	return s, err
}

// machine returns the configuration of the machine of shard i of so many, but for what was opened for it.
func (g *Generator) machine(s *Shard, i, shards int) call.Config {
	return call.Config{
		Pool:    call.Pool{Table: g.cfg.Data, First: i, Step: shards, Random: rand.NewChaCha8(seed32())},
		Keyring: g.cfg.keyring(), CheckNumber: CheckNumber,
		Programs: g.cfg.Programs, Local: s.Socket.Local(), UserAgent: g.cfg.UserAgent, Timers: g.cfg.Timers,
		Transport: s.leaves.lines[0].Transport, Lines: s.leaves.lines, Drills: g.cfg.watches(),
		FollowRedirects: g.cfg.FollowRedirects, ObeyOverload: g.cfg.ObeyOverload, OnRetryAfter: g.onRetryAfter(),
		Profile: g.cfg.Profile, Random: traffic.Stream(g.cfg.Seed, answerStream+uint64(i)),
		Machine: rand.Uint64(), MaxCalls: g.cfg.maxCalls(i, shards), Grain: schedulingGrain, LateLimit: latenessLimit,
		Steady: s.Steady, WarmUp: s.WarmUp, From: lead + g.cfg.WarmUp, Observer: s.observer(),
	}
}

// connect opens the lines over which a shard reaches its trunks.
func (g *Generator) connect(s *Shard, trunks *Trunks) error {
	s.contact.patience = trunks.patience(g.cfg.Timers)
	s.contact.expect(trunks.Paths)
	leaves, err := g.cfg.depart(trunks)
	if err != nil {
		return err
	}
	lines, err := g.openLines(&leaves, trunks.peers())
	if err != nil {
		return err
	}
	s.Socket, s.leaves = lines, leaves
	return nil
}

// keyring returns what answers challenges with the account of the run, nil without an account.
func (c *Config) keyring() *sip.Keyring {
	if c.Account.User == "" {
		return nil
	}
	return sip.NewKeyring(c.Account, rand.NewChaCha8(seed32()))
}

// seed32 draws a seed that nobody can guess: cnonces keep a server from choosing what is hashed.
func seed32() (seed [32]byte) {
	_, _ = crand.Read(seed[:]) // never fails (crypto/rand)
	return seed
}

// Run offers the calls and returns when the last one is over. Cancelling the context leaves the calls
// where they are and returns at once with what was measured.
func (g *Generator) Run(ctx context.Context) (*Result, error) {
	defer g.close()
	g.start = time.Now()
	g.usage, g.host = readUsage(), g.readHost()
	if err := g.open(); err != nil {
		return &Result{Seed: g.cfg.Seed, Started: g.start, Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{}}, err
	}
	endDrills, endRelocating := g.drill(), g.relocate()
	var wait sync.WaitGroup
	for i, s := range g.shards {
		wait.Go(func() { s.Loop(ctx, g.over(ctx, s, i)) })
	}
	wait.Wait()
	endDrills()
	endRelocating()
	for _, s := range g.shards {
		s.Machine.SettleTrunks()
		s.Machine.SettleDrills()
	}
	result := g.result(ctx.Err() != nil)
	if err := g.broken(); err != nil {
		return result, err
	}
	if err := g.account(result); err != nil {
		return result, err
	}
	return result, g.asked()
}

// Stop ends the arrivals and hangs up the calls in progress; Run returns when that is done.
func (g *Generator) Stop() { g.end(errStopped) }

// Finish is Stop for a run that needs no more calls: its result counts as complete.
func (g *Generator) Finish() { g.end(errFinished) }

// halted tells whether the run is to end before its time. Shards ask in every turn: it takes no lock.
func (g *Generator) halted() bool { return g.halt.Err() != nil }

// broken returns the cause of an end that nobody asked for.
func (g *Generator) broken() error {
	if !g.halted() {
		return nil
	}
	err := context.Cause(g.halt)
	var asked *RetryAfterError
	if errors.Is(err, errStopped) || errors.Is(err, errFinished) || errors.As(err, &asked) {
		return nil
	}
	return err
}

func (g *Generator) end(cause error) {
	g.stop(cause)
	g.wake()
}

// Progress returns how far the run is.
func (g *Generator) Progress() Progress {
	var sum Progress
	shards := g.running.Load()
	if shards == nil {
		return sum
	}
	for _, s := range *shards {
		sum = sum.Add(s.Progress())
	}
	sum.Elapsed = time.Since((*shards)[0].Start)
	return sum
}

// Seed returns the seed of the run, which was drawn if none was given.
func (g *Generator) Seed() uint64 { return g.cfg.Seed }

// over returns the function that ends a shard's loop: when its arrivals are dealt with and its calls are
// over, after the drain time at the latest, or when the run is stopped.
func (g *Generator) over(ctx context.Context, s *Shard, i int) func(time.Duration) bool {
	var arrived, stopped time.Duration = call.Never, call.Never
	return func(now time.Duration) bool {
		g.follow(s, i)
		s.limitWait(now, g.cfg.Duration)
		if arrived == call.Never && !s.arrivalsLeft() {
			arrived = now
			s.Machine.CloseWindow(g.lastArrival(s))
		}
		if err := s.lost(now, g.cfg.where); err != nil {
			g.end(err)
		}
		g.heedScript(s)
		wantStop := g.halted() || arrived != call.Never && now-arrived >= g.cfg.Drain
		if wantStop && stopped == call.Never {
			stopped = now
			s.calls.close()
			s.Machine.CloseWindow(now)
			arrived = min(arrived, now)
			if !g.halted() {
				s.progress.cut = uint64(s.Machine.InProgress())
			}
			s.Machine.Stop(now)
		}
		if ctx.Err() != nil || g.broken() != nil || stopped != call.Never && now-stopped >= call.LongestParting+g.cfg.Timers.GiveUp()+time.Second {
			s.Machine.Abandon(now)
			return true
		}
		return arrived != call.Never && s.Machine.InProgress() == 0
	}
}

// wake makes the shards look at what they were asked, if they run.
func (g *Generator) wake() {
	if shards := g.running.Load(); shards != nil {
		for _, s := range *shards {
			s.Socket.Wake()
		}
	}
}

func (g *Generator) result(cancelled bool) *Result {
	r := &Result{
		Seed: g.cfg.Seed, Started: g.start.Add(lead), Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{},
		Elapsed: time.Since(g.start) - lead, Interrupted: cancelled || errors.Is(context.Cause(g.halt), errStopped),
	}
	for _, s := range g.shards {
		r.Steady.Merge(s.Steady)
		r.WarmUp.Merge(s.WarmUp)
	}
	r.Script = g.shards[0].Machine.ScriptCounts() // a script has one shard
	r.Window = g.window(r)
	g.saved(r)
	r.Health = g.health(r)
	return r
}

// lastArrival returns when the arrivals of a shard ended.
func (g *Generator) lastArrival(s *Shard) time.Duration {
	if g.cfg.Duration > 0 && g.cfg.Calls == 0 {
		return lead + g.cfg.Duration
	}
	return s.calls.due.Intended
}

// window returns the time in which the calls after the warm-up arrived: the configured one, or the time
// until the last of them when the run ended by count or by a stop.
func (g *Generator) window(r *Result) time.Duration {
	end := g.cfg.Duration
	early := r.Interrupted || g.halted()
	if g.cfg.Calls > 0 || early || end == 0 {
		end = 0
		for _, s := range g.shards {
			end = max(end, s.calls.due.Intended)
		}
		end = max(0, end-lead)
		if early {
			end = min(end, r.Elapsed)
		}
	}
	return max(0, end-g.cfg.WarmUp)
}

// account refuses a result whose classes do not add up to what was offered: such a result is a defect of
// the generator, and no verdict may rest on it.
func (g *Generator) account(r *Result) error {
	for _, m := range []*measure.Measurement{r.Steady, r.WarmUp} {
		if err := m.CheckAccounting(); err != nil {
			return fmt.Errorf("the accounts of the run do not close: %w", err)
		}
	}
	return nil
}

func (g *Generator) close() {
	g.running.Store(nil)
	for _, s := range g.shards {
		s.Close()
	}
}
