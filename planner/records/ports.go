package records

import (
	"github.com/sipplan/sipplan/erlang"
	"gonum.org/v1/gonum/stat"
)

// DayToDay is how much the traffic of the busy hour differs from day to day, and the ports that hold the grade of
// service over all calls of days that differ so.
//
// Neal and Wilkinson; see erlang.DayToDay.
type DayToDay struct {
	Days     int
	Variance float64 // of the offered traffic of the hour, erlangs², beyond what chance does within it
	Chance   float64 // what chance does: see chance
	Ports    int
	Blocking float64 // over all calls, on the ports of the mean
}

// widest is the largest variance of unequal days that is planned for, by the squared mean (see erlang.DayToDay).
const widest = 100

// dayToDay measures the busy hours of some days. It needs three days.
func (s series) dayToDay(hours []dayHour, ports int, gos float64) (DayToDay, error) {
	offered := make([]float64, len(hours))
	for i, h := range hours {
		offered[i] = h.traffic.Offered
	}
	if len(hours) < 3 {
		return DayToDay{}, nil
	}
	middle, all := stat.MeanVariance(offered, nil)
	d := DayToDay{Days: len(hours), Chance: chance(middle, s.held), Ports: ports}
	d.Variance = min(max(0, all-d.Chance), widest*middle*middle)
	if d.Variance < 1e-9*middle*middle {
		d.Variance = 0
	}
	if middle == 0 {
		return d, nil
	}
	daily, err := erlang.DayToDay(ports, middle, d.Variance)
	if err != nil {
		return DayToDay{}, err
	}
	d.Blocking = daily.Calls
	if d.Variance > 0 {
		d.Ports, err = erlang.DayToDayServers(middle, d.Variance, gos)
	}
	return d, err
}
