package design

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/planner/plan"
)

// mutual writes two sites whose calls try their own trunk group first and that of the other next.
func mutual(ports1, users1, ports2, users2 int) string {
	return fmt.Sprintf(`
classes: [{name: u, calls_per_hour: 1, aht: 180s}]
sites: [{name: A, country: DE, users: {u: %d}}, {name: B, country: DE, users: {u: %d}}]
trunks: [{name: a, site: A, ports: %d}, {name: b, site: B, ports: %d}]
routes: [{name: from A, sites: [A], trunks: [a, b]}, {name: from B, sites: [B], trunks: [b, a]}]
`, users1, users2, ports1, ports2)
}

// exactMutual returns the share of each side's calls that is lost, from the Markov chain of the calls in progress on both
// groups, iterated until it stands still. An arrival is lost when both groups are full.
func exactMutual(n1 int, a1 float64, n2 int, a2 float64) float64 {
	p := make([][]float64, n1+1)
	for i := range p {
		p[i] = make([]float64, n2+1)
		for j := range p[i] {
			p[i][j] = 1
		}
	}
	up := func(i, j int) (first, second float64) { // rates at which the groups fill
		first, second = a1, a2
		if i == n1 {
			first, second = 0, a1+a2
		}
		if j == n2 {
			first, second = a1+a2, 0
		}
		if i == n1 && j == n2 {
			return 0, 0
		}
		return first, second
	}
	for range 4000 { // Gauss and Seidel
		sum := 0.0
		for i := range p {
			for j := range p[i] {
				in := 0.0
				if i > 0 {
					first, _ := up(i-1, j)
					in += p[i-1][j] * first
				}
				if j > 0 {
					_, second := up(i, j-1)
					in += p[i][j-1] * second
				}
				if i < n1 {
					in += p[i+1][j] * float64(i+1)
				}
				if j < n2 {
					in += p[i][j+1] * float64(j+1)
				}
				first, second := up(i, j)
				p[i][j] = in / (first + second + float64(i+j))
				sum += p[i][j]
			}
		}
		for i := range p {
			for j := range p[i] {
				p[i][j] /= sum
			}
		}
	}
	return p[n1][n2]
}

// Where two groups overflow to each other, a call is lost that finds both full. Each group by itself is offered what the
// other turns away, which depends on what it is offered itself; that the two are full together is beyond the moments of
// overflow, so that blocking of the groups is only near.
func TestMutualOverflowAgainstTheExactChain(t *testing.T) {
	for _, tt := range []struct{ ports1, users1, ports2, users2 int }{
		{10, 160, 10, 160}, {20, 300, 10, 200}, {30, 500, 20, 300}, {24, 600, 24, 100},
	} {
		a1, a2 := float64(tt.users1)/20, float64(tt.users2)/20
		d := work(t, "%s", mutual(tt.ports1, tt.users1, tt.ports2, tt.users2))
		exact := exactMutual(tt.ports1, a1, tt.ports2, a2)
		for _, r := range d.Routes {
			about(t, fmt.Sprintf("%+v %s", tt, r.Name), r.Lost, exact, 1e-6)
		}
		n := newNetwork(d.Plan.Trunks, d.Routes)
		n.settle(newCalculator(d.Plan))
		lost, _ := n.lost(2)
		about(t, fmt.Sprintf("%+v by moments alone", tt), (lost[0]+lost[1])/(a1+a2), exact, 0.25)
		for i, g := range d.TrunkGroups {
			if g.Overflow.Mean <= 0 || g.Overflow.Peakedness() < 1 {
				t.Errorf("%+v: group %d is offered no overflow: %+v", tt, i, g)
			}
		}
	}
}

// The reference has what each stream of an uneven network loses, from the exact chain of all three groups.
func TestEachRouteLosesByThePeakednessOfItsCalls(t *testing.T) {
	d := work(t, `
classes: [{name: u, calls_per_hour: 1, aht: 180s}]
sites: [{name: A, country: DE, users: {u: 120}}, {name: B, country: DE, users: {u: 40}}]
trunks: [{name: a, site: A, ports: 5}, {name: b, site: B, ports: 3}, {name: common, site: A, ports: 3}]
routes: [{name: from A, sites: [A], trunks: [a, common]}, {name: from B, sites: [B], trunks: [b, common]}]
`)
	about(t, "all", (d.Routes[0].Lost*6+d.Routes[1].Lost*2)/8, 0.123186795028302, 1e-6) // Wilkinson
	about(t, "from A", d.Routes[0].Lost, 0.139512686415787, 0.02)
	about(t, "from B", d.Routes[1].Lost, 0.0697539082506117, 0.03)
	about(t, "all, against the exact chain", (d.Routes[0].Lost*6+d.Routes[1].Lost*2)/8, 0.122072991874493, 0.01)
}

func TestOnlyRoutesThatTryAllGroupsPoolThem(t *testing.T) {
	trunks := []plan.Trunk{{Name: "a", Ports: 1}, {Name: "b", Ports: 2}, {Name: "c", Ports: 4}, {Name: "d", Ports: 8}}
	for routes, want := range map[string]string{
		"a b, b a":             "a3 c4 d8",
		"a b, b a, a":          "a1 b2 c4 d8", // one route tries only the first
		"a b c, b a c":         "a3 c4 d8",
		"a b c, b c a, c a b":  "a7 d8",
		"a b, b c, c a":        "a1 b2 c4 d8", // a ring in which nobody tries all
		"d a b, b a":           "a3 c4 d8",
		"a c b, b a":           "a1 b2 c4 d8",
		"a b, c d":             "a1 b2 c4 d8",
		"a b c, b a c, c d, d": "a3 c4 d8",
	} {
		var results []RouteResult
		for _, names := range strings.Split(routes, ", ") {
			results = append(results, RouteResult{Route: plan.Route{Trunks: strings.Fields(names)}})
		}
		groups, _ := pooled(trunks, results)
		var got []string
		for _, g := range groups {
			got = append(got, fmt.Sprint(g.Name, g.Ports))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", routes, got, want)
		}
	}
}

// The exact chain of the test above is right where Erlang B knows the answer: a common group of all circuits.
func TestTheExactChainOfMutualOverflow(t *testing.T) {
	c := calculator{blocked: map[[2]float64]float64{}}
	about(t, "two groups that help each other", exactMutual(12, 9, 7, 6), c.blocking(19, 15), 1e-9)
}

func TestOverflowIsPassedOnThroughThreeGroups(t *testing.T) {
	d := work(t, `
classes: [{name: u, calls_per_hour: 1, aht: 180s}]
sites: [{name: A, country: DE, users: {u: 400}}]
trunks: [{name: last, site: A, ports: 6}, {name: first, site: A, ports: 10}, {name: second, site: A, ports: 8}]
routes: [{name: r, sites: [A], trunks: [first, second, last]}]
`)
	// Groups in a row, one after the other, lose what one group of all ports loses.
	c := newCalculator(d.Plan)
	about(t, "lost", d.Routes[0].Lost, c.blocking(24, 20), 1e-6)
	if names := d.TrunkGroups[0].Name + d.TrunkGroups[1].Name; names != "lastfirst" {
		t.Errorf("the groups are not in the order of the plan: %s", names)
	}
}

func TestOverflowThatPartsIsLessPeaked(t *testing.T) {
	d := work(t, `
classes: [{name: u, calls_per_hour: 1, aht: 180s}]
sites: [{name: A, country: DE, users: {u: 200}}, {name: B, country: DE, users: {u: 200}}]
trunks: [{name: first, site: A, ports: 15}, {name: x, site: A, ports: 6}, {name: y, site: A, ports: 6}]
routes: [{name: a, sites: [A], trunks: [first, x]}, {name: b, sites: [B], trunks: [first, y]}]
`)
	whole := d.TrunkGroups[0].out
	for _, g := range d.TrunkGroups[1:] {
		about(t, "half of the overflow", g.Overflow.Mean, whole.Mean/2, 1e-12)
		about(t, "its peakedness", g.Overflow.Peakedness()-1, (whole.Peakedness()-1)/2, 1e-12)
	}
}

func TestHundredsOfTrunkGroupsThatOverflowToEachOtherSettle(t *testing.T) {
	var sites, trunks, routes strings.Builder
	const n = 300
	for i := range n {
		fmt.Fprintf(&sites, "- {name: S%d, country: DE, users: {heavy: 60}}\n", i)
		fmt.Fprintf(&trunks, "- {name: T%d, site: S%d, ports: 10}\n", i, i)
		fmt.Fprintf(&routes, "- {name: R%d, sites: [S%d], trunks: [T%d, T%d, T%d]}\n", i, i, i, (i+1)%n, (i+7)%n)
	}
	d := work(t, "sites:\n%strunks:\n%sroutes:\n%s", sites.String(), trunks.String(), routes.String())
	for _, r := range d.Routes[1:] { // all are alike
		about(t, r.Name, r.Lost, d.Routes[0].Lost, 1e-6)
	}
	if l := d.Routes[0].Lost; l < 0.01 || l > 0.1 {
		t.Errorf("%g lost", l)
	}
}
