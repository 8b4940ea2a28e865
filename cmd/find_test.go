package cmd

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// find runs a search until this machine was undisturbed, and returns its exit code and report.
func find(t *testing.T, args ...string) (code int, knee map[string]any) {
	t.Helper()
	testbed.Undisturbed(t, func() string {
		var out, stderr string
		code, out, stderr = commandLine(append(append([]string{"find"}, args...), "--output", "json")...)
		knee = map[string]any{}
		if err := json.Unmarshal([]byte(out), &knee); err != nil {
			t.Fatalf("exit code %d: %v\n%s", code, err, stderr)
		}
		if code != codeInconclusive {
			return ""
		}
		answer := fmt.Sprint(knee["answer"], knee["steps"])
		if !strings.Contains(answer, "The generator was the limit") {
			t.Fatalf("the generator was not the limit, and the search cannot tell: %s", answer)
		}
		return answer
	})
	return code, knee
}

func TestFindPortsIsExact(t *testing.T) {
	t.Parallel()
	code, knee := find(t, "ports", "--embedded-ports", "5", "--to", "12", "--caps", "100", "--step", "200ms", "--require", "6", "--ceiling", "off")
	if code != codeFailed || knee["held"] != 5.0 || knee["broke"] != 6.0 || knee["floor"] != false || knee["verdict"] != "does not hold" {
		t.Errorf("exit code %d: %v", code, knee["answer"])
	}
	answer := knee["answer"].([]any)
	if answer[0] != "The required 6 calls at a time do not hold." || answer[1] != "The target holds 5 calls at a time, and not 6." {
		t.Errorf("%v", answer)
	}
}

func TestFindCAPSClaimsNoMoreThanItTried(t *testing.T) {
	t.Parallel()
	_, address := startGateway(t, "--ports", "100", "--media", "none")
	code, knee := find(t, "caps", "--target", "sip:"+address, "--start", "250", "--to", "500", "--step", "200ms", "--ceiling", "off")
	if code != codePass || knee["held"] != 500.0 || knee["broke"] != nil || knee["floor"] != true {
		t.Errorf("exit code %d: %v", code, knee["answer"])
	}
}

// A target of one circuit takes calls of 100 ms one after another, not two at a time.
func TestFindCAPSFindsWhereCallsAreBlocked(t *testing.T) {
	t.Parallel()
	code, knee := find(t, "caps", "--embedded-ports", "1", "--aht", "100ms", "--start", "8", "--to", "64", "--step", "200ms", "--precision", "50%", "--ceiling", "off",
		"--limit-failed", "20%")
	held := knee["held"].(float64)
	if code != codePass || held < 2 || held > 10 || knee["broke"] == nil {
		t.Errorf("exit code %d, held %g: %v", code, held, knee["answer"])
	}
}

func TestFindByRFC7502SaysWhatItReduced(t *testing.T) {
	t.Parallel()
	code, knee := find(t, "caps", "--embedded-ports", "100", "--method", "rfc7502", "--attempts", "100", "--to", "110", "--ceiling", "off")
	if code != codePass || knee["held"] != 110.0 || knee["floor"] != true {
		t.Errorf("exit code %d: %v", code, knee["answer"])
	}
	rfc := knee["rfc7502"].(map[string]any)
	if rfc["initial_session_attempt_rate"] != 100.0 || rfc["reduced_attempts"] != true || rfc["trials"].(float64) < 2 {
		t.Errorf("%v", rfc)
	}
	if !slices.ContainsFunc(knee["answer"].([]any), func(s any) bool { return strings.HasPrefix(s.(string), "RFC 7502 algorithm, reduced N: 100 ") }) {
		t.Errorf("%v", knee["answer"])
	}
}

func TestFindIsBoundedByWhatThisMachineCarries(t *testing.T) {
	t.Parallel()
	code, knee := find(t, "ports", "--embedded-ports", "8", "--to", "4", "--caps", "100", "--step", "200ms")
	bound := knee["bound"].(map[string]any)
	if code != codePass || knee["held"] != 4.0 || knee["floor"] != true || bound["load"] != 4.0 {
		t.Errorf("exit code %d, bound %v: %v", code, bound, knee["answer"])
	}
}
