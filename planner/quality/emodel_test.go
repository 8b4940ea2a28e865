package quality_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/quality"
	"pgregory.net/rapid"
)

const tolerance = 1e-4

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.6f, want %.6f", what, got, want)
	}
}

func rate(t *testing.T, p quality.Path) quality.Rating {
	t.Helper()
	r, err := p.Rate()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDefaultValues: ITU-T G.107 (06/2015) says of its default values that they give R = 93.2.
func TestDefaultValues(t *testing.T) {
	r := rate(t, quality.Default())
	for _, row := range []struct {
		name      string
		got, want float64
	}{
		{"No", r.No, -61.179214}, {"Ro", r.Ro, 94.768822}, {"Iolr", r.Iolr, 0.440178}, {"Ist", r.Ist, -0.000715},
		{"Iq", r.Iq, 0.974105}, {"Is", r.Is, 1.413568}, {"Idte", r.Idte, 0}, {"Idle", r.Idle, 0.149046}, {"Idd", r.Idd, 0},
		{"R", r.R, 93.206208}, {"MOS", r.MOS(), 4.409406},
	} {
		near(t, row.name, row.got, row.want)
	}
	if math.Round(r.R*10)/10 != 93.2 {
		t.Errorf("R is %v, the Recommendation says 93.2", r.R)
	}
}

// path returns the path of G.711 with concealment, changed.
func path(change ...func(*quality.Path)) quality.Path {
	p := quality.Default()
	p.Bpl = 25.1
	for _, f := range change {
		f(&p)
	}
	return p
}

func loss(percent float64) func(*quality.Path) { return func(p *quality.Path) { p.Ppl = percent } }

func bursty(ratio float64) func(*quality.Path) { return func(p *quality.Path) { p.BurstR = ratio } }

func codec(ie, bpl float64) func(*quality.Path) {
	return func(p *quality.Path) { p.Ie, p.Bpl = ie, bpl }
}

func delay(ms float64, echo bool) func(*quality.Path) {
	return func(p *quality.Path) { *p = p.WithDelay(time.Duration(ms*float64(time.Millisecond)), echo) }
}

// TestVectors: two independent programs agree on these ratings to 1e-6.
func TestVectors(t *testing.T) {
	for _, row := range []struct {
		name   string
		p      quality.Path
		r, mos float64
	}{
		{"echo, 100 ms", path(delay(100, true)), 90.6637, 4.3549},
		{"echo, 150 ms", path(delay(150, true)), 89.5391, 4.3275},
		{"echo, 200 ms", path(delay(200, true)), 85.8047, 4.2232},
		{"echo, 250 ms", path(delay(250, true)), 79.1771, 3.9925},
		{"echo, 300 ms", path(delay(300, true)), 72.6664, 3.7194},
		{"echo, 400 ms", path(delay(400, true)), 62.2468, 3.2156},
		{"echo, 500 ms", path(delay(500, true)), 54.8032, 2.8280},
		{"no echo, 150 ms", path(delay(150, false)), 93.0427, 4.4062},
		{"no echo, 200 ms", path(delay(200, false)), 90.1618, 4.3429},
		{"no echo, 300 ms", path(delay(300, false)), 78.4455, 3.9639},
		{"no echo, 400 ms", path(delay(400, false)), 69.1361, 3.5562},
		{"concealed, 1 % lost", path(loss(1)), 89.5664, 4.3282},
		{"concealed, 2 % lost", path(loss(2)), 86.1951, 4.2350},
		{"concealed, 5 % lost", path(loss(5)), 77.4255, 3.9231},
		{"concealed, 10 % lost", path(loss(10)), 66.1407, 3.4112},
		{"concealed, 20 % lost", path(loss(20)), 51.0776, 2.6316},
		{"not concealed, 1 % lost", path(codec(0, 4.3), loss(1)), 75.2817, 3.8339},
		{"not concealed, 2 % lost", path(codec(0, 4.3), loss(2)), 63.0475, 3.2564},
		{"not concealed, 5 % lost", path(codec(0, 4.3), loss(5)), 42.1309, 2.1696},
		{"G.729A with VAD", path(codec(11, 19)), 82.2062, 4.1046},
		{"G.729A with VAD, 1 % lost", path(codec(11, 19), loss(1)), 78.0062, 3.9465},
		{"G.729A with VAD, 2 % lost", path(codec(11, 19), loss(2)), 74.2062, 3.7876},
		{"G.729A with VAD, 5 % lost", path(codec(11, 19), loss(5)), 64.7062, 3.3400},
		{"G.723.1 with VAD", path(codec(15, 16.1)), 78.2062, 3.9544},
		{"G.723.1 with VAD, 1 % lost", path(codec(15, 16.1), loss(1)), 73.5278, 3.7578},
		{"G.723.1 with VAD, 2 % lost", path(codec(15, 16.1), loss(2)), 69.3664, 3.5671},
		{"G.723.1 with VAD, 5 % lost", path(codec(15, 16.1), loss(5)), 59.2489, 3.0610},
		{"5 % lost in bursts of 1.5", path(loss(5), bursty(1.5)), 76.5005, 3.8852},
		{"5 % lost in bursts of 2", path(loss(5), bursty(2)), 75.9961, 3.8641},
		{"5 % lost in bursts of 4", path(loss(5), bursty(4)), 75.1796, 3.8296},
		{"5 % lost in bursts of 8", path(loss(5), bursty(8)), 74.7417, 3.8108},
		{"echo, 150 ms, 1 % lost", path(delay(150, true), loss(1)), 85.8993, 4.2261},
		{"no echo, 150 ms, 1 % lost", path(delay(150, false), loss(1)), 89.4028, 4.3241},
		{"G.729A, echo, 150 ms, 1 % lost", path(codec(11, 19), delay(150, true), loss(1)), 74.3391, 3.7933},
		{"G.729A, no echo, 150 ms, 1 % lost", path(codec(11, 19), delay(150, false), loss(1)), 77.8427, 3.9399},
		{"echo, 200 ms, 2 % lost in bursts of 1.5", path(delay(200, true), loss(2), bursty(1.5)), 78.6168, 3.9707},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := rate(t, row.p)
			near(t, "R", r.R, row.r)
			near(t, "MOS", r.MOS(), row.mos)
		})
	}
}

func TestDelayImpairments(t *testing.T) {
	r := rate(t, path(delay(150, true)))
	near(t, "Idte", r.Idte, 2.8118)
	near(t, "Idle", r.Idle, 0.8407)
	near(t, "Idd", r.Idd, 0.1635)
	near(t, "Idd at 200 ms", rate(t, path(delay(200, true))).Idd, 3.0444)
	near(t, "Idd at 250 ms", rate(t, path(delay(250, true))).Idd, 8.9167)
	// The first millisecond counts as echo: TERV = 65 - 40·log10(1.1/(151/150)) + 6·e^-0.3 = 67.9046.
	near(t, "Idte at 1 ms", rate(t, path(func(p *quality.Path) { p.T = 1 })).Idte, -0.108930)
	if echo := rate(t, path(delay(0.9, true))); echo.Idte != 0 {
		t.Errorf("an echo after less than 1 ms is a sidetone, got an impairment of %v", echo.Idte)
	}
}

// TestQuantizationOfChains works 3-22 to 3-26 of G.107 out step by step; with the default of one unit the term in Y is
// too small to be seen.
func TestQuantizationOfChains(t *testing.T) {
	for qdu, want := range map[float64]float64{1: 0.974105, 14: 27.918248, 40: 52.707385} {
		near(t, fmt.Sprintf("Iq of %v qdu", qdu), rate(t, path(func(p *quality.Path) { p.QDU = qdu })).Iq, want)
	}
}

func TestEffectiveImpairment(t *testing.T) {
	near(t, "Ie,eff of G.729A with VAD at 2 %", rate(t, path(codec(11, 19), loss(2))).IeEff, 19)
	near(t, "Ie,eff of G.711 at 5 % in bursts of 2", rate(t, path(loss(5), bursty(2))).IeEff, 17.210145)
}

// TestMOS: the values of G.107 annex B, table B.1, which gives the lower limits of the bands with two digits.
func TestMOS(t *testing.T) {
	for _, row := range []struct{ r, mos, table float64 }{
		{0, 1, 1}, {50, 2.575, 2.58}, {60, 3.1, 3.10}, {70, 3.597, 3.60}, {80, 4.024, 4.03}, {90, 4.339, 4.34},
		{93.2, 4.409286, 4.41}, {94, 4.424232, 4.42}, {100, 4.5, 4.5}, {100.5, 4.5, 4.5}, {-5, 1, 1}, {120, 4.5, 4.5},
	} {
		near(t, fmt.Sprintf("MOS(%v)", row.r), quality.MOS(row.r), row.mos)
		if math.Abs(quality.MOS(row.r)-row.table) > 0.0065 {
			t.Errorf("MOS(%v) is %v, the table says %v", row.r, quality.MOS(row.r), row.table)
		}
	}
	if got := quality.MOS(3.22); got != 1 {
		t.Errorf("the polynomial dips to 0.989 at R = 3.22; a score is at least 1, got %v", got)
	}
}

func TestWideband(t *testing.T) {
	for _, row := range []struct{ ie, mos float64 }{{1, 4.4940}, {8, 4.4206}, {13, 4.3371}, {41, 3.5123}, {56, 2.9220}} {
		s, err := quality.WidebandPath{Ie: row.ie, Bpl: 1, BurstR: 1}.Rate()
		if err != nil || s.Scale != quality.Wideband {
			t.Fatal(s, err)
		}
		near(t, fmt.Sprintf("MOS of Ie,wb %v", row.ie), s.MOS, row.mos)
		near(t, "R", s.R, 129-row.ie)
	}
	s, err := quality.WidebandPath{Ie: 20, Bpl: 4.3, Ppl: 2, BurstR: 1}.Rate()
	if err != nil {
		t.Fatal(err)
	}
	near(t, "R of AMR-WB 12.65 on both ears at 2 %", s.R, 129-43.8095)
	near(t, "MOS of AMR-WB 12.65 on both ears at 2 %", s.MOS, 3.4062)
	if _, err := (quality.WidebandPath{Ie: math.NaN(), Bpl: 1, BurstR: 1}).Rate(); !errors.Is(err, quality.ErrDomain) {
		t.Errorf("an Ie that is no number: %v", err)
	}
}

func TestPathsWithoutMeaning(t *testing.T) {
	nan := math.NaN()
	for _, row := range []struct {
		name   string
		change func(*quality.Path)
	}{
		{"Ta", func(p *quality.Path) { p.Ta = nan }}, {"Ta", func(p *quality.Path) { p.Ta = -1 }},
		{"Ppl", loss(-0.1)}, {"Ppl", loss(100.1)}, {"Ppl", loss(nan)}, {"BurstR", bursty(0.99)}, {"BurstR", bursty(math.Inf(1))},
		{"Bpl", codec(0, 0)}, {"Ie", codec(96, 10)}, {"qdu", func(p *quality.Path) { p.QDU = 0 }},
	} {
		r, err := path(row.change).Rate()
		if !errors.Is(err, quality.ErrDomain) || r != (quality.Rating{}) {
			t.Errorf("%s: rating %+v, error %v", row.name, r, err)
		}
		if err != nil && err.Error()[:len(row.name)+1] != row.name+":" {
			t.Errorf("%q does not name %s", err, row.name)
		}
	}
}

func TestWhereTheModelIsNotValidated(t *testing.T) {
	for _, row := range []struct {
		name string
		p    quality.Path
		want bool
	}{
		{"inside", path(delay(500, true), loss(2), bursty(8)), false},
		{"a delay of more than 500 ms", path(delay(501, false)), true},
		{"a loss of more than 20 %", path(loss(21)), true},
		{"bursts of more than 8", path(loss(1), bursty(9)), true},
		{"bursts with more than 2 % lost", path(loss(5), bursty(4)), true},
		{"short bursts with a little more than 2 % lost", path(loss(2.5), bursty(2.5)), true},
		{"no bursts to speak of, with more than 2 % lost", path(loss(2.5), bursty(2)), false},
		{"a loss of 20 %", path(loss(20)), false},
		{"a loss of a little more than 20 %", path(loss(20.5)), true},
		{"as much advantage as there is", path(func(p *quality.Path) { p.A = 20 }), false},
		{"more advantage than there is", path(func(p *quality.Path) { p.A = 20.5 }), true},
	} {
		if got := rate(t, row.p).Extrapolated; got != row.want {
			t.Errorf("%s: extrapolated is %v", row.name, got)
		}
		wide, err := quality.WidebandPath{Ta: row.p.Ta, Ie: row.p.Ie, Bpl: row.p.Bpl, Ppl: row.p.Ppl, BurstR: row.p.BurstR}.Rate()
		if want := row.want && row.p.A == 0; err != nil || wide.Extrapolated != want {
			t.Errorf("%s, wideband: extrapolated is %v, error %v", row.name, wide.Extrapolated, err)
		}
	}
}

func TestRatingProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(t, name) }
		ta, ppl, burst := draw("Ta", 101, 499), draw("Ppl", 0.1, 19), draw("BurstR", 1, 7)
		echo := rapid.Bool().Draw(t, "echo")
		of := func(ta, ppl, burst float64) quality.Rating {
			r, err := path(delay(ta, echo), loss(ppl), bursty(burst)).Rate()
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		r := of(ta, ppl, burst)
		if sum := r.Ro - r.Is - r.Id - r.IeEff + r.A; sum != r.R {
			t.Errorf("the parts make %v, R is %v", sum, r.R)
		}
		if of(ta+1, ppl, burst).R >= r.R || of(ta, ppl+0.1, burst).R >= r.R || of(ta, ppl, burst+0.1).R >= r.R {
			t.Errorf("more delay, loss or bursts do not lower R = %v", r.R)
		}
		if mos := r.MOS(); mos < 1 || mos > 4.5 {
			t.Errorf("MOS is %v", mos)
		}
	})
}
