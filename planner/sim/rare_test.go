package sim

import (
	"context"
	"math"
	"reflect"
	"testing"

	"github.com/sipplan/sipplan/erlang"
)

// TestRareBlockingAgreesWithErlangB goes down to 1 blocked call in 10⁹: the exact value must lie in the 99 % interval, and the
// interval must be worth having. -long goes further and to larger groups.
func TestRareBlockingAgreesWithErlangB(t *testing.T) {
	for _, test := range []struct {
		circuits int
		erlangs  float64
		long     bool
	}{{10, 3, false}, {30, 14, false}, {30, 11, false}, {100, 52, false}, {30, 9, true}, {100, 62, true}, {300, 220, true}, {960, 800, true}} {
		if test.long && !*long {
			continue
		}
		want, err := erlang.B(float64(test.circuits), test.erlangs)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Rare(context.Background(), groupModel(test.circuits, erlangs(test.erlangs)),
			Settings{Seed: 1, Replications: 60, Window: 400 * aht, Confidence: 0.99}, "group")
		if err != nil {
			t.Fatal(err)
		}
		for name, e := range map[string]Estimate{"call congestion": r.Blocking, "time congestion": r.TimeCongestion} {
			t.Logf("%d circuits, %g E: %s is %.4g (%.4g to %.4g), exactly %.4g; %d calls", test.circuits, test.erlangs, name, e.Value, e.Low, e.High, want, r.Calls)
			if want < e.Low || want > e.High {
				t.Errorf("%d circuits, %g E: %s is %.4g (%.4g to %.4g), exactly %.4g", test.circuits, test.erlangs, name, e.Value, e.Low, e.High, want)
			}
			if math.IsInf(e.High, 1) || e.HalfWidth() > 0.7 {
				t.Errorf("%d circuits, %g E: %s is %.4g to %.4g, too wide", test.circuits, test.erlangs, name, e.Low, e.High)
			}
		}
	}
}

// TestRareBlockingOfOverflow splits by the calls on both groups: the overflow group is full only when the first one is.
func TestRareBlockingOfOverflow(t *testing.T) {
	want, err := erlang.B(20, 6) // both groups are one, as long as calls do not move back
	if err != nil {
		t.Fatal(err)
	}
	r, err := Rare(context.Background(), overflowModel([]int{12}, []float64{6}, 8), Settings{Seed: 2, Replications: 60, Window: 400 * aht, Confidence: 0.99}, "overflow")
	if err != nil {
		t.Fatal(err)
	}
	first, err := erlang.B(12, 6)
	if err != nil {
		t.Fatal(err)
	}
	if exact := want / first; exact < r.Blocking.Low || exact > r.Blocking.High || r.Blocking.HalfWidth() > 0.7 {
		t.Errorf("%.4g of the overflow is blocked (%.4g to %.4g), exactly %.4g", r.Blocking.Value, r.Blocking.Low, r.Blocking.High, exact)
	}
}

// TestRareBlockingDoesNotDependOnTheWorkers runs the same seed on one worker and on five.
func TestRareBlockingDoesNotDependOnTheWorkers(t *testing.T) {
	run := func(workers int) RareResult {
		r, err := Rare(context.Background(), groupModel(30, erlangs(14)), Settings{Seed: 3, Replications: 11, Window: 50 * aht, Workers: workers}, "group")
		if err != nil {
			t.Fatal(err)
		}
		r.Levels = nil
		return *r
	}
	if a, b := run(1), run(5); !reflect.DeepEqual(a, b) {
		t.Errorf("one worker gives %+v, five give %+v", a, b)
	}
}

func TestGroupsThatAreNeverFull(t *testing.T) {
	for name, m := range map[string]*Model{"group": groupModel(0, erlangs(5)), "nowhere": groupModel(5, erlangs(5))} {
		if _, err := Rare(context.Background(), m, Settings{}, name); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
