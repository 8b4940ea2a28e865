package loadgen

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

func TestLinesOfARun(t *testing.T) {
	long, err := scenarios.Parse("long.yaml", []byte("scenario: long\nrole: caller\nsteps:\n  - invite:\n      Subject: "+strings.Repeat("x", 900)+"\n  - bye\n"))
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   string // of each line, source and transport
	}{
		{"the route decides", func(*Config) {}, "127.0.0.1:0/UDP"},
		{"two sources", func(c *Config) { c.Sources = []netip.AddrPort{at("127.0.0.1:0"), at("127.0.0.2:5070")} }, "127.0.0.1:0/UDP 127.0.0.2:5070/UDP"},
		{"only those of the IP version", func(c *Config) { c.Sources = []netip.AddrPort{at("[::1]:0"), at("127.0.0.2:0")} }, "127.0.0.2:0/UDP"},
		{"none of the IP version", func(c *Config) { c.Sources = []netip.AddrPort{at("[::1]:0")} }, "none of the source addresses has the IP version"},
		{"long INVITEs have a line over TCP", func(c *Config) { c.Programs = long }, "127.0.0.1:0/UDP 127.0.0.1:0/TCP"},
		{"over TCP they need none", func(c *Config) { c.Programs, c.Target.Transport = long, sip.TCP }, "127.0.0.1:0/TCP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := sound(t, "sip:127.0.0.1:5060")
			tt.change(&cfg)
			d, err := cfg.depart(cfg.trunks())
			var got []string
			for _, l := range d.lines {
				got = append(got, l.Local.String()+"/"+l.Transport.String())
			}
			if err != nil {
				got = []string{err.Error()}
			}
			if text := strings.Join(got, " "); !strings.Contains(text, tt.want) || err == nil && text != tt.want {
				t.Errorf("got %s, want %s", text, tt.want)
			}
		})
	}
}
