package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
)

func TestPromisesBesideBlocking(t *testing.T) {
	with := func(change func(*acceptance.Evidence)) acceptance.Evidence {
		e := finished(10_000, 85)
		for range 900 {
			e.Measured.Delays[measure.PDD].Record(800 * time.Millisecond)
			e.Measured.Media.Heard.MOS.Record(4.38)
		}
		for range 100 {
			e.Measured.Delays[measure.PDD].Record(3 * time.Second)
			e.Measured.Media.Heard.MOS.Record(3.1)
		}
		e.Measured.Media.Legs = 1000
		change(&e)
		return e
	}
	for _, tt := range []struct {
		name     string
		evidence acceptance.Evidence
		want     acceptance.Verdict
		measured float64
		why      string
	}{
		{"every tenth call rings too late", with(func(e *acceptance.Evidence) { e.Promise.PDD = 2 * time.Second }), acceptance.DoesNotHold, 3,
			"100 of 1,000 calls had a post-dial delay above 2s; with 95 % confidence between 8.29 % and 12 %: more than the 5 % that may."},
		{"no call rings that late", with(func(e *acceptance.Evidence) { e.Promise.PDD = 4 * time.Second }), acceptance.Holds, 3,
			"0 of 1,000 calls had a post-dial delay above 4s; with 95 % confidence between 0 % and 0.383 %: at most the 5 % that may."},
		{"no call rang at all", with(func(e *acceptance.Evidence) {
			e.Promise.PDD, e.Measured.Delays[measure.PDD] = 2*time.Second, measure.Histogram{}
		}), acceptance.CannotTell, 0, "No call rang, so nothing is known of post-dial delay above 2s."},
		{"every tenth call sounds bad", with(func(e *acceptance.Evidence) { e.Promise.MOS = 4 }), acceptance.DoesNotHold, 3.1,
			"100 of 1,000 calls had a MOS below 4"},
		{"they sound good enough", with(func(e *acceptance.Evidence) { e.Promise.MOS = 3 }), acceptance.Holds, 3.1, "0 of 1,000 calls had a MOS below 3"},
		{"a generator that sent packets late cannot judge voice", with(func(e *acceptance.Evidence) {
			e.Promise.MOS = 4
			e.Health = measure.Health{{Name: "rtp_lateness_p99", State: measure.Limited, Media: true, Why: "RTP packets left late"}}
		}), acceptance.CannotTell, 3.1, "What calls sounded like cannot be told: RTP packets left late."},
		{"two calls a second are promised and offered", with(func(e *acceptance.Evidence) { e.Promise.CAPS = 2 }), acceptance.Holds, 2,
			"2 calls per second were offered, as promised."},
		{"ten are promised", with(func(e *acceptance.Evidence) { e.Promise.CAPS = 10 }), acceptance.CannotTell, 2,
			"Only 2 calls per second were offered of the 10 promised; calls 5 times shorter would offer them."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := judge(t, tt.evidence)
			if len(j.Points) != 1 {
				t.Fatalf("got %d points", len(j.Points))
			}
			p := j.Points[0]
			if p.Verdict != tt.want || p.Measured != tt.measured || !strings.HasPrefix(p.Why, tt.why) {
				t.Errorf("%s at %g because %q; want %s at %g because %q", p.Verdict, p.Measured, p.Why, tt.want, tt.measured, tt.why)
			}
			if j.Verdict != tt.want {
				t.Errorf("the verdict is %s, want %s: blocking alone would hold", j.Verdict, tt.want)
			}
			if tt.want != acceptance.Holds && j.Why[0] != p.Why {
				t.Errorf("the first reason is %q, want that of the point", j.Why[0])
			}
		})
	}
}

func TestABrokenPromiseOfBlockingStaysTheFirstReason(t *testing.T) {
	e := finished(10_000, 400)
	e.Promise.CAPS = 10
	if j := judge(t, e); j.Verdict != acceptance.DoesNotHold || !strings.HasPrefix(j.Why[0], "400 of 10,000 calls were blocked") {
		t.Errorf("%s because %q", j.Verdict, j.Why)
	}
}

func TestImpossiblePromisesAreRefused(t *testing.T) {
	e := finished(10, 0)
	e.Promise.CAPS, e.Promise.PDD, e.Promise.MOS = -1, -time.Second, 6
	_, err := acceptance.Judge(e)
	for _, want := range []string{"caps: must be", "pdd: must be", "mos: must be from 1 to 5, got 6"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestEffectsBoundWhatTheGeneratorDid(t *testing.T) {
	e := finished(10_000, 100)
	if j := judge(t, e); len(j.Effects) != 0 {
		t.Errorf("all calls began in time, and yet %q", j.Effects)
	}
	e.Measured.Offered += 50
	e.Measured.Outcomes[measure.NotStarted], e.Measured.NotStarted[measure.NoCallSlot] = 50, 50
	e.Measured.Late = 20
	e.Measured.Delays[measure.Lateness].Record(12 * time.Millisecond)
	want := []string{
		"50 of 10,050 arrivals were not started: if each of them had been blocked, blocking would be 1.49 % instead of 1 %.",
		"20 calls began late, the latest by 12ms: if each had been blocked for that alone, blocking would be 0.8 % instead of 1 %.",
	}
	j := judge(t, e)
	if len(j.Effects) != 2 {
		t.Fatalf("got %q", j.Effects)
	}
	for i := range want {
		if !strings.HasPrefix(j.Effects[i], want[i]) {
			t.Errorf("got %q, want %q", j.Effects[i], want[i])
		}
	}
}
