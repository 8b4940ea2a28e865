package loadgen

import (
	"context"
	"reflect"
	"sync"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// Relocate finds out anew where the trunks of a run lead. It is called from one goroutine beside the run and
// may block until ctx is done.
type Relocate func(ctx context.Context) (*Trunks, error)

// relocate asks anew where the trunks lead whenever what was known has run out, and lets the shards know. A
// failure leaves them where they are. The function that it returns ends that and waits.
func (g *Generator) relocate() (end func()) {
	if g.cfg.Relocate == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		known := g.cfg.trunks()
		for waitUntil(ctx, time.Now().Add(min(max(known.TTL, sip.LeastTTL), sip.MostTTL))) {
			found, err := g.cfg.Relocate(ctx)
			if err != nil {
				continue
			}
			if moved := !reflect.DeepEqual(found.Paths, known.Paths) || !reflect.DeepEqual(found.Network, known.Network); moved {
				g.moved.Store(found)
			}
			known = found
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// follow makes the calls of a shard take the trunks that were found last. Those in progress stay where they
// are; limits count the calls from now on. Trunks that no line of the shard leads to are not followed.
func (g *Generator) follow(s *Shard, i int) {
	found := g.moved.Load()
	if found == s.followed {
		return
	}
	s.followed = found
	leaves := departures{lines: s.leaves.lines}
	for _, p := range found.Paths {
		var lines []int
		for line, l := range leaves.lines {
			if l.Transport == p.Destination.Transport && l.Local.Addr().Is4() == p.Destination.Addr.Addr().Is4() {
				lines = append(lines, line)
			}
		}
		if len(lines) == 0 {
			return
		}
		leaves.paths = append(leaves.paths, lines)
	}
	if own, err := found.forShard(&g.cfg, &leaves, i, len(g.shards)); err == nil {
		s.Machine.Reroute(own)
	}
}
