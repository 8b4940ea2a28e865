package acceptance

import (
	"math"

	"github.com/sipplan/sipplan/erlang"
)

// inflationAt returns how many calls are worth one independent call when as many circuits are offered
// the given erlangs as make the given share blocked.
func inflationAt(offered, blocking float64) (float64, error) {
	circuits, err := erlang.Servers(offered, blocking)
	if err != nil {
		return 0, err
	}
	return erlang.CallCongestionVariance(max(1, circuits), offered)
}

// inflation returns how many measured calls are worth one independent call. It takes the larger of two
// values: that of the circuits which are said to exist, if ports is not 0, and that of as many circuits
// as explain the measured blocking, since the trunk may not be what it says. No blocking at all counts
// as one blocked call. Where no call held a circuit the offered erlangs are unknown; the group then
// counts as offered one erlang for each circuit, where bursts are about longest.
func inflation(ports int, offered float64, known bool, blocked, calls float64) float64 {
	largest := 1.0
	keep := func(v float64, err error) {
		if err == nil {
			largest = math.Max(largest, v)
		}
	}
	if !known {
		if ports > 0 {
			keep(erlang.CallCongestionVariance(ports, float64(ports)))
		}
		return largest
	}
	if ports > 0 {
		keep(erlang.CallCongestionVariance(ports, offered))
	}
	if share := math.Max(1, blocked) / calls; share < 1 {
		keep(inflationAt(offered, share))
	}
	return largest
}
