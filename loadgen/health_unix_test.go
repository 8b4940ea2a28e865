//go:build unix

package loadgen

import (
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// before returns a reading from when the process had used so much less.
func (u processUsage) before(less time.Duration) processUsage {
	u.cpu -= less
	return u
}

// A search whose first call was blocked at once used to be without a verdict: in ticks of the kernel, its run of a
// millisecond had used more processors than there are.
func TestTheProcessorShareOfARunOfAMomentSaysNothing(t *testing.T) {
	g := &Generator{usage: readUsage().before(time.Minute), shards: []*Shard{{}}}
	for elapsed, want := range map[time.Duration]measure.State{
		time.Millisecond: measure.Fine, cpuWindow - 1: measure.Fine, cpuWindow: measure.Limited,
	} {
		if c := g.cpu(elapsed); c.State != want {
			t.Errorf("a minute of processor time in a run of %v: %v, want %v", elapsed, c.State, want)
		}
	}
}

// The share of the processors used to be that over the whole run: a drain of an hour made a generator
// without breath look idle.
func TestDrainDoesNotHideThatTheProcessorsWereUsedUp(t *testing.T) {
	g := &Generator{usage: readUsage(), shards: []*Shard{{}}}
	used := g.usage
	used.cpu += time.Hour
	for _, tt := range []struct {
		name string
		at   time.Duration
		want measure.State
	}{
		{"a minute of arrivals", time.Minute, measure.Limited},
		{"arrivals too short to say anything", cpuWindow / 2, measure.Fine},
		{"a thousand hours of arrivals", 1000 * time.Hour, measure.Fine},
	} {
		g.shards[0].arrived = reading{at: tt.at, usage: used}
		if c := g.cpu(2000 * time.Hour); c.State != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, c.State, tt.want)
		}
	}
}
