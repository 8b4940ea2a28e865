package planner

import (
	"math"
	"testing"
)

func TestFormulasGiveTheReferenceValues(t *testing.T) {
	for name, tt := range map[string]struct {
		values map[string]float64
		pairs  [][2]float64
		want   []float64
	}{
		"overflow":         {map[string]float64{"servers": 5, "traffic": 5}, nil, []float64{1.42433910665}},
		"wilkinson":        {map[string]float64{"servers": 10, "mean": 5, "variance": 10}, nil, []float64{.0791357140, 11.91480896, 15.35555053}},
		"rapp":             {map[string]float64{"servers": 10, "mean": 5, "variance": 10}, nil, []float64{.0817342430, 12.6666667, 16}},
		"hayward":          {map[string]float64{"servers": 10, "mean": 5, "variance": 10}, nil, []float64{.0697311168}},
		"overflow-network": {map[string]float64{"servers": 4}, [][2]float64{{5, 5}, {5, 5}}, []float64{.0807592903, .0748049690}},
		"overflow-exact":   {map[string]float64{"servers": 4}, [][2]float64{{5, 5}, {5, 5}}, []float64{.0792197115995263}},
		"a":                {map[string]float64{"servers": 10, "traffic": 10, "impatience": 1}, nil, []float64{.542070285528148, .125110035721133}},
		"engset-idle":      {map[string]float64{"servers": 2, "sources": 20, "idle-traffic": 1. / 19}, nil, []float64{.191489361702128, .204081632653061}},
		"retrial":          {map[string]float64{"servers": 5, "traffic": 5, "persistence": .5, "retry-rate": 2}, nil, []float64{}},
		"kaufman-roberts":  {map[string]float64{"capacity": 2000}, [][2]float64{{12, 97}, {10, 45}, {1, 460}}, []float64{.1382363, .0647211, .6217536}},
		"reservation":      {map[string]float64{"servers": 10, "reserved": 2, "high": 5, "low": 5}, nil, []float64{.0733091462414483, .483840365193559}},
		"cps-window":       {map[string]float64{"limit": 1, "mean": 1}, nil, []float64{1 / math.E}},
		"wilson":           {map[string]float64{"successes": 10, "trials": 1000, "confidence": .95}, nil, []float64{.0054407544555, .0183094688704}},
		"day-to-day":       {map[string]float64{"servers": 24, "traffic": 15, "exponent": 1.7}, nil, []float64{.0282086075}},
		"psa":              {map[string]float64{"servers": 10, "traffic": 7, "amplitude": .5, "period": 48}, nil, []float64{.1304443}},
		"mol":              {map[string]float64{"servers": 10, "traffic": 7, "amplitude": .5, "period": 48}, nil, []float64{.1296597}},
		"modulated":        {map[string]float64{"servers": 10, "traffic": 7, "amplitude": .5, "period": 48}, nil, []float64{.1300362970}},
		"failure":          {map[string]float64{"gateways": 10, "ports": 960, "traffic": 9400, "availability": .999}, nil, []float64{1.318e-3, 5.0213e-4, .0820239}},
		"failure-exact":    {map[string]float64{"gateways": 2, "ports": 5, "traffic": 6, "fail": .01, "repair": .1}, nil, []float64{.100825055156, .0089027222}},
		"regular":          {map[string]float64{"servers": 10, "traffic": 8}, nil, []float64{.0594456}},
		"erlang-intervals": {map[string]float64{"servers": 10, "traffic": 8, "phases": 2}, nil, []float64{.0930246}},
		"hyperexponential": {map[string]float64{"servers": 10, "traffic": 8, "variation": 4}, nil, []float64{.2066248}},
		"ipp":              {map[string]float64{"servers": 10, "on-rate": 20, "on-to-off": 1, "off-to-on": 1}, nil, []float64{.389932453687506}},
		"max-peakedness":   {map[string]float64{"servers": 10}, nil, []float64{2.0518}},
		"engset-offered":   {map[string]float64{"servers": 2, "sources": 20, "traffic": 1}, nil, nil},
		"variance":         {map[string]float64{"servers": 10, "traffic": 7}, nil, nil},
	} {
		found := false
		for _, f := range Formulas() {
			if f.Name != name {
				continue
			}
			found = true
			figures, err := f.Evaluate(Values{tt.values, tt.pairs}, "--")
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for i, want := range tt.want {
				if got := figures[i].Value; math.Abs(got-want) > 3e-4*want {
					t.Errorf("%s: %s is %.10g, want %.10g", name, figures[i].Name, got, want)
				}
			}
		}
		if !found {
			t.Errorf("there is no formula %s", name)
		}
	}
	if len(Formulas()) != 26 {
		t.Errorf("%d formulas; the table above has 26", len(Formulas()))
	}
}

func TestASweepIsBoundedAndHitsItsEnd(t *testing.T) {
	if values, err := (Sweep{"servers", 1, 2, 0.1}).Values(); err != nil || len(values) != 11 {
		t.Errorf("%v, %v", values, err)
	}
	for _, bad := range []Sweep{{"x", 1, 0, 1}, {"x", 0, 1, 0}, {"x", 0, 1e9, 1}, {"x", 0, math.NaN(), 1}, {"x", 0, math.Inf(1), 1}} {
		if _, err := bad.Values(); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
}
