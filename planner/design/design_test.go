package design

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/plan"
)

// work reads and works a plan out.
func work(t testing.TB, format string, args ...any) *Design {
	t.Helper()
	p, err := plan.Read("plan.yaml", []byte(fmt.Sprintf(format, args...)))
	if err != nil {
		t.Fatal(err)
	}
	d, err := Work(p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sites writes so many equal sites, the first of them central.
func sites(n, users int, class string) string {
	var text strings.Builder
	text.WriteString("sites:\n")
	for i := range n {
		fmt.Fprintf(&text, "- {name: S%d, country: DE, users: {%s: %d}, central: %v}\n", i, class, users, i == 0)
	}
	return text.String()
}

func about(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: got %v, want %v", name, got, want)
	}
}

func TestF01GuidanceStandsBesideErlangB(t *testing.T) {
	for class, want := range map[string]int{"light": 2, "moderate": 2, "heavy": 4} {
		if got := work(t, "%s", sites(1, 20, class)).Total.Guidance; got != want {
			t.Errorf("20 %s users: guidance of %d ports, want %d", class, got, want)
		}
	}
	d := work(t, "%s", sites(1, 100, "moderate"))
	if d.Total.Guidance != 10 || d.Variant().Ports != 18 || !strings.Contains(d.Advice[0], "gives 10 ports") {
		t.Errorf("100 moderate users: guidance %d, Erlang B %d, %q", d.Total.Guidance, d.Variant().Ports, d.Advice[0])
	}
}

func TestF02FortySevenThousandHeavyUsers(t *testing.T) {
	d := work(t, "%s", sites(1, 47000, "heavy"))
	if d.Total.Guidance != 9400 || d.Variant().Ports != 7044 || d.Total.Erlangs != 7050 {
		t.Errorf("guidance %d, ports %d, %g E", d.Total.Guidance, d.Variant().Ports, d.Total.Erlangs)
	}
	about(t, "calls a second", d.Total.CAPS(), 39.17, 0.001)
	if got := d.Variant().Locations[0].Mix.Units; got != 9 { // 8 x 960 carry 1 %, and one more
		t.Errorf("%d gateways, want 9", got)
	}
}

func TestF03GatewaysAboveTheRangeAreARisk(t *testing.T) {
	d := work(t, "%sgateways: [{model: Giant, kind: e1, ports: 2000}]\n", sites(1, 47000, "heavy"))
	if !strings.Contains(strings.Join(d.Risks, "\n"), "Giant: gateways of more than 960 ports are built for telephone companies") {
		t.Errorf("risks: %q", d.Risks)
	}
}

func TestF04OneGatewayMayFail(t *testing.T) {
	const heavy4 = "classes: [{name: busy, calls_per_hour: 4}]\n"
	d := work(t, "%s%sgateways: [{model: 32 E1}]\n", heavy4, sites(1, 47000, "busy"))
	l := d.Variant().Locations[0]
	if l.Load.Erlangs != 9400 || l.Ports != 9375 || l.Mix.Units != 11 || l.Down > 0.01 {
		t.Errorf("%g E: %d ports on %d gateways, one down %g; want 9375 on 11", l.Load.Erlangs, l.Ports, l.Mix.Units, l.Down)
	}
	c := newCalculator(d.Plan)
	about(t, "10 gateways, one down", c.blocking(8640, 9400), 0.0820239, 1e-6)
	about(t, "11 gateways, one down", l.Down, 5.0213e-4, 1e-4)
}

func TestF04TheSeedsSingleGatewayBreaksTheRule(t *testing.T) {
	d := work(t, "sites: [{name: A, country: DE, users: {light: 20}, resilience: none}]\n")
	if d.Variant().Units != 1 || !strings.Contains(strings.Join(d.Advice, "\n"), "breaks the rule of at least 2") {
		t.Errorf("%d units, advice %q", d.Variant().Units, d.Advice)
	}
	if d := work(t, "sites: [{name: A, country: DE, users: {light: 20}}]\n"); d.Variant().Units < 2 {
		t.Errorf("%d units, want two or more", d.Variant().Units)
	}
}

func TestF05MediationServersByCallsOfTheFactsPage(t *testing.T) {
	for _, tt := range []struct {
		calls  float64
		bypass string
		want   [4]int // 2015, 2015 with hyper-threading, 2019, 2019 with hyper-threading, none to spare
	}{
		{3, "0%", [4]int{7, 5, 5, 4}}, {4, "0%", [4]int{9, 7, 7, 5}},
		{3, "65%", [4]int{3, 2, 2, 2}}, {4, "65%", [4]int{3, 3, 3, 2}},
	} {
		d := work(t, "classes: [{name: u, calls_per_hour: %g}]\nmedia: {bypass: %s}\n%s", tt.calls, tt.bypass, sites(1, 47000, "u"))
		var got [4]int
		for _, kind := range d.Servers.Kinds {
			if i := map[int]int{2015: 0, 2019: 2}[kind.Release]; kind.HyperThreading {
				got[i+1] = kind.ByLoad
			} else if !kind.Collocated {
				got[i] = kind.ByLoad
			}
			if kind.Servers != kind.ByLoad+1 {
				t.Errorf("%+v has none to spare", kind)
			}
		}
		if got != tt.want {
			t.Errorf("%g calls, bypass %s: got %v, want %v", tt.calls, tt.bypass, got, tt.want)
		}
	}
	one := work(t, "mediation: {trunks: \"1:1\"}\n%s", sites(1, 47000, "heavy"))
	if p := one.Servers.Pools[0]; p.Servers != p.Gateways {
		t.Errorf("1:1 trunks: %d servers for %d gateways", p.Servers, p.Gateways)
	}
}

func TestF06MediationTrunksAreMByN(t *testing.T) {
	d := work(t, "media: {bypass: 0%%}\n%s", sites(1, 47000, "heavy"))
	p := d.Trunks.Pairs[0]
	if !d.Trunks.MByN || p.Servers != 8 || p.Gateways != 9 || p.Trunks != 72 {
		t.Errorf("got %+v, want 8 servers by 9 gateways", p)
	}
}

func TestF07AFailedMediationServerIsRetriedThroughAnother(t *testing.T) {
	d := work(t, "%s", sites(1, 47000, "heavy"))
	f := failure(t, d, "one Mediation Server")
	if !f.Holds || f.Blocking != 0 || f.Moved <= 0 || !strings.Contains(f.Reason, "DNS load balancing") {
		t.Errorf("got %+v", f)
	}
}

func failure(t *testing.T, d *Design, what string) Failure {
	t.Helper()
	for _, f := range d.Failures {
		if strings.Contains(f.What, what) {
			return f
		}
	}
	t.Fatalf("no failure of %s in %+v", what, d.Failures)
	return Failure{}
}

func TestF08BypassChangesServersAndLegs(t *testing.T) {
	const branch = "topology: per-site-gateways\nmedia: {bypass: %s}\nsites:\n- {name: A, country: DE, users: {heavy: 20000}, central: true}\n" +
		"- {name: B, country: DE, users: {heavy: 500}, wan: {resilient: true}}\n"
	with, without := work(t, branch, "100%"), work(t, branch, "0%")
	if with.Servers.Total >= without.Servers.Total {
		t.Errorf("servers: %d with bypass, %d without", with.Servers.Total, without.Servers.Total)
	}
	var legs float64
	for _, l := range without.Links {
		if without.Sites[l.Site].Name == "B" {
			legs = l.Erlangs / without.Sites[l.Site].Load.Erlangs
		}
	}
	if len(with.Links) != 0 || legs != 2 {
		t.Errorf("with bypass %+v, without %g legs; want none and two", with.Links, legs)
	}
}

func TestF09PortGroupsBehindAndInFrontOfThePBX(t *testing.T) {
	const file = "sites: [{name: A, country: DE, users: {moderate: 200}}]\n" +
		"pbxs: [{name: P, site: A, users: {moderate: 800}, position: %s, tie: 10%%}]\n" +
		"phases: [{date: 2027-01-01, moved: 25%%}, {date: 2027-07-01, moved: 75%%}]\n"
	behind, front := work(t, file, "behind").Exchanges[0], work(t, file, "in-front").Exchanges[0]
	if len(behind.Groups) != 2 || len(front.Groups) != 3 {
		t.Fatalf("behind %+v, in front %+v", behind.Groups, front.Groups)
	}
	// 200 users and three quarters of 800 are moved: 80 E against 20 E on the PBX, and 10 % of the smaller between them.
	for i, want := range []float64{100, 22, 82} {
		about(t, front.Groups[i].Name, front.Groups[i].Erlangs, want, 1e-12)
	}
	d := work(t, file, "behind")
	var moved []int
	for _, phase := range d.Phases {
		moved = append(moved, phase.Exchanges[0].EVUsers)
	}
	if fmt.Sprint(moved) != "[200 400 800]" || d.Phases[1].Date != "2027-01-01" {
		t.Errorf("users on the voice system: %v", moved)
	}
	if d.Total.Users != 800 {
		t.Errorf("the plan is for %d users, want those of the last phase, 800", d.Total.Users)
	}
}

func TestF10DirectSIPNeedsNoGateway(t *testing.T) {
	d := work(t, "topology: direct-sip\nsites: [{name: A, country: DE, users: {moderate: 1000}}]\npbxs: [{name: P, site: A, direct_sip: true}]\n")
	v := d.Variant()
	if v.Name != DirectSIP || !v.Possible || v.Units != 0 || v.Ports != 117 {
		t.Errorf("got %+v, want 117 ports and no gateway", v)
	}
}

func TestF11VoIPOnlyHasASmallAnalogGateway(t *testing.T) {
	d := work(t, "sites: [{name: A, country: DE, users: {moderate: 600}, analog: 6, voicemail: {calls: 10%%, aht: 60s}}]\n")
	g := d.Analog[0]
	if g.Mix.Units != 1 || g.Mix.Calls != 8 || g.VoicemailPorts != 7 { // 1200 calls, 120 of a minute: 2 E
		t.Errorf("got %+v, want one gateway of 8 lines and 7 voicemail ports", g)
	}
}

func TestF12EveryKindOfPeerIsAVariant(t *testing.T) {
	d := work(t, "%s", sites(2, 100, "moderate"))
	peers := ""
	for _, v := range d.Variants {
		peers += v.Peer + "\n"
	}
	for _, want := range []string{"PSTN gateway", "IP-PBX", "ITSP trunk"} {
		if !strings.Contains(peers, want) {
			t.Errorf("%q is missing in %s", want, peers)
		}
	}
}

func TestF13PortsOfManySites(t *testing.T) {
	for n, want := range map[int]int{1: 7044, 10: 7330, 47: 7990, 100: 8600, 235: 9870, 470: 11280, 940: 14100} {
		d := work(t, "%s", sites(n, 47000/n, "heavy"))
		if got := d.variant(PerSiteGateways).Ports; got != want {
			t.Errorf("%d sites: %d ports, want %d", n, got, want)
		}
		if got := d.variant(CentralGateways).Ports; got != 7044 {
			t.Errorf("%d sites, central: %d ports, want 7044", n, got)
		}
	}
}

func TestF14BranchesSurviveByTheirSize(t *testing.T) {
	for users, want := range map[int]string{24: "", 25: "SBA", 1000: "SBA", 1001: "SBS", 2000: "SBS", 2001: "Standard Edition", 5001: "pool"} {
		if got, _, _ := appliance(users); got != want {
			t.Errorf("%d users: %q, want %q", users, got, want)
		}
	}
	d := work(t, "topology: central-gateways\n%s- {name: B, country: DE, users: {moderate: 100}, resilience: local}\n", sites(1, 1000, "heavy"))
	if len(d.Variant().Branches) != 1 || d.Variant().Branches[0].Appliance != "SBA" || d.Variant().Branches[0].Mix.Calls < 18 {
		t.Errorf("got %+v", d.Variant().Branches)
	}
	if f := failure(t, d, "WAN"); f.Stranded != 0 || f.Blocking > 0.01 {
		t.Errorf("got %+v", f)
	}
}

func TestF15EachCountryHasItsLinesAndCertification(t *testing.T) {
	d := work(t, "topology: central-gateways\nsites:\n- {name: A, country: DE, users: {heavy: 100}}\n- {name: B, country: US, users: {heavy: 100}}\n")
	if l := d.Variant().Locations; len(l) != 2 || l[0].Lines != "e1" || l[1].Lines != "t1" {
		t.Errorf("got %+v", l)
	}
	if !strings.Contains(strings.Join(d.Risks, "\n"), "certification in US is not documented") {
		t.Errorf("risks %q", d.Risks)
	}
}

const tariffs = `
itsps: [{name: X}]
tariffs:
- {name: PRI, kind: pri, monthly: 300.00, once: 100, minute: 0.02}
- {name: SIP, kind: sip-channel, monthly: 5.00, minute: 0.01}
gateways: [{model: 1 E1, price: 2000}]
sbcs: [{model: Ribbon SWe Lite 1 vCPU, price: 1500}]
`

func TestF16CentralizedTrunkingIsComparedWithDistributed(t *testing.T) {
	d := work(t, "%s%s", sites(10, 100, "moderate"), tariffs)
	central, distributed := d.variant(CentralTrunk), d.variant(DistributedTrunk)
	if central.Ports != 117 || distributed.Ports != 180 || central.Cost.Total >= distributed.Cost.Total || d.Variant().Name != CentralTrunk {
		t.Errorf("central %+v, distributed %+v, chosen %s", central.Cost, distributed.Cost, d.Variant().Name)
	}
	if len(d.Links) != 11 { // nine branches, the hub, and the provider's
		t.Errorf("%d links, want 11", len(d.Links))
	}
}

func TestF17TDMAndSIPBreakEven(t *testing.T) {
	d := work(t, "%s%s", sites(1, 1000, "moderate"), tariffs)
	tdm, sip := d.variant(CentralGateways).Cost, d.variant(CentralTrunk).Cost
	// 117 ports are 4 E1; 100 E at 12.5 % of a day, 21 days, half of them out: 504,000 minutes.
	if tdm.Rent.String() != "1200.00" || tdm.Minutes.String() != "10080.00" || sip.Rent.String() != "585.00" || sip.Minutes.String() != "5040.00" {
		t.Errorf("TDM %s + %s, SIP %s + %s", tdm.Rent, tdm.Minutes, sip.Rent, sip.Minutes)
	}
	if b := d.BreakEven; !b.Known || b.Saving.String() != "5655.00" || b.Month != 0 {
		t.Errorf("break-even %+v", b)
	}
	step := work(t, "%sitsps: [{name: X}]\ntariffs: [{name: B, kind: sip-bandwidth, monthly: 40, increment: 2 Mbit/s}]\n", sites(1, 1000, "moderate"))
	if got := step.variant(CentralTrunk).Cost.Rent.String(); got != "240.00" { // 117 x 87.2 kbit/s: 6 steps
		t.Errorf("bandwidth rent %s, want 240.00", got)
	}
}

func TestF18NumbersAreCountedBySite(t *testing.T) {
	d := work(t, "%snumbers: [{site: S0, first: +4951110, last: +4951149}, {site: S0, first: +14951100, last: +14951109}]\n", sites(1, 100, "light"))
	if n := d.Numbers[0]; n.Numbers != 50 || n.Foreign != 10 {
		t.Errorf("got %+v", n)
	}
}

func TestF19EmergencyCallsHaveAReservation(t *testing.T) {
	d := work(t, "%semergency: {provider: elin, share: 1%%, locations: [{name: floor 1, site: S0, elins: [\"+4951110\"]}]}\n", sites(1, 1000, "moderate"))
	g := d.Emergency[0]
	if !g.Holds || g.Reserved < 1 || g.Blocking > 0.001 || g.Others > 0.01 || g.ELINs != 1 || g.Numbers[0] != "112" {
		t.Errorf("got %+v", g)
	}
}

// TestEmergencyCallsKeepThePromisedGoS: the fewest ports that keep what was promised are reserved, and no more.
func TestEmergencyCallsKeepThePromisedGoS(t *testing.T) {
	for promise, gos := range map[string]float64{"": 0.001, "promise: {emergency_gos: 0.01%%}\n": 0.0001, "promise: {emergency_gos: 10%%}\n": 0.1} {
		d := work(t, promise+"emergency: {share: 1%%}\n%s", sites(1, 1000, "moderate"))
		l, g := d.Variant().Locations[0], d.Emergency[0]
		fewest, blocked := 0, 1.0
		for ; blocked > gos; fewest++ {
			var err error
			if blocked, _, err = erlang.Reservation(l.Ports, fewest, g.Erlangs, l.Load.Erlangs-g.Erlangs); err != nil {
				t.Fatal(err)
			}
		}
		if fewest--; g.Reserved != fewest || !g.Holds || strings.Contains(g.Reason, "nothing is reserved") != (fewest == 0) {
			t.Errorf("%g may be blocked: %d of %d ports are reserved, want %d: %+v", gos, g.Reserved, l.Ports, fewest, g)
		}
	}
}

// TestNoPortIsKeptWhereNobodyCallsOut: the promise is kept or broken by the blocking of all calls.
func TestNoPortIsKeptWhereNobodyCallsOut(t *testing.T) {
	for gos, holds := range map[string]bool{"1%%": false, "0.05%%": true} {
		g := work(t, "promise: {gos: "+gos+"}\ndemand: {inbound: 100%%}\nemergency: {provider: elin}\n%s", sites(1, 1000, "moderate")).Emergency[0]
		if g.Reserved != 0 || g.Holds != holds || g.Others != g.Blocking || g.Reason != "nothing is reserved" {
			t.Errorf("grade of service %s: %+v, want that its promise holds: %v", gos, g, holds)
		}
	}
}

// TestAStrictPromiseToEmergencyCallsAtASmallPlace: however many of the ports are kept, some are left for the other calls, and
// more are planned until both promises hold.
func TestAStrictPromiseToEmergencyCallsAtASmallPlace(t *testing.T) {
	d := work(t, "promise: {emergency_gos: 0.0000001%%}\nemergency: {share: 90%%}\n%s", sites(1, 1, "moderate"))
	l, g := d.Variant().Locations[0], d.Emergency[0]
	high, low, err := erlang.Reservation(l.Ports, g.Reserved, g.Erlangs, l.Load.Erlangs-g.Erlangs)
	if err != nil || high > 1e-9 || low > 0.01 || !g.Holds || g.Reserved == 0 || g.Reserved >= l.Ports {
		t.Errorf("%d of %d ports are kept: %g of the emergency calls and %g of the others are lost, %v; %+v", g.Reserved, l.Ports, high, low, err, g)
	}
}

// TestTheOnlyGatewayFailsWhereCallsKeepPorts: of no port at all none can be kept.
func TestTheOnlyGatewayFailsWhereCallsKeepPorts(t *testing.T) {
	d := work(t, "topology: per-site-gateways\nsites: [{name: A, country: DE, users: {moderate: 100}, resilience: none}]\ngateways: [{model: own, kind: e1, ports: 60, mtbf: 100000h}]\nemergency: {share: 50%%}\n")
	if d.Emergency[0].Reserved == 0 {
		t.Fatal("no port is kept")
	}
	at := slices.IndexFunc(d.Failures, func(f Failure) bool { return f.What == "one own" })
	if at < 0 || d.Failures[at].Blocking != 1 || d.Failures[at].Stranded != 100 {
		t.Errorf("failures %+v, want one of the only gateway, which loses every call", d.Failures)
	}
}

// TestBlockingOfAllCallsHeedsPortsForEmergencyCalls holds every figure of a location on its planned ports against the
// reservation formula itself, where whatever a plan says of emergency calls keeps ports for them. Of the calls out, half are
// emergency calls in some of these plans, so that each class counts.
func TestBlockingOfAllCallsHeedsPortsForEmergencyCalls(t *testing.T) {
	for _, tt := range []struct {
		name, says string
		share      float64 // of emergency calls, among all
		kept       bool
	}{
		{"a provider and a share", "demand: {inbound: 20%%}\nemergency: {provider: elin, share: 50%%}\n", 0.8 * 0.5, true},
		{"a share", "emergency: {share: 50%%}\n", 0.5 * 0.5, true},
		{"a provider", "emergency: {provider: elin}\n", 0.5 * 0.001, true},
		{"a location", "emergency: {locations: [{name: floor 1, site: S0, elins: [\"+4951110\"]}]}\n", 0.5 * 0.001, true},
		{"nothing", "", 0.5 * 0.001, false},
	} {
		d := work(t, "topology: central-sip-trunk\nitsps: [{name: X, resilient: yes}]\n"+tt.says+"%s", sites(1, 1000, "moderate"))
		l, reserved := d.Variant().Locations[0], 0
		for _, g := range d.Emergency {
			reserved += g.Reserved
		}
		if len(d.Emergency) > 1 || (reserved > 0) != tt.kept {
			t.Fatalf("%s: %d ports are kept at %d places", tt.name, reserved, len(d.Emergency))
		}
		emergency := tt.share * l.Load.Erlangs
		high, low, err := erlang.Reservation(l.Trunk, reserved, emergency, l.Load.Erlangs-emergency)
		if err != nil {
			t.Fatal(err)
		}
		want := low + (high-low)*tt.share
		for what, got := range map[string]float64{"everything up": l.Blocking, "one down": l.Down, "worst place": d.Variant().Blocking,
			"as planned": d.Sensitivity[1].Blocking, "worst as planned": d.Sensitivity[1].Worst} {
			if math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: %s, %d ports kept: %g is lost, want %g", tt.name, what, reserved, got, want)
			}
		}
	}
}

// TestPortsKeepTheGoSBesideThoseForEmergencyCalls: what is kept free is missing to the other calls, which the promise is about.
func TestPortsKeepTheGoSBesideThoseForEmergencyCalls(t *testing.T) {
	const file = "%semergency: {provider: elin, share: 1%%}\n"
	plain, d := work(t, "%s", sites(1, 1000, "moderate")), work(t, file, sites(1, 1000, "moderate"))
	l, g := d.Variant().Locations[0], d.Emergency[0]
	if l.Ports <= plain.Variant().Locations[0].Ports {
		t.Errorf("%d ports, as without emergency calls", l.Ports)
	}
	if d.Sensitivity[1].Ports != l.Ports {
		t.Errorf("sensitivity: as planned %d ports, want %d", d.Sensitivity[1].Ports, l.Ports)
	}
	for _, c := range []struct {
		ports int
		keeps bool
	}{{l.Ports, true}, {l.Ports - 1, false}} {
		// The fewest reserved ports that keep 1 in 1,000 for emergency calls, by the formula itself.
		for reserved := 0; ; reserved++ {
			high, low, err := erlang.Reservation(c.ports, reserved, g.Erlangs, l.Load.Erlangs-g.Erlangs)
			if err != nil {
				t.Fatal(err)
			}
			if high > 0.001 {
				continue
			}
			if (low <= 0.01) != c.keeps {
				t.Errorf("%d ports, %d kept: the others lose %g", c.ports, reserved, low)
			}
			break
		}
	}
}

func TestF20SessionBorderControllersHoldSessionsRatesAndTranscoding(t *testing.T) {
	const file = "topology: central-sip-trunk\nitsps: [{name: X}]\nmedia: {transcoded: 50%%}\nsbcs: [{model: Ribbon SWe Lite 1 vCPU}]\n%s"
	d := work(t, file, sites(1, 10000, "moderate")) // 1,000 E, 5.6 calls/s, 500 of them transcoded
	l := d.Variant().Locations[0]
	if l.Mix.Units != 6 { // 300 sessions and 100 transcoded each: 4 + 1 for the ports, 5 + 1 for the transcoding
		t.Errorf("%d units, want 6: %+v", l.Mix.Units, l.Mix)
	}
	fast := work(t, "promise: {caps: 50}\n"+file, sites(1, 10000, "moderate"))
	if got := fast.Variant().Locations[0].Mix.Units; got != 7 { // 50 a second in the mean need a limit of 51 to 60 for 1 %: 6 x 10, and one to spare
		t.Errorf("%d units at 50 calls a second, want 7", got)
	}
}

func TestF21TheFunctionsOfSIPAreOnTheTestList(t *testing.T) {
	d := work(t, "%s", sites(1, 100, "moderate"))
	want := []string{"user location", "user availability", "user capabilities", "session setup", "session management"}
	for i, name := range want {
		if d.Tests[i].Function != name || d.Tests[i].SIP == "" {
			t.Errorf("test %d is %+v, want %s", i, d.Tests[i], name)
		}
	}
}

func TestF07WithOneToOneTrunksTheGatewayGoesWithItsServer(t *testing.T) {
	d := work(t, "topology: central-gateways\nmediation: {trunks: \"1:1\"}\npromise: {failure_gos: 20%%}\nclasses: [{name: u, calls_per_hour: 4}]\n%sgateways: [{model: 32 E1}]\n", sites(1, 47000, "u"))
	f := failure(t, d, "one Mediation Server")
	about(t, "blocking without one gateway", f.Blocking, 0.0820239, 1e-6)
}
