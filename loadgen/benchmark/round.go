package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"
)

// round is the processor time of a call, in microseconds, of each program in each pair.
type round struct {
	sipplanCaller   float64 // sipplan calls SIPp
	sippCaller      float64 // SIPp calls SIPp
	sippAnswerer    float64
	sipplanAnswerer float64    // SIPp calls sipplan
	losses          [3]account // of the three pairs: calls, and how many failed or were repeated
	pairs           int
}

type rounds []round

func (b *bench) round(ctx context.Context, rate int, length time.Duration) (r round, err error) {
	calls := int(float64(rate) * length.Seconds())
	stats := filepath.Join(b.folder, "stat.csv")
	report := filepath.Join(b.folder, "run.json")
	sippCalls := func(port int) (*process, error) { return b.sippCalls(ctx, port, rate, calls, stats) }
	ownCalls := func(port int) (*process, error) { return b.sipplanCalls(ctx, port, rate, calls, report) }
	sippAnswers := func(port int) (*process, error) { return b.sippAnswers(ctx, port) }
	ownAnswers := func(port int) (*process, error) { return b.sipplanAnswers(ctx, port) }
	fromSIPp := func() (account, error) { return sippAccount(stats) }
	fromOwn := func() (account, error) { return sipplanAccount(report) }
	if r.sipplanCaller, _, err = r.pair(ctx, ownCalls, sippAnswers, fromOwn); err != nil {
		return r, fmt.Errorf("sipplan calls SIPp: %w", err)
	}
	if r.sippCaller, r.sippAnswerer, err = r.pair(ctx, sippCalls, sippAnswers, fromSIPp); err != nil {
		return r, fmt.Errorf("SIPp calls SIPp: %w", err)
	}
	if _, r.sipplanAnswerer, err = r.pair(ctx, sippCalls, ownAnswers, fromSIPp); err != nil {
		return r, fmt.Errorf("SIPp calls sipplan: %w", err)
	}
	return r, nil
}

// settle is how long an answerer gets to open its socket.
const settle = 500 * time.Millisecond

// pair runs a caller against an answerer and returns the microseconds that a call cost each.
func (r *round) pair(ctx context.Context, caller, answerer func(port int) (*process, error), read func() (account, error)) (callerCost, answererCost float64, err error) {
	port, err := freePort()
	if err != nil {
		return 0, 0, err
	}
	far, err := answerer(port)
	if err != nil {
		return 0, 0, err
	}
	select {
	case <-time.After(settle):
	case <-ctx.Done():
	}
	near, err := caller(port)
	if err != nil {
		_, _ = far.end()
		return 0, 0, err
	}
	nearCPU, nearErr := near.wait()
	farCPU, farErr := far.end()
	counted, err := read()
	if err != nil || counted.calls == 0 {
		return 0, 0, fmt.Errorf("no account of the calls: %w; caller: %v %s; answerer: %v", err, nearErr, near.out.String(), farErr)
	}
	r.losses[r.pairs] = counted
	r.pairs++
	perCall := func(cpu time.Duration) float64 { return float64(cpu.Microseconds()) / float64(counted.calls) }
	return perCall(nearCPU), perCall(farCPU), nil
}

// median returns the median of one figure of all rounds.
func (all rounds) median(of func(round) float64) float64 {
	values := make([]float64, len(all))
	for i, r := range all {
		values[i] = of(r)
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// print writes the medians and their ratios.
func (all rounds) print(w io.Writer, rate int) {
	own := func(r round) float64 { return r.sipplanCaller }
	peer := func(r round) float64 { return r.sippCaller }
	ownAnswer := func(r round) float64 { return r.sipplanAnswerer }
	peerAnswer := func(r round) float64 { return r.sippAnswerer }
	fmt.Fprintf(w, "%d calls/s, medians of %d rounds, µs of processor time a call\n", rate, len(all))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "role\tsipplan\tSIPp\tratio\t")
	fmt.Fprintf(t, "caller\t%.1f\t%.1f\t%.2f\t\n", all.median(own), all.median(peer), all.median(func(r round) float64 { return own(r) / peer(r) }))
	fmt.Fprintf(t, "answerer\t%.1f\t%.1f\t%.2f\t\n", all.median(ownAnswer), all.median(peerAnswer), all.median(func(r round) float64 { return ownAnswer(r) / peerAnswer(r) }))
	_ = t.Flush()
	for i, pair := range []string{"sipplan calls SIPp", "SIPp calls SIPp", "SIPp calls sipplan"} {
		var sum account
		for _, r := range all {
			sum.calls += r.losses[i].calls
			sum.failed += r.losses[i].failed
			sum.repeated += r.losses[i].repeated
		}
		fmt.Fprintf(w, "%s: %d calls, %d failed, %d messages repeated\n", pair, sum.calls, sum.failed, sum.repeated)
	}
}
