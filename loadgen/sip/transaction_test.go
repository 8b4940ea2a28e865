package sip

import (
	"slices"
	"testing"
	"time"
)

// sends runs a transaction that nobody answers on a fake clock and returns the instants of all its
// sends, the first included, and of its end.
func sends(t *testing.T, invite bool) (at []time.Duration, over time.Duration) {
	t.Helper()
	var x Transaction
	x.Open(0, Timers{}.WithDefaults(), invite)
	at = []time.Duration{0}
	for range 100 {
		now := x.Next()
		switch x.Fire(now) {
		case Repeat:
			at = append(at, now)
		case TimedOut:
			return at, now
		}
	}
	t.Fatal("the transaction never ends")
	return nil, 0
}

func seconds(values ...float64) []time.Duration {
	list := make([]time.Duration, len(values))
	for i, v := range values {
		list[i] = time.Duration(v * float64(time.Second))
	}
	return list
}

func TestUnansweredInviteIsSentSevenTimes(t *testing.T) {
	at, over := sends(t, true)
	if want := seconds(0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5); !slices.Equal(at, want) {
		t.Errorf("sent at %v, RFC 3261 17.1.1.2 wants %v", at, want)
	}
	if over != 32*time.Second {
		t.Errorf("Timer B fired at %v, want 32s", over)
	}
}

func TestUnansweredByeIsSentElevenTimes(t *testing.T) {
	at, over := sends(t, false)
	if want := seconds(0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5); !slices.Equal(at, want) {
		t.Errorf("sent at %v, RFC 3261 17.1.2.2 wants %v", at, want)
	}
	if over != 32*time.Second {
		t.Errorf("Timer F fired at %v, want 32s", over)
	}
}

func TestReliableTransportRepeatsOnlyTheAnswer(t *testing.T) {
	timers := Timers{Reliable: true}.WithDefaults()
	var x Transaction
	for _, invite := range []bool{true, false} {
		x.Open(0, timers, invite)
		if next := x.Next(); next != 32*time.Second {
			t.Errorf("first timer at %v, want only Timer B or F at 32s", next)
		}
		if due := x.Fire(32 * time.Second); due != TimedOut {
			t.Errorf("%v after 32 s, want the time-out", due)
		}
	}
	x.OpenAnswer(0, timers)
	if next := x.Next(); next != 500*time.Millisecond {
		t.Errorf("the 2xx is repeated at %v, want T1 (RFC 3261, 13.3.1.4)", next)
	}
}

func TestProvisionalResponseStopsAnInviteForGood(t *testing.T) {
	var x Transaction
	x.Open(0, Timers{}.WithDefaults(), true)
	x.Proceed()
	if next := x.Next(); next != Never {
		t.Errorf("an INVITE in Proceeding has a timer at %v: long ringing would be cut short", next)
	}
	if due := x.Fire(time.Hour); due != Nothing {
		t.Errorf("after an hour of ringing %v is due, want nothing", due)
	}
}

func TestProvisionalResponseSlowsAByeDown(t *testing.T) {
	var x Transaction
	x.Open(0, Timers{}.WithDefaults(), false)
	x.Proceed()
	x.Fire(500 * time.Millisecond)
	if next, want := x.Next(), 4500*time.Millisecond; next != want {
		t.Errorf("the second repeat is due at %v, want T2 after the first, %v", next, want)
	}
}

func TestClockJumpYieldsOneRepeat(t *testing.T) {
	var x Transaction
	x.Open(0, Timers{}.WithDefaults(), false)
	if due := x.Fire(9 * time.Second); due != Repeat {
		t.Fatalf("%v is due after 9 s, want one repeat", due)
	}
	if due := x.Fire(9 * time.Second); due != Nothing {
		t.Errorf("a second repeat at the same instant: a stalled generator would burst")
	}
}

func TestAnsweredTransactionHasNoTimers(t *testing.T) {
	var x Transaction
	x.Open(0, Timers{}.WithDefaults(), true)
	x.Close()
	if x.Running() || x.Next() != Never || x.Fire(time.Hour) != Nothing {
		t.Error("a closed transaction still runs")
	}
}
