package erlang

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func checkKaufmanRoberts(t *testing.T, row referenceRow) {
	t.Helper()
	var classes []Class
	for _, field := range strings.Split(row.extra["classes"], "+") {
		traffic, width, _ := strings.Cut(field, "x")
		units, err := strconv.Atoi(width)
		if err != nil {
			t.Fatal(err)
		}
		classes = append(classes, Class{Traffic: parse(t, traffic), Width: units})
	}
	got := must[[]float64](t)(KaufmanRoberts(int(row.servers), classes))
	near(t, row, got[int(row.value(t, "klass"))-1], row.probability, 5e-15)
}

func TestOneNarrowClassIsErlangB(t *testing.T) {
	for _, n := range []int{1, 30, 960, 9600} {
		a := 0.97 * float64(n)
		got := must[[]float64](t)(KaufmanRoberts(n, []Class{{Traffic: a, Width: 1}}))
		near(t, n, got[0], must[float64](t)(B(float64(n), a)), 1e-12)
	}
}

func TestUnitsDoNotMatter(t *testing.T) {
	narrow := must[[]float64](t)(KaufmanRoberts(20, []Class{{5, 1}, {3, 3}}))
	wide := must[[]float64](t)(KaufmanRoberts(20*64+63, []Class{{5, 64}, {3, 192}}))
	for i := range narrow {
		near(t, i, wide[i], narrow[i], 1e-15)
	}
}

// The second way: the product form, every mix of calls that fits.
func TestKaufmanRobertsAgreesWithEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.IntRange(1, 40).Draw(t, "capacity")
		classes := make([]Class, 2)
		for i := range classes {
			classes[i] = Class{rapid.Float64Range(0.1, 20).Draw(t, "traffic"), rapid.IntRange(1, 9).Draw(t, "width")}
		}
		got, err := KaufmanRoberts(capacity, classes)
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range enumerate(capacity, classes) {
			if math.Abs(got[k]-want) > 1e-12*want {
				t.Fatalf("C=%d %+v: class %d blocks %g, enumerated %g", capacity, classes, k, got[k], want)
			}
		}
	})
}

func enumerate(capacity int, classes []Class) [2]float64 {
	var all float64
	var blocked [2]float64
	p := 1.0
	for i := 0; i*classes[0].Width <= capacity; i++ {
		q := p
		for j := 0; i*classes[0].Width+j*classes[1].Width <= capacity; j++ {
			all += q
			for k := range blocked {
				if free := capacity - i*classes[0].Width - j*classes[1].Width; free < classes[k].Width {
					blocked[k] += q
				}
			}
			q *= classes[1].Traffic / float64(j+1)
		}
		p *= classes[0].Traffic / float64(i+1)
	}
	return [2]float64{blocked[0] / all, blocked[1] / all}
}

func TestACallWiderThanTheLinkIsBlocked(t *testing.T) {
	got := must[[]float64](t)(KaufmanRoberts(10, []Class{{3, 1}, {2, 11}}))
	if got[1] != 1 {
		t.Errorf("a class of 11 units on 10 blocks %g", got[1])
	}
	near(t, "the others", got[0], must[float64](t)(B(10, 3)), 1e-13)
}

func TestKaufmanRobertsOverflowsNowhere(t *testing.T) {
	got := must[[]float64](t)(KaufmanRoberts(200_000, []Class{{900_000, 1}, {10, 7}}))
	near(t, "a flooded link", got[0], must[float64](t)(B(200_000, 900_000)), 1e-3)
}

func TestALinkWithoutMeaning(t *testing.T) {
	for name, classes := range map[string][]Class{
		"no class": nil, "no width": {{1, 0}}, "negative traffic": {{-1, 1}}, "NaN": {{math.NaN(), 1}},
	} {
		if _, err := KaufmanRoberts(10, classes); !errors.Is(err, ErrDomain) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
