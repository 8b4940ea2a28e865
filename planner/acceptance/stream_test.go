package acceptance_test

import (
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/acceptance"
	worked "github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
)

func streamsOf(t testing.TB, text string) []acceptance.Stream {
	t.Helper()
	read, err := plan.Read("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	d, err := worked.Work(read)
	if err != nil {
		t.Fatal(err)
	}
	streams, err := acceptance.Streams(d)
	if err != nil {
		t.Fatal(err)
	}
	return streams
}

func TestStreamsOfRoutes(t *testing.T) {
	streams := streamsOf(t, `
promise: {gos: 2%, caps: 3, mos: 4}
sites:
  - {name: Hannover, country: DE, users: {heavy: 100}}
  - {name: Leipzig, country: DE, users: {heavy: 50}}
trunks:
  - {name: first choice, site: Hannover, ports: 15}
  - {name: second, site: Hannover, ports: 12}
  - {name: leipzig, site: Leipzig, ports: 14}
routes:
  - {name: from Hannover, sites: [Hannover], trunks: [first choice, second]}
  - {name: from Leipzig, sites: [Leipzig], trunks: [leipzig]}
`)
	if len(streams) != 2 {
		t.Fatalf("got %d streams, want one for each route", len(streams))
	}
	s := streams[0]
	if s.Name != "from Hannover" || math.Abs(s.Erlangs-15) > 1e-9 || s.Hold != 3*time.Minute || s.Ports() != 27 || s.By != "Wilkinson" {
		t.Errorf("got %+v", s)
	}
	if p := s.Promise; p.Blocking != 0.02 || p.MOS != 4 || math.Abs(p.CAPS-2) > 1e-9 {
		t.Errorf("promises %+v, want 2 %%, and two of the three calls per second", p)
	}
	over, err := erlang.Overflow(15, 15)
	if err != nil {
		t.Fatal(err)
	}
	first, second := s.Groups[0], s.Groups[1]
	if first.Units[0].Name != "first-choice" || first.By != "Erlang B" || math.Abs(first.Offered-15) > 1e-9 || math.Abs(first.Formula-over.Mean/15) > 1e-9 {
		t.Errorf("first group %+v", first)
	}
	if second.By != "Wilkinson" || math.Abs(second.Offered-over.Mean) > 1e-9 || math.Abs(s.Formula-second.Formula*over.Mean/15) > 1e-9 {
		t.Errorf("second group %+v: it is offered what the first one cannot carry", second)
	}
	if streams[1].By != "Erlang B" || len(streams[1].Groups) != 1 {
		t.Errorf("got %+v", streams[1])
	}
}

func TestStreamsOfPlacesHaveTheirGateways(t *testing.T) {
	streams := streamsOf(t, `
topology: central-gateways
sites: [{name: Bad Hersfeld, country: DE, users: {heavy: 300}}]
gateways: [{model: own, kind: e1, ports: 30}]
`)
	if len(streams) != 1 || len(streams[0].Groups) != 1 {
		t.Fatalf("got %+v", streams)
	}
	g := streams[0].Groups[0]
	sum := 0
	for _, u := range g.Units {
		sum += u.Ports
	}
	if g.Name != "Bad Hersfeld" || len(g.Units) < 2 || sum != g.Ports || g.Units[1].Name != "Bad-Hersfeld/gateway-2" || g.Units[1].Ports != 30 {
		t.Errorf("got %+v, want gateways of 30 ports each by name", g)
	}
}

func TestStreamsOfSIPTrunksHaveTheirChannels(t *testing.T) {
	streams := streamsOf(t, string(plan.Example()))
	streams = append(streams, streamsOf(t, "topology: central-sip-trunk\nitsps: [{name: X, resilient: yes}]\ndemand: {day_to_day: high}\nsites: [{name: A, country: DE, users: {heavy: 300}}]\n")...)
	for _, s := range streams {
		if len(s.Groups) != 1 || len(s.Groups[0].Units) != 1 || s.Groups[0].Units[0].Ports != s.Groups[0].Ports {
			t.Errorf("%s: got %+v, want its channels as one", s.Name, s.Groups)
		}
		b, err := erlang.B(float64(s.Ports()), s.Erlangs)
		if err != nil || math.Abs(b-s.Formula) > 1e-9 || b > 0.01 {
			t.Errorf("%s: the formula says %g, Erlang B %g, %v", s.Name, s.Formula, b, err)
		}
	}
}
