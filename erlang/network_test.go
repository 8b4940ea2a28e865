package erlang

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

func checkNetworkExact(t *testing.T, row referenceRow) {
	t.Helper()
	groups, common := network(t, row)
	losses, total, err := ExactOverflow(groups, common)
	if err != nil {
		t.Fatal(err)
	}
	near(t, row, total, row.probability, 5e-15)
	near(t, row, losses[0], row.value(t, "stream1_loss"), 5e-15)
	near(t, row, losses[1], row.value(t, "stream2_loss"), 5e-15)
	var together Stream
	for _, group := range groups {
		together = together.Plus(must[Stream](t)(Overflow(float64(group.Servers), group.Traffic)))
	}
	near(t, row, together.Mean, row.value(t, "overflow_mean"), 4e-15)
	near(t, row, together.Variance, row.value(t, "overflow_variance"), 4e-15)
}

func checkNetworkWilkinson(t *testing.T, row referenceRow) {
	t.Helper()
	groups, common := network(t, row)
	near(t, row, must[float64](t)(OverflowLoss(groups, float64(common), WilkinsonLoss)), row.probability, 1e-13)
}

func checkNetworkHayward(t *testing.T, row referenceRow) {
	t.Helper()
	groups, common := network(t, row)
	near(t, row, must[float64](t)(OverflowLoss(groups, float64(common), Hayward)), row.probability, 1e-14)
}

// network reads "5:6+3:2": groups of circuits and erlangs.
func network(t *testing.T, row referenceRow) ([]Group, int) {
	t.Helper()
	var groups []Group
	for _, field := range strings.Split(row.extra["primaries"], "+") {
		servers, traffic, _ := strings.Cut(field, ":")
		n, err := strconv.Atoi(servers)
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, Group{Servers: n, Traffic: parse(t, traffic)})
	}
	return groups, int(row.value(t, "overflow_trunks"))
}

func TestOverflowOfOneGroupIsAWiderGroup(t *testing.T) {
	want := must[float64](t)(B(14, 10))
	_, exact, err := ExactOverflow([]Group{{Servers: 10, Traffic: 10}}, 4)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "exact", exact, want, 1e-13)
	near(t, "Wilkinson", must[float64](t)(OverflowLoss([]Group{{10, 10}}, 4, WilkinsonLoss)), want, 1e-11)
}

// How far the two rules are from the truth is a figure that users are told.
func TestRulesForOverflowAreAsGoodAsTheyAreSaidToBe(t *testing.T) {
	groups := []Group{{5, 5}, {5, 5}}
	_, exact, err := ExactOverflow(groups, 4)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Wilkinson", must[float64](t)(OverflowLoss(groups, 4, WilkinsonLoss)), exact, 0.02)
	near(t, "Hayward", must[float64](t)(OverflowLoss(groups, 4, Hayward)), exact, 0.06)
}

func TestNetworksWithoutMeaning(t *testing.T) {
	for name, groups := range map[string][]Group{
		"no group": nil, "negative circuits": {{-1, 2}}, "no traffic": {{3, 0}}, "too many states": {{40, 30}, {40, 30}},
	} {
		if _, _, err := ExactOverflow(groups, 4); !errors.Is(err, ErrDomain) {
			t.Errorf("exact, %s: %v", name, err)
		}
	}
	if _, err := OverflowLoss([]Group{{3, 0}}, 4, Hayward); !errors.Is(err, ErrDomain) {
		t.Errorf("no traffic: %v", err)
	}
}
