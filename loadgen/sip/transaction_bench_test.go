package sip

import (
	"testing"
	"time"
)

// BenchmarkTransaction is the INVITE of a call that rings, repeated once.
func BenchmarkTransaction(b *testing.B) {
	timers := Timers{}.WithDefaults()
	var x Transaction
	b.ReportAllocs()
	for i := range b.N {
		now := time.Duration(i) * time.Microsecond
		x.Open(now, timers, true)
		if x.Fire(now+timers.T1) != Repeat {
			b.Fatal("no repeat")
		}
		x.Proceed()
		x.Close()
	}
}
