package loadgen

import (
	"bufio"
	"bytes"
	"math"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// hostReading is what the process and its host had counted at an instant.
type hostReading struct {
	pauses   *metrics.Float64Histogram // for which the garbage collector stopped the process
	udpDrops uint64                    // datagrams that overran a receive buffer of the host
	udpKnown bool
}

// readHost takes a reading.
func readHost() (h hostReading) {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	if metrics.Read(sample); sample[0].Value.Kind() == metrics.KindFloat64Histogram {
		h.pauses = sample[0].Value.Float64Histogram()
	}
	h.udpDrops, h.udpKnown = readUDPDrops()
	return h
}

// pausesSince returns the sum and the longest of the pauses between two readings, each as the upper end of its
// bucket.
func pausesSince(before, after *metrics.Float64Histogram) (sum, longest time.Duration) {
	if after == nil {
		return 0, 0
	}
	for i, n := range after.Counts {
		if before != nil && i < len(before.Counts) {
			n -= min(n, before.Counts[i])
		}
		if n == 0 {
			continue
		}
		end := after.Buckets[i+1]
		if math.IsInf(end, 1) {
			end = after.Buckets[i]
		}
		pause := time.Duration(end * float64(time.Second))
		sum, longest = sum+time.Duration(n)*pause, max(longest, pause)
	}
	return sum, longest
}

// udpDrops reads the datagrams that overran receive buffers from /proc/net/snmp, in which a line of names stands
// above a line of values, and from /proc/net/snmp6, which has a name and a value in each line.
func udpDrops(snmp, snmp6 []byte) (drops uint64, known bool) {
	var names []string
	for lines := bufio.NewScanner(bytes.NewReader(snmp)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 0 || fields[0] != "Udp:":
		case names == nil:
			names = fields
		default:
			for i, name := range names {
				if name == "RcvbufErrors" && i < len(fields) {
					n, err := strconv.ParseUint(fields[i], 10, 64)
					drops, known = drops+n, err == nil
				}
			}
		}
	}
	for lines := bufio.NewScanner(bytes.NewReader(snmp6)); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 2 && fields[0] == "Udp6RcvbufErrors" {
			n, _ := strconv.ParseUint(fields[1], 10, 64)
			drops += n
		}
	}
	return drops, known
}
