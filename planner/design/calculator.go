package design

import (
	"fmt"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/plan"
)

// calculator evaluates the formulas of package erlang for one plan. It remembers what it has sized, because many sites
// are alike, and keeps the first error, so that a design reads as arithmetic and is checked once.
type calculator struct {
	variation float64 // exponent of the day-to-day variation (ITU-T E.521); 0 is none
	sized     map[[2]float64]int
	blocked   map[[2]float64]float64
	mixes     map[mixKey]Mix
	err       error
}

func newCalculator(p *plan.Plan) *calculator {
	variation := map[string]float64{"low": erlang.LowVariation, "medium": erlang.MediumVariation, "high": erlang.HighVariation}
	return &calculator{variation: variation[p.Demand.DayToDay], sized: map[[2]float64]int{},
		blocked: map[[2]float64]float64{}, mixes: map[mixKey]Mix{}}
}

// ports returns the fewest ports on which at most the share gos is lost, by Erlang B, averaged over the days
// where they differ.
func (c *calculator) ports(erlangs, gos float64) int {
	key := [2]float64{erlangs, gos}
	if n, ok := c.sized[key]; ok || c.err != nil || erlangs <= 0 {
		return n
	}
	var n int
	if c.variation == 0 {
		n, c.err = erlang.Servers(erlangs, gos)
	} else if variance := c.variance(erlangs); c.err == nil {
		n, c.err = erlang.DayToDayServers(erlangs, variance, gos)
	}
	c.sized[key] = n
	return n
}

// blocking returns the share of erlangs that is lost on that many ports. Without ports everything is lost.
func (c *calculator) blocking(ports int, erlangs float64) float64 {
	switch {
	case c.err != nil || erlangs <= 0:
		return 0
	case ports <= 0:
		return 1
	}
	key := [2]float64{float64(ports), erlangs}
	share, ok := c.blocked[key]
	if ok {
		return share
	}
	if c.variation == 0 {
		share, c.err = erlang.B(float64(ports), erlangs)
	} else if variance := c.variance(erlangs); c.err == nil {
		var days erlang.DailyBlocking
		days, c.err = erlang.DayToDay(ports, erlangs, variance)
		share = days.Calls
	}
	c.blocked[key] = share
	return share
}

// variance returns the variance of the busy hours of many days.
func (c *calculator) variance(erlangs float64) (variance float64) {
	variance, c.err = erlang.DailyVariance(erlangs, c.variation)
	return min(variance, 100*erlangs*erlangs)
}

// streams returns how many calls are in progress at most in 99.9 % of the busy hour: what a link is built for.
func (c *calculator) streams(erlangs float64) int {
	return keep(c, func() (int, error) { return erlang.MolinaServers(erlangs, peakShare) })
}

// peakShare is the share of the busy hour in which a link may be short of bandwidth.
const peakShare = 0.001

// attempts returns the call attempts per second that a gateway must admit so that at most 1 % of those that come
// at that mean rate find it at its limit.
func (c *calculator) attempts(caps float64) int {
	if caps <= 0 {
		return 0
	}
	return keep(c, func() (int, error) { return erlang.WindowLimit(caps, 0.01) })
}

// keep calls formula unless one failed before.
func keep[T any](c *calculator, formula func() (T, error)) (value T) {
	if c.err == nil {
		value, c.err = formula()
	}
	return value
}

// mostMoney is the largest amount that is counted; sums of a few of them fit a Money.
const mostMoney = 1e18

// times returns a price that many times, rounded to 1/10,000. What cannot be counted is an error.
func (c *calculator) times(price plan.Money, count float64) plan.Money {
	if float64(price)*count > mostMoney && c.err == nil {
		c.err = fmt.Errorf("tariffs and prices: %s times %.4g is more than can be counted", price, count)
	}
	if c.err != nil {
		return 0
	}
	return price.Times(count)
}

// add adds a price that many times to a sum.
func (c *calculator) add(sum *plan.Money, price plan.Money, count float64) {
	more := c.times(price, count)
	if float64(*sum)+float64(more) > mostMoney && c.err == nil {
		c.err = fmt.Errorf("tariffs and prices: %s and %s are more than can be counted", *sum, more)
	}
	if c.err == nil {
		*sum += more
	}
}
