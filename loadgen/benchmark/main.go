// Command benchmark compares sipplan with SIPp, side by side on this machine:
//
//	go run ./loadgen/benchmark -rates 8000,16000     processor time of a call, as caller and as answerer
//	go run ./loadgen/benchmark -script               processor time of a call of a SIPp file beside the built-in one
//	go run ./loadgen/benchmark -highest              highest rate without a failed call, and lateness at half of it
//	go run ./loadgen/benchmark -memory 20000         memory of an established call
//	go run ./loadgen/benchmark -media 100,1000,3000  pace and processor time of so many RTP streams
//	go run ./loadgen/benchmark -media 5000 -senders sipplan  of sipplan alone
//	go run ./loadgen/benchmark -calls 1000,3000      what so many two-way calls between two processes sound like
//
// -transport says what carries the calls: udp, tcp or tls, in one connection. A call is INVITE, 100 or 180, 200,
// ACK, BYE, 200 on loopback, without media. In each round the pairs run one after the other, so that the
// machine's drift hits all alike. Both processes of a pair are pinned to a processor of their own, both ask for the
// same socket buffers, and the system's own accounts give their user and system time and their memory. The medians
// over the rounds and their ratios are printed. It needs sipp and taskset.
//
// Debian's SIPp speaks no TLS: sipplan over TLS is set beside SIPp over TCP, which is the harder comparison.
//
// Streams are G.711 in packets of 20 ms: those of sipplan's calls, those of SIPp's rtp_stream, and those of two bare
// loops that do nothing but sendmmsg on the same schedule. One has a single socket and makes one call a millisecond,
// which is the least there is, but no call could be told from another by its port; one has a socket for each stream,
// as calls have. An independent receiver on the other processor judges the spacing of the packets by the kernel's
// timestamps while all streams run, and the system's accounts say what the sender used meanwhile.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are the flags of the comparison.
type options struct {
	rates     []int
	rounds    int
	length    time.Duration
	transport string
	highest   bool
	script    bool
	memory    int
	media     []int // numbers of streams
	calls     []int // numbers of two-way calls
	senders   []sender
	bare      string // where a bare loop sends so many
	each      bool   // from a socket for each
}

func main() {
	o, err := parse()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

// parse reads the command line.
func parse() (o options, err error) {
	rates := flag.String("rates", "8000,16000", "calls per second to compare at, separated by commas")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds; medians are taken over them")
	flag.DurationVar(&o.length, "length", 5*time.Second, "time that calls are offered for in each run")
	flag.StringVar(&o.transport, "transport", "udp", "udp, tcp or tls")
	flag.BoolVar(&o.highest, "highest", false, "search for the highest clean rate instead")
	flag.BoolVar(&o.script, "script", false, "compare a SIPp file with the built-in caller and answerer instead")
	flag.IntVar(&o.memory, "memory", 0, "hold so many calls and compare the memory of one instead")
	streams := flag.String("media", "", "compare so many RTP streams instead, separated by commas")
	senders := flag.String("senders", strings.Join(senderNames[:], ","), "which of them -media compares, separated by commas")
	calls := flag.String("calls", "", "hold so many two-way calls between two sipplan processes instead, separated by commas")
	flag.StringVar(&o.bare, "bare", "", "be the bare loop of -media, and send to this address")
	flag.BoolVar(&o.each, "each", false, "with -bare: a socket for each stream")
	flag.Parse()
	if !slices.Contains([]string{"udp", "tcp", "tls"}, o.transport) {
		return o, fmt.Errorf("-transport: must be udp, tcp or tls, got %q", o.transport)
	}
	if o.memory < 0 || o.memory > 200_000 || o.rounds < 1 {
		return o, errors.New("-memory: must be from 1 to 200000 calls; -rounds: at least 1")
	}
	if o.rates, err = numbers("-rates", *rates); err == nil && *streams != "" {
		o.media, err = numbers("-media", *streams)
	}
	if err == nil {
		o.senders, err = parseSenders(*senders)
	}
	if err == nil && *calls != "" {
		o.calls, err = numbers("-calls", *calls)
	}
	return o, err
}

// load is what a caller offers in one run at a rate.
func (o options) load(rate int) load {
	return load{rate: rate, calls: int(float64(rate) * o.length.Seconds())}
}

// numbers reads numbers with commas between them.
func numbers(name, list string) (all []int, err error) {
	for _, text := range strings.Split(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > 100_000 {
			return nil, fmt.Errorf("%s: %q is no number from 1 to 100000", name, text)
		}
		all = append(all, n)
	}
	return all, nil
}

// run builds sipplan and compares.
func run(ctx context.Context, o options) error {
	if o.bare != "" {
		return sendBare(o)
	}
	folder, err := os.MkdirTemp("", "sipplan-benchmark-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b, err := newBench(ctx, folder, o.transport)
	if err != nil {
		return err
	}
	switch {
	case o.highest:
		return b.compareHighest(ctx, o)
	case len(o.media) > 0:
		return b.compareMedia(ctx, o)
	case len(o.calls) > 0:
		return b.holdTwoWay(ctx, o)
	case o.memory > 0:
		return b.compareMemory(ctx, o)
	}
	compare := b.compareCost
	if o.script {
		compare = b.compareScript
	}
	for _, rate := range o.rates {
		if err := compare(ctx, o, rate); err != nil {
			return err
		}
	}
	return nil
}

// median returns the median of some values.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
