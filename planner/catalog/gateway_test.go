package catalog

import (
	"slices"
	"strings"
	"testing"
)

func TestEmbeddedGatewaysHoldTheSizesOfTheGuidance(t *testing.T) {
	sizes := map[Lines][]int{}
	for _, gateway := range Gateways() {
		sizes[gateway.Lines] = append(sizes[gateway.Lines], gateway.Ports)
		if gateway.Source == "" || gateway.Dated == "" {
			t.Errorf("%s has no source or date", gateway.Name)
		}
		perSpan := map[Lines]int{Analog: 1, E1: 30, T1: 23}[gateway.Lines]
		if gateway.Ports != gateway.Spans*perSpan {
			t.Errorf("%s: %d ports on %d spans, want %d each", gateway.Name, gateway.Ports, gateway.Spans, perSpan)
		}
	}
	for lines, want := range map[Lines][]int{
		Analog: {2, 4, 8, 24},
		E1:     {30, 60, 120, 240, 480, 960},
		T1:     {23, 46, 92, 184, 368, 736},
	} {
		if got := sizes[lines]; !slices.Equal(got, want) {
			t.Errorf("%s: sizes %v, want %v", lines, got, want)
		}
	}
}

func TestUndocumentedLimitIsNilAndNotZeroOrUnlimited(t *testing.T) {
	for _, gateway := range Gateways() {
		if gateway.CallsPerSecond != nil {
			t.Errorf("%s: %g calls/s, but the generic sizes have no documented limit", gateway.Name, *gateway.CallsPerSecond)
		}
	}
}

func TestReadGatewaysReportsEveryBadRow(t *testing.T) {
	const file = `
dated: 2026-01-01
sources: {a: maker's data sheet}
gateways:
  - {name: good, lines: e1, spans: 1, ports: 30, calls_per_second: 5, source: a, quality: datasheet}
  - {name: no source, lines: e1, spans: 1, ports: 30, source: b, quality: datasheet}
  - {name: bad lines, lines: e9, spans: 1, ports: 30, source: a, quality: datasheet}
  - {name: guess, lines: e1, spans: 1, ports: 30, source: a, quality: guessed}
  - {name: no ports, lines: e1, spans: 1, ports: 0, source: a, quality: derived}
  - {name: zero rate, lines: e1, spans: 1, ports: 30, calls_per_second: 0, source: a, quality: derived}
`
	_, err := ReadGateways([]byte(file))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`gateways[1] "no source": source: must be one of the file's sources`,
		`gateways[2] "bad lines": lines: must be analog, e1 or t1, got "e9"`,
		`gateways[3] "guess": quality: must be datasheet or derived, got "guessed"`,
		`gateways[4] "no ports": must have a span or more`,
		`gateways[5] "zero rate": calls_per_second: must be positive, or null`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), `"good"`) {
		t.Errorf("the good row is reported:\n%v", err)
	}
}

func TestReadGatewaysRefusesUnknownFieldsAndUndatedFiles(t *testing.T) {
	for name, file := range map[string]string{
		"unknown field": "dated: 2026-01-01\ngateways:\n  - {name: x, port: 3}\n",
		"no date":       "gateways: []\n",
	} {
		if _, err := ReadGateways([]byte(file)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
