package sip_test

import (
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "5 (in a meeting)": 5 * time.Second, "18000;duration=3600": 5 * time.Hour, "7(soon)": 7 * time.Second,
		"": 0, "soon": 0, "-5": 0, "99999999999": 0, "4294967295": 4294967295 * time.Second,
	} {
		if got := sip.RetryAfter([]byte(value)); got != want {
			t.Errorf("Retry-After: %s is %s, want %s", value, got, want)
		}
	}
}
