package call

import (
	"runtime"
	"testing"
	"time"
)

// heap is the memory that is reachable, in octets.
func heap() float64 {
	runtime.GC()
	runtime.GC() // what the first one found unreachable is swept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

var labTrunk = &Trunk{Address: answererAddress, URI: "sip:+15550100@192.0.2.2:5060", From: "sip:sipplan@192.0.2.1:5060"}

// TestEstablishedCallTakesLittleMemory holds calls at both ends: 100,000 of them have to fit into one process
// within a gibibyte many times over. SIPp takes 2,970 octets for one.
func TestEstablishedCallTakesLittleMemory(t *testing.T) {
	const calls, most = 20_000, 1250
	j := newJoint(t, builtIn(t, "caller"), builtIn(t, "gateway"))
	before := heap()
	for i := range calls {
		j.call(time.Duration(i)*100*time.Microsecond, Attempt{Trunk: labTrunk, Holding: time.Hour})
	}
	if j.caller.InProgress() != calls || j.answerer.InProgress() != calls {
		t.Fatalf("%d and %d calls are up, want %d", j.caller.InProgress(), j.answerer.InProgress(), calls)
	}
	perCall := (heap() - before) / (2 * calls)
	t.Logf("%.0f octets for one end of a call", perCall)
	if perCall > most {
		t.Errorf("one end of a call takes %.0f octets, want at most %d", perCall, most)
	}
	runtime.KeepAlive(j)
}

// TestMemoryStaysFlat lets an hour of calls pass, some 900 at a time, in which the accounts of the first minutes
// are all that memory may depend on.
func TestMemoryStaysFlat(t *testing.T) {
	const rate, hold = 100, 9 * time.Second
	j := newJoint(t, builtIn(t, "caller"), builtIn(t, "gateway"))
	now := time.Duration(0)
	run := func(until time.Duration) float64 {
		for ; now < until; now += time.Second / rate {
			j.call(now, Attempt{Trunk: labTrunk, Holding: hold})
		}
		return heap()
	}
	early := run(2 * time.Minute) // INVITEs stay known for 32 s
	late := run(62 * time.Minute)
	t.Logf("%.0f octets after 2 minutes, %.0f after 62 and %d calls", early, late, j.caller.cfg.Steady.Offered)
	if late > 1.02*early+64<<10 {
		t.Errorf("memory has grown from %.0f octets to %.0f in an hour", early, late)
	}
	if answered := j.answerer.cfg.Steady.Completed; answered < 350_000 {
		t.Errorf("%d calls were completed", answered)
	}
	runtime.KeepAlive(j)
}
