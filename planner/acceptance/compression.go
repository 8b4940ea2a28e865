package acceptance

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Compression is a test with holding times that are so many times shorter, and what limits it.
type Compression struct {
	Factor float64
	Hold   time.Duration // mean time that a call holds a circuit
	CAPS   float64       // calls started per second
	Setup  float64       // share of a holding time that set-up and ringing take; they do not shrink
	Total  time.Duration // warm-up and test
	Limit  string        // which limit it breaks, in words; empty if none
}

// AssumedSetup is a set-up time to show when none is known: about that of a trunk nearby.
const AssumedSetup = 100 * time.Millisecond

// Compressions sets the test of the design beside the same test with other holding times: those of the busy hour,
// shorter ones, and the shortest that the limits allow. setup is the time from INVITE to answer.
func (d Design) Compressions(limits Limits, setup time.Duration) ([]Compression, error) {
	plain, err := d.Compressed(1)
	if err != nil {
		return nil, err
	}
	factors := []float64{1, 3, 10, 30, 100, 300, 1000, d.Compress, limits.most(plain)}
	slices.Sort(factors)
	var all []Compression
	for _, factor := range slices.Compact(factors) {
		c, err := d.Compressed(factor)
		if err != nil {
			return nil, err
		}
		row := Compression{factor, c.Hold, c.CAPS, setup.Seconds() / c.Hold.Seconds(), c.Total(), limits.broken(c)}
		if row.Limit != "" && len(all) > 0 && all[len(all)-1].Limit != "" && factor != d.Compress {
			continue // one row beyond the limits shows them
		}
		all = append(all, row)
	}
	return all, nil
}

// most returns the largest whole factor by which the limits let holding times be shorter, at least 1.
func (l Limits) most(plain Design) float64 {
	shortest := l.shortest(plain.Offered)
	return math.Max(1, math.Floor(float64(plain.Hold)/float64(shortest)))
}

// shortest returns the shortest mean holding time that the limits allow for so many erlangs.
func (l Limits) shortest(offered float64) time.Duration {
	shortest := l.MinHold
	if shortest == 0 {
		shortest = 200 * time.Millisecond
	}
	if l.MaxCAPS > 0 {
		shortest = max(shortest, time.Duration(offered/l.MaxCAPS*float64(time.Second)))
	}
	return shortest
}

// broken says which limit a design breaks, or nothing.
func (l Limits) broken(d Design) string {
	switch {
	case l.MaxCAPS > 0 && d.CAPS > l.MaxCAPS*(1+1e-9):
		return fmt.Sprintf("more than %s calls per second", figures(l.MaxCAPS))
	case d.Hold < l.shortest(0):
		return fmt.Sprintf("calls shorter than %s", rounded(l.shortest(0)))
	}
	return ""
}
