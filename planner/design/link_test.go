package design

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/plan"
)

func TestBandwidthOfOneCallByItsHeaders(t *testing.T) {
	for name, tt := range map[string]struct {
		media plan.Media
		kbits float64
	}{
		"G.711 on Ethernet":           {plan.Media{}, 87.2},
		"at IP":                       {plan.Media{Link: "ip"}, 80},
		"with preamble and gap":       {plan.Media{Link: "ethernet-wire"}, 95.2},
		"PPP":                         {plan.Media{Link: "ppp"}, 82.4},
		"10 ms":                       {plan.Media{PacketTime: 10 * time.Millisecond}, 110.4},
		"30 ms":                       {plan.Media{PacketTime: 30 * time.Millisecond}, 79.4667},
		"60 ms":                       {plan.Media{PacketTime: 60 * time.Millisecond}, 71.7333},
		"IPv6":                        {plan.Media{IPVersion: 6}, 95.2},
		"SRTP":                        {plan.Media{SRTP: true}, 91.2},
		"VLAN":                        {plan.Media{VLAN: true}, 88.8},
		"FEC":                         {plan.Media{FEC: true}, 151.2},
		"G.729 on Ethernet":           {plan.Media{Codec: "G.729"}, 31.2},
		"G.726-32":                    {plan.Media{Codec: "G.726-32"}, 55.2},
		"Opus of 24 kbit/s":           {plan.Media{Codec: "Opus", BitRate: 24000}, 47.2},
		"Microsoft, PSTN G.711":       {plan.Media{Profile: "ms-sfb"}, 97},
		"Microsoft with FEC":          {plan.Media{Profile: "ms-sfb", FEC: true}, 161},
		"Microsoft, SILK narrowband":  {plan.Media{Profile: "ms-sfb", Codec: "SILK narrowband"}, 41},
		"Microsoft, RTAudio wideband": {plan.Media{Profile: "ms-sfb", Codec: "RTAudio wideband"}, 62},
	} {
		about(t, name, CallBandwidth(tt.media).BitsPerSecond/1000, tt.kbits, 1e-5)
	}
}

func TestAdmissionControlStarvesVideoFirst(t *testing.T) {
	d := work(t, `
media: {profile: ms-sfb}
sites:
- {name: A, country: DE, central: true, users: {heavy: 1000}}
- name: B
  country: DE
  users: {moderate: 120}
  wan:
    bandwidth: 2000 kbit/s
    sessions: [{name: internal, erlangs: 10, bit_rate: 45 kbit/s}, {name: video, kind: video, erlangs: 1, bit_rate: 460 kbit/s}]
`)
	for _, l := range d.Links {
		if d.Sites[l.Site].Name != "B" {
			continue
		}
		for i, want := range []float64{.1382363, .0647211, .6217536} {
			about(t, l.Admission[i].Name, l.Admission[i].Blocking, want, 1e-6)
		}
		return
	}
	t.Error("no link of B")
}

func TestLinksAreBuiltForTheBusiestMoments(t *testing.T) {
	d := work(t, "media: {profile: ms-sfb, codec: G.711}\ntopology: central-sip-trunk\nitsps: [{name: X}]\nsbcs: [{model: Ribbon SBC 7000}]\n%s", sites(1, 47000, "heavy"))
	l := d.Links[0]
	if l.Kind != "ITSP" || l.Streams != 7044 { // 7,311 streams would be 99.9 %; the trunk has 7,044 channels
		t.Errorf("got %+v", l)
	}
	about(t, "99.9 % of 7,050 E", float64(newCalculator(d.Plan).streams(7050)), 7310, 0.001)
}

func TestOverflowOfTwoGroupsToACommonOne(t *testing.T) {
	d := work(t, `
classes: [{name: u, calls_per_hour: 1, aht: 180s}]
sites: [{name: A, country: DE, users: {u: 100}}, {name: B, country: DE, users: {u: 100}}]
trunks: [{name: a, site: A, ports: 5}, {name: b, site: B, ports: 5}, {name: common, site: A, ports: 4}]
routes: [{name: from A, sites: [A], trunks: [a, common]}, {name: from B, sites: [B], trunks: [b, common]}]
`)
	const exact, ert, hayward = .0792197115995263, .0807592903, .0748049690
	for _, r := range d.Routes {
		about(t, r.Name+" by Wilkinson", r.Lost, ert, 1e-6)
		about(t, r.Name+" by Hayward", r.Hayward, hayward, 1e-6)
		about(t, r.Name+" against the exact chain", r.Lost, exact, 0.02)
	}
	if common := d.TrunkGroups[2]; common.Direct != 0 || common.Overflow.Peakedness() < 1.6 {
		t.Errorf("got %+v", common)
	}
}

func TestAvailabilityOfElevenGateways(t *testing.T) {
	d := work(t, "classes: [{name: u, calls_per_hour: 4}]\n%sgateways: [{model: 32 E1, mtbf: 999h, mttr: 1h}]\n", sites(1, 47000, "u"))
	l := d.Variant().Locations[0]
	lost := l.Availability(newCalculator(d.Plan).blocking)
	if lost == nil {
		t.Fatal("not known")
	}
	about(t, "blocking with failures", *lost, 9.97e-6, 0.002)
}

func TestFailedThingsAreRows(t *testing.T) {
	d := work(t, "topology: central-gateways\n%s", sites(3, 100, "moderate"))
	count := map[string]int{}
	for _, f := range d.Failures {
		count[f.What]++
		stranded := map[int]int{0: 200, 1: 100, 2: 100}[f.Site]
		if f.What == "the WAN link" && (f.Stranded != stranded || f.Holds) {
			t.Errorf("without its WAN %d users are cut off: %+v", stranded, f)
		}
		if f.What == "the whole site" && (f.Stranded != 200 || f.Down != 100 || f.Holds) {
			t.Errorf("the users of the failed site are down, those of its branches cut off: %+v", f)
		}
	}
	if count["the WAN link"] != 3 || count["the whole site"] != 1 || count["one Mediation Server"] != 1 {
		t.Errorf("got %v", count)
	}
	if d.Worst[0].Stranded < d.Worst[len(d.Worst)-1].Stranded {
		t.Error("the worst is not first")
	}
}

func TestBranchesWithGatewaysOutliveTheirCentralSite(t *testing.T) {
	d := work(t, "topology: central-gateways\n%s- {name: B, country: DE, users: {moderate: 100}, resilience: local}\n", sites(2, 1000, "moderate"))
	site := failure(t, d, "the whole site")
	if site.Down != 1000 || site.Stranded != 1000 || !strings.Contains(site.Reason, "1 of the 2 sites") {
		t.Errorf("got %+v", site)
	}
	about(t, "erlangs through the branch's own gateway", site.Moved, 10, 1e-12)
}

func TestTwoCentralSitesStandInForEachOther(t *testing.T) {
	d := work(t, "topology: central-gateways\ngateways: [{model: 4 E1}]\nsites:\n- {name: A, country: DE, central: true, users: {moderate: 500}}\n"+
		"- {name: B, country: DE, central: true, users: {moderate: 500}}\n- {name: C, country: DE, served_by: A, users: {moderate: 100}}\n")
	f := failure(t, d, "the whole site")
	c := newCalculator(d.Plan)
	if f.Stranded != 0 || f.Down != 500 || !strings.Contains(f.Reason, "calls go to B") {
		t.Errorf("got %+v", f)
	}
	about(t, "blocking at B", f.Blocking, c.blocking(d.Variant().Locations[1].Trunk, 60), 1e-12)
}

func TestTheTrunkToAProviderFails(t *testing.T) {
	const file = "topology: central-sip-trunk\nsbcs: [{model: Ribbon SWe Lite 2 vCPU}]\nitsps: [%s]\nsites: [{name: A, country: DE, users: {moderate: 500}}]\n"
	for itsps, want := range map[string]struct {
		stranded int
		blocking float64
		reason   string
	}{
		"{name: X}":                             {500, 1, "no other trunks in DE"},
		"{name: X, resilient: true}":            {0, 0.0084394, "second point"},
		"{name: X}, {name: Y}":                  {0, 0.0084394, "64 channels of Y"},
		"{name: X}, {name: Y, channels: 5}":     {0, 0.9018, "5 channels of Y"},
		"{name: X}, {name: Y, countries: [US]}": {500, 1, "no other trunks in DE"},
	} {
		f := failure(t, work(t, file, itsps), "the SIP trunk")
		if f.Stranded != want.stranded || !strings.Contains(f.Reason, want.reason) {
			t.Errorf("%s: got %+v", itsps, f)
		}
		about(t, itsps, f.Blocking, want.blocking, 0.01)
	}
}

// TestFailuresHeedPortsForEmergencyCalls holds what is lost while something is down against the reservation formula: a
// quarter of all calls are emergency calls here, for which what is left keeps as many ports as when everything is up.
func TestFailuresHeedPortsForEmergencyCalls(t *testing.T) {
	lost := func(d *Design, location int, ports int, erlangs float64) float64 {
		reserved := min(d.Emergency[location].Reserved, ports)
		high, low, err := erlang.Reservation(ports, reserved, erlangs/4, erlangs*3/4)
		if err != nil || reserved == 0 {
			t.Fatalf("%d of %d ports are kept: %v", reserved, ports, err)
		}
		return high/4 + low*3/4
	}
	const emergency = "emergency: {share: 50%%}\n"
	gateways := work(t, emergency+"topology: central-gateways\ngateways: [{model: own, kind: e1, ports: 30, mtbf: 1000h, mttr: 100h}]\n%s", sites(1, 1000, "moderate"))
	l := gateways.Variant().Locations[0]
	about(t, "one gateway down", failure(t, gateways, "one own").Blocking, lost(gateways, 0, min(l.Trunk, l.Mix.Calls-30), l.Load.Erlangs), 1e-9)
	about(t, "over the years", *l.LongRun, *l.Availability(func(ports int, erlangs float64) float64 {
		if ports == 0 {
			return 1
		}
		return lost(gateways, 0, ports, erlangs)
	}), 1e-9)
	trunk := work(t, emergency+"topology: central-sip-trunk\nitsps: [{name: X}, {name: Y, channels: 50}]\n%s", sites(1, 500, "moderate"))
	about(t, "over another provider", failure(t, trunk, "the SIP trunk").Blocking, lost(trunk, 0, 50, 50), 1e-9)
	two := work(t, emergency+"topology: central-gateways\ngateways: [{model: 2 E1}]\nsites:\n- {name: A, country: DE, central: true, users: {moderate: 500}}\n"+
		"- {name: B, country: DE, central: true, users: {moderate: 500}}\n- {name: C, country: DE, served_by: A, users: {moderate: 400}}\n")
	about(t, "at the other place", failure(t, two, "the whole site").Blocking, lost(two, 1, two.Variant().Locations[1].Trunk, 90), 1e-9)
}

func TestSensitivityShowsTheCliff(t *testing.T) {
	d := work(t, "classes: [{name: u, calls_per_hour: 4}]\n%s", sites(1, 47000, "u"))
	for i, want := range []float64{0, 0.0099, 0.252} { // a third shorter, as planned, a third longer
		if got := d.Sensitivity[i].Blocking; got < want*0.95-1e-9 || got > want*1.05+1e-9 {
			t.Errorf("%s: %g, want %g", d.Sensitivity[i].What, got, want)
		}
	}
	for i, want := range []float64{1, 1.36, 2.5} {
		about(t, d.Sensitivity[3+i].What, d.Sensitivity[3+i].Factor, want, 1e-9)
	}
}

func TestDayToDayVariationNeedsMorePorts(t *testing.T) {
	flat, high := work(t, "%s", sites(1, 840, "moderate")), work(t, "demand: {day_to_day: high}\n%s", sites(1, 840, "moderate"))
	if flat.Variant().Ports >= high.Variant().Ports {
		t.Errorf("%d ports, and %d with day-to-day variation", flat.Variant().Ports, high.Variant().Ports)
	}
}

func TestCallsOfADayByTheBusyHourRule(t *testing.T) {
	for rule, want := range map[string]float64{"flat": 100 * 10 * 0.125, "17%": 170, "microsoft": 312.5} {
		d := work(t, "demand: {busy_hour: %s}\nclasses: [{name: u, calls_per_day: 10}]\n%s", rule, sites(1, 100, "u"))
		about(t, rule, d.Total.BHCA, want, 1e-12)
	}
}

func TestTheExampleIsWorkedOut(t *testing.T) {
	d := work(t, "%s", plan.Example())
	if d.Variant().Units < 2 || len(d.Phases) != 4 || !d.BreakEven.Known {
		t.Errorf("got %d units, %d phases, %+v", d.Variant().Units, len(d.Phases), d.BreakEven)
	}
}

func TestF19PortsOfATrunkGroupAreKeptForEmergencyCalls(t *testing.T) {
	d := work(t, `
classes: [{name: u, calls_per_hour: 1, aht: 180s}]
demand: {inbound: 0%%}
emergency: {share: 50%%}
sites: [{name: A, country: DE, users: {u: 200}}]
trunks: [{name: a, site: A, ports: 10, reserved: 2}]
routes: [{name: r, sites: [A], trunks: [a]}]
`)
	g := d.TrunkGroups[0]
	about(t, "emergency calls", *g.Emergency, .0733091462414483, 1e-9)
	about(t, "other calls", g.Blocking, .483840365193559, 1e-9)
}

func TestF10DirectSIPKeepsTheLinesOfThePBX(t *testing.T) {
	d := work(t, "topology: direct-sip\n%spbxs: [{name: P, site: S0, direct_sip: true}]\n%s", sites(1, 1000, "moderate"), tariffs)
	if got := d.Variant().Cost; got.Rent.String() != "1200.00" || got.Hardware() != 0 {
		t.Errorf("got %+v, want the rent of 4 E1 and no hardware", got)
	}
}

func TestF14AnUndocumentedApplianceIsARisk(t *testing.T) {
	d := work(t, "topology: central-gateways\n%s- {name: B, country: DE, users: {moderate: 100}, resilience: local}\n", sites(1, 1000, "heavy"))
	for _, risk := range d.Risks {
		if len(risk) > 20 && risk[len(risk)-len("is not documented"):] == "is not documented" {
			return
		}
	}
	t.Errorf("risks %q", d.Risks)
}

func TestWhatBranchesAndAnalogTelephonesCostIsInTheComparison(t *testing.T) {
	const file = `
gateways: [{model: 1 E1, price: 2000}, {model: 8 analog lines, price: 900}]
sbcs: [{model: Ribbon SWe Lite 1 vCPU, price: 1500}]
itsps: [{name: X}]
tariffs:
- {name: PRI, kind: pri, monthly: 300}
- {name: SIP, kind: sip-channel, monthly: 5}
- {name: MPLS, kind: wan, monthly: 100, increment: 2 Mbit/s}
prices: {mediation-server: 1000, sba: 700}
sites:
- {name: A, country: DE, central: true, users: {moderate: 1000}, analog: 4}
- {name: B, country: DE, users: {moderate: 100}, resilience: local}
`
	d := work(t, "%s", file)
	central, local := d.variant(CentralTrunk).Cost, d.variant(DistributedTrunk).Cost
	if central.Branches.String() != "2700.00" || central.Analog.String() != "900.00" { // 18 ports on 1 E1, and an appliance
		t.Errorf("central: %+v", central)
	}
	if local.Branches.String() != "700.00" { // the SBC of the site stays in service
		t.Errorf("at each site: %+v", local)
	}
	if central.Servers.String() != "2000.00" || central.WAN.String() != "200.00" || local.WAN != 0 { // 10 E: 21 streams of 87.2 kbit/s at both ends
		t.Errorf("central %+v, at each site %+v", central, local)
	}
	if d.variant(PerSiteGateways).Cost.WAN != 0 || len(central.Without) != 0 {
		t.Errorf("got %+v", d.variant(PerSiteGateways).Cost)
	}
	without := work(t, "%s", strings.Replace(file, "prices: {mediation-server: 1000, sba: 700}", "", 1))
	if got := without.variant(CentralTrunk).Cost; strings.Join(got.Without, ", ") != "SBA, mediation-server" || !got.Known {
		t.Errorf("got %+v", got)
	}
}

func TestMeasuredTrafficTakesThePlaceOfThatOfUsers(t *testing.T) {
	d := work(t, "demand: {growth: 10%%, horizon: 1, busy_hour: microsoft}\nsites: [{name: A, country: DE, users: {moderate: 100}, measured: {erlangs: 20, calls_per_hour: 400}}]\n")
	about(t, "erlangs", d.Total.Erlangs, 22, 1e-12)
	about(t, "attempts", d.Total.BHCA, 440, 1e-12)
	if d.Total.Users != 100 || d.Total.Guidance != 10 {
		t.Errorf("got %+v", d.Total)
	}
}
