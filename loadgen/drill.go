package loadgen

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
)

// Breakable is a far end that fails on purpose, such as an emulated gateway of this process. Its methods are
// called from one goroutine at a time, which they do not hold up.
type Breakable interface {
	Fail(mode routing.FailureMode)
	Repair()
}

// Drill is a drill of a run: its name is that of the trunk to what fails.
type Drill struct {
	routing.Drill
	Of Breakable
}

// checkDrills refuses drills that nothing could be told of.
func (c *Config) checkDrills() error {
	names := c.trunks().names()
	for i, d := range c.Drills {
		switch {
		case !slices.Contains(names, d.Name):
			return fmt.Errorf("%s: there is no trunk %q; there are %s", d.Drill, d.Name, strings.Join(names, ", "))
		case c.Duration > 0 && d.At >= c.Duration:
			return fmt.Errorf("%s: must be at a time before the arrivals end after %s", d.Drill, c.Duration)
		case slices.ContainsFunc(c.Drills[:i], func(other Drill) bool {
			return other.Name == d.Name && other.At < d.End() && d.At < other.End()
		}):
			return fmt.Errorf("%s: %s fails at that time already", d.Drill, d.Name)
		}
	}
	return nil
}

// watches returns what a machine of the run counts its drills in.
func (c *Config) watches() []call.Drill {
	var watches []call.Drill
	for _, d := range c.Drills {
		watches = append(watches, call.Drill{Origin: lead, Into: &measure.Drill{What: d.String(), Trunk: d.Name, At: d.At, End: d.End()}})
	}
	return watches
}

// drill lets what the drills name fail and be repaired in their time. The function that it returns ends
// that, with all in repair, and waits.
func (g *Generator) drill() (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	first := g.start.Add(lead)
	for _, d := range g.cfg.Drills {
		running.Go(func() {
			if !waitUntil(ctx, first.Add(d.At)) {
				return
			}
			d.Of.Fail(d.Mode)
			if d.For > 0 {
				waitUntil(ctx, first.Add(d.At+d.For))
			} else {
				<-ctx.Done()
			}
			d.Of.Repair()
		})
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// waitUntil returns at an instant, and false when ctx was done before it.
func waitUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
