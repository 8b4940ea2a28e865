package reports

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
)

// WriteCSV writes the run as one table of metric, value and unit, a metric in each row, in the order of
// the JSON and under its keys. Metrics that are not defined are left out.
func (r *Run) WriteCSV(w io.Writer) error {
	table := Table{Columns: []Column{{Name: "metric"}, {Name: "value", Right: true}, {Name: "unit"}}}
	add := func(metric, value, unit string) { table.Rows = append(table.Rows, []string{metric, value, unit}) }
	add("verdict", r.Verdict.String(), "")
	add("seed", strconv.FormatUint(r.Seed, 10), "")
	if a := r.Acceptance; a != nil {
		add("acceptance.verdict", a.Verdict.String(), "")
	}
	for _, g := range r.Gates {
		add("gate."+g.Rule, g.Verdict.String(), "")
	}
	for _, c := range r.Health.Checks {
		if c.Value != nil {
			add("health."+c.Name, strconv.FormatFloat(*c.Value, 'f', -1, 64), c.Unit)
		}
	}
	r.addTrunks(add)
	r.addDrills(add)
	encoded, err := json.Marshal(r)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(string(encoded)))
	decoder.UseNumber()
	if err := flatten(decoder, "", add); err != nil {
		return err
	}
	return Document{Tables: []Table{table}}.Write(w, CSV)
}

// written names the keys whose numbers stand in rows of their own.
var written = []string{"seed", "gates", "health", "trunks", "drills"}

// listed names the keys of lists, which do not fit a table of metrics.
var listed = []string{"audio.worst_calls", "saved_calls.calls", "script.steps", "script.response_times_ms"}

// flatten reads one JSON value and adds each number in it under the keys that lead there.
func flatten(decoder *json.Decoder, path string, add func(metric, value, unit string)) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	switch t := token.(type) {
	case json.Number:
		add(path, t.String(), unitOf(path))
	case json.Delim:
		for decoder.More() {
			key := ""
			if t == '{' {
				name, err := decoder.Token()
				if err != nil {
					return err
				}
				key = name.(string)
			}
			into := add
			if path == "" && slices.Contains(written, key) || slices.Contains(listed, strings.Trim(path+"."+key, ".")) {
				into = func(string, string, string) {}
			}
			if err := flatten(decoder, strings.Trim(path+"."+key, "."), into); err != nil {
				return err
			}
		}
		_, err = decoder.Token()
	}
	return err
}

// unitOf returns the unit that the keys of a metric name.
func unitOf(path string) string {
	last := path[strings.LastIndex(path, ".")+1:]
	switch {
	case last == "count":
		return "1"
	case strings.Contains(path, "_ms."):
		return "ms"
	case strings.HasSuffix(path, "_seconds"):
		return "s"
	case strings.HasSuffix(path, "erlangs"):
		return "E"
	case strings.HasSuffix(path, "per_second"):
		return "1/s"
	case strings.HasPrefix(path, "ratios."), strings.Contains(last, "ratio"):
		return "ratio"
	}
	return "1"
}
