package media

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPairs(t *testing.T) {
	for _, row := range []struct {
		name  string
		ports PortRange
		pairs int
	}{
		{"the zero value holds none", PortRange{}, 0},
		{"one pair", PortRange{4000, 4001}, 1},
		{"an odd first port belongs to no pair", PortRange{4001, 4003}, 1},
		{"an even last port belongs to no pair", PortRange{4000, 4002}, 1},
		{"a lone even port", PortRange{4000, 4000}, 0},
		{"odd and even are no pair", PortRange{4001, 4002}, 0},
		{"upside down", PortRange{4001, 4000}, 0},
		{"the last pair there is", PortRange{65534, 65535}, 1},
		{"the last port there is", PortRange{65535, 65535}, 0},
		{"port 0 is no port, and the range says it begins there", PortRange{0, 5}, 0},
		{"all", PortRange{1, 65535}, 32767},
	} {
		if got := row.ports.Pairs(); got != row.pairs {
			t.Errorf("%s: %v has %d pairs, want %d", row.name, row.ports, got, row.pairs)
		}
	}
}

func TestSplitKeepsEveryPairOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := PortRange{rapid.Uint16().Draw(t, "first"), rapid.Uint16().Draw(t, "last")}
		n := rapid.IntRange(1, 40).Draw(t, "n")
		seen := map[uint16]bool{}
		least, most := 1<<16, 0
		for _, part := range whole.Split(n) {
			least, most = min(least, part.Pairs()), max(most, part.Pairs())
			for part.Pairs() > 0 {
				port := uint16(part.firstPair())
				if seen[port] || port < whole.First || port+1 > whole.Last {
					t.Fatalf("%v in %d: pair %d is shared or outside", whole, n, port)
				}
				seen[port] = true
				part = part.after(port)
			}
		}
		if len(seen) != whole.Pairs() || most-least > 1 {
			t.Fatalf("%v in %d: %d of %d pairs, parts of %d to %d", whole, n, len(seen), whole.Pairs(), least, most)
		}
	})
	if got := (PortRange{4000, 4999}).Split(0); got != nil {
		t.Errorf("split into none: %v", got)
	}
}
