package cmd

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
)

// document is a JSON report as a reader finds it: keys, not Go types.
type document map[string]any

// parseDocument reads one JSON object and nothing behind it.
func parseDocument(t *testing.T, text string) document {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("not one JSON object: %v\n%s", err, text)
	}
	return d
}

// readDocument reads a report from a file.
func readDocument(t *testing.T, path string) document {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parseDocument(t, string(text))
}

// at returns what a path such as totals.offered or gateways.0.blocked leads to.
func (d document) at(t *testing.T, path string) any {
	t.Helper()
	var here any = map[string]any(d)
	for key := range strings.SplitSeq(path, ".") {
		found := false
		switch parent := here.(type) {
		case map[string]any:
			here, found = parent[key]
		case []any:
			if i, err := strconv.Atoi(key); err == nil && i < len(parent) {
				here, found = parent[i], true
			}
		}
		if !found {
			t.Fatalf("the report has no %s", path)
		}
	}
	return here
}

// count returns a count of calls.
func (d document) count(t *testing.T, path string) int {
	t.Helper()
	value, ok := d.at(t, path).(float64)
	if !ok || value != float64(int(value)) {
		t.Fatalf("%s is %v, not a whole number", path, d.at(t, path))
	}
	return int(value)
}

// counts requires the values of several counts.
func (d document) counts(t *testing.T, want map[string]int) {
	t.Helper()
	for path, n := range want {
		if got := d.count(t, path); got != n {
			t.Errorf("%s is %d, want %d", path, got, n)
		}
	}
}

// classes are those that a call can end in.
var classes = []string{
	"answered", "user", "number", "blocked", "redirected", "policy", "target_error", "timeout", "unreachable", "unexpected",
	"not_started", "aborted",
}

// closes requires that each call that was offered is in one class.
func (d document) closes(t *testing.T) {
	t.Helper()
	sum := 0
	for _, class := range classes {
		sum += d.count(t, "totals."+class)
	}
	if offered := d.count(t, "totals.offered"); sum != offered {
		t.Errorf("%d calls in all classes, %d offered", sum, offered)
	}
	if started := d.count(t, "totals.started") + d.count(t, "totals.not_started"); started != sum {
		t.Errorf("%d calls started or not started, %d in all classes", started, sum)
	}
	d.counts(t, map[string]int{"totals.in_progress": 0})
	if accounting := d.at(t, "health.accounting"); accounting != "closes" {
		t.Errorf("accounting: %v", accounting)
	}
}

// limited tells whether this machine was too busy for the run to prove anything.
func (d document) limited(t *testing.T) bool {
	t.Helper()
	return d.at(t, "health.limited").(bool)
}

// disturbance says why this machine was too busy for the run, "" where it was not.
func (d document) disturbance(t *testing.T) string {
	t.Helper()
	if d.limited(t) {
		return d.why(t)
	}
	return ""
}

// health returns what a check of this machine found.
func (d document) health(t *testing.T, name string) float64 {
	t.Helper()
	for _, check := range d.at(t, "health.checks").([]any) {
		if check := check.(map[string]any); check["name"] == name {
			return check["value"].(float64)
		}
	}
	t.Fatalf("the report has no health check %s", name)
	return 0
}

// why returns the reasons of the verdict.
func (d document) why(t *testing.T) string {
	t.Helper()
	var reasons []string
	for _, reason := range d.at(t, "why").([]any) {
		reasons = append(reasons, reason.(string))
	}
	return strings.Join(reasons, "\n")
}
