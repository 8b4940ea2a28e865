package cmd

import (
	"strings"
	"testing"
)

// Fifteen erlangs, of which 24 circuits block 1 %: about 300 calls in three seconds tell that from 10 %.
var shortVerification = []string{
	"verify", "--users", "100", "--usage", "heavy", "--tolerated", "10%", "--compress", "1500", "--media", "none", "--seed", "4",
}

func TestVerifyTellsARightTrunkFromAWrongOne(t *testing.T) {
	for _, test := range []struct {
		name    string
		args    []string
		target  string // circuits of a gateway of its own
		code    int
		verdict string
	}{
		{"the planned circuits, in this process", nil, "", codePass, "holds"},
		{"the planned circuits, elsewhere", nil, "24", codePass, "holds"},
		{"a third of them, in this process", []string{"--embedded-ports", "8"}, "", codeFailed, "does not hold"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			args := append(shortVerification[:len(shortVerification):len(shortVerification)], test.args...)
			if test.target != "" {
				_, address := startGateway(t, "--ports", test.target, "--media", "none")
				args = append(args, "--target", "sip:"+address)
			}
			code, run := undisturbed(t, args...)
			if verdict := run.at(t, "acceptance.verdict"); code != test.code || verdict != test.verdict {
				t.Errorf("exit code %d and %q, want %d and %q: %s", code, verdict, test.code, test.verdict, run.why(t))
			}
			run.closes(t)
			run.counts(t, map[string]int{"acceptance.promise.ports": 24})
		})
	}
}

// Before the first call a user is told how long the test takes and what compression does to the rate.
func TestVerifyAnnouncesTheTest(t *testing.T) {
	t.Parallel()
	verify := startSession(t, shortVerification...)
	verify.says(t, `[1-9]\d* in progress`)
	before, _, _ := strings.Cut(verify.stderr.String(), "\r")
	for _, want := range []string{
		"Plan: 100 users offer 15 E; 24 ports promise at most 1 % blocked.",
		"To tell 1 % from 10 % blocking with 95 % confidence",
		"15 E on 24 circuits should block 0.8",
		"The test takes 3.2s: ",
		"There are 1,500 times as many calls per second, 125 instead of 0.0833",
		"seed 4;",
	} {
		if !strings.Contains(before, want) {
			t.Errorf("%q is not said before the first call:\n%s", want, before)
		}
	}
	if verify.stdout.String() != "" {
		t.Errorf("stdout has something before the verdict:\n%s", verify.stdout)
	}
}

// A gateway with a third of the circuits is found out by the first look that can tell, long before the end.
func TestSequentialVerificationEndsEarly(t *testing.T) {
	code, run := undisturbed(t, append(shortVerification[:len(shortVerification):len(shortVerification)], "--sequential", "--embedded-ports", "8")...)
	if code != codeFailed || run.at(t, "acceptance.verdict") != "does not hold" {
		t.Fatalf("exit code %d and %q, want a trunk that does not hold: %s", code, run.at(t, "acceptance.verdict"), run.why(t))
	}
	run.closes(t)
	if run.at(t, "interrupted") != false {
		t.Error("a test that has its answer counts as interrupted")
	}
	counted, planned := run.at(t, "counted.offered").(float64), run.at(t, "acceptance.look.of_calls").(float64)
	if counted > 0.6*planned {
		t.Errorf("it took %g of %g calls to see that a trunk has a third of its circuits", counted, planned)
	}
	if !strings.Contains(run.why(t), "kept over all looks") {
		t.Errorf("the looks are not said: %s", run.why(t))
	}
}
