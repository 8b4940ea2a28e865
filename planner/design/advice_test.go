package design

import (
	"strings"
	"testing"

	"github.com/sipplan/sipplan/planner/plan"
)

func advice(d *Design) string {
	return strings.Join(d.Advice, "\n") + "\n" + strings.Join(d.Risks, "\n")
}

func TestAFewAnalogLinesStandInForDigitalOnesAndManyDoNot(t *testing.T) {
	few := work(t, "sites: [{name: A, country: DE, users: {light: 15}}]\n").Variant().Locations[0]
	many := work(t, "sites: [{name: A, country: DE, users: {moderate: 50}}]\n").Variant().Locations[0]
	if few.Mix.Bought[0].Kind != "analog" || few.Ports > mostAnalog {
		t.Errorf("%d ports: %+v", few.Ports, few.Mix)
	}
	if many.Mix.Bought[0].Kind != "e1" {
		t.Errorf("%d ports: %+v", many.Ports, many.Mix)
	}
}

func TestWithoutPricesOfHardwareRentsAndMinutesDecide(t *testing.T) {
	d := work(t, "itsps: [{name: X}]\ntariffs: [{name: P, kind: pri, monthly: 300, minute: 0.02}, {name: S, kind: sip-channel, monthly: 5, minute: 0.01}]\n%s", sites(3, 300, "moderate"))
	if d.Variant().Name != CentralTrunk || !strings.Contains(d.Reason, "lowest rents and minutes") {
		t.Errorf("%s: %s", d.Variant().Name, d.Reason)
	}
	if c := d.Variant().Cost; c.Known || !c.Tariffs || c.Monthly() == 0 {
		t.Errorf("got %+v", c)
	}
}

func TestEverythingThatHasNoPriceIsNamed(t *testing.T) {
	d := work(t, "gateways: [{model: 1 E1, price: 100}, {model: 1 T1 PRI}]\ntariffs: [{name: P, kind: pri, countries: [DE], monthly: 300}]\n"+
		"sites:\n- {name: A, country: DE, users: {moderate: 100}}\n- {name: B, country: US, users: {moderate: 100}}\n")
	if got := advice(d); !strings.Contains(got, "does not give the price of 1 T1 PRI, a tariff for the lines in US.") {
		t.Errorf("got %s", got)
	}
}

func TestF19SitesThatDial911HaveALocation(t *testing.T) {
	const file = "emergency: {provider: elin, locations: [{name: A 1, site: A, elins: [\"+16175550390\"]}]}\nnumbers: [{site: A, first: +16175550000, last: +16175550%s}]\n" +
		"sites:\n- {name: A, country: US, users: {moderate: 100}}\n- {name: B, country: US, users: {moderate: 10}}\n- {name: C, country: DE, users: {moderate: 10}}\n- {name: D, country: US}\n"
	got := advice(work(t, file, "399"))
	if !strings.Contains(got, "no emergency location (emergency.locations) is given for B:") || strings.Contains(got, "ELIN") {
		t.Errorf("got %s", got)
	}
	if got := advice(work(t, file, "299")); !strings.Contains(got, "ELIN +16175550390 of A 1: is in none of the number ranges of A") {
		t.Errorf("got %s", got)
	}
}

func TestABranchWhoseWANFailsTooOftenIsTold(t *testing.T) {
	d := work(t, "topology: central-gateways\npromise: {availability: 99.9%%}\n%s- {name: B, country: DE, users: {moderate: 100}, wan: {mtbf: 30d, mttr: 12h}}\n", sites(1, 1000, "moderate"))
	if got := advice(d); !strings.Contains(got, "100 users of B are without calls for 1.6 % of the time, because the WAN link fails") || !strings.Contains(got, "resilience: local") {
		t.Errorf("got %s", got)
	}
}

func TestRisksOfOneKindStandTogether(t *testing.T) {
	got := gathered([]string{"b: x is not documented", "a: x is not documented", "c: y: z", "a: x is not documented"})
	if strings.Join(got, "|") != "a, b: x is not documented|c: y: z" {
		t.Errorf("got %q", got)
	}
}

func TestASingleTrunkToAProviderIsTold(t *testing.T) {
	const file = "topology: central-sip-trunk\nitsps: [{name: X%s}]\nsites: [{name: A, country: DE, users: {moderate: 100}}]\n"
	if got := advice(work(t, file, "")); !strings.Contains(got, "One SIP trunk is all that there is for A:") {
		t.Errorf("got %s", got)
	}
	if got := advice(work(t, file, ", resilient: true")); strings.Contains(got, "One SIP trunk") {
		t.Errorf("got %s", got)
	}
}

func TestPlansThatCannotBeWorkedOutSayWhy(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"sites: [{name: A, country: DE}]\n", "no site has users who call"},
		{"sites: [{name: A, country: DE, users: {moderate: 0}}]\n", "no site has users who call"},
		{"demand: {growth: 100%, horizon: 30}\nsites: [{name: A, country: DE, users: {heavy: 10000}}]\n", "traffic must be from 0"},
		{"sites: [{name: A, country: DE, users: {heavy: 1000000}}]\ntariffs: [{name: P, kind: pri, monthly: 999999999999}]\n", "is more than can be counted"},
		{"sites: [{name: A, country: DE, users: {moderate: 100}}]\ntariffs: [{name: P, kind: pri, monthly: 999999999999, once: 999999999999, minute: 99999999}]\n", "more than can be counted"},
		{"sites: [{name: A, country: DE, users: {heavy: 1000000}}]\ngateways: [{model: X, kind: e1, ports: 1, price: 999999999999}]\ntariffs: [{name: P, kind: pri}]\n", "more than can be counted"},
	} {
		p, err := plan.Read("p.yaml", []byte(tt.file))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := Work(p); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s; %+v", tt.file, err, tt.want, d.Variant().Cost)
		}
	}
}

func TestALinkOfManyGigabitsIsDividedMoreCoarsely(t *testing.T) {
	d := work(t, "topology: central-gateways\nsites:\n- {name: A, country: DE, users: {heavy: 900}}\n"+
		"- {name: B, country: DE, users: {moderate: 100}, wan: {bandwidth: 1000 Gbit/s, sessions: [{name: v, erlangs: 10, bit_rate: 1 kbit/s}]}}\n")
	for _, l := range d.Links {
		for _, a := range l.Admission {
			if a.Limit != 1e9 || a.Blocking != 0 {
				t.Errorf("got %+v", a)
			}
		}
	}
}

func TestASiteThatUsesTrunksOfAnotherCountryIsARisk(t *testing.T) {
	d := work(t, "sites:\n- {name: A, country: DE, central: true, users: {moderate: 10}}\n- {name: B, country: US, served_by: A, users: {moderate: 10}}\n")
	if got := advice(d); !strings.Contains(got, "B: its numbers and emergency calls belong to US, but its trunks are in DE") {
		t.Errorf("got %s", got)
	}
}
