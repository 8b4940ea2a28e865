package sip

import "testing"

func TestQ850Cause(t *testing.T) {
	tests := []struct {
		name, reason string
		cause        int // 0 when there is none
	}{
		{"alone", "Q.850;cause=34", 34},
		{"with text", `Q.850;cause=16;text="Terminated"`, 16},
		{"text first", `Q.850;text="no circuit";cause=34`, 34},
		{"second of two values", `SIP;cause=503;text="busy", Q.850;cause=34`, 34},
		{"comma and semicolon in the text before it", `SIP;cause=600;text="x, Q.850;cause=1;", Q.850;cause=34`, 34},
		{"escaped quote in the text before it", `SIP;text="\", Q.850;cause=1",Q.850;cause=34`, 34},
		{"first of two causes", "Q.850;cause=17, Q.850;cause=34", 17},
		{"a value without a cause before it", "Q.850;text=x, Q.850;cause=34", 34},
		{"spaces everywhere", " Q.850 ; cause = 34 ; text = x ", 34},
		{"letters in any case", "q.850;CAUSE=34", 34},
		{"without the dot", "Q850;cause=34", 34},
		{"leading zero", "Q.850;cause=034", 34},
		{"largest", "Q.850;cause=127", 127},
		{"location parameter of RFC 8606", "Q.850;cause=34;location=LN", 34},
		{"quoted number", `Q.850;cause="34"`, 0},
		{"beyond seven bits", "Q.850;cause=128", 0},
		{"zero", "Q.850;cause=0", 0},
		{"negative", "Q.850;cause=-1", 0},
		{"not a number", "Q.850;cause=busy", 0},
		{"a cause of SIP", "SIP;cause=200", 0},
		{"another protocol", "Q.8500;cause=34", 0},
		{"a cause without a protocol", ";cause=34", 0},
		{"only in a text", `SIP;text="Q.850;cause=34"`, 0},
		{"nothing", "", 0},
		{"separators", ",;,;;", 0},
		{"text that does not end", `SIP;text="x, Q.850;cause=34`, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cause, known := Q850Cause([]byte(test.reason))
			if cause != test.cause || known != (test.cause != 0) {
				t.Errorf("got %d, %t, want %d", cause, known, test.cause)
			}
		})
	}
}
