package acceptance_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/acceptance"
	"pgregory.net/rapid"
)

func TestDesignCountsCalls(t *testing.T) {
	for _, tt := range []struct {
		name    string
		ports   int
		offered float64
		promise acceptance.Promise
		want    uint64
	}{
		// z 1.95996, w 1.28155: (1.95996·√(0.02·0.98) + 1.28155·√(0.01·0.99))² / 0.01² = 1,615.3 independent calls.
		{"one circuit has no bursts: the textbook number", 1, 0.005, acceptance.Promise{Blocking: 0.01, Power: 0.90}, 1616},
		{"more power, the default, takes more calls", 1, 0.005, acceptance.Promise{Blocking: 0.01}, 1919},
		{"more confidence takes more calls", 1, 0.005, acceptance.Promise{Blocking: 0.01, Confidence: 0.99, Power: 0.90}, 2383},
		{"a wider gap takes fewer", 1, 0.005, acceptance.Promise{Blocking: 0.01, Tolerated: 0.05, Power: 0.90}, 193},
		{"bursts on 30 circuits make it 5.4 times as many", 30, 20, acceptance.Promise{Blocking: 0.01, Power: 0.90}, 8733},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := acceptance.NewDesign(tt.ports, tt.offered, time.Minute, tt.promise)
			if err != nil {
				t.Fatal(err)
			}
			if d.Calls != tt.want {
				t.Errorf("got %d calls, want %d", d.Calls, tt.want)
			}
		})
	}
}

func TestDesignLengthFollowsFromTheTraffic(t *testing.T) {
	d := design(t, 30, 20)
	if want := 20.0 / 180; math.Abs(d.CAPS-want) > 1e-9 {
		t.Errorf("%v calls per second, want %v", d.CAPS, want)
	}
	if want := float64(d.Calls) * 9; math.Abs(d.Length.Seconds()-want) > 1 {
		t.Errorf("lasts %s, want %.0f s: a call each 9 s", d.Length, want)
	}
	if want := 15 * time.Minute; d.Warmup != want {
		t.Errorf("warm-up of %s, want 5 holding times", d.Warmup)
	}
	if expected, _ := erlang.B(30, 20); d.Expected != expected {
		t.Errorf("expects %v blocking, want Erlang's %v", d.Expected, expected)
	}
}

// TestWarmupLeavesATenthOfADeviation: a group that started empty still lacks A·e^-t erlangs.
func TestWarmupLeavesATenthOfADeviation(t *testing.T) {
	for _, offered := range []float64{0.1, 20, 1000, 50_000} {
		d := design(t, int(offered)+1, offered)
		holds := float64(d.Warmup) / float64(d.Hold)
		if missing := offered * math.Exp(-holds); holds < 5 || missing > math.Sqrt(offered)/10 {
			t.Errorf("%v E lack %v E after %v holding times", offered, missing, holds)
		}
	}
}

func TestCompressionKeepsTheErlangs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := design(t, 30, 20)
		c, err := d.Compressed(rapid.Float64Range(0.1, 1000).Draw(rt, "factor"))
		if err != nil {
			rt.Fatal(err)
		}
		if c.Calls != d.Calls || math.Abs(c.CAPS*c.Hold.Seconds()-20) > 1e-6 {
			rt.Fatalf("%d calls at %v E, want %d at 20", c.Calls, c.CAPS*c.Hold.Seconds(), d.Calls)
		}
		back, err := c.Compressed(1)
		if err != nil || (back.Hold-d.Hold).Abs() > time.Microsecond {
			rt.Fatalf("undone, the holding time is %s, want %s; %v", back.Hold, d.Hold, err)
		}
	})
}

func TestCompressBy30Turns180sInto6s(t *testing.T) {
	d, err := design(t, 30, 20).Compressed(30)
	if err != nil {
		t.Fatal(err)
	}
	if d.Hold != 6*time.Second || math.Abs(d.CAPS-20.0/6) > 1e-12 || d.Warmup != 30*time.Second {
		t.Errorf("hold %s, %v calls per second, warm-up %s", d.Hold, d.CAPS, d.Warmup)
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		name   string
		wish   time.Duration
		limits acceptance.Limits
		factor float64
		fits   bool
	}{
		{"27 hours need no compression", 27 * time.Hour, acceptance.Limits{}, 1, true},
		{"an hour takes the smallest whole factor", time.Hour, acceptance.Limits{}, 27, true},
		{"a second meets the shortest holding time", time.Second, acceptance.Limits{}, 900, false},
		{"another shortest holding time", time.Second, acceptance.Limits{MinHold: time.Second}, 180, false},
		{"the trunk takes 10 calls per second", time.Minute, acceptance.Limits{MaxCAPS: 10}, 90, false},
		{"a shortest holding time above the real one", time.Minute, acceptance.Limits{MinHold: time.Hour}, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := design(t, 30, 20).Fit(tt.wish, tt.limits)
			if err != nil {
				t.Fatal(err)
			}
			if d.Compress != tt.factor || (d.Total() <= tt.wish) != tt.fits {
				t.Errorf("compressed by %v it takes %s, want %v", d.Compress, d.Total(), tt.factor)
			}
		})
	}
}

func TestDesignRefusesBadInput(t *testing.T) {
	for _, tt := range []struct {
		name    string
		ports   int
		offered float64
		hold    time.Duration
		promise acceptance.Promise
		want    []string
	}{
		{"everything wrong is said at once", 0, math.NaN(), 0, acceptance.Promise{Blocking: 2, Tolerated: 0.5, Confidence: 1, Power: 0.2}, []string{
			"ports: must be at least 1, got 0",
			"offered: must be a positive number of erlangs, got NaN",
			"hold: must be longer than 0, got 0s",
			"blocking: must be between 0 % and 100 %, got 200 %",
			"tolerated: must be between 200 % and 100 %, got 50 %",
			"confidence: must be between 50 % and 100 %, got 100 %",
			"power: must be between 50 % and 100 %, got 20 %",
		}},
		{"no blocking at all cannot be tested", 30, 20, time.Second, acceptance.Promise{}, []string{
			"blocking: must be between 0 % and 100 %, got 0 %",
		}},
		{"more erlangs than a continent", 30, 1e300, time.Second, acceptance.Promise{Blocking: 0.01}, []string{"traffic"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := acceptance.NewDesign(tt.ports, tt.offered, tt.hold, tt.promise)
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
		})
	}
}

func TestCompressionRefusesBadInput(t *testing.T) {
	d := design(t, 30, 20)
	for _, factor := range []float64{0, -1, math.NaN(), math.Inf(1), 1e30} {
		if _, err := d.Compressed(factor); err == nil || !strings.HasPrefix(err.Error(), "compress: ") {
			t.Errorf("compressed by %v: %v", factor, err)
		}
	}
	if _, err := d.Fit(0, acceptance.Limits{}); err == nil || err.Error() != "duration: must be longer than 0, got 0s" {
		t.Errorf("fitted into no time: %v", err)
	}
}

func TestHighPromisesStillHaveALimitAboveThem(t *testing.T) {
	if _, err := acceptance.NewDesign(10, 30, time.Second, acceptance.Promise{Blocking: 0.6}); err != nil {
		t.Error(err)
	}
}

func TestDesignInWords(t *testing.T) {
	d, err := design(t, 10, 10).Compressed(30)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"To tell 1 % from 2 % blocking with 95 % confidence, and to succeed in 95 % of the tests, takes 7,204 calls.",
		"Blockings come in bursts: 3.83 calls are worth 1 independent call.",
		"10 E on 10 circuits should block 21.5 % (Erlang B).",
		"The test takes 1h12m32s: 30s to fill the trunk, which starts empty, then 1h12m2s at 1.67 calls per second.",
		"The plan itself blocks more than promised: expect that it does not hold, or that the test cannot tell.",
		"Calls hold a circuit for 6s instead of 3m0s: blocking depends on the erlangs alone and stays the same.",
		"There are 30 times as many calls per second, 1.67 instead of 0.0556: the trunk must take that rate.",
		"Set-up and ringing do not shrink: each 100 ms of them is 1.67 % of a call instead of 0.0556 % of one.",
	}
	if diff := cmp.Diff(want, d.Sentences()); diff != "" {
		t.Error(diff)
	}
}

func ExampleNewDesign() {
	d, err := acceptance.NewDesign(30, 20, 180*time.Second, acceptance.Promise{Blocking: 0.01})
	if err != nil {
		panic(err)
	}
	if d, err = d.Fit(10*time.Minute, acceptance.Limits{MaxCAPS: 50}); err != nil {
		panic(err)
	}
	fmt.Printf("%d calls, compressed %.0f times to %s, in %s\n", d.Calls, d.Compress, d.Hold.Round(time.Millisecond), d.Total().Round(time.Second))
	// Output: 10334 calls, compressed 157 times to 1.146s, in 9m58s
}
