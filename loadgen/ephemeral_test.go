package loadgen

import (
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/media"
)

func TestEphemeralPortsAreWarnedOf(t *testing.T) {
	ephemeral := media.PortRange{First: 32768, Last: 60999}
	for _, row := range []struct {
		name  string
		ports media.PortRange
		need  int
		want  string
	}{
		{"below", media.PortRange{First: 20000, Last: 32767}, 6384, ""},
		{"half of them, and the other half suffices", media.PortRange{First: 32568, Last: 32967}, 100, ""},
		{"half of them, and the other half does not suffice", media.PortRange{First: 32568, Last: 32967}, 101, "100 of the 200 RTP port pairs in 32568-32967"},
		{"all of them", media.PortRange{First: 40000, Last: 40099}, 1, "50 of the 50 RTP port pairs in 40000-40099 are among the ephemeral ports 32768-60999"},
		{"the system does not say", media.PortRange{First: 40000, Last: 40099}, 1, ""},
	} {
		known := ephemeral
		if row.name == "the system does not say" {
			known = media.PortRange{}
		}
		if got := portsWarning(row.ports, known, row.need); (row.want == "") != (got == "") || !strings.HasPrefix(got, row.want) {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}
