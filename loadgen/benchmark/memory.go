package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// setUpRate is how fast the calls are set up that are held then, in calls per second.
const setUpRate = 2500

// held is the memory of the two ends of a pair, in octets.
type held struct{ before, during float64 }

// perCall is the memory that a call added.
func (h held) perCall(calls int) float64 { return (h.during - h.before) / float64(calls) }

// compareMemory prints what an established call takes of each program, calling itself.
func (b *bench) compareMemory(ctx context.Context, o options) error {
	type figures struct{ caller, answerer held }
	var own, peer []figures
	for round := range o.rounds {
		for i, p := range []program{b.sipplan(), b.sipp()} {
			caller, answerer, err := b.hold(ctx, p, o.memory)
			if err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "round %d of %d: %d calls held by %s: caller %.1f MiB, answerer %.1f MiB\n", round+1, o.rounds, o.memory, p.name,
				caller.during/(1<<20), answerer.during/(1<<20))
			if f := (figures{caller, answerer}); i == 0 {
				own = append(own, f)
			} else {
				peer = append(peer, f)
			}
		}
	}
	fmt.Printf("memory of an established call over %s, medians of %d rounds with %d calls, octets\n", o.transport, o.rounds, o.memory)
	for _, role := range []struct {
		name string
		of   func(figures) held
	}{{"caller", func(f figures) held { return f.caller }}, {"answerer", func(f figures) held { return f.answerer }}} {
		var owns, peers, ratio, whole []float64
		for i := range own {
			a, c := role.of(own[i]).perCall(o.memory), role.of(peer[i]).perCall(o.memory)
			owns, peers, ratio, whole = append(owns, a), append(peers, c), append(ratio, a/c), append(whole, role.of(own[i]).during/(1<<20))
		}
		fmt.Printf("%-9s sipplan %6.0f  SIPp %6.0f  ratio %.2f; all of sipplan %.0f MiB\n", role.name, median(owns), median(peers), median(ratio), median(whole))
	}
	return nil
}

// hold sets calls up and measures both ends while all of them are established.
func (b *bench) hold(ctx context.Context, p program, calls int) (caller, answerer held, err error) {
	setUp := time.Duration(float64(calls) / setUpRate * float64(time.Second))
	// The answerer's memory without a call, and the caller's when it has hardly begun.
	far, near, err := b.begin(ctx, p, p, load{rate: setUpRate, calls: calls, hold: setUp + 30*time.Second})
	if err != nil {
		return caller, answerer, err
	}
	defer func() {
		_ = near.cmd.Process.Kill()
		_, _ = near.wait()
		_ = far.cmd.Process.Kill()
		_, _ = far.wait()
	}()
	if answerer.before, err = far.resident(); err != nil {
		return caller, answerer, err
	}
	pause(ctx, 200*time.Millisecond)
	if caller.before, err = near.resident(); err != nil {
		return caller, answerer, err
	}
	pause(ctx, setUp+3*time.Second)
	if caller.during, err = near.resident(); err != nil {
		return caller, answerer, fmt.Errorf("%s ended too early: %w: %s", p.name, err, near.out.String())
	}
	answerer.during, err = far.resident()
	return caller, answerer, err
}
