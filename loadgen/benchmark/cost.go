package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"
)

// A round of costs has three pairs. Over TLS the programs do not understand one another: sipplan calls itself then.
const (
	ownCalls = iota // sipplan calls SIPp
	peerCalls
	peerCallsOwn
	pairs
)

// compareCost prints what a call costs each program at a rate.
func (b *bench) compareCost(ctx context.Context, o options, rate int) error {
	own, peer := b.sipplan(), b.sipp()
	callers, answerers := [pairs]program{own, peer, peer}, [pairs]program{peer, peer, own}
	if o.transport == "tls" {
		callers[peerCallsOwn], answerers[ownCalls] = own, own
	}
	var all [][pairs]cost
	for round := range o.rounds {
		fmt.Fprintf(os.Stderr, "%d calls/s, round %d of %d\n", rate, round+1, o.rounds)
		var costs [pairs]cost
		for i := range costs {
			var err error
			if costs[i], err = b.pair(ctx, callers[i], answerers[i], o.load(rate)); err != nil {
				return err
			}
		}
		all = append(all, costs)
	}
	printCosts(all, o, rate)
	for i := range pairs {
		var sum account
		for _, costs := range all {
			sum.add(costs[i].account)
		}
		fmt.Printf("%s calls %s: %d calls, %d failed, %d messages repeated\n", callers[i].name, answerers[i].name, sum.calls, sum.failed, sum.repeated)
	}
	return nil
}

// printCosts writes the medians and their ratios.
func printCosts(all [][pairs]cost, o options, rate int) {
	column := func(of func([pairs]cost) float64) (values []float64) {
		for _, costs := range all {
			values = append(values, of(costs))
		}
		return values
	}
	caller := func(c cost) float64 { return float64(c.caller) / float64(c.calls) / float64(time.Microsecond) }
	answerer := func(c cost) float64 { return float64(c.answerer) / float64(c.calls) / float64(time.Microsecond) }
	fmt.Printf("%d calls/s over %s, medians of %d rounds, µs of processor time a call\n", rate, o.transport, len(all))
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "role\tsipplan\tSIPp\tratio\t")
	row := func(role string, own, peer func([pairs]cost) float64) {
		ratio := column(func(c [pairs]cost) float64 { return own(c) / peer(c) })
		fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.2f\t\n", role, median(column(own)), median(column(peer)), median(ratio))
	}
	row("caller", func(c [pairs]cost) float64 { return caller(c[ownCalls]) }, func(c [pairs]cost) float64 { return caller(c[peerCalls]) })
	row("answerer", func(c [pairs]cost) float64 { return answerer(c[peerCallsOwn]) }, func(c [pairs]cost) float64 { return answerer(c[peerCalls]) })
	_ = t.Flush()
}
