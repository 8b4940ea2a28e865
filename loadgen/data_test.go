package loadgen

import (
	"strings"
	"testing"

	"github.com/sipplan/sipplan/scenarios"
)

// No way of writing a scenario or its data makes a call, or a peer, reach an emergency number.
func TestScenariosCallNobodyWhoMustNotBeCalled(t *testing.T) {
	for _, tt := range []struct {
		name, step, data, want string
	}{
		{"a number that may be called", "invite to sip:+15550199@192.0.2.9", "", ""},
		{"the test service", "invite to urn:service:test.sos", "", ""},
		{"an emergency number", "invite to sip:911@192.0.2.9", "", "line 4"},
		{"a REFER to one", "refer to sip:112@192.0.2.9", "", "line 4"},
		{"a transfer to one", "invite\n- transfer to tel:999", "", "line 5"},
		{"an attended transfer to one", "invite\n- transfer to sip:911@192.0.2.9 attended", "", "line 5"},
		{"a column inside a URI", "invite to sip:{{ number }}@192.0.2.9", "number\n+15550199\n", ""},
		{"an emergency number in such a column", "invite to sip:{{ number }}@192.0.2.9", "number\n+15550199\n911\n", "with row 2"},
		{"half a number in such a column", "refer to sip:9{{ rest }}@192.0.2.9", "rest\n11\n", "with row 1"},
		{"an empty cell", "invite to {{ target }}", "target,x\n,1\n", "row 1: target"},
		{"a target that ends its bracket", "invite to {{ target }}", "target\nsip:911@192.0.2.9>;a=<sip:1000@192.0.2.9\n", "row 1: target"},
		{"a cell that ends its bracket", "refer to sip:{{ n }}@192.0.2.9", "n\n911@192.0.2.9>;a=<sip:1000\n", "with row 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			programs, err := scenarios.Parse("test.yaml", []byte("scenario: test\nrole: caller\nsteps:\n- "+tt.step+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			var table *scenarios.Table
			if tt.data != "" {
				if table, err = scenarios.ParseTable("test.csv", []byte(tt.data)); err != nil {
					t.Fatal(err)
				}
			}
			if err = checkData(table); err == nil {
				err = CheckPrograms(programs, table)
			}
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}
