package cmd

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// Each option that SIPp itself lists is one here too, or is answered by what it is called here or that nothing does it: a
// parser of flags would take -rate_increase for -r with the value ate_increase.
func TestOptionsOfSIPpAreKnown(t *testing.T) {
	t.Parallel()
	sipp := startPeer(t, testbed.Peer(t, "sipp", "sip-tester"), "-help")
	sipp.wait(t)
	options := regexp.MustCompile(`(?m)^ {3}(-[A-Za-z][A-Za-z0-9_]*) *:`).FindAllStringSubmatch(sipp.output.String(), -1)
	if len(options) < 80 {
		t.Fatalf("SIPp lists %d options:\n%s", len(options), sipp.tail())
	}
	scenario := filepath.Join(writeScenarios(t, map[string]string{"caller.xml": sequence(talk(), hangUp())}), "caller.xml")
	same := " -m -l -r -s -d -h "
	for _, option := range options {
		if strings.Contains(same, " "+option[1]+" ") {
			continue
		}
		code, _, stderr := commandLine("blast", "sip:127.0.0.1:9", "--sipp", scenario, option[1], "5")
		if code != codeUsage || !strings.Contains(stderr, option[1]+": is an option of SIPp") {
			t.Errorf("%s: exit code %d: %s", option[1], code, stderr)
		}
	}
}
