package gate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sipplan/sipplan/reports/gate"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		text, metric, stat string
		op                 gate.Op
		limit              float64
		unit               gate.Unit
	}{
		{"blocking <= 1%", "blocking", "", gate.LessEqual, 0.01, gate.Share},
		{"blocking<=1%", "blocking", "", gate.LessEqual, 0.01, gate.Share},
		{"  blocking  <=  0.01  ", "blocking", "", gate.LessEqual, 0.01, gate.Share},
		{"asr >= 98 %", "asr", "", gate.GreaterEqual, 0.98, gate.Share},
		{"rtp_loss < 0.1%", "rtp_loss", "", gate.Less, 0.001, gate.Share},
		{"rtp_loss p99 < 0.5%", "rtp_loss", "p99", gate.Less, 0.005, gate.Share},
		{"pdd p95 < 250ms", "pdd", "p95", gate.Less, 0.25, gate.Seconds},
		{"pdd p(95) < 250 ms", "pdd", "p95", gate.Less, 0.25, gate.Seconds},
		{"pdd p99.9<1m30s", "pdd", "p99.9", gate.Less, 90, gate.Seconds},
		{"srd mean <= 1.5s", "srd", "mean", gate.LessEqual, 1.5, gate.Seconds},
		{"srd max != 1s", "srd", "max", gate.NotEqual, 1, gate.Seconds},
		{"rtp_jitter p95 < 5ms", "rtp_jitter", "p95", gate.Less, 0.005, gate.Seconds},
		{"lateness p99 < 5ms", "lateness", "p99", gate.Less, 0.005, gate.Seconds},
		{"acd > 90s", "acd", "mean", gate.Greater, 90, gate.Seconds},
		{"not_started == 0", "not_started", "", gate.Equal, 0, gate.Number},
		{"answered >= 100", "answered", "", gate.GreaterEqual, 100, gate.Number},
		{"target_error != 3", "target_error", "", gate.NotEqual, 3, gate.Number},
		{"retransmissions < 50", "retransmissions", "", gate.Less, 50, gate.Number},
		{"offered_erlangs >= 19.5", "offered_erlangs", "", gate.GreaterEqual, 19.5, gate.Erlangs},
		{"mos p5 >= 4.0", "mos", "p5", gate.GreaterEqual, 4, gate.Score},
		{"mos_wideband min > 3.5", "mos_wideband", "min", gate.Greater, 3.5, gate.Score},
		{"one_way_audio == 0", "one_way_audio", "", gate.Equal, 0, gate.Number},
		{"carried_erlangs >= 19 E", "carried_erlangs", "", gate.GreaterEqual, 19, gate.Erlangs},
	} {
		t.Run(tt.text, func(t *testing.T) {
			r, err := gate.Parse(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if r.Metric != tt.metric || r.Stat != tt.stat || r.Op != tt.op || r.Limit != tt.limit || r.Unit != tt.unit {
				t.Errorf("got %+v", r)
			}
			if r.Text != strings.TrimSpace(tt.text) || r.String() != r.Text {
				t.Errorf("text is %q", r.Text)
			}
		})
	}
}

func TestParseSaysWhatIsWrongAndWhere(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		column     int
		want       string
	}{
		{"nothing", "", 1, `a metric is missing, such as in "blocking <= 1%"`},
		{"no metric", " < 1%", 2, "a metric is missing"},
		{"a misspelt metric", "bloking <= 1%", 1, `unknown metric "bloking"; did you mean blocking?`},
		{"a metric of another tool", "http_req_duration p95 < 2s", 1, `unknown metric "http_req_duration"; known are blocking, asr, `},
		{"a metric that is not measured", "pesq p5 > 3.6", 1, `unknown metric "pesq"`},
		{"a score without a statistic", "mos >= 4", 5, "mos needs a statistic: p5 or another percentile"},
		{"a score off the scale", "mos p5 >= 5.1", 11, `"5.1" is no score; write a number from 1 to 5 such as 4.0`},
		{"a score as a share", "mos p5 >= 80%", 11, `"80%" is no score`},
		{"a statistic is missing", "pdd < 250ms", 5, "pdd needs a statistic: p95 or another percentile, mean, min or max"},
		{"a misspelt statistic", "pdd avg < 250ms", 5, `unknown statistic "avg"; known are p95 or another percentile, mean, min and max`},
		{"a bracket left open", "pdd p(95 < 250ms", 5, `unknown statistic "p(95"`},
		{"a percentile of 100", "pdd p100 < 250ms", 5, "a percentile lies between 0 and 100, got 100"},
		{"a statistic of a ratio", "asr p95 > 98%", 5, `asr has no statistic "p95"; a comparison must follow, such as in "asr >= 98%"`},
		{"a mean of losses", "rtp_loss mean < 1%", 10, `unknown statistic "mean"`},
		{"no comparison", "blocking 1%", 10, `blocking has no statistic "1%"; a comparison must follow`},
		{"no comparison at the end", "pdd p95", 8, "a comparison is missing: <, <=, >, >=, == or !="},
		{"a single equals sign", "answered = 100", 10, `unknown comparison "="; did you mean ==?`},
		{"swapped signs", "blocking =< 1%", 10, `unknown comparison "=<"; did you mean <=?`},
		{"a mathematical sign", "blocking ≤ 1%", 10, `unknown comparison "≤"; did you mean <=?`},
		{"a heap of signs", "blocking <<< 1%", 10, `unknown comparison "<<<"; known are <, <=, >, >=, == and !=`},
		{"a ratio that equals", "blocking == 1%", 10, "== compares only what is counted one by one; for blocking use <, <=, > or >="},
		{"a percentile that equals", "pdd p95 == 1s", 9, "== compares only what is counted one by one"},
		{"no limit", "blocking <=", 12, `a limit is missing, such as in "blocking <= 1%"`},
		{"a delay without a unit", "pdd p95 < 250", 11, "250 has no unit; write 250ms or 250s"},
		{"a delay in a wrong unit", "pdd p95 < 250%", 11, `"250%" is no duration; write it as 250ms, 1.5s or 2m`},
		{"a delay of nothing", "pdd p95 < 0s", 11, "a delay is longer than 0, got 0s"},
		{"a negative delay", "pdd p95 < -1s", 11, "a delay is longer than 0, got -1s"},
		{"an upper limit of 0 %", "blocking <= 0%", 13, `no number of calls proves a share of 0; use a count, such as "blocked == 0"`},
		{"a lower limit of 100 %", "asr >= 100%", 8, "no number of calls proves a share of 100 %"},
		{"a percentage without its sign", "blocking <= 1", 13, "1 without a unit is 100 %; write 1% if you mean that"},
		{"a share in a wrong unit", "blocking <= 1ms", 13, `"1ms" is no share; write it as 1% or as 0.01`},
		{"a share with an exponent", "blocking <= 1e-2", 13, `"1e-2" is no share`},
		{"a count as a share", "answered >= 98%", 13, "answered is a count, not a share; ratios are blocking, asr, "},
		{"half a call", "answered >= 1.5", 13, `"1.5" is no count; write a whole number such as 100`},
		{"erlangs in a wrong unit", "offered_erlangs > 3s", 19, `"3s" is no number of erlangs; write it as 19.5`},
		{"text after the limit", "blocking <= 1% please", 13, `"1% please" is no share`},
		{"columns count characters, not octets", "blocking ≥≥ 1%", 10, "unknown comparison"},
		{"not text", "blocking\xff <= 1%", 1, "not UTF-8 text"},
		{"too long", strings.Repeat("b", 300), 201, "longer than 200 characters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := gate.Parse(tt.text)
			var syntax *gate.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a syntax error", err)
			}
			if syntax.Column != tt.column || !strings.Contains(syntax.Reason, tt.want) {
				t.Errorf("column %d: %s; want column %d: %s", syntax.Column, syntax.Reason, tt.column, tt.want)
			}
		})
	}
}

func TestEveryMetricHasAnExampleThatParses(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range gate.Metrics() {
		if r, err := gate.Parse(m.Example); err != nil || r.Metric != m.Name {
			t.Errorf("%s: example %q: %v", m.Name, m.Example, err)
		}
		if m.About == "" || seen[m.Name] {
			t.Errorf("%s is listed twice or says nothing", m.Name)
		}
		seen[m.Name] = true
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range gate.Metrics() {
		f.Add(m.Example)
	}
	for _, text := range []string{"", "pdd p(95)<250ms", "blocking <= 1", "asr == 5%", "pdd p95 < 1.5.5s", "≤≤", "rtp_loss p99 < 0.5%"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := gate.Parse(text)
		if err != nil {
			var syntax *gate.SyntaxError
			if !errors.As(err, &syntax) || syntax.Column < 1 || syntax.Column > utf8.RuneCountInString(text)+1 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if again, err := gate.Parse(r.Text); err != nil || fmt.Sprint(again) != fmt.Sprint(r) || again.Limit != r.Limit {
			t.Fatalf("%q reads as %v, its own text as %v, %v", text, r, again, err)
		}
		if r.Unit == gate.Share && !(r.Limit > 0 && r.Limit < 1) || r.Limit < 0 {
			t.Fatalf("%q has the limit %v", text, r.Limit)
		}
	})
}

func ExampleParse() {
	_, err := gate.Parse("pdd p95 < 250")
	fmt.Println(err)
	// Output: gate "pdd p95 < 250", column 11: 250 has no unit; write 250ms or 250s
}
