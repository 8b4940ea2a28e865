package records

import (
	"math"

	"github.com/sipplan/sipplan/erlang"
)

// Peakedness compares what happened within the busy hours with Poisson calls, for which both figures are 1 but for
// chance. More than 1 is burstier and takes more ports, less is smoother, as calls are that a full group let through.
type Peakedness struct {
	Hours    int     // that were measured: one of each day
	Attempts float64 // in all of them

	// Arrivals is the variance of the attempts per minute by their mean; Low and High are the bounds between which
	// 95 % of the values for Poisson calls lie.
	Arrivals, Low, High float64

	// Occupancy is the variance of the calls in progress by their mean, corrected for the hour being short.
	Occupancy float64

	Ports int // that calls of this occupancy need, by Hayward
}

// fewestAttempts are those from which on the bounds for Poisson calls hold well enough.
const fewestAttempts = 30

// Bursty says whether the arrivals are burstier than Poisson ones are by chance.
func (p Peakedness) Bursty() bool {
	return p.Attempts >= fewestAttempts && p.Arrivals > p.High && p.Occupancy > 1
}

// dimension works out the ports by Hayward's approximation: z·N of the N that Erlang B gives for the z-th part of the
// traffic (see erlang.Hayward).
func (p *Peakedness) dimension(offered, gos float64) error {
	const smoothest = 0.01 // below, rounding decides
	if p.Occupancy < smoothest {
		return nil
	}
	part, err := erlang.ServersReal(offered/p.Occupancy, gos)
	p.Ports = int(math.Ceil(part * p.Occupancy))
	return err
}

// peakedness measures the busy hours of a group.
//
//	arrivals   Σ (n − n̄)² / 59 over the minutes of each hour, by n̄; all hours together
//	occupancy  (mean of N² − (mean of N)²) by the mean of N, all hours together, and by 1 − c, where c is the share
//	           of the variance that the mean of so short a time takes with it (see chance)
func (s series) peakedness(hours []dayHour) Peakedness {
	p := Peakedness{Hours: len(hours)}
	var spread, attempts, variance, carried float64
	for _, h := range hours {
		var n, squares, level, square float64
		periods := 0.0
		for _, slot := range h.date.slots[h.from : h.from+4] {
			n += slot.attempts
			squares += slot.minute
			level += slot.held
			square += slot.square
			periods += float64(slot.periods)
		}
		minutes, span := 15*periods, periods*quarter
		spread += (squares - n*n/minutes) / (minutes - 1)
		attempts += n / minutes
		p.Attempts += n
		variance += square/span - (level/span)*(level/span)
		carried += level / span
	}
	if attempts > 0 {
		p.Arrivals = spread / attempts
		reach := 1.96 * math.Sqrt(2/(59*float64(len(hours)))) // variance of the index for Poisson counts: 2/(n − 1)
		p.Low, p.High = math.Max(0, 1-reach), 1+reach
	}
	if carried > 0 {
		p.Occupancy = math.Max(0, variance/carried/(1-chance(1, s.held)))
	}
	return p
}
