package measure_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// seen returns what one part of a run saw of a drill.
func seen(what string, at, recovery time.Duration, answers uint64) *measure.Measurement {
	d := measure.Drill{What: what, Trunk: "gw2", At: at, End: at + time.Second, Answers: answers, Recovery: recovery, Cut: 1}
	for i := range d.Phases {
		d.Phases[i] = measure.DrillPhase{Offered: 10, Moved: 2, Tries: 5}
		d.Phases[i].Outcomes[measure.Answered] = 10
		d.Phases[i].Answer.Record(time.Duration(i+1) * time.Millisecond)
	}
	m := &measure.Measurement{}
	m.MergeDrill(&d)
	return m
}

func TestDrillsMergeInAnyOrder(t *testing.T) {
	parts := []*measure.Measurement{seen("b", 5, 300, 3), seen("a", 1, 0, 0), seen("b", 5, 200, 2), seen("b", 5, 0, 0)}
	forward, backward := merged(parts...), merged(parts[3], parts[2], parts[1], parts[0])
	if !reflect.DeepEqual(forward, backward) {
		t.Fatalf("%+v\n%+v", forward.Drills, backward.Drills)
	}
	b := forward.Drills[1]
	if forward.Drills[0].What != "a" || b.Recovery != 200 || b.Answers != 5 || b.Cut != 3 {
		t.Errorf("%+v; want the first recovery of all parts, 200, and 5 answers", b)
	}
	during := &b.Phases[measure.During]
	if during.Offered != 30 || during.Moved != 6 || during.Tries != 15 || during.Outcomes[measure.Answered] != 30 || during.Answer.Count() != 3 {
		t.Errorf("%+v; want three times one part", during)
	}
	if again := merged(forward); !reflect.DeepEqual(again, forward) {
		t.Error("a clone differs")
	}
}

func TestLostAreTheCallsThatTheNetworkFailed(t *testing.T) {
	p := measure.DrillPhase{}
	for c := range measure.NumClasses { // powers of two tell every sum from every other
		p.Outcomes[c] = 1 << c
		p.Offered += 1 << c
	}
	want := uint64(1<<measure.Blocked + 1<<measure.Timeout + 1<<measure.Unreachable + 1<<measure.TargetError + 1<<measure.NotStarted)
	if got := p.LostRatio(); got != (measure.Ratio{Numerator: want, Denominator: p.Offered - 1<<measure.Aborted}) {
		t.Errorf("%d of %d calls were lost, want %d of all but those that were cut", got.Numerator, got.Denominator, want)
	}
}

func TestPhaseOfADrill(t *testing.T) {
	d := measure.Drill{At: 30 * time.Second, End: 50 * time.Second}
	for at, want := range map[time.Duration]measure.Phase{
		0: measure.Before, 30*time.Second - 1: measure.Before, 30 * time.Second: measure.During,
		50*time.Second - 1: measure.During, 50 * time.Second: measure.After,
	} {
		if got := d.Phase(at); got != want {
			t.Errorf("%s is %s, want %s", at, got, want)
		}
	}
}
