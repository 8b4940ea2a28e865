package erlang

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// Printed tables are an oracle that nobody here has made; and where one of them is wrong, agreeing with it would be an
// error of ours.
func TestPublishedTables(t *testing.T) {
	agreed, errata := 0, 0
	for _, line := range readCSV(t, "testdata/published.csv") {
		row := strings.Join(line, ", ")
		agrees := agreesWithPublished(t, line)
		switch verdict := line[6]; {
		case verdict == "ok" && !agrees:
			t.Errorf("we disagree with %s", row)
		case verdict != "ok" && agrees:
			t.Errorf("we agree with an error: %s", row)
		case agrees:
			agreed++
		default:
			errata++
		}
	}
	if agreed != 176 || errata != 12 {
		t.Errorf("%d values agreed and %d errors of the publications, want 176 and 12", agreed, errata)
	}
}

// agreesWithPublished compares one line (source, kind, servers, blocking, published, …) to the digits that are printed.
func agreesWithPublished(t *testing.T, line []string) bool {
	t.Helper()
	switch line[1] {
	case "A(N,B)":
		traffic := must[float64](t)(Traffic(parse(t, line[2]), parse(t, line[3])))
		return sameDigits(t, traffic, line[4])
	case "N(A,B)":
		servers := must[int](t)(Servers(parse(t, line[5]), parse(t, line[3])))
		return strconv.Itoa(servers) == line[4]
	case "B(N,A)":
		b := must[float64](t)(B(parse(t, line[2]), parse(t, line[4])))
		return sameDigits(t, b, line[3])
	}
	t.Fatalf("unknown kind %q", line[1])
	return false
}

// sameDigits reports whether x rounds to the digits after the point that are printed.
func sameDigits(t *testing.T, x float64, printed string) bool {
	t.Helper()
	_, decimals, _ := strings.Cut(printed, ".")
	return math.Abs(x-parse(t, printed)) <= 0.5*math.Pow10(-len(decimals))+1e-15
}

// Values from the literature, as printed where they are cited.
func TestLiterature(t *testing.T) {
	for _, c := range []struct {
		name      string
		got       func() (float64, error)
		want      float64
		tolerance float64
	}{
		{"Cisco: Poisson formula, 10 trunks, 4 erlangs", func() (float64, error) { return Molina(10, 4) }, 0.00813, 3e-4},
		{"TETRA: 8 channels at 3.87 erlangs wait for 5 %", func() (float64, error) { return C(8, 3.87) }, 0.05, 2e-3},
		{"TETRA: 10 channels at 4.08 erlangs wait for 1 %", func() (float64, error) { return C(10, 4.08) }, 0.01, 6e-3},
		{"Westbay: 15 lines at 1 %", func() (float64, error) { return Traffic(15, 0.01) }, 8.108, 1e-4},
		{"E.521: peakedness of 20 trunks at most", func() (float64, error) {
			z, _, err := MaxPeakedness(20)
			return z, err
		}, 2.66, 1e-3},
		{"Engset by Octave: time congestion", func() (float64, error) {
			r, err := EngsetIdle(20, 2, 1.0/19)
			return r.TimeCongestion, err
		}, 0.204081632653061, 1e-14},
	} {
		t.Run(c.name, func(t *testing.T) { near(t, c.name, must[float64](t)(c.got()), c.want, c.tolerance) })
	}
}
