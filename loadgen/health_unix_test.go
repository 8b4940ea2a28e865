//go:build unix

package loadgen

import (
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

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
