package acceptance_test

import (
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
)

func TestCompressionsShowTheLimits(t *testing.T) {
	d, err := design(t, 30, 20).Fit(10*time.Minute, acceptance.Limits{MinHold: 2 * time.Second, MaxCAPS: 8})
	if err != nil {
		t.Fatal(err)
	}
	all, err := d.Compressions(acceptance.Limits{MinHold: 2 * time.Second, MaxCAPS: 8}, acceptance.AssumedSetup)
	if err != nil {
		t.Fatal(err)
	}
	chosen, allowed, beyond := false, 0.0, 0
	for _, c := range all {
		chosen = chosen || c.Factor == d.Compress
		if math.Abs(c.CAPS*c.Hold.Seconds()-20) > 1e-6 || math.Abs(c.Setup-0.1/c.Hold.Seconds()) > 1e-9 {
			t.Errorf("%+v: the erlangs and the set-up of 100 ms do not stay the same", c)
		}
		if c.Limit == "" {
			allowed = max(allowed, c.Factor)
		} else if beyond++; c.Limit != "more than 8 calls per second" {
			t.Errorf("factor %g: %q", c.Factor, c.Limit)
		}
	}
	// 20 E of calls of 2.5 s are 8 calls per second: 72 times fewer than 180 s.
	if !chosen || allowed != 72 || beyond != 1 {
		t.Errorf("chosen shown %v, most allowed %g, rows beyond %d; want true, 72, 1: %+v", chosen, allowed, beyond, all)
	}
}

func TestCompressionsBreakALimitBelowOneCallASecond(t *testing.T) {
	all, err := design(t, 30, 20).Compressions(acceptance.Limits{MaxCAPS: 0.5}, acceptance.AssumedSetup)
	if err != nil {
		t.Fatal(err)
	}
	// 20 E of 180 s are 0.111 calls per second.
	for _, c := range all {
		if broken := c.CAPS > 0.5*(1+1e-9); broken != (c.Limit == "more than 0.5 calls per second") {
			t.Errorf("%g calls per second with the limit %q", c.CAPS, c.Limit)
		}
	}
	if last := all[len(all)-1]; last.Limit == "" {
		t.Errorf("no compression is shown beyond the limit: %+v", all)
	}
}

func TestCompressionIsLimitedByShortCallsToo(t *testing.T) {
	d := design(t, 30, 20)
	all, err := d.Compressions(acceptance.Limits{MinHold: 6 * time.Second}, 500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	last := all[len(all)-1]
	if last.Limit != "calls shorter than 6s" || all[0].Factor != 1 || all[0].Setup != 0.5/180 {
		t.Errorf("got %+v", all)
	}
}
