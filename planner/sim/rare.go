package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"gonum.org/v1/gonum/mathext"
)

// RareResult is the congestion of a trunk group that hardly ever fills, by splitting.
type RareResult struct {
	Group          string
	Blocking       Estimate // call congestion
	TimeCongestion Estimate
	Levels         []int // calls in progress at which runs were split
	Windows        int
	Calls          int64 // simulated, in all runs
}

// Rare estimates how often a trunk group is full, down to 1 in 10⁹ and less, for which plain simulation would wait for
// years. When more calls are in progress than usual the run is split: several go on from there with other random numbers,
// each worth a part of the one, until the rush is over; at the next level each is split again. The estimate is unbiased
// whatever the levels are; they only say how much work it takes.
//
// Villén-Altamirano and Villén-Altamirano, Proc. ITC 13 (1991): RESTART.
func Rare(ctx context.Context, m *Model, s Settings, group string) (*RareResult, error) {
	c, err := compile(m)
	if err != nil {
		return nil, err
	}
	if s, err = s.withDefaults(c); err != nil {
		return nil, err
	}
	target, err := c.target(group)
	if err != nil {
		return nil, err
	}
	p := &splitPlan{compiled: c, settings: s, target: target}
	if err := p.chooseLevels(ctx); err != nil {
		return nil, err
	}
	windows, calls, err := p.replicate(ctx)
	if err != nil {
		return nil, err
	}
	return p.result(group, windows, calls), nil
}

// splits is how many runs go on from a level. Four at levels that one run in four reaches are near the best for any
// probability (Villén-Altamirano, 1994).
const splits = 4

// splitPlan is what all workers share.
type splitPlan struct {
	*compiled
	settings Settings
	target   target
	levels   []int32 // calls in progress, ascending
	budget   int64   // events of a replication before its levels are given up; 0 for no limit
}

// target is the group whose congestion is wanted, with the groups that its calls fill before.
type target struct {
	group    int
	counted  []int32 // groups whose calls in progress say how near it is to full
	circuits int32   // of them together
}

// target finds a group, and those that overflow to it.
func (c *compiled) target(name string) (target, error) {
	t := target{group: -1}
	for g := range c.Groups {
		if c.Groups[g].Name == name {
			t.group = g
		}
	}
	if t.group < 0 {
		return t, fmt.Errorf("there is no trunk group %q", name)
	}
	counted := map[int32]bool{int32(t.group): true}
	for i := range c.laws {
		for _, w := range c.laws[i].ways {
			for k, at := range w.steps {
				for _, before := range w.steps[:k] {
					if at.group == int32(t.group) {
						counted[before.group] = true
					}
				}
			}
		}
	}
	for g := range c.Groups {
		if !counted[int32(g)] {
			continue
		}
		if c.Groups[g].Circuits <= 0 {
			return t, fmt.Errorf("trunk group %q has no number of circuits, so that it is never full", c.Groups[g].Name)
		}
		t.counted = append(t.counted, int32(g))
		t.circuits += int32(c.Groups[g].Circuits)
	}
	return t, nil
}

// busy returns the calls in progress on the target and the groups before it.
func (t *target) busy(r *replication) int32 {
	sum := int32(0)
	for _, g := range t.counted {
		sum += r.groups[g].busy
	}
	return sum
}

// pilotWindows is how many windows are simulated as they are to find how many calls are in progress.
const pilotWindows = 4

// pilotBudget is how many events a replication may take for each that an unsplit one takes. Levels that take more split
// too often.
const pilotBudget = 40

// chooseLevels looks at some windows without splitting, and sets the levels where a group without limit, of that mean and
// variance of its calls in progress, would be a fourth as often as at the level before:
//
//	P(calls ≥ k) ≈ P(k/z, m/z)   the regularised incomplete gamma function; mean m, peakedness z (Hayward)
//
// Where that splits too often, the levels are taken further apart.
func (p *splitPlan) chooseLevels(ctx context.Context) error {
	mean, z, err := p.pilot(ctx)
	if err != nil {
		return err
	}
	for factor := float64(splits); ; factor *= 2 {
		p.levels = levels(mean, z, int(p.target.circuits), factor)
		p.budget = pilotBudget * int64(len(p.levels)+1) * p.unsplit()
		w := newSplitWorker(p)
		_, err := w.simulate(ctx, math.MaxUint32)
		if err == nil {
			p.budget = 0
			return nil
		}
		if !errors.Is(err, errBudget) || factor > 1e6 {
			return err
		}
	}
}

// unsplit returns about how many events a replication takes without splitting, at least some.
func (p *splitPlan) unsplit() int64 {
	rate := 0.0
	for i := range p.Sources {
		if s := &p.Sources[i]; s.Calls.Users > 0 {
			rate += float64(s.Calls.Users) / s.Calls.Think.Average().Seconds()
		} else if s.Calls.New != nil {
			if arrivals, err := s.Calls.New(1, traffic.Stream(1, uint64(i))); err == nil {
				const n = 100
				var last time.Duration
				for range n {
					last = arrivals.Next()
				}
				rate += n / last.Seconds()
			}
		}
	}
	return int64(2*rate*(p.settings.Window+p.settings.WarmUp).Seconds()) + 100_000
}

// pilot measures mean and peakedness of the calls in progress.
func (p *splitPlan) pilot(ctx context.Context) (mean, peakedness float64, err error) {
	r, sums := newReplication(p.compiled, p.settings.Seed+1), newSums(p.compiled)
	windows, err := r.simulate(ctx, 0, &schedule{warmUp: p.settings.WarmUp, length: p.settings.Window, windows: pilotWindows}, sums)
	if err != nil {
		return 0, 0, err
	}
	var squares, alone float64
	for _, w := range windows {
		sum := 0.0
		for _, g := range p.target.counted {
			sum += w.groups[g].area
		}
		mean += sum / pilotWindows
		alone += w.groups[p.target.group].area / pilotWindows
		squares += w.groups[p.target.group].squares / pilotWindows
	}
	peakedness = 1
	if len(p.target.counted) == 1 && alone > 0 {
		peakedness = min(20, max(0.3, (squares-alone*alone)/alone))
	}
	return mean, peakedness, nil
}

// levels returns the numbers of calls above the mean at which a run is split, up to the circuits.
func levels(mean, z float64, circuits int, factor float64) []int32 {
	if mean <= 0 {
		return nil
	}
	above := func(k int) float64 { return mathext.GammaIncReg(float64(k)/z, mean/z) }
	var all []int32
	last := 1.0
	for k := int(mean) + 1; k <= circuits; k++ {
		if p := above(k); p > 0 && p <= last/factor {
			all = append(all, int32(k))
			last = p
		}
	}
	return all
}

// errBudget says that levels split too often.
var errBudget = errors.New("simulation of rare blocking: the levels split the run too often")

// splitWorker makes replications with splitting. For each level it has a state from which runs start, and a run.
type splitWorker struct {
	*splitPlan
	main   *replication
	saved  []*replication
	runs   []*replication
	events int64
	trial  uint64
	window rareWindow
}

// rareWindow is what a window with splitting showed, each run by its worth.
type rareWindow struct {
	offered, blocked, full float64
	calls                  int64 // unweighted
}

func newSplitWorker(p *splitPlan) *splitWorker {
	w := &splitWorker{splitPlan: p, main: newReplication(p.compiled, p.settings.Seed)}
	w.main.batch = 1 // so that runs that are split have hardly any calls in common
	return w
}

// prepare makes the states of all levels ready for copies.
func (w *splitWorker) prepare() error {
	for len(w.runs) < len(w.levels) {
		for _, list := range []*[]*replication{&w.saved, &w.runs} {
			r := newReplication(w.compiled, w.settings.Seed)
			router, err := routing.New(&w.Network, routing.Shard{}, traffic.Stream(0, 0))
			if err != nil {
				return err
			}
			r.router = router
			*list = append(*list, r)
		}
	}
	return nil
}

// simulate makes the replication of a number.
func (w *splitWorker) simulate(ctx context.Context, number uint64) (rareWindow, error) {
	if err := w.prepare(); err != nil {
		return rareWindow{}, err
	}
	r := w.main
	if err := r.begin(number, w.settings.WarmUp); err != nil {
		return rareWindow{}, err
	}
	if err := r.runTo(ctx, w.settings.WarmUp); err != nil {
		return rareWindow{}, err
	}
	w.events, w.trial, w.window = 0, 0, rareWindow{}
	r.reset()
	err := w.run(ctx, r, 0, r.now+w.settings.Window)
	return w.window, err
}

// run lets a run go on from a level until its calls in progress fall below that level, or until the end. At the next level
// it is split.
func (w *splitWorker) run(ctx context.Context, r *replication, level int, end time.Duration) error {
	for {
		if w.events++; w.events&0xffff == 0 {
			if err := context.Cause(ctx); err != nil {
				return err
			}
		}
		if w.budget > 0 && w.events > w.budget {
			return errBudget
		}
		over := !r.step(end)
		busy := w.target.busy(r)
		switch {
		case over || level > 0 && busy < w.levels[level-1]:
			w.count(r, level)
			return nil
		case level < len(w.levels) && busy >= w.levels[level]:
			w.count(r, level)
			if err := w.split(ctx, r, level, end); err != nil {
				return err
			}
			if r.now >= end {
				return nil
			}
			if level > 0 && w.target.busy(r) < w.levels[level-1] {
				return nil
			}
		}
	}
}

// split lets several runs go on from a state above a level, the given one last.
func (w *splitWorker) split(ctx context.Context, r *replication, level int, end time.Duration) error {
	saved, run := w.saved[level], w.runs[level]
	for i := range splits {
		if i == splits-1 {
			return w.run(ctx, r, level+1, end)
		}
		w.trial++
		if i == 0 {
			saved.copyState(r, r.failures)
		}
		run.copyState(saved, traffic.Stream(w.settings.Seed^0x5851f42d4c957f2d, r.number<<32+w.trial))
		if err := w.run(ctx, run, level+1, end); err != nil {
			return err
		}
	}
	return nil
}

// count adds what a run has counted since the last time, by its worth at its level.
func (w *splitWorker) count(r *replication, level int) {
	worth := math.Pow(splits, -float64(level))
	groups := make([]groupWindow, len(r.groups))
	for i := range r.sources {
		s := &r.sources[i]
		for number := range s.laws.ways {
			s.attribute(number, groups)
		}
		w.window.calls += s.tally.arrived
	}
	o := &r.groups[w.target.group]
	o.observe(r.now)
	w.window.offered += worth * groups[w.target.group].offered
	w.window.blocked += worth * groups[w.target.group].blocked
	w.window.full += worth * o.full
	r.reset()
}

// replicate makes all replications, on all workers.
func (p *splitPlan) replicate(ctx context.Context) (all []rareWindow, calls int64, err error) {
	all = make([]rareWindow, p.settings.Replications)
	errs := make([]error, p.settings.Workers)
	var next atomic.Int64
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() {
			w := newSplitWorker(p)
			for number := next.Add(1) - 1; number < int64(len(all)) && errs[i] == nil; number = next.Add(1) - 1 {
				all[number], errs[i] = w.simulate(ctx, uint64(number))
			}
		})
	}
	wait.Wait()
	for i := range all {
		calls += all[i].calls
	}
	return all, calls, errors.Join(errs...)
}

// result turns windows into estimates.
func (p *splitPlan) result(group string, all []rareWindow, calls int64) *RareResult {
	r := &RareResult{Group: group, Windows: len(all), Calls: calls}
	for _, level := range p.levels {
		r.Levels = append(r.Levels, int(level))
	}
	y := func(of func(w *rareWindow) float64) func(i int) float64 {
		return func(i int) float64 { return of(&all[i]) }
	}
	r.Blocking = share(len(all), y(func(w *rareWindow) float64 { return w.blocked }), y(func(w *rareWindow) float64 { return w.offered }),
		p.settings.Confidence, 1)
	r.TimeCongestion = share(len(all), y(func(w *rareWindow) float64 { return w.full / float64(p.settings.Window) }),
		func(int) float64 { return 1 }, p.settings.Confidence, 1)
	return r
}
