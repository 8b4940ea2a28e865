package ceiling

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// machineOf returns a meter of a machine that keeps rates up to a limit, and the rates that were tried.
func machineOf(limit float64) (*Meter, *[]float64) {
	var tried []float64
	return &Meter{try: func(_ context.Context, caps float64) (uint64, string, error) {
		tried = append(tried, caps)
		if caps > limit {
			return uint64(caps), "it gave way", nil
		}
		return uint64(caps), "", nil
	}}, &tried
}

func TestProveFindsWhetherARateIsKept(t *testing.T) {
	for _, tt := range []struct {
		name               string
		limit, asked       float64
		keeps              bool
		kept, broke, trial float64
	}{
		{"room to spare: one trial with the margin", 50_000, 8000, true, 10_000, 0, 1},
		{"no margin, but the rate itself", 9000, 8000, true, 8000, 10_000, 3},
		{"half of it", 5000, 8000, false, 4000, 8000, 5},
		{"nothing that was tried", 100, 8000, false, 0, 2000, 8},
		{"the highest rate there is needs no margin", loadgen.MaxCAPS, loadgen.MaxCAPS, true, loadgen.MaxCAPS, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			meter, tried := machineOf(tt.limit)
			c, err := meter.Prove(t.Context(), tt.asked)
			if err != nil {
				t.Fatal(err)
			}
			if c.Keeps(tt.asked) != tt.keeps || c.CAPS != tt.kept || c.Broke != tt.broke || len(*tried) != int(tt.trial) {
				t.Errorf("keeps %v, %v to %v, tried %v", c.Keeps(tt.asked), c.CAPS, c.Broke, *tried)
			}
		})
	}
}

func TestOneBadMomentIsNoLimit(t *testing.T) {
	disturbed := false
	meter := &Meter{try: func(context.Context, float64) (uint64, string, error) {
		if !disturbed {
			disturbed = true
			return 0, "somebody else was busy", nil
		}
		return 0, "", nil
	}}
	if c, err := meter.Prove(t.Context(), 4000); err != nil || !c.Keeps(4000) || c.Broke != 0 {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestErrorEndsTheSearch(t *testing.T) {
	want := errors.New("no socket")
	meter := &Meter{try: func(context.Context, float64) (uint64, string, error) { return 0, "", want }}
	if _, err := meter.Prove(t.Context(), 4000); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

func TestRunAboveTheCeilingIsLimited(t *testing.T) {
	c := Ceiling{CAPS: 8000, Broke: 10_000, Why: "1 % of the calls started late", Measured: time.Now()}
	for _, tt := range []struct {
		name    string
		ceiling Ceiling
		caps    float64
		state   measure.State
		why     string
	}{
		{"below", c, 7999, measure.Fine, ""},
		{"at it", c, 8000, measure.Fine, ""},
		{"above", c, 8001, measure.Limited, "(8000 calls/s: 1 % of the calls started late)"},
		{"nobody looked", Ceiling{}, 8000, measure.Unavailable, "not measured"},
	} {
		check := tt.ceiling.Check(tt.caps)
		if check.State != tt.state || !strings.Contains(check.Why, tt.why) || check.Value != tt.caps {
			t.Errorf("%s: %+v", tt.name, check)
		}
	}
}

// TestMachineCallsItself runs real trials at a rate that any machine keeps, over a datagram and a secure
// transport, and one that fails at its deadline.
func TestMachineCallsItself(t *testing.T) {
	for _, transport := range []sip.Transport{sip.UDP, sip.TLS} {
		t.Run(transport.String(), func(t *testing.T) {
			t.Parallel()
			meter, err := NewMeter(transport)
			if err != nil {
				t.Fatal(err)
			}
			calls, why, err := meter.try(t.Context(), fewest)
			if err != nil || calls < fewest/2 {
				t.Fatalf("%d calls, %v", calls, err)
			}
			t.Logf("%d calls at %d/s: %q", calls, fewest, why)
		})
	}
}

func TestTrialThatIsCancelledSaysSo(t *testing.T) {
	meter, err := NewMeter(sip.UDP)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := meter.Prove(ctx, fewest); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// resultOf returns what a trial of 1,000 calls counted that all were answered.
func resultOf(change func(*loadgen.Result)) *loadgen.Result {
	r := &loadgen.Result{Steady: &measure.Measurement{Offered: 1000}, WarmUp: &measure.Measurement{}}
	r.Steady.Outcomes[measure.Answered] = 1000
	change(r)
	return r
}

func TestTrialIsCleanOnlyIfNothingGaveWay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		drops  uint64
		change func(*loadgen.Result)
		want   string
	}{
		{"clean", 0, func(*loadgen.Result) {}, ""},
		{"one repeat in a thousand calls is no more than 0.1 %", 0, func(r *loadgen.Result) { r.Steady.Retransmissions[measure.Sent][measure.Invite] = 1 }, ""},
		{"repeats", 0, func(r *loadgen.Result) { r.Steady.Retransmissions[measure.Sent][measure.Invite] = 2 }, "2 messages of 1000 calls had to be sent again"},
		{"a call without an answer", 0, func(r *loadgen.Result) { r.Steady.Outcomes[measure.Answered]-- }, "1 of 1000 calls"},
		{"a full buffer at the other end", 3, func(*loadgen.Result) {}, "3 SIP messages overran"},
		{"a limit of the generator", 0, func(r *loadgen.Result) {
			r.Health = measure.Health{{Name: "cpu", State: measure.Limited, Why: "no breath left"}}
		}, "no breath left"},
	} {
		if got := verdict(resultOf(tt.change), sip.SocketStats{Drops: tt.drops}); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestStoreRemembersByMachine(t *testing.T) {
	store := Store{filepath.Join(t.TempDir(), "not", "there", "yet")}
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	one := Machine{Processor: "some processor", Processors: 2, Kernel: "Linux 6.1", Version: "1"}
	other := one
	other.Processors = 4
	if err := store.Save(one, Ceiling{CAPS: 10_000, Measured: now}); err != nil {
		t.Fatal(err)
	}
	if err := store.Save(other, Ceiling{CAPS: 5000, Broke: 6000, Why: "cpu", Measured: now}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		machine Machine
		caps    float64
		after   time.Duration
		known   bool
		found   float64
	}{
		{"a rate that was kept", one, 8000, time.Hour, true, 10_000},
		{"one above what was tried has to be measured", one, 12_000, time.Hour, false, 0},
		{"a limit, a moment later", other, 8000, time.Minute, true, 5000},
		{"a limit, an hour later: it may have been a busy moment", other, 8000, time.Hour, false, 0},
		{"below the limit, an hour later", other, 4000, time.Hour, true, 5000},
		{"too long ago", one, 8000, 31 * 24 * time.Hour, false, 0},
		{"a clock that was set back", one, 8000, -time.Hour, false, 0},
		{"other limits on buffers", Machine{Processor: "some processor", Processors: 2, Kernel: "Linux 6.1", Buffers: "rmem_max 4194304", Version: "1"}, 1, 0, false, 0},
		{"another version", Machine{Processor: "some processor", Processors: 2, Kernel: "Linux 6.1", Version: "2"}, 1, 0, false, 0},
	} {
		c, known := store.Load(tt.machine, tt.caps, now.Add(tt.after))
		if known != tt.known || known && c.CAPS != tt.found {
			t.Errorf("%s: %v, %v", tt.name, c, known)
		}
	}
}

func TestBrokenStoreKnowsNothingAndIsRepaired(t *testing.T) {
	store, now := Store{t.TempDir()}, time.Now()
	for _, text := range []string{"", "null", "[]", `{"x":`, strings.Repeat(" ", maxStore+1)} {
		if err := os.WriteFile(store.path(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, known := store.Load(Machine{}, 1, now); known {
			t.Errorf("%.20q knows something", text)
		}
		if err := store.Save(Machine{}, Ceiling{CAPS: 1, Measured: now}); err != nil {
			t.Fatal(err)
		}
		if _, known := store.Load(Machine{}, 1, now); !known {
			t.Errorf("%.20q was not repaired", text)
		}
	}
	if _, known := (Store{}).Load(Machine{}, 1, now); known {
		t.Error("no folder, and yet something is known")
	}
	blocked := Store{filepath.Join(store.path(), "below a file")}
	if err := blocked.Save(Machine{}, Ceiling{}); err == nil || !strings.Contains(err.Error(), "ceiling.json") {
		t.Errorf("a folder that cannot be made: %v", err)
	}
}

func TestThisMachineHasAName(t *testing.T) {
	name := ThisMachine("1.2.3", sip.TCP).String()
	if limit, err := os.ReadFile("/proc/sys/net/core/rmem_max"); err == nil && !strings.Contains(name, "rmem_max "+strings.TrimSpace(string(limit))+", wmem_max ") {
		t.Errorf("%q does not tell the limits on buffers", name)
	}
	if !strings.Contains(name, "1.2.3") || !strings.Contains(name, "TCP") || strings.HasPrefix(name, " ") {
		t.Errorf("%q", name)
	}
}
