package plan

import (
	"strings"
	"testing"
	"time"
)

func TestTheExampleIsASoundPlan(t *testing.T) {
	p, err := Read("plan.yaml", Example())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sites) != 3 || p.Sites[0].Users["service desk"] != 25 || p.Demand.SetUp != 10*time.Second {
		t.Errorf("got %+v", p)
	}
	if got := p.Tariffs[1].Minute; got != 60 || got.String() != "0.0060" {
		t.Errorf("a minute costs %d (%s), want 60 ten-thousandths", got, got)
	}
}

func TestASmallPlanIsTenLines(t *testing.T) {
	p, err := Read("p.yaml", []byte("sites:\n  - name: HQ\n    country: DE\n    users: {moderate: 100}\n"))
	if err != nil || p.Sites[0].Users["moderate"] != 100 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestF18TelephoneNumbersStayText(t *testing.T) {
	const file = "sites:\n- {name: 0401555, country: DE}\nnumbers:\n- {site: 0401555, first: +49401555000, last: +49 40 1555-999}\n"
	p, err := Read("p.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if p.Sites[0].Name != "0401555" || p.Numbers[0].First != "+49401555000" || p.Numbers[0].Count() != 1000 {
		t.Errorf("got %+v", p.Numbers[0])
	}
}

func TestEveryProblemHasItsPlaceFieldGivenAndAllowed(t *testing.T) {
	const site = "sites:\n  - name: A\n    country: DE\n"
	for _, tt := range []struct{ name, file, want string }{
		{"unknown field", site + "    user: {heavy: 1}\n", `p.yaml:4:5: sites[0].user: is no field here; did you mean "users"?`},
		{"a number out of range", site + "    users: {heavy: -4}\n", `p.yaml:4:20: sites[0].users.heavy: must be a whole number from 0 to 10000000, got "-4"`},
		{"an unknown class", site + "    users: {heavi: 4}\n", `p.yaml:4:20: sites[0].users.heavi: must be a class of users: light, moderate, heavy, got "heavi"; did you mean "heavy"?`},
		{"an unknown country", "sites:\n  - {name: A, country: XX}\n", `p.yaml:2:24: sites[0].country: must be one of [AT, `},
		{"a field given twice", site + "    name: B\n", `p.yaml:4:5: sites[0].name: is given twice`},
		{"two sites of one name", site + "  - {name: A, country: DE}\n", `p.yaml:4:12: sites[1].name: must be unique, got "A" again`},
		{"a missing name", "sites:\n  - country: DE\n", `p.yaml:2:5: sites[0].name: is needed: unique`},
		{"no sites", "name: x\n", `p.yaml:1:1: sites: is needed: where the users are`},
		{"an empty list of sites", "sites: []\n", `p.yaml:1:8: sites: must list one site or more`},
		{"a wrong enumeration", site + "    resilience: locl\n", `p.yaml:4:17: sites[0].resilience: must be none, n+1, local, got "locl"; did you mean "local"?`},
		{"a share", site + "promise: {gos: 1.5}\n", `p.yaml:4:16: promise.gos: must be a share from 0 to 100%, such as 1% or 0.01, got "1.5"`},
		{"no bandwidth unit", site + "    wan: {bandwidth: 10}\n", `must be a bandwidth with its unit, such as 10 Mbit/s or 512 kbit/s, got "10"`},
		{"a bad number", site + "numbers: [{site: A, first: 0511123, last: \"+495111235\"}]\n", `p.yaml:4:28: numbers[0].first: must be a number by E.164`},
		{"overlapping ranges", site + "numbers:\n- {site: A, first: +4951112, last: +4951115}\n- {site: A, first: +4951114, last: +4951119}\n", `numbers[1].first: must not be in the range +4951112 to +4951115 of A, got +4951114`},
		{"a long location", site + "emergency: {locations: [{name: a name of more than twenty, site: A}]}\n", `must have at most 20 characters, got 26`},
		{"no ELIN", site + "emergency: {provider: elin, locations: [{name: L, site: A}]}\n", `emergency.locations[0].elins: must list a number or more`},
		{"a list for a mapping", site + "demand: [1]\n", `p.yaml:4:9: demand: must be a mapping of busy_hour, aht,`},
		{"money", site + "prices: {x: 1.23456}\n", `p.yaml:4:13: prices.x: must be an amount with at most four decimals`},
		{"phases back in time", site + "pbxs: [{name: P, site: A}]\nphases:\n- {date: 2027-02-01}\n- {date: 2027-01-01}\n", `phases[1].date: must not be before the phase above it, 2027-02-01, got 2027-01-01`},
		{"a codec without a rate", site + "media: {codec: Opus}\n", `p.yaml:4:16: media.codec: has no fixed rate: give media.bit_rate, got "Opus"`},
		{"an unknown model", site + "gateways: [{model: 33 E1}]\n", `gateways[0].model: must be a name of the catalogue`},
		{"a promise that nothing can hold", site + "promise: {gos: 0%, failure_gos: 100%}\n", `p.yaml:4:16: promise.gos: must be above 0 and below 100%, got 0%`},
		{"no holding time", site + "demand: {aht: 0s}\n", `p.yaml:4:15: demand.aht: must be a duration from 1ms to 24h, such as 180s or 3m, got "0s"`},
		{"packets of a day", site + "media: {ptime: 24h}\n", `media.ptime: must be a duration from 1ms to 200ms, such as 20ms, got "24h"`},
		{"served by nobody", "sites:\n- {name: A, country: DE, served_by: A}\n", `sites[0].served_by: must be a central site, and none is (central: true), got "A"`},
		{"served in a circle", "sites:\n- {name: A, country: DE, central: true, served_by: B}\n- {name: B, country: DE, central: true, served_by: A}\n", `sites[0].served_by: must have trunks of its own, but B is served by A`},
		{"a price of nothing", site + "prices: {mediation server: 1}\n", `prices.mediation server: must be the name of a gateway, mediation-server, sba, sbs, standard-edition, pool, got "mediation server"; did you mean "mediation-server"?`},
		{"too many models", site + "gateways: [" + strings.Repeat("{model: 1 E1}, ", 101) + "]\n", `gateways: must list at most 100 models, got 101`},
		{"half a measurement", "sites: [{name: A, country: DE, measured: {erlangs: 3}}]\n", `sites[0].measured.calls_per_hour: is needed: call attempts in the busy hour`},
		{"nothing", "", `p.yaml:1:1: is empty; sipplan plan init writes an example`},
		{"nothing but a comment", "# later\n", `p.yaml:1:1: `},
		{"not YAML", "sites: [\n", `p.yaml:`},
		{"a cycle", "sites: &a\n  - *a\n", `p.yaml:`},
	} {
		_, err := Read("p.yaml", []byte(tt.file))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	_, err := Read("p.yaml", []byte("yeers: 3\nsites:\n  - {name: A, country: DE, users: {heavy: x}}\npromise: {gos: often}\n"))
	if err == nil || strings.Count(err.Error(), "p.yaml:") != 3 {
		t.Errorf("want three problems, got\n%v", err)
	}
}

func TestAliasesCannotBlowAPlanUp(t *testing.T) {
	file := "sites:\n- &a {name: A, country: DE}\n"
	file += "itsps: &l0 [{name: x}]\n"
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, bomb := range []string{file + "trunks: *l0\n", "sites: " + deep + "\n", strings.Repeat("a", maxOctets+1)} {
		if _, err := Read("p.yaml", []byte(bomb)); err == nil {
			t.Errorf("no error for %.40q", bomb)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(Example())
	f.Add([]byte("sites: &a\n  - *a\n"))
	f.Add([]byte("sites:\n- {name: 1, country: DE, users: {heavy: 1e9}}\nprices: {a: .5, b: 1.}\n"))
	f.Add([]byte("numbers: [{site: A, first: \"+\", last: +1}]\nphases: [{date: 2027-13-01}]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Read("p.yaml", text)
		if (p == nil) == (err == nil) {
			t.Fatalf("plan %v and error %v", p, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "p.yaml:") {
			t.Fatalf("%v does not begin with its place", err)
		}
	})
}

func TestLiveCallsFollowTheLawOfConversationsAlone(t *testing.T) {
	for _, row := range []struct{ text, holding, left string }{
		{"{holding: 'lognormal,1.2'}", "lognormal,1.2", ""},
		{"{arrivals: poisson, answered: 100%}", "", ""}, // as calls are without them
		{"{answered: 85%, retry: {share: 50%}, ringing: 'exponential:30s'}", "", "simulation.ringing simulation.answered simulation.retry"},
		{"{arrivals: users, policy: ordered, drills: [fail gateway-1 at 5m]}", "", "simulation.arrivals simulation.policy simulation.drills"},
	} {
		p, err := Read("p.yaml", []byte("sites: [{name: HQ, country: DE, users: {moderate: 100}}]\nsimulation: "+row.text+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		followed, left := p.Simulation.Live()
		if got := strings.Join(left, " "); got != row.left || string(followed.Holding) != row.holding || followed.Answered != nil || followed.Arrivals != "" || len(followed.Drills) > 0 {
			t.Errorf("%s: follows %+v, leaves %q", row.text, followed, got)
		}
	}
}
