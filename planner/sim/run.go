package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Settings say how long and how often a model is simulated. The zero value takes the defaults.
type Settings struct {
	Seed   uint64
	Window time.Duration // measured time of a replication; 0 for an hour
	// WarmUp is the time before it that is not counted; 0 for WarmUpOf the model.
	WarmUp       time.Duration
	Replications int // independent; 0 for 100. With Precision, the fewest
	// Precision is the half-width of the interval of the share of lost calls, by the share, at which it is enough;
	// 0 for a fixed number of replications.
	Precision float64
	Most      int // replications with Precision; 0 for 10,000
	// Batches is the number of windows of one long replication, one after another, instead of independent ones
	// (batch means); 0 for none.
	Batches    int
	Confidence float64 // of intervals, above 0.5 and below 1; 0 for 0.95
	Workers    int     // replications at a time; 0 for as many as there are processors
	// Progress is called after each replication, from one goroutine at a time; lost estimates the share of lost calls so
	// far, until Progress returns.
	Progress func(done, of int, lost func() Estimate)
}

// The defaults of Settings.
const (
	DefaultReplications = 100
	DefaultMost         = 10_000
	DefaultConfidence   = 0.95
	DefaultWindow       = time.Hour
)

// withDefaults fills in what was not given and refuses what cannot be.
func (s Settings) withDefaults(c *compiled) (Settings, error) {
	fill := func(n *int, otherwise int) {
		if *n == 0 {
			*n = otherwise
		}
	}
	fill(&s.Replications, DefaultReplications)
	fill(&s.Most, max(DefaultMost, s.Replications))
	fill(&s.Workers, runtime.GOMAXPROCS(0))
	if s.Window == 0 {
		s.Window = DefaultWindow
	}
	if s.WarmUp == 0 {
		s.WarmUp = WarmUpOf(c.Model)
	}
	if s.Confidence == 0 {
		s.Confidence = DefaultConfidence
	}
	var problems []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	check(s.Window > 0, "window: must be longer than 0, got %s", s.Window)
	check(s.WarmUp >= 0, "warm-up: must be 0 or longer, got %s", s.WarmUp)
	check(s.WarmUp < math.MaxInt64/4 && s.Window < math.MaxInt64/4/time.Duration(max(1, s.Batches)),
		"window and warm-up: must be shorter than 73 years together, got %s and %s", s.Window, s.WarmUp)
	check(s.Replications >= 2, "replications: must be 2 or more, got %d", s.Replications)
	check(s.Most >= s.Replications, "most replications: must be %d or more, got %d", s.Replications, s.Most)
	check(s.Precision >= 0 && s.Precision < 1, "precision: must be above 0 and below 1, got %g", s.Precision)
	check(s.Batches == 0 || s.Batches >= 2, "batches: must be 2 or more, got %d", s.Batches)
	check(s.Batches == 0 || s.Precision == 0, "batches: their number is fixed; leave the precision out")
	check(s.Batches == 0 || len(c.Drills) == 0 || c.Span() > 0,
		"batches: a drill falls into one of the %d windows of one long replication, so that their interval says little; leave the batches out, and each replication has the drill", s.Batches)
	check(s.Confidence > 0.5 && s.Confidence < 1, "confidence: must be above 0.5 and below 1, got %g", s.Confidence)
	check(s.Workers > 0, "workers: must be 1 or more, got %d", s.Workers)
	return s, errors.Join(problems...)
}

// warmUps is the number of mean residual holding times in a warm-up.
const warmUps = 10

// WarmUpOf returns the warm-up of a model, which starts without calls: ten times the longest mean time that a call in
// progress still lasts, h·(1+c²)/2 but at least h, and the mean delay of retries. With exponential holding times all but
// e⁻¹⁰, 1 in 22,000, of the calls in progress are there then. Failures start as they are at any time of the years and
// need no warm-up.
func WarmUpOf(m *Model) time.Duration {
	longest := time.Duration(0)
	for i := range m.Sources {
		s := &m.Sources[i]
		mean, c := s.meanCircuitTime(), 1.0
		if s.Holding != nil {
			c = max(1, s.Holding.Variation())
		}
		residual := time.Duration(float64(mean) * (1 + c*c) / 2)
		if delay, ok := s.Retry.Delay.(interface{ Average() time.Duration }); ok && s.Retry.Share > 0 {
			residual += delay.Average()
		}
		longest = max(longest, residual)
	}
	return warmUps * longest
}

// meanCircuitTime returns how long a call holds its circuit on average.
func (s *Source) meanCircuitTime() time.Duration {
	if n := len(s.Calls.Trace); n > 0 {
		var sum float64
		for _, call := range s.Calls.Trace {
			sum += float64(call.Holding)
		}
		return time.Duration(sum / float64(n))
	}
	setUp := 0.0
	if s.SetUp != nil {
		setUp = float64(s.SetUp.Average())
	}
	unanswered := setUp
	if s.Ringing != nil {
		unanswered = float64(s.Ringing.Average())
	}
	return time.Duration(s.Answered*(setUp+float64(s.Holding.Average())) + (1-s.Answered)*unanswered)
}

// schedule is the windows of one replication.
type schedule struct {
	warmUp, length time.Duration
	windows        int
}

// Run simulates a model. When the context ends before, it returns what the replications showed that were complete, with
// Interrupted set, or the cause when there were fewer than two windows. Other errors name what is wrong with the model or
// the settings.
func Run(ctx context.Context, m *Model, s Settings) (*Result, error) {
	c, err := compile(m)
	if err != nil {
		return nil, err
	}
	if s, err = s.withDefaults(c); err != nil {
		return nil, err
	}
	b := newBench(c, s)
	total := s.Replications
	if s.Batches > 0 {
		b.plan.windows, total = s.Batches, 1
	}
	for {
		err = b.replicate(ctx, total)
		if err != nil || s.Precision == 0 || b.precise() || total == s.Most {
			break
		}
		total = min(s.Most, total+total/2)
	}
	interrupted := err != nil && ctx.Err() != nil
	r := newResult(b, interrupted)
	if err != nil && (!interrupted || r.Windows < 2) {
		return nil, err
	}
	return r, nil
}

// bench is where replications are made, by several workers at a time.
type bench struct {
	*compiled
	settings Settings
	plan     schedule
	workers  []*worker
	sums     *sums

	lock sync.Mutex
	done [][]window // by replication
	n    int        // complete
}

// worker is a goroutine's own replication.
type worker struct {
	replication *replication
	sums        *sums
}

func newBench(c *compiled, s Settings) *bench {
	b := &bench{compiled: c, settings: s, plan: schedule{warmUp: s.WarmUp, length: s.Window, windows: 1}, sums: newSums(c)}
	for range s.Workers {
		b.workers = append(b.workers, &worker{newReplication(c, s.Seed), newSums(c)})
	}
	return b
}

// replicate makes replications until there are as many as given. Each has random numbers of its own, so that it does not
// matter which worker makes it. The error is that of the first replication that had one.
func (b *bench) replicate(ctx context.Context, total int) error {
	next := atomic.Int64{}
	next.Store(int64(len(b.done)))
	b.done = append(b.done, make([][]window, total-len(b.done))...)
	errs := make([]error, len(b.workers))
	var wait sync.WaitGroup
	for i, w := range b.workers {
		wait.Go(func() {
			for {
				number := int(next.Add(1)) - 1
				if number >= total {
					return
				}
				windows, err := w.replication.simulate(ctx, uint64(number), &b.plan, w.sums)
				if len(windows) > 0 {
					b.finish(number, total, windows)
				}
				if err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	wait.Wait()
	for _, w := range b.workers {
		b.sums.merge(w.sums)
		w.sums = newSums(b.compiled)
	}
	return errors.Join(errs...)
}

// finish keeps a replication and tells of it.
func (b *bench) finish(number, total int, windows []window) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.done[number] = windows
	b.n++
	if b.settings.Progress != nil {
		b.settings.Progress(b.n, total, b.lost)
	}
}

// windows returns those of all replications that are complete, in their order, with the number of the replication of
// each; of one long replication with their own.
func (b *bench) windows() (all []window, numbers []int) {
	for number, windows := range b.done {
		for i := range windows {
			numbers = append(numbers, number+i)
		}
		all = append(all, windows...)
	}
	return all, numbers
}

// lost estimates the share of all calls that are lost so far.
func (b *bench) lost() Estimate {
	all, _ := b.windows()
	return lostShare(all, b.settings.Confidence)
}

// precise tells whether the interval is as narrow as asked for.
func (b *bench) precise() bool { return b.lost().within(b.settings.Precision) }

// lostShare estimates the share of all calls that are lost.
func lostShare(all []window, confidence float64) Estimate {
	calls := 0.0
	for i := range all {
		calls += all[i].total.arrived
	}
	return share(len(all), func(i int) float64 { return all[i].total.lost }, func(i int) float64 { return all[i].total.arrived },
		confidence, noneSeen(calls, 1, confidence))
}
