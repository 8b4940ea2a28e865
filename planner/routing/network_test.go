package routing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
)

func TestValidateNamesTheField(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*routing.Network)
		want  string
	}{
		{"no name", func(n *routing.Network) { n.Trunks[0].Name = "" }, "trunks[0].name: must not be empty"},
		{"a name twice", func(n *routing.Network) { n.Trunks[1].Name = "a" }, `trunks[1].name: "a" is trunks[0] already`},
		{"negative circuits", func(n *routing.Network) { n.Trunks[1].Limits.Circuits = -4 },
			"trunks[1].circuits: must be 0 for no limit, or 1 to 1073741824, got -4"},
		{"all circuits reserved", func(n *routing.Network) { n.Trunks[0].Limits.Reserved = 1 },
			"trunks[0].reserved: must be at least 0 and less than the 1 circuits, got 1"},
		{"negative bandwidth", func(n *routing.Network) { n.Facilities[0].Limits.BitsPerSecond = -1 },
			"facilities[0].bits_per_second: must be 0 for no limit, or positive, got -1"},
		{"a negative rate", func(n *routing.Network) { n.Trunks[0].Limits.Rate.Calls = -1 },
			"trunks[0].rate.calls: must be 0 for no limit, or 1 to 1073741824, got -1"},
		{"a bucket without a rate", func(n *routing.Network) { n.Trunks[0].Limits.Rate.Burst = 5 },
			"trunks[0].rate.calls: must be at least 1 where a window or a burst is given"},
		{"a bucket of a million and one", func(n *routing.Network) { n.Trunks[0].Limits.Rate = routing.RateLimit{Calls: 1, Burst: 1e6 + 1} },
			"trunks[0].rate.burst: must be 0 for fixed windows, or 1 to 1000000, got 1000001"},
		{"a bucket faster than the clock", func(n *routing.Network) {
			n.Trunks[0].Limits.Rate = routing.RateLimit{Calls: 2, Window: time.Nanosecond, Burst: 1}
		}, "trunks[0].rate.calls: a token bucket admits at most one call a nanosecond"},
		{"a window of two hours", func(n *routing.Network) { n.Trunks[0].Limits.Rate = routing.RateLimit{Calls: 1, Window: 2 * time.Hour} },
			"trunks[0].rate.window: must be 0 for one second, or positive and at most an hour, got 2h0m0s"},
		{"a facility that there is not", func(n *routing.Network) { n.Trunks[0].Facilities = []string{"gw9"} },
			`trunks[0].facilities[0]: there is no facility "gw9"`},
		{"a facility twice", func(n *routing.Network) { n.Trunks[0].Facilities = []string{"wan", "wan"} },
			`trunks[0].facilities[1]: "wan" is there twice`},
		{"a route to nowhere", func(n *routing.Network) { n.Routes[0].Trunks = nil }, "routes[0].trunks: must name at least one trunk"},
		{"a trunk that there is not", func(n *routing.Network) { n.Routes[0].Trunks = []string{"a", "z"} },
			`routes[0].trunks[1]: there is no trunk "z"`},
		{"a trunk twice in a route", func(n *routing.Network) { n.Routes[0].Trunks = []string{"a", "a"} },
			`routes[0].trunks[1]: "a" is there twice`},
		{"too few weights", func(n *routing.Network) { n.Routes[0].Weights = []int{1} },
			"routes[0].weights: must be one for each of the 2 trunks, got 1"},
		{"a weight of 0", func(n *routing.Network) { n.Routes[0].Weights = []int{1, 0} }, "routes[0].weights[1]: must be 1 to 65535, got 0"},
		{"an unknown policy", func(n *routing.Network) { n.Routes[0].Policy = 99 }, "routes[0].policy: there is no Policy(99)"},
		{"overflow to nowhere", func(n *routing.Network) { n.Routes[0].Overflow = "x" }, `routes[0].overflow: there is no route "x"`},
		{"overflow to itself", func(n *routing.Network) { n.Routes[0].Overflow = "pstn" }, `routes[0].overflow: leads back to route "pstn"`},
		{"overflow in a circle", func(n *routing.Network) { n.Routes[0].Overflow, n.Routes[1].Overflow = "backup", "pstn" },
			`routes[1].overflow: leads back to route "backup"`},
		{"fail-over on success", func(n *routing.Network) { n.Routes[0].FailOver.On = []routing.Outcome{200} },
			"routes[0].fail_over.on[0]: must be a status from 300 to 699, timeout, transport or no-circuit, got 200"},
		{"fewer than no trunks", func(n *routing.Network) { n.Routes[0].FailOver.Trunks = -1 },
			"routes[0].fail_over.trunks: must be 0 for no limit, or 1 to 65535, got -1"},
		{"a negative wait", func(n *routing.Network) { n.Routes[0].FailOver.Wait = -1 }, "routes[0].fail_over.wait: must not be negative, got -1ns"},
		{"a penalty without a time", func(n *routing.Network) { n.Penalty.Failures = 1 },
			"penalty.for: must be positive with penalty.failures and 0 without, got 0s"},
		{"a time without failures", func(n *routing.Network) { n.Penalty.For = time.Second },
			"penalty.for: must be positive with penalty.failures and 0 without, got 1s"},
		{"negative failures", func(n *routing.Network) { n.Penalty.Failures = -1 },
			"penalty.failures: must be 0 for never, or 1 to 1073741824, got -1"},
		{"an unknown way with Retry-After", func(n *routing.Network) { n.Penalty.RetryAfter = 2 },
			"penalty.retry_after: must be record or obey, got 2"},
		{"a codec of 2 Gbit/s", func(n *routing.Network) { n.Codecs = []routing.Codec{{Name: "8K", BitsPerSecond: 2e9}} },
			"codecs[0].bits_per_second: must be 0 to 1000000000, got 2000000000"},
		{"257 codecs", func(n *routing.Network) { n.Codecs = make([]routing.Codec, 257) }, "codecs: must be at most 256, got 257"},
		{"70,000 facilities", func(n *routing.Network) { n.Facilities = make([]routing.Facility, 70_000) }, "facilities: must be at most 65535, got 70000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := trunks(routing.Ordered, "a", "b")
			n.Facilities = []routing.Facility{{Name: "wan"}}
			n.Routes = append(n.Routes, routing.Route{Name: "backup", Trunks: []string{"a"}})
			if err := n.Validate(); err != nil {
				t.Fatalf("not valid before it is spoilt: %v", err)
			}
			tt.spoil(n)
			if err := n.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestValidateReportsAllProblems(t *testing.T) {
	n := trunks(routing.Ordered, "a", "b")
	n.Trunks[0].Limits.Circuits, n.Trunks[1].Limits.Circuits, n.Routes[0].Overflow = -1, -1, "x"
	if got := strings.Count(n.Validate().Error(), "\n") + 1; got != 3 {
		t.Errorf("%d problems, want 3", got)
	}
}

func TestPoliciesAreReadByTheirNames(t *testing.T) {
	for p := routing.Ordered; p <= routing.LeastUsed; p++ {
		if got, err := routing.ParsePolicy(p.String()); got != p || err != nil {
			t.Errorf("%s is read as %s, %v", p, got, err)
		}
	}
	const want = `policy "random"; want one of ["ordered" "round robin" "weighted" "weighted random" "least used"]`
	if _, err := routing.ParsePolicy("random"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestCausesAreNamed(t *testing.T) {
	for causes, want := range map[routing.Causes]string{
		0: "none", routing.NoFreeCircuit: "no_free_circuit", routing.PutAside | routing.OverRate: "over_rate+put_aside",
		routing.TrunksUsedUp | routing.FinalOutcome | routing.Tried:       "tried+final_outcome+trunks_used_up",
		routing.OutOfService | routing.ReservedOnly | routing.NoBandwidth: "reserved+no_bandwidth+out_of_service",
	} {
		if got := causes.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if !routing.OverRate.Blocked() || routing.PutAside.Blocked() || routing.OutOfService.Blocked() {
		t.Error("blocked is what a limit on this side does")
	}
}
