package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DurationLaw names a law of random durations.
type DurationLaw string

// The laws of durations.
const (
	Fixed            DurationLaw = "fixed"
	Exponential      DurationLaw = "exponential"
	Lognormal        DurationLaw = "lognormal"        // what measured conversations look like (Bolotin, 1994)
	Gamma            DurationLaw = "gamma"            // Erlang-k where 1 by the square of the spread is whole
	Hyperexponential DurationLaw = "hyperexponential" // some short, some long calls: two exponential laws of balanced means
)

// Duration is a law of non-negative random durations with a mean: holding, set-up or ringing times.
// Its zero value is always 0.
type Duration struct {
	Law  DurationLaw
	Mean time.Duration
	// Spread is the coefficient of variation (standard deviation by mean) of a lognormal, gamma or
	// hyperexponential law; 0 stands for LognormalSpread and HyperexponentialSpread. A hyperexponential
	// law has a spread of 1 or more.
	Spread float64
}

// HyperexponentialSpread is the coefficient of variation of a hyperexponential law for which none was given.
const HyperexponentialSpread = 2

// LognormalSpread is the coefficient of variation of a lognormal or gamma law for which none was given: 1,
// so that it differs from the exponential law in shape alone.
const LognormalSpread = 1

// ParseDuration reads a duration law as users write it: "2s", "fixed:2s", "exponential:2s",
// "lognormal:2s" or, with the coefficient of variation, "lognormal:2s,0.8", "gamma:2s,0.5" or
// "hyperexponential:2s,2".
func ParseDuration(text string) (Duration, error) {
	law, rest, named := strings.Cut(text, ":")
	if !named {
		law, rest = string(Fixed), text
	}
	mean, spread, hasSpread := strings.Cut(rest, ",")
	d := Duration{Law: DurationLaw(strings.TrimSpace(law))}
	if d.Law == "" {
		return Duration{}, fmt.Errorf("%q: no law before the colon, want %s", text, durationLaws)
	}
	var err error
	if d.Mean, err = time.ParseDuration(strings.TrimSpace(mean)); err != nil {
		return Duration{}, fmt.Errorf("%q is not a duration such as 2s, exponential:180s or lognormal:180s,0.8", text)
	}
	if hasSpread {
		if d.Spread, err = parseSpread(spread); err != nil {
			return Duration{}, fmt.Errorf("%q: %w", text, err)
		}
	}
	if err := d.Validate(); err != nil {
		return Duration{}, fmt.Errorf("%q: %w", text, err)
	}
	return d, nil
}

// parseSpread reads a coefficient of variation. A 0 that was written is refused, because 0 in the
// struct stands for the default.
func parseSpread(text string) (float64, error) {
	spread, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(spread > 0) || math.IsInf(spread, 0) {
		return 0, fmt.Errorf("coefficient of variation must be a positive number, got %q", text)
	}
	return spread, nil
}

// durationLaws lists the laws for messages.
const durationLaws = string(Fixed + ", " + Exponential + ", " + Lognormal + ", " + Gamma + " or " + Hyperexponential)

// Validate reports a law that does not exist, a mean below 0, a spread that is not a positive number
// and a spread of a law that has none.
func (d Duration) Validate() error {
	switch {
	case !slices.Contains([]DurationLaw{"", Fixed, Exponential, Lognormal, Gamma, Hyperexponential}, d.Law):
		return fmt.Errorf("unknown law %q, want %s", d.Law, durationLaws)
	case d.Mean < 0:
		return fmt.Errorf("must not be negative, got %s", d.Mean)
	case math.IsNaN(d.Spread) || math.IsInf(d.Spread, 0) || d.Spread < 0:
		return fmt.Errorf("coefficient of variation must be a positive number, got %g", d.Spread)
	case d.Spread != 0 && !d.spreads():
		return fmt.Errorf("only a %s, %s or %s law has a coefficient of variation", Lognormal, Gamma, Hyperexponential)
	case d.Law == Hyperexponential && d.Variation() < 1:
		return fmt.Errorf("a %s law has a coefficient of variation of 1 or more, got %g", Hyperexponential, d.Spread)
	}
	return nil
}

// String writes the law as ParseDuration reads it.
func (d Duration) String() string {
	switch {
	case d.Law == Fixed || d.Law == "":
		return d.Mean.String()
	case d.spreads() && d.Spread != 0:
		return fmt.Sprintf("%s:%s,%g", d.Law, d.Mean, d.Spread)
	}
	return fmt.Sprintf("%s:%s", d.Law, d.Mean)
}

// Scaled returns the law with its mean multiplied by factor, which must not be negative, to the nearest
// nanosecond; its shape is kept.
func (d Duration) Scaled(factor float64) Duration {
	d.Mean = nanoseconds(math.Round(float64(d.Mean) * factor))
	return d
}

// Draw returns one duration, at most the longest that time.Duration holds (292 years). Whoever draws many
// makes a Sampler of the law.
func (d Duration) Draw(random *rand.Rand) time.Duration {
	s := NewSampler(d)
	return s.Draw(random)
}

// Average returns the mean.
func (d Duration) Average() time.Duration { return d.Mean }

// Variation returns the coefficient of variation: standard deviation by mean.
func (d Duration) Variation() float64 {
	switch {
	case d.Law == Exponential:
		return 1
	case !d.spreads():
		return 0
	case d.Spread != 0:
		return d.Spread
	case d.Law == Hyperexponential:
		return HyperexponentialSpread
	}
	return LognormalSpread
}

// spreads tells whether the law has a coefficient of variation that can be chosen.
func (d Duration) spreads() bool {
	return d.Law == Lognormal || d.Law == Gamma || d.Law == Hyperexponential
}

// nanoseconds converts without wrapping round to a negative duration.
func nanoseconds(ns float64) time.Duration {
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(ns)
}
