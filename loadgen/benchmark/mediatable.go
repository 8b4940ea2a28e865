package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// spacing is the packet time of all streams.
const spacing = 20 * time.Millisecond

// sender is one program whose streams are judged.
type sender int

const (
	sipplanSends sender = iota
	sippSends
	bareSends
	bareEachSends
	numSenders
)

// senderNames are what -senders takes: the bare loop with one socket, and that with a socket for each stream, come last.
var senderNames = [numSenders]string{"sipplan", "SIPp", "bare", "bare-sockets"}

func (s sender) String() string { return senderNames[s] }

// parseSenders reads names of senders with commas between them.
func parseSenders(list string) (all []sender, err error) {
	for _, name := range strings.Split(list, ",") {
		s := slices.IndexFunc(senderNames[:], func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(name)) })
		if s < 0 {
			return nil, fmt.Errorf("-senders: %q is none of %s", name, strings.Join(senderNames[:], ", "))
		}
		all = append(all, sender(s))
	}
	return all, nil
}

// mediaRound is what one run of a sender showed.
type mediaRound struct {
	heard
	sent      float64 // share of the packets that were due
	perPacket float64 // processor time of the sender's process, in microseconds
	core      float64 // share of a processor
}

// heard is what the judge says of a window.
type heard struct {
	streams, packets, lost uint64
	due                    uint64 // packets that the streams owed
	p50, p90, p99          time.Duration
	over5                  float64 // share of the gaps that are off by more than 5 ms
}

// printMedia writes the medians of each sender.
func printMedia(w io.Writer, streams int, all [numSenders][]mediaRound) {
	fmt.Fprintf(w, "%d streams, medians of the rounds; spacing error as the judge's kernel timestamps show it\n", streams)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "sender\tp50 ms\tp90 ms\tp99 ms\tover 5 ms\tsent\tlost\tµs a packet\tof a core\t")
	for s := range numSenders {
		rounds := all[s]
		if len(rounds) == 0 {
			continue
		}
		ms := func(of func(mediaRound) time.Duration) float64 {
			return medianRound(rounds, func(r mediaRound) float64 { return float64(of(r)) / float64(time.Millisecond) })
		}
		share := func(of func(mediaRound) float64) float64 { return 100 * medianRound(rounds, of) }
		var lost uint64
		for _, r := range rounds {
			lost += r.lost
		}
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%.2f\t%.1f %%\t%.2f %%\t%d\t%.2f\t%.1f %%\t\n", s,
			ms(func(r mediaRound) time.Duration { return r.p50 }), ms(func(r mediaRound) time.Duration { return r.p90 }),
			ms(func(r mediaRound) time.Duration { return r.p99 }), share(func(r mediaRound) float64 { return r.over5 }),
			share(func(r mediaRound) float64 { return r.sent }), lost,
			medianRound(rounds, func(r mediaRound) float64 { return r.perPacket }), share(func(r mediaRound) float64 { return r.core }))
	}
	_ = t.Flush()
	for other := range numSenders {
		if other == sipplanSends || len(all[other]) == 0 || len(all[sipplanSends]) == 0 {
			continue
		}
		fmt.Fprintf(w, "sipplan to %s, median of the ratios: p99 %.2f, processor time a packet %.2f\n", other,
			ratioOf(all[sipplanSends], all[other], func(r mediaRound) float64 { return float64(r.p99) }),
			ratioOf(all[sipplanSends], all[other], func(r mediaRound) float64 { return r.perPacket }))
	}
	fmt.Fprintln(w)
}

// ratioOf returns the median, over the rounds, of the ratio of one figure.
func ratioOf(own, other []mediaRound, of func(mediaRound) float64) float64 {
	ratios := make([]float64, len(own))
	for i := range own {
		ratios[i] = of(own[i]) / of(other[i])
	}
	return median(ratios)
}

// medianRound returns the median of one figure of the rounds.
func medianRound(rounds []mediaRound, of func(mediaRound) float64) float64 {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	return median(values)
}
