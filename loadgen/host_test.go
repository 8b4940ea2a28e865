package loadgen

import (
	"math"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

func TestUDPDropsOfTheHost(t *testing.T) {
	const snmp = "Ip: Forwarding DefaultTTL\nIp: 1 64\nUdp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\n" +
		"Udp: 107719404 127323 4435396 103680708 4435 6\nUdpLite: InDatagrams RcvbufErrors\nUdpLite: 9 9\n"
	const snmp6 = "Udp6InDatagrams                 \t55890\nUdp6RcvbufErrors                \t12\nUdpLite6RcvbufErrors  \t7\n"
	for _, tt := range []struct {
		name        string
		snmp, snmp6 string
		drops       uint64
		known       bool
	}{
		{"both families", snmp, snmp6, 4447, true},
		{"no IPv6", snmp, "", 4435, true},
		{"names without values", "Udp: InDatagrams RcvbufErrors\n", "", 0, false},
		{"a kernel without this counter", "Udp: InDatagrams\nUdp: 5\n", "", 0, false},
		{"fewer values than names", "Udp: InDatagrams RcvbufErrors\nUdp: 5\n", "", 0, false},
		{"nothing", "", "", 0, false},
	} {
		if drops, known := udpDrops([]byte(tt.snmp), []byte(tt.snmp6)); drops != tt.drops && tt.known || known != tt.known {
			t.Errorf("%s: %d, %v", tt.name, drops, known)
		}
	}
}

func TestPausesBetweenTwoReadings(t *testing.T) {
	before := &metrics.Float64Histogram{Counts: []uint64{5, 2, 0}, Buckets: []float64{0, 0.001, 0.01, math.Inf(1)}}
	after := &metrics.Float64Histogram{Counts: []uint64{7, 3, 1}, Buckets: before.Buckets}
	sum, longest := pausesSince(before, after)
	if want := 2*time.Millisecond + 10*time.Millisecond + 10*time.Millisecond; sum != want || longest != 10*time.Millisecond {
		t.Errorf("%v in all, %v at the longest; want %v and 10ms", sum, longest, want)
	}
	if sum, _ = pausesSince(after, after); sum != 0 {
		t.Errorf("%v of pauses in no time", sum)
	}
}

// The name of the metric is the runtime's own.
func TestCollectorIsSeen(t *testing.T) {
	before := readHost()
	runtime.GC()
	after := readHost()
	if sum, longest := pausesSince(before.pauses, after.pauses); sum <= 0 || longest <= 0 {
		t.Errorf("a collection stops nothing: %v, %v", sum, longest)
	}
}
