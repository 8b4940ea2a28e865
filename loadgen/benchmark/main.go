// Command benchmark compares the processor time that a call costs sipplan with what it costs SIPp, as
// caller and as answerer, side by side on this machine:
//
//	go run ./loadgen/benchmark -rates 8000,16000
//
// Each round runs three pairs one after the other, so that the machine's drift hits all alike: sipplan
// calls SIPp, SIPp calls SIPp, SIPp calls sipplan. A call is INVITE, 100 or 180, 200, ACK, BYE, 200 over
// UDP, or with -tcp one TCP connection, on loopback without holding time. Both processes of a pair are pinned to a processor of their own,
// both ask for the same socket buffers, and the system's own accounts give their user and system time.
// The medians over the rounds and their ratios are printed. It needs sipp and taskset.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// options are the flags of the comparison.
type options struct {
	rates  []int
	rounds int
	length time.Duration
	tcp    bool
}

func main() {
	rates := flag.String("rates", "8000,16000", "calls per second to compare at, separated by commas")
	o := options{}
	flag.IntVar(&o.rounds, "rounds", 5, "rounds at each rate; medians are taken over them")
	flag.BoolVar(&o.tcp, "tcp", false, "over one TCP connection instead of UDP")
	flag.DurationVar(&o.length, "length", 5*time.Second, "time that calls are offered for in each run")
	flag.Parse()
	for _, text := range strings.Split(*rates, ",") {
		rate, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || rate < 1 || rate > 100_000 {
			fmt.Fprintf(os.Stderr, "benchmark: -rates: %q is no number of calls per second from 1 to 100000\n", text)
			os.Exit(2)
		}
		o.rates = append(o.rates, rate)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

// run builds sipplan and compares at each rate.
func run(ctx context.Context, o options) error {
	folder, err := os.MkdirTemp("", "sipplan-benchmark-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := bench{sipplan: filepath.Join(folder, "sipplan"), folder: folder, tcp: o.tcp}
	if err := b.build(ctx); err != nil {
		return err
	}
	for _, rate := range o.rates {
		var all rounds
		for round := range o.rounds {
			fmt.Fprintf(os.Stderr, "%d calls/s, round %d of %d\n", rate, round+1, o.rounds)
			r, err := b.round(ctx, rate, o.length)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		all.print(os.Stdout, rate)
	}
	return nil
}
