package sip

import (
	"strings"
	"testing"
)

func TestMethodOf(t *testing.T) {
	for method := INVITE; method <= PUBLISH; method++ {
		name := method.String()
		if got := MethodOf([]byte(name)); got != method {
			t.Errorf("MethodOf(%q) = %v", name, got)
		}
		if got := MethodOf([]byte(strings.ToLower(name))); got != UnknownMethod {
			t.Errorf("%q is read as %v, though methods are case-sensitive", strings.ToLower(name), got)
		}
	}
	for _, token := range []string{"", "INVIT", "INVITES", "unknown", "RE%47ISTER", " BYE"} {
		if got := MethodOf([]byte(token)); got != UnknownMethod {
			t.Errorf("MethodOf(%q) = %v", token, got)
		}
	}
	if UnknownMethod.String() != "unknown" || Method(200).String() != "unknown" {
		t.Error("a method that is none has a name")
	}
}
