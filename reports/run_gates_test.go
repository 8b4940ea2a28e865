package reports

import (
	"testing"

	"github.com/sipplan/sipplan/reports/gate"
)

// A score used to be rounded to a whole number: a 4.37 that passed ">= 4.3" was said to be 4.
func TestMeasuredValuesOfGatesInTheirUnit(t *testing.T) {
	for _, tt := range []struct {
		name     string
		measured float64
		unit     gate.Unit
		want     string
	}{
		{"an opinion score", 4.374, gate.Score, "4.37"},
		{"a share", 0.0085, gate.Share, "0.85 %"},
		{"a delay", 0.312, gate.Seconds, "312 ms"},
		{"erlangs", 19.84, gate.Erlangs, "19.84 E"},
		{"a count", 4957, gate.Number, "4,957"},
	} {
		if got := (Gate{Measured: &tt.measured, Unit: tt.unit}).measured(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
