package cmd

import (
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
)

func TestLineOfProgress(t *testing.T) {
	for _, tt := range []struct {
		name  string
		total time.Duration
		now   loadgen.Progress
		want  string
	}{
		{"while calls arrive", time.Minute, loadgen.Progress{Elapsed: 10 * time.Second, Offered: 25, InProgress: 4, Answered: 20, Blocked: 1},
			"blast 10s of 1m0s: 25 calls (2.5/s), 4 in progress, 20 answered, 1 blocked"},
		{"after the last arrival", time.Minute, loadgen.Progress{Elapsed: 70 * time.Second, Offered: 70, InProgress: 2, Answered: 68},
			"blast 1m10s: 70 calls (1.0/s), 2 in progress, 68 answered, 0 blocked"},
		{"arrivals of less than half a second", 400 * time.Millisecond, loadgen.Progress{Elapsed: 200 * time.Millisecond, Offered: 1, InProgress: 1},
			"blast 0s: 1 call (5.0/s), 1 in progress, 0 answered, 0 blocked"},
		{"a length that nobody knows", 0, loadgen.Progress{Elapsed: 10 * time.Second}, "blast 10s: 0 calls (0.0/s), 0 in progress, 0 answered, 0 blocked"},
		{"with everything that can go wrong", 0, loadgen.Progress{Elapsed: 10 * time.Second, Offered: 10, Failed: 1, NotStarted: 2, Late: 3, Cut: 4},
			"blast 10s: 10 calls (1.0/s), 0 in progress, 0 answered, 0 blocked, 1 failed, 2 not started, 3 late, 4 hung up because the drain is over"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := progressLine("blast", tt.total, loadgen.Progress{}, tt.now); got != tt.want {
				t.Errorf("says\n%s, want\n%s", got, tt.want)
			}
		})
	}
}
