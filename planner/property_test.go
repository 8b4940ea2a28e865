package planner

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawConfig draws any configuration that Validate accepts, as far as a test can compute it quickly.
func drawConfig(t *rapid.T) Config {
	return Config{
		Users:        Given(rapid.IntRange(1, 200_000).Draw(t, "users"), "users"),
		Usage:        Given(rapid.SampledFrom(UsageNames()).Draw(t, "usage"), "usage"),
		CallsPerHour: Given(rapid.Float64Range(0.01, 20).Draw(t, "calls"), "calls"),
		AHT:          Given(time.Duration(rapid.Int64Range(int64(time.Second), int64(time.Hour)).Draw(t, "aht")), "aht"),
		GoS:          Given(rapid.Float64Range(1e-6, 0.5).Draw(t, "gos"), "gos"),
	}
}

// sizeOf sizes a drawn configuration.
func sizeOf(t *rapid.T, config Config) Sizing {
	s, err := Size(config)
	if err != nil {
		t.Fatalf("%+v: %v", config, err)
	}
	return s
}

func TestPortsAreTheFewestThatHoldTheGoS(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sizeOf(t, drawConfig(t))
		gos, f := s.Inputs.GoS.Value, &formulas{}
		if s.Blocking > gos {
			t.Errorf("%d ports block %g, more than %g", s.Ports, s.Blocking, gos)
		}
		if s.Ports > 0 && f.blocking(s.Ports-1, s.Demand.Erlangs()) <= gos {
			t.Errorf("%d ports hold %g already", s.Ports-1, gos)
		}
		if short, misses := s.Guidance.Ports < s.Ports, s.Guidance.Blocking > gos; short != misses {
			t.Errorf("guidance %d of %d ports, blocking %g at a GoS of %g", s.Guidance.Ports, s.Ports, s.Guidance.Blocking, gos)
		}
	})
}

func TestOneFailedGatewayNeverBreaksTheGoS(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := drawConfig(t)
		config.GatewayPorts = Given(rapid.IntRange(1, 3000).Draw(t, "gateway ports"), "gateway-ports")
		group := sizeOf(t, config).Gateway().PlusOne
		if group.Gateways < MinGateways || group.BlockingOneDown > config.GoS.Value || group.Spare < 0 {
			t.Errorf("%+v at a GoS of %g", group, config.GoS.Value)
		}
	})
}

func TestMoreUsersNeedNoFewerOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		config := drawConfig(t)
		few := sizeOf(t, config)
		config.Users.Value += rapid.IntRange(1, 10_000).Draw(t, "more users")
		many := sizeOf(t, config)
		if many.Ports < few.Ports || many.Guidance.Ports < few.Guidance.Ports || many.Mediation.ByLoad < few.Mediation.ByLoad {
			t.Errorf("%d users: %d ports, %d by guidance; %d users: %d and %d", few.Demand.Users, few.Ports, few.Guidance.Ports,
				many.Demand.Users, many.Ports, many.Guidance.Ports)
		}
	})
}
