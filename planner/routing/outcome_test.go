package routing_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/planner/routing"
)

func TestParseOutcomes(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []routing.Outcome
	}{
		{"503", []routing.Outcome{503}},
		{"408, 503,504", []routing.Outcome{408, 503, 504}},
		{"timeout,transport,no-circuit", []routing.Outcome{routing.Timeout, routing.TransportError, routing.NoCircuit}},
		{"none", []routing.Outcome{}},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := routing.ParseOutcomes(tt.text)
			if err != nil || got == nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	if got, err := routing.ParseOutcomes("5xx"); err != nil || len(got) != 100 || got[0] != 500 || got[99] != 599 {
		t.Errorf("5xx is %v, %v", got, err)
	}
	for _, text := range []string{"", "200", "700", "2xx", "7xx", "xx", "0503", "+503", "503,", "busy", "1", "none,503", "-1", "99999"} {
		if got, err := routing.ParseOutcomes(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// FuzzParseOutcomes wants whatever is read to be valid in a rule, and to be read again as it is written.
func FuzzParseOutcomes(f *testing.F) {
	for _, text := range []string{"503", "408,503,504,timeout", "5xx,transport", "none", "no-circuit", ",", "9xx"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		outcomes, err := routing.ParseOutcomes(text)
		if err != nil || len(outcomes) == 0 {
			return
		}
		n := trunks(routing.Ordered, "a")
		n.Routes[0].FailOver.On = outcomes
		if err := n.Validate(); err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, o := range outcomes {
			words = append(words, o.String())
		}
		again, err := routing.ParseOutcomes(strings.Join(words, ","))
		if err != nil || !slices.Equal(again, outcomes) {
			t.Fatalf("%v is read again as %v, %v", outcomes, again, err)
		}
	})
}
