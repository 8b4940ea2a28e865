package loadgen

import (
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// sound returns a configuration that can be run against a target on loopback.
func sound(t *testing.T, target string) Config {
	t.Helper()
	parsed, err := sip.ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	program, err := scenarios.Load("caller")
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Target: parsed, CAPS: 10, Calls: 10, Holding: traffic.Duration{Mean: 100 * time.Millisecond},
		Media: Media{Ports: DefaultPorts}, Programs: program, Drain: time.Second, Seed: 1, UserAgent: "sipplan/test",
	}
}

func TestEachProblemIsNamedByItsField(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"a stranger's address", func(c *Config) { c.Target, _ = sip.ParseTarget("sip:203.0.113.9") }, "target: refused by the target guard"},
		{"an emergency number", func(c *Config) { c.Target.User = "911" }, "target: "},
		{"an emergency number as caller", func(c *Config) { c.Caller = "112" }, "from: "},
		{"no calls per second", func(c *Config) { c.CAPS = 0 }, "caps: must be more than 0"},
		{"calls per second that are no number", func(c *Config) { c.CAPS = math.NaN() }, "caps: must be more than 0"},
		{"a negative holding time", func(c *Config) { c.Holding = traffic.Duration{Mean: -time.Second} }, "aht: must not be negative"},
		{"no end", func(c *Config) { c.Calls = 0 }, "duration: a run needs an end"},
		{"a month", func(c *Config) { c.Duration = 31 * 24 * time.Hour }, "duration: must be at most 168 hours"},
		{"nothing but warm-up", func(c *Config) { c.Duration, c.WarmUp = time.Minute, time.Minute }, "warm-up: must be shorter than the duration of 1m0s, got 1m0s"},
		{"a negative warm-up", func(c *Config) { c.WarmUp = -time.Second }, "warm-up: must not be negative, got -1s"},
		{"a negative drain", func(c *Config) { c.Drain = -time.Second }, "drain: must not be negative, got -1s"},
		{"a caller that ends its header", func(c *Config) { c.Caller = "911\r\nVia: x" }, "from: user "},
		{"two ports for 20 erlangs", func(c *Config) {
			c.Shards = 1
			c.Media.Ports, c.CAPS, c.Holding, c.Calls = media.PortRange{First: 20000, Last: 20001}, 20, traffic.Duration{Mean: time.Second}, 1000
		}, "rtp-ports: 20000-20001 has 1 port pairs, but 20 erlangs need about 48"},
		{"more calls than files", func(c *Config) {
			c.CAPS, c.Holding, c.Calls, c.Files = 20, traffic.Duration{Mean: time.Second}, 1000, math.MaxInt32
		}, "files: the limit of open files is"},
		{"a fixed port for many shards", func(c *Config) { c.Sources, c.Shards = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:5060")}, 2 }, "local"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := sound(t, "sip:127.0.0.1:5060")
			if err := cfg.Validate(); err != nil {
				t.Fatalf("the sound configuration is refused: %v", err)
			}
			tt.change(&cfg)
			if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

// A rate out of bounds used to bring two more complaints, about the ports and files of 2e11 calls.
func TestImpossibleRateIsOneProblem(t *testing.T) {
	cfg := sound(t, "sip:127.0.0.1:5060")
	cfg.CAPS, cfg.Calls, cfg.Duration = 1e9, 0, time.Minute
	want := "caps: must be more than 0 and at most 100000 calls per second, got 1e+09"
	if err := cfg.Validate(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	cfg := sound(t, "sip:127.0.0.1:5060")
	cfg.CAPS, cfg.Calls, cfg.Target.User = -1, 0, "999"
	err := cfg.Validate()
	for _, want := range []string{"caps:", "duration:", "target:"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}
