package loadgen

import (
	"fmt"
	"runtime"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// The limits of what the process takes of its host.
const (
	// cpuLimit is the share of the processors from which the process counts as out of breath.
	cpuLimit = 0.95
	// cpuWindow is the shortest time, of arrivals and of a run, whose processor share says something: the kernel counts
	// in ticks of some milliseconds, so that a run of one would have used more than there is.
	cpuWindow = time.Second
	// gapLimit is the gap between two turns of an event loop from which the process counts as stalled: its
	// delays and time-outs are then its own.
	gapLimit = time.Second
	// pauseLimit is the share of a run in which the garbage collector may stop the process: as many calls are
	// late then as make the 99th percentile of lateness.
	pauseLimit = 0.01
	// pauseWindow is the shortest run of which such a share is taken: in a shorter one a single pause that other
	// programs prolonged would count.
	pauseWindow = 10 * time.Second
)

// reading is what the process had used at an instant of the run clock.
type reading struct {
	at    time.Duration
	usage processUsage
}

// cpu judges the share of the processors over the whole run and over the arrivals, whichever is worse: a
// long drain must not hide that there was no breath left while calls arrived.
func (g *Generator) cpu(elapsed time.Duration) measure.Check {
	used, known := readUsage().since(g.usage)
	if !known || elapsed <= 0 {
		return measure.Check{Name: "cpu", Unit: "ratio", Limit: cpuLimit, State: measure.Unavailable,
			Why: "this system does not tell the processor time of the process"}
	}
	processors := runtime.GOMAXPROCS(0)
	share, when := used.Seconds()/elapsed.Seconds()/float64(processors), "over the run"
	if elapsed < cpuWindow {
		return measure.Check{Name: "cpu", Unit: "ratio", Value: share, Limit: cpuLimit}
	}
	if arrivals := g.lastArrived(); arrivals.at >= cpuWindow {
		used, _ := arrivals.usage.since(g.usage)
		if during := used.Seconds() / arrivals.at.Seconds() / float64(processors); during > share {
			share, when = during, "while calls arrived"
		}
	}
	return limit("cpu", "ratio", share, cpuLimit, fmt.Sprintf("the generator used %.0f %% of %d processors %s", 100*share, processors, when))
}

// lastArrived returns the reading of the shard that was the last to deal with its arrivals.
func (g *Generator) lastArrived() (last reading) {
	for _, s := range g.shards {
		if s.arrived.at > last.at {
			last = s.arrived
		}
	}
	return last
}

func (g *Generator) loopGap() measure.Check {
	var longest time.Duration
	for _, s := range g.shards {
		longest = max(longest, s.turn.longest)
	}
	return limit("loop_gap_max", "s", longest.Seconds(), gapLimit.Seconds(),
		fmt.Sprintf("this process stood still for %v: what timed out or came late then is its own doing", longest.Round(time.Millisecond)))
}

// collector judges how long the garbage collector stopped everything.
func collector(before, after hostReading, elapsed time.Duration) measure.Check {
	sum, longest := pausesSince(before.pauses, after.pauses)
	share := sum.Seconds() / max(elapsed, pauseWindow).Seconds()
	return limit("gc_pauses", "ratio", share, pauseLimit,
		fmt.Sprintf("the garbage collector stopped this process for %.2g %% of the run, for %v at the longest", 100*share, longest))
}

// hostDrops tells of datagrams that overran receive buffers of this host. Of its own sockets the generator knows
// exactly; where it does not, any may have been its own.
func hostDrops(before, after hostReading, own sip.SocketStats, media *measure.Media) measure.Check {
	c := measure.Check{Name: "host_udp_drops", Unit: "datagrams", Limit: 1}
	if !before.udpKnown || !after.udpKnown {
		c.State, c.Why = measure.Unavailable, "this system does not tell how many datagrams overran receive buffers of the host"
		return c
	}
	others := after.udpDrops - before.udpDrops
	others -= min(others, own.Drops+media.Drops)
	c.Value = float64(others)
	switch {
	case others == 0:
	case own.DropsKnown:
		c.Why = fmt.Sprintf("%d datagrams overran receive buffers of other programs on this host", others)
	default:
		c.State, c.Why = measure.Limited, fmt.Sprintf("%d datagrams overran receive buffers on this host, which may have been ours", others)
	}
	return c
}
