package gateway

import (
	"context"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// A stop and a cancelled context wake the loops, and used to do so while Run closed their sockets, or after
// it had returned: eight octets went to a descriptor that was another file's by then. The race detector
// tells. Each round meets the end of the run at another moment.
func TestStopAndCancelMeetTheEndOfARun(t *testing.T) {
	rounds := 30
	if testing.Short() {
		rounds = 10
	}
	for round := range rounds {
		g, err := Open(Config{
			Listen: netip.MustParseAddrPort("127.0.0.1:0"), Circuits: 5, Media: loadgen.Media{Off: true},
			Timers: sip.Timers{T1: time.Millisecond, T2: 8 * time.Millisecond}, // calls that a cancelled caller leaves behind end soon
		})
		if err != nil {
			t.Fatal(err)
		}
		answering, hangUp := context.WithCancel(t.Context())
		var gatewayRun sync.WaitGroup
		gatewayRun.Go(func() { g.Run(answering) })
		runAgainst(t, g.Address(), 50*time.Millisecond+time.Duration(round)*2*time.Millisecond)
		hangUp() // with no call left the gateway's loop ends in the turn that this wakes it for
		gatewayRun.Wait()
	}
}

// runAgainst runs five calls and, from an instant of the run on, stops and cancels them without end.
func runAgainst(t *testing.T, address netip.AddrPort, from time.Duration) {
	t.Helper()
	target, err := sip.ParseTarget("sip:" + address.String())
	if err != nil {
		t.Fatal(err)
	}
	program, err := scenarios.Load("caller")
	if err != nil {
		t.Fatal(err)
	}
	generator, err := loadgen.New(loadgen.Config{
		Target: target, Programs: program, CAPS: 1000, Calls: 5, Holding: traffic.Duration{Mean: 2 * time.Millisecond},
		Drain: time.Second, Media: loadgen.Media{Off: true}, Seed: 1, Shards: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	returned := make(chan struct{})
	var hammer sync.WaitGroup
	hammer.Go(func() {
		for hit := 0; ; hit++ {
			select {
			case <-returned:
				generator.Stop() // one that comes too late
				cancel()
				return
			default:
				runtime.Gosched()
			}
			if generator.Progress().Elapsed < from {
				continue
			}
			if generator.Stop(); hit%2 == 1 {
				cancel()
			}
		}
	})
	result, err := generator.Run(ctx)
	close(returned)
	hammer.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Total().CheckAccounting(); err != nil {
		t.Error(err)
	}
}
