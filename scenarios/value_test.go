package scenarios

import (
	"math"
	"testing"
)

// What SIPp 3.6.1 wrote for [$value] and did upon test="value", when a file assigned each to a variable.
func TestValuesShowAndHoldAsInSIPp(t *testing.T) {
	for _, tt := range []struct {
		name   string
		assign func(*Value)
		shown  string
		holds  bool
	}{
		{"never assigned", func(*Value) {}, "", false},
		{"a number", func(v *Value) { v.SetNumber(-2.5) }, "-2.500000", true},
		{"a number of 0 counts as never assigned", func(v *Value) { v.SetNumber(0) }, "", false},
		{"a text of 0 is a text", func(v *Value) { v.SetText([]byte("0")) }, "0", true},
		{"an empty text was assigned", func(v *Value) { v.SetText(nil) }, "", true},
		{"infinite", func(v *Value) { v.SetNumber(math.Inf(1)) }, "inf", true},
		{"infinite below", func(v *Value) { v.SetNumber(math.Inf(-1)) }, "-inf", true},
		{"no number", func(v *Value) { v.SetNumber(math.NaN()) }, "nan", true},
		{"true", func(v *Value) { v.SetTruth(true) }, "true", true},
		{"false", func(v *Value) { v.SetTruth(false) }, "false", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var v Value
			tt.assign(&v)
			if shown := string(v.Append(nil)); shown != tt.shown || v.Set() != tt.holds {
				t.Errorf("shows %q, holds %v, want %q, %v", shown, v.Set(), tt.shown, tt.holds)
			}
		})
	}
}

func TestTextsThatAreNumbers(t *testing.T) {
	for text, want := range map[string]bool{"42": true, " 42": true, "42 ": false, "12abc": false, "": true, " ": false, "1e3": true, "1_0": false, "0x10": true, "-0X1p4": true, "nan": true, "1e400": true, "12,5": false} {
		var v Value
		v.SetText([]byte(text))
		if x, ok := v.Parse(); ok != want {
			t.Errorf("%q: %g, %v, SIPp takes it: %v", text, x, ok, want)
		}
	}
}
