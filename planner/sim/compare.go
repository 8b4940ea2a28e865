package sim

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Comparison is two models that were offered the same calls.
type Comparison struct {
	A, B   *Result
	Lost   Difference
	Groups []Difference // of the trunk groups that both have, by name
}

// Difference is what a share of B is less that of A, with its paired interval: the calls are the same, so that most of what
// chance does to both cancels out.
type Difference struct {
	Name string
	A, B Estimate
	Estimate
}

// Better says which model loses less, or that it cannot be told.
func (d Difference) Better() string {
	switch {
	case !d.Known || d.Low <= 0 && d.High >= 0:
		return "cannot tell"
	case d.Value < 0:
		return "second"
	}
	return "first"
}

// Compare sets the results of two models beside each other. They must have the same seed, settings and number of windows;
// of simulations that were interrupted, the windows count that both have.
func Compare(a, b *Result) (*Comparison, error) {
	if a.Interrupted || b.Interrupted {
		a, b = a.only(b.numbers), b.only(a.numbers)
	}
	if a.Windows != b.Windows || a.Settings.Seed != b.Settings.Seed || a.Settings.Window != b.Settings.Window ||
		a.Settings.WarmUp != b.Settings.WarmUp || a.Settings.Batches != b.Settings.Batches {
		return nil, fmt.Errorf("compare: both must be simulated alike: %d windows of %s after %s with seed %d, and %d of %s after %s with seed %d",
			a.Windows, a.Settings.Window, a.Settings.WarmUp, a.Settings.Seed, b.Windows, b.Settings.Window, b.Settings.WarmUp, b.Settings.Seed)
	}
	if a.Windows < 2 {
		return nil, errors.New("compare: needs two windows or more")
	}
	c := &Comparison{A: a, B: b}
	c.Lost = paired("all calls", a, b, a.Lost, b.Lost, func(w *window) (y, x float64) { return w.total.lost, w.total.arrived },
		func(w *window) (y, x float64) { return w.total.lost, w.total.arrived })
	for g := range a.Groups {
		other := slices.IndexFunc(b.Groups, func(group GroupResult) bool { return group.Name == a.Groups[g].Name })
		if other < 0 {
			continue
		}
		c.Groups = append(c.Groups, paired(a.Groups[g].Name, a, b, a.Groups[g].Blocking, b.Groups[other].Blocking,
			func(w *window) (y, x float64) { return w.groups[g].blocked, w.groups[g].offered },
			func(w *window) (y, x float64) { return w.groups[other].blocked, w.groups[other].offered }))
	}
	return c, nil
}

// only returns a result of the windows of some replications alone.
func (r *Result) only(numbers []int) *Result {
	part := *r
	part.windows, part.numbers = nil, nil
	for i, number := range r.numbers {
		if _, both := slices.BinarySearch(numbers, number); both {
			part.windows, part.numbers = append(part.windows, r.windows[i]), append(part.numbers, number)
		}
	}
	part.Windows = len(part.windows)
	part.Lost = lostShare(part.windows, part.Settings.Confidence)
	part.Groups = slices.Clone(r.Groups)
	for g := range part.Groups {
		result := &part.Groups[g]
		result.Blocking = part.blocking(g, burst(result.Circuits, result.OfferedErlangs.Value))
		result.Verdict = verdict(result.Promised, result.Blocking)
	}
	return &part
}

// paired estimates the difference of two ratios over the same windows:
//
//	D = R_B − R_A, its spread that of (y_B − R_B·x_B)/x̄_B − (y_A − R_A·x_A)/x̄_A
func paired(name string, a, b *Result, estA, estB Estimate, ofA, ofB func(w *window) (y, x float64)) Difference {
	d := Difference{Name: name, A: estA, B: estB}
	if d.Known = estA.Known && estB.Known; !d.Known {
		return d
	}
	n := float64(a.Windows)
	var meanA, meanB, squares float64
	for i := range a.windows {
		_, x := ofA(&a.windows[i])
		meanA += x / n
		_, x = ofB(&b.windows[i])
		meanB += x / n
	}
	for i := range a.windows {
		yA, xA := ofA(&a.windows[i])
		yB, xB := ofB(&b.windows[i])
		residual := (yB-estB.Value*xB)/meanB - (yA-estA.Value*xA)/meanA
		squares += residual * residual
	}
	d.Value = estB.Value - estA.Value
	half := quantile(a.Windows-1, a.Settings.Confidence) * math.Sqrt(squares/(n*(n-1)))
	d.Low, d.High = d.Value-half, d.Value+half
	return d
}
