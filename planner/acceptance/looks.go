package acceptance

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"
)

// Looks are the looks at a running test by which it may end early. The interval of a look is wider than that
// of a test of fixed length, so that all looks together err no more often: with 95 % confidence in at most 5 %
// of the tests, half of that by wrong accusations of a trunk that blocks as promised and half by false praise of
// one that blocks as much as is tolerated. Over 2,000 simulated tests of each of sixteen kinds of trunks the one
// came in at most 2.5 %, the other in at most 1.8 % (go test ./planner/acceptance -run Sequential -long -v).
//
// This is a group-sequential test with repeated confidence intervals (Jennison and Turnbull, Group Sequential
// Methods with Applications to Clinical Trials, 2000, chapters 7 and 9), its error spent as boundary says.
// Blockings come in bursts, so the score of a look counts calls at their worth in independent ones; the
// increments between looks are then independent, for a look comes many holding times after the one before.
type Looks struct {
	Planned []Look
	design  Design
}

// Look is one look at a running test.
type Look struct {
	Number   int     // from 1; 0 stands for a test without looks
	Of       int     // looks in all
	OfCalls  uint64  // calls to be counted in all
	Calls    uint64  // calls to be counted before it
	Critical float64 // standard deviations between a limit and what excludes it
}

// Bounds of the number of looks. Between two of them there must be several holding times.
const (
	DefaultLooks = 10
	MaxLooks     = 20
)

// Sequential returns the design of a test that is looked at so many times while it runs, the last time at its
// end, and its looks. It takes a few more calls at the most than a test of fixed length, 4 % with ten looks,
// and most often far fewer.
func (d Design) Sequential(looks int) (Design, *Looks, error) {
	if looks < 1 || looks > MaxLooks {
		return Design{}, nil, fmt.Errorf("looks: must be from 1 to %d, got %d", MaxLooks, looks)
	}
	level, shares := (1-d.Promise.Confidence)/2, evenly(looks)
	critical := criticalValues(level, shares)
	d.Looks = looks
	d.Calls = uint64(float64(d.Calls)*moreCalls(level, d.Promise.Power, shares, critical)) + 1
	planned := make([]Look, looks)
	for i, t := range shares {
		planned[i] = Look{Number: i + 1, Of: looks, OfCalls: d.Calls, Calls: uint64(t * float64(d.Calls)), Critical: critical[i]}
	}
	d, err := d.Compressed(d.Compress)
	return d, &Looks{Planned: planned, design: d}, err
}

// confidence returns the confidence of the interval of the look by itself: 0.95 without looks means what it says,
// a look of a test with looks takes more.
func (l Look) confidence(ofTest float64) float64 {
	if l.Number == 0 {
		return ofTest
	}
	return 1 - 2*distuv.UnitNormal.Survival(l.Critical)
}

// After returns the look whose interval holds after so many counted calls: the last one that is due by then, the
// first one before that.
func (l *Looks) After(calls uint64) Look {
	last := l.Planned[0]
	for _, look := range l.Planned {
		if look.Calls <= calls {
			last = look
		}
	}
	return last
}

// At returns the verdict of a look at a running test, with the interval that it rests on. CannotTell lets the
// test go on. The interval is undefined while there is no call that says anything about capacity.
func (l *Looks) At(look Look, t Tally) (v Verdict, i Interval, defined bool) {
	i, defined = l.design.Running(t, look)
	switch p := l.design.Promise; {
	case !defined:
	case i.Low > p.Blocking:
		v = DoesNotHold
	case i.High < p.Tolerated:
		v = Holds
	}
	return v, i, defined
}

// Running returns the interval of the blocking while a test goes on, at the erlangs that it was designed to offer; that
// of a look, or with a zero look that of a test of fixed length, which counts once it is over. It is undefined while
// there is no call that says anything about capacity.
func (d Design) Running(t Tally, look Look) (i Interval, defined bool) {
	if t.Calls <= t.Unknown {
		return Interval{}, false
	}
	v := inflation(d.Ports, d.Offered, true, float64(t.Blocked), float64(t.Calls))
	i, defined = t.interval(v, look.confidence(d.Promise.Confidence))
	if look.Number > 0 && defined {
		i.exactLow(t.Blocked)
	}
	return i, defined
}
