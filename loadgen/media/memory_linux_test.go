package media

import (
	"runtime"
	"testing"
	"time"
)

// TestMemoryOfACall: what a leg takes beyond the kernel's sockets, all statistics on, while packets go both ways.
func TestMemoryOfACall(t *testing.T) {
	const legs, most = 400, 5 << 10 // of the 8 KiB that a call may take; the rest is for its signalling
	m := newEngine(Config{Local: loopback4, Ports: testPorts}, newNetwork(0, false))
	defer closed(t, m)
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	before := heap()
	var all []*Leg
	for range legs {
		all = append(all, mustOpen(t, m))
	}
	for i, l := range all {
		l.Start(0, Stream{Remote: at(all[i^1].Port()), Source: Speech})
	}
	for now := time.Duration(0); now < 3*time.Second; now += tick {
		m.Sweep(now)
	}
	after := heap()
	for _, l := range all {
		if l.receiver.source.sequence.received < 100 {
			t.Fatalf("port %d has heard %d packets", l.port, l.receiver.source.sequence.received)
		}
	}
	each := int(after-before) / legs
	t.Logf("%d octets a leg", each)
	if each > most {
		t.Errorf("a leg takes %d octets, want at most %d", each, most)
	}
}
