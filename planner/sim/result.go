package sim

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
)

// Result is what a simulation showed.
type Result struct {
	Model    *Model
	Settings Settings // with its defaults filled in
	Windows  int      // independent replications, or batches
	Calls    int64    // that arrived in them
	// Interrupted says that the context ended before all replications were made.
	Interrupted bool

	Groups  []GroupResult
	Sources []SourceResult
	Lost    Estimate // share of all calls that were lost for good
	Dropped Estimate // share of the calls carried that a failure ended
	Total   measure.Measurement

	windows []window
	numbers []int // of the replication of each window, or of the batch
}

// GroupResult is what a trunk group did.
type GroupResult struct {
	Group
	Offered        Estimate // attempts in a window, those of callers who try again and of other groups' overflow included
	OfferedErlangs Estimate // attempts by the mean circuit time
	Carried        Estimate // erlangs
	Blocking       Estimate // call congestion: share of the attempts that found no circuit
	TimeCongestion Estimate // share of the time with all circuits busy
	Dropped        Estimate // share of the calls carried that a failure ended
	Peakedness     float64  // variance by mean of the calls in progress
	Verdict        Verdict
	Measurement    measure.Measurement
	// Rare is how blocking and time congestion were found where hardly any call was blocked; nil where they were counted.
	Rare *RareResult
}

// SourceResult is what became of the calls of a source.
type SourceResult struct {
	Name     string
	Arrived  Estimate         // calls in a window
	Lost     Estimate         // share of the calls that were lost for good
	Blocking Estimate         // share of the attempts that found no circuit
	Dropped  Estimate         // share of the answered calls that a failure ended
	Waited   Estimate         // share of the attempts that had to wait
	Left     Estimate         // share of the attempts whose caller gave up waiting
	MeanWait Estimate         // seconds, over all attempts
	Causes   map[string]int64 // of attempts that failed; one may have several
}

// Verdict says whether a trunk group holds its promise.
type Verdict uint8

// The verdicts. NotAsked is that of a group without a promise.
const (
	NotAsked Verdict = iota
	CannotTell
	Holds
	DoesNotHold
)

// String returns the verdict in words, as reports and JSON write it.
func (v Verdict) String() string {
	return [...]string{"no promise", "cannot tell", "holds", "does not hold"}[v]
}

// MarshalText writes the verdict in words.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// verdict holds an interval against a promise.
func verdict(promised float64, blocking Estimate) Verdict {
	switch {
	case promised == 0:
		return NotAsked
	case !blocking.Known:
		return CannotTell
	case blocking.High <= promised:
		return Holds
	case blocking.Low > promised:
		return DoesNotHold
	}
	return CannotTell
}

// newResult turns windows into estimates.
func newResult(b *bench, interrupted bool) *Result {
	c, s, sums := b.compiled, b.settings, b.sums
	all, numbers := b.windows()
	r := &Result{Model: c.Model, Settings: s, Windows: len(all), Interrupted: interrupted, windows: all, numbers: numbers, Total: sums.total()}
	for g := range c.Groups {
		r.Groups = append(r.Groups, r.group(g, sums))
		r.Total.BusyTime += r.Groups[g].Measurement.BusyTime
	}
	for i := range c.Sources {
		r.Sources = append(r.Sources, r.source(i, sums))
	}
	for i := range all {
		r.Calls += int64(all[i].total.arrived)
	}
	r.Lost = lostShare(all, s.Confidence)
	r.Dropped = r.share(func(w *window) (y, x float64) {
		for g := range w.groups {
			y, x = y+w.groups[g].dropped, x+w.groups[g].carried
		}
		return y, x
	}, 1)
	return r
}

// share estimates a share of calls, of which burst tell as much as one independent call.
func (r *Result) share(of func(w *window) (y, x float64), burst float64) Estimate {
	n := 0.0
	for i := range r.windows {
		_, x := of(&r.windows[i])
		n += x
	}
	y := func(i int) float64 { y, _ := of(&r.windows[i]); return y }
	x := func(i int) float64 { _, x := of(&r.windows[i]); return x }
	return share(len(r.windows), y, x, r.Settings.Confidence, noneSeen(n, burst, r.Settings.Confidence))
}

// mean estimates a figure of a window.
func (r *Result) mean(of func(w *window) float64) Estimate {
	return ratio(len(r.windows), func(i int) float64 { return of(&r.windows[i]) }, func(int) float64 { return 1 }, r.Settings.Confidence, 0)
}

// group estimates what a trunk group did.
func (r *Result) group(g int, sums *sums) GroupResult {
	at := func(w *window) *groupWindow { return &w.groups[g] }
	result := GroupResult{Group: r.Model.Groups[g], Measurement: sums.measurement(g, r.Model.Groups[g].Name)}
	m := &result.Measurement
	held := time.Duration(0) // mean circuit time
	if m.Seized > 0 {
		held = m.CircuitTime / time.Duration(m.Seized)
	}
	scale := held.Seconds() / r.Settings.Window.Seconds()
	result.Offered = r.mean(func(w *window) float64 { return at(w).offered })
	result.OfferedErlangs = result.Offered.times(scale)
	result.Carried = r.mean(func(w *window) float64 { return at(w).area })
	burst := burst(result.Circuits, result.OfferedErlangs.Value)
	result.Blocking = r.blocking(g, burst)
	none := noneSeen(float64(m.Offered), burst, r.Settings.Confidence)
	result.TimeCongestion = share(r.Windows, func(i int) float64 { return at(&r.windows[i]).full }, func(int) float64 { return 1 },
		r.Settings.Confidence, none)
	result.Dropped = r.share(func(w *window) (y, x float64) { return at(w).dropped, at(w).carried }, 1)
	area, squares := 0.0, 0.0
	for i := range r.windows {
		area += at(&r.windows[i]).area
		squares += at(&r.windows[i]).squares
	}
	m.BusyTime = time.Duration(area * float64(r.Settings.Window))
	if area > 0 {
		mean := area / float64(r.Windows)
		result.Peakedness = (squares/float64(r.Windows) - mean*mean) / mean
	}
	result.Verdict = verdict(result.Promised, result.Blocking)
	return result
}

// blocking estimates the call congestion of a trunk group.
func (r *Result) blocking(g int, burst float64) Estimate {
	return r.share(func(w *window) (y, x float64) { return w.groups[g].blocked, w.groups[g].offered }, burst)
}

// times scales an estimate.
func (e Estimate) times(factor float64) Estimate {
	e.Value, e.Low, e.High = e.Value*factor, e.Low*factor, e.High*factor
	return e
}

// burst returns how many calls tell as much as one independent call about the blocking of a group.
func burst(circuits int, erlangs float64) float64 {
	if circuits <= 0 || circuits == math.MaxInt32 || erlangs <= 0 {
		return 1
	}
	inflation, err := erlang.CallCongestionVariance(circuits, erlangs)
	if err != nil {
		return 1
	}
	return inflation
}

// source estimates what became of the calls of a source.
func (r *Result) source(i int, sums *sums) SourceResult {
	at := func(w *window) *sourceWindow { return &w.sources[i] }
	result := SourceResult{Name: r.Model.Sources[i].Name, Causes: map[string]int64{}}
	result.Arrived = r.mean(func(w *window) float64 { return at(w).arrived })
	result.Lost = r.share(func(w *window) (y, x float64) { return at(w).lost, at(w).arrived }, 1)
	result.Blocking = r.share(func(w *window) (y, x float64) { return at(w).blocked, at(w).attempts }, 1)
	result.Dropped = r.share(func(w *window) (y, x float64) { return at(w).dropped, at(w).answered }, 1)
	if r.Model.Sources[i].Queue != nil {
		result.Waited = r.share(func(w *window) (y, x float64) { return at(w).waited, at(w).attempts }, 1)
		result.Left = r.share(func(w *window) (y, x float64) { return at(w).left, at(w).attempts }, 1)
		result.MeanWait = ratio(r.Windows, func(k int) float64 { return at(&r.windows[k]).wait },
			func(k int) float64 { return at(&r.windows[k]).attempts }, r.Settings.Confidence, 0)
	}
	for bit, n := range sums.sources[i].causes {
		if n > 0 {
			result.Causes[routing.Causes(1<<bit).String()] = n
		}
	}
	return result
}

// fewBlocked is the number of blocked attempts below which Refine looks for a group by splitting: their burstiness leaves
// them the worth of a handful of independent ones.
const fewBlocked = 200

// Imprecise says that a precision was asked for which so many replications did not reach.
func (r *Result) Imprecise() bool {
	return r.Settings.Precision > 0 && !r.Lost.within(r.Settings.Precision)
}

// Refine estimates the congestion of the trunk groups on which few calls or none were blocked by splitting (Rare), with the same
// settings. Groups without a number of circuits stay as they are, and so do those that were offered nothing.
func (r *Result) Refine(ctx context.Context) error {
	for i := range r.Groups {
		g := &r.Groups[i]
		if g.Circuits == 0 || g.Measurement.Offered == 0 || g.Measurement.Outcomes[measure.Blocked] >= fewBlocked {
			continue
		}
		s := r.Settings
		s.Replications, s.Precision, s.Batches = max(r.Windows, DefaultReplications), 0, 0
		rare, err := Rare(ctx, r.Model, s, g.Name)
		if err != nil && ctx.Err() != nil {
			r.Interrupted = true
			return nil
		}
		if err != nil {
			return fmt.Errorf("trunk group %s: %w", g.Name, err)
		}
		if rare.Blocking.Value == 0 {
			continue // not even then: what was counted bounds it
		}
		g.Rare, g.Blocking, g.TimeCongestion = rare, rare.Blocking, rare.TimeCongestion
		g.Verdict = verdict(g.Promised, g.Blocking)
	}
	return nil
}
