package planner

import "time"

// Demand is what a group of users asks of the PSTN in the busy hour.
type Demand struct {
	Users        int
	CallsPerHour float64       // of one user
	AHT          time.Duration // mean time that a call holds its port, set-up and ringing included
}

// BHCA returns the busy-hour call attempts of all users.
func (d Demand) BHCA() float64 { return float64(d.Users) * d.CallsPerHour }

// CAPS returns the mean call attempts per second in the busy hour.
func (d Demand) CAPS() float64 { return d.BHCA() / 3600 }

// Erlangs returns the offered traffic: calls per hour times hours per call.
func (d Demand) Erlangs() float64 { return d.BHCA() * d.AHT.Seconds() / 3600 }

// withCalls returns the demand of the same users making that many calls.
func (d Demand) withCalls(perHour float64) Demand {
	d.CallsPerHour = perHour
	return d
}

// withAHT returns the demand with the holding time scaled by factor.
func (d Demand) withAHT(factor float64) Demand {
	d.AHT = time.Duration(float64(d.AHT) * factor)
	return d
}
