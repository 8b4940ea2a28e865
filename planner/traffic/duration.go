package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// DurationLaw names a law of random durations.
type DurationLaw string

// The laws of durations.
const (
	Fixed       DurationLaw = "fixed"
	Exponential DurationLaw = "exponential"
	Lognormal   DurationLaw = "lognormal" // what measured conversations look like (Bolotin, 1994)
)

// Duration is a law of non-negative random durations with a mean: holding, set-up or ringing times.
// Its zero value is always 0.
type Duration struct {
	Law  DurationLaw
	Mean time.Duration
	// Spread is the coefficient of variation (standard deviation by mean) of a lognormal law.
	Spread float64
}

// LognormalSpread is the coefficient of variation of a lognormal law for which none was given: 1, so
// that it differs from the exponential law in shape alone.
const LognormalSpread = 1

// ParseDuration reads a duration law as users write it: "2s", "fixed:2s", "exponential:2s",
// "lognormal:2s" or "lognormal:2s,0.8" with the coefficient of variation.
func ParseDuration(text string) (Duration, error) {
	law, rest, named := strings.Cut(text, ":")
	if !named {
		law, rest = string(Fixed), text
	}
	mean, spread, hasSpread := strings.Cut(rest, ",")
	d := Duration{Law: DurationLaw(law)}
	var err error
	if d.Mean, err = time.ParseDuration(strings.TrimSpace(mean)); err != nil {
		return Duration{}, fmt.Errorf("%q is not a duration such as 2s, exponential:180s or lognormal:180s,0.8", text)
	}
	if hasSpread {
		if d.Law != Lognormal {
			return Duration{}, fmt.Errorf("%q: only a lognormal law has a coefficient of variation", text)
		}
		if _, err := fmt.Sscanf(spread, "%g", &d.Spread); err != nil {
			return Duration{}, fmt.Errorf("%q: coefficient of variation %q is not a number", text, spread)
		}
	}
	return d, d.Validate()
}

// Validate reports a law that does not exist, a mean below 0 and a spread that is not a positive number.
func (d Duration) Validate() error {
	switch {
	case d.Law != Fixed && d.Law != Exponential && d.Law != Lognormal && d.Law != "":
		return fmt.Errorf("unknown law %q, want %s, %s or %s", d.Law, Fixed, Exponential, Lognormal)
	case d.Mean < 0:
		return fmt.Errorf("must not be negative, got %s", d.Mean)
	case math.IsNaN(d.Spread) || math.IsInf(d.Spread, 0) || d.Spread < 0:
		return fmt.Errorf("coefficient of variation must be a positive number, got %g", d.Spread)
	}
	return nil
}

// String writes the law as ParseDuration reads it.
func (d Duration) String() string {
	switch {
	case d.Law == Fixed || d.Law == "":
		return d.Mean.String()
	case d.Law == Lognormal && d.Spread != 0:
		return fmt.Sprintf("%s:%s,%g", d.Law, d.Mean, d.Spread)
	}
	return fmt.Sprintf("%s:%s", d.Law, d.Mean)
}

// Scaled returns the law with its mean multiplied by factor, its shape kept.
func (d Duration) Scaled(factor float64) Duration {
	d.Mean = time.Duration(float64(d.Mean) * factor)
	return d
}

// Draw returns one duration.
//
//	exponential  mean · E                           E exponential of mean 1
//	lognormal    mean · exp(σZ − σ²/2), σ² = ln(1+c²)  Z standard normal, c the coefficient of variation
func (d Duration) Draw(random *rand.Rand) time.Duration {
	switch d.Law {
	case Exponential:
		return time.Duration(float64(d.Mean) * random.ExpFloat64())
	case Lognormal:
		c := d.Spread
		if c == 0 {
			c = LognormalSpread
		}
		variance := math.Log1p(c * c)
		return time.Duration(float64(d.Mean) * math.Exp(math.Sqrt(variance)*random.NormFloat64()-variance/2))
	}
	return d.Mean
}
