package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// The search for the highest clean rate.
const (
	firstRate = 8000
	mostRate  = 100_000
	// fine is the share of the rate to which it is found.
	fine = 0.05
	// chances is how often a rate is tried before it counts as too high: this machine has other things to do.
	chances = 2
)

// compareHighest prints the highest rate at which no call fails and under 0.1 % of the messages are sent again, of
// each program calling itself, and how late sipplan's arrivals are at half of its own.
func (b *bench) compareHighest(ctx context.Context, o options) error {
	var own, peer, ratio, late []float64
	for round := range o.rounds {
		var rates [2]float64
		for i, p := range []program{b.sipplan(), b.sipp()} {
			rate, err := b.highest(ctx, p, o.length)
			if err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "round %d of %d: %s keeps %.0f calls/s\n", round+1, o.rounds, p.name, rate)
			rates[i] = rate
		}
		half := int(rates[0] / 2)
		c, err := b.pair(ctx, b.sipplan(), b.sipplan(), load{rate: half, calls: int(float64(half) * o.length.Seconds())})
		if err != nil {
			return err
		}
		own, peer, ratio, late = append(own, rates[0]), append(peer, rates[1]), append(ratio, rates[0]/rates[1]), append(late, c.late)
	}
	fmt.Printf("highest clean rate over %s, medians of %d rounds, calls/s\n", o.transport, o.rounds)
	fmt.Printf("sipplan calls sipplan  %.0f\nSIPp calls SIPp        %.0f\nratio                  %.2f\n", median(own), median(peer), median(ratio))
	fmt.Printf("99th percentile of the lateness of sipplan's arrivals at half of its rate: %.2f ms\n", median(late))
	return nil
}

// highest doubles the rate until it is too high, and then halves what is between.
func (b *bench) highest(ctx context.Context, p program, length time.Duration) (float64, error) {
	kept, broke := 0.0, 0.0
	for rate := float64(firstRate); ; {
		clean, err := b.keeps(ctx, p, rate, length)
		if err != nil {
			return 0, err
		}
		if clean {
			kept = rate
		} else {
			broke = rate
		}
		switch {
		case broke == 0 && kept < mostRate:
			rate = min(2*rate, mostRate)
		case broke-kept > fine*broke:
			rate = (kept + broke) / 2
		default:
			return kept, nil
		}
	}
}

// keeps tells whether a program calling itself is clean at a rate, and as fast as it was told to be.
func (b *bench) keeps(ctx context.Context, p program, rate float64, length time.Duration) (bool, error) {
	for range chances {
		// A program that is behind by half catches up for minutes: it is not clean, and is not waited for.
		begun, patience := time.Now(), length*11/10+2*time.Second // start, drain and end
		bounded, cancel := context.WithTimeout(ctx, settle+patience)
		c, err := b.pair(bounded, p, p, load{rate: int(rate), calls: int(rate * length.Seconds())})
		cancel()
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		took := time.Since(begun) - settle
		clean := err == nil && c.clean() && took < patience
		fmt.Fprintf(os.Stderr, "  %s at %.0f/s: clean %v (%d failed, %d repeated, %.1f s)\n", p.name, rate, clean, c.failed, c.repeated, took.Seconds())
		if clean {
			return true, nil
		}
	}
	return false, nil
}
