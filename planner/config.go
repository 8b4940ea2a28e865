package planner

import (
	"errors"
	"fmt"
	"time"

	"github.com/sipplan/sipplan/planner/catalog"
)

// Config is what a user says about one group of users who share their PSTN ports. Users is needed, and
// Usage or CallsPerHour; everything else has a default with a source.
type Config struct {
	Users        Input[int]
	Usage        Input[string]        // light, moderate or heavy; by default what CallsPerHour makes of it
	CallsPerHour Input[float64]       // PSTN calls of one user in the busy hour; by default those of Usage
	AHT          Input[time.Duration] // mean time that a call holds its port, set-up and ringing included
	GoS          Input[float64]       // largest share of busy-hour calls that may be blocked

	Lines        Input[catalog.Lines] // digital lines of the gateways to choose from; by default E1
	GatewayPorts Input[int]           // ports of each gateway; by default every size of the catalogue

	Bypass         Input[float64] // share of the calls whose media bypasses the Mediation Server
	MediationCalls Input[int]     // calls whose media one Mediation Server can handle

	// Prefix stands before the name of a field that nobody gave, in complaints: "--" on a command line.
	Prefix string
}

// The ends of what is taken for something other than a slip of the finger.
const (
	maxUsers        = 100_000_000
	minCallsPerHour = 0.001
	maxCallsPerHour = 3600
	minAHT          = time.Millisecond
	maxAHT          = 24 * time.Hour
	maxErlangs      = 100_000_000
	maxPorts        = 1_000_000
)

// Validate returns everything that is wrong with the configuration, joined: the field as the user wrote
// it, what is allowed, and what was given.
func (c Config) Validate() error {
	problems := []error{c.checkUsers(), c.checkUsage()}
	check := func(source string, ok bool, format string, args ...any) {
		if source != "" && !ok {
			problems = append(problems, fmt.Errorf("%s: "+format, append([]any{source}, args...)...))
		}
	}
	calls, gos, bypass := c.CallsPerHour.Value, c.GoS.Value, c.Bypass.Value
	check(c.CallsPerHour.Source, calls >= minCallsPerHour && calls <= maxCallsPerHour,
		"must be from %g to %d calls per user and hour, got %g", minCallsPerHour, maxCallsPerHour, calls)
	check(c.AHT.Source, c.AHT.Value >= minAHT && c.AHT.Value <= maxAHT,
		"must be from 1ms to 24h, got %s", c.AHT.Value)
	check(c.GoS.Source, gos > 0 && gos < 1,
		"must be between 0 and 100 %%, both excluded (1%% and 0.01 are one percent), got %g (%g %%)", gos, 100*gos)
	check(c.Lines.Source, c.Lines.Value == catalog.E1 || c.Lines.Value == catalog.T1,
		"must be %s or %s, got %q", catalog.E1, catalog.T1, c.Lines.Value)
	check(c.GatewayPorts.Source, c.GatewayPorts.Value >= 1 && c.GatewayPorts.Value <= maxPorts,
		"must be a whole number from 1 to %d, got %d", maxPorts, c.GatewayPorts.Value)
	check(c.Bypass.Source, bypass >= 0 && bypass <= 1,
		"must be from 0 to 100 %%, got %g (%g %%)", bypass, 100*bypass)
	check(c.MediationCalls.Source, c.MediationCalls.Value >= 1,
		"must be a whole number of at least 1, got %d", c.MediationCalls.Value)
	if err := errors.Join(problems...); err != nil {
		return err
	}
	return c.checkTraffic()
}

// checkUsers requires a number of users.
func (c Config) checkUsers() error {
	switch users := c.Users; {
	case !users.given():
		return fmt.Errorf("%susers: is needed: how many users share these ports", c.Prefix)
	case users.Value < 1 || users.Value > maxUsers:
		return fmt.Errorf("%s: must be a whole number from 1 to %d, got %d", users.Source, maxUsers, users.Value)
	}
	return nil
}

// checkUsage requires a class, or the calls that make one.
func (c Config) checkUsage() error {
	switch {
	case !c.Usage.given() && !c.CallsPerHour.given():
		return fmt.Errorf("%susage: is needed: light, moderate or heavy; or the calls per hour of a user", c.Prefix)
	case c.Usage.given():
		if _, err := ParseUsage(c.Usage.Value); err != nil {
			return fmt.Errorf("%s: %w", c.Usage.Source, err)
		}
	}
	return nil
}

// checkTraffic refuses a combination of sound fields that no formula is meant for.
func (c Config) checkTraffic() error {
	in, err := c.inputs()
	if err != nil {
		return err
	}
	if erlangs := in.demand().Erlangs(); erlangs > maxErlangs {
		return fmt.Errorf("%s: these users offer %g erlangs, at most %d are sized", in.Users.Source, erlangs, maxErlangs)
	}
	return nil
}

// Inputs are all figures that a sizing was computed from, each with its source.
type Inputs struct {
	Users          Input[int]
	Usage          Input[Usage]
	CallsPerHour   Input[float64]
	AHT            Input[time.Duration]
	GoS            Input[float64]
	Lines          Input[catalog.Lines]
	GatewayPorts   Input[int] // 0: any size of the catalogue
	Bypass         Input[float64]
	MediationCalls Input[int]
}

// inputs fills the defaults in.
func (c Config) inputs() (Inputs, error) {
	usage := Input[Usage]{Value: usageFor(c.CallsPerHour.Value), Source: "by the calls per user"}
	if c.Usage.given() {
		class, err := ParseUsage(c.Usage.Value)
		if err != nil {
			return Inputs{}, err
		}
		usage = Input[Usage]{Value: class, Source: c.Usage.Source}
	}
	return Inputs{
		Users:          c.Users,
		Usage:          usage,
		CallsPerHour:   c.CallsPerHour.or(usage.Value.CallsPerHour, "guidance class "+usage.Value.Name),
		AHT:            c.AHT.or(DefaultAHT, DefaultAHTSource),
		GoS:            c.GoS.or(DefaultGoS, DefaultGoSSource),
		Lines:          c.Lines.or(catalog.E1, "default"),
		GatewayPorts:   c.GatewayPorts.or(0, "fewest gateways of the catalogue, then fewest ports"),
		Bypass:         c.Bypass.or(DefaultBypass, DefaultBypassSource),
		MediationCalls: c.MediationCalls.or(DefaultMediationCalls, DefaultMediationCallsSource),
	}, nil
}

// demand returns what these inputs offer to the ports.
func (in Inputs) demand() Demand {
	return Demand{Users: in.Users.Value, CallsPerHour: in.CallsPerHour.Value, AHT: in.AHT.Value}
}
