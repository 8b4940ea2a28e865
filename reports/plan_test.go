package reports

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/planner/design"
	"github.com/sipplan/sipplan/planner/plan"
	"go.yaml.in/yaml/v4"
)

func examplePlan(t testing.TB, changes ...string) *design.Design {
	t.Helper()
	read, err := plan.Read("plan.yaml", []byte(strings.NewReplacer(changes...).Replace(string(plan.Example()))))
	if err != nil {
		t.Fatal(err)
	}
	worked, err := design.Work(read)
	if err != nil {
		t.Fatal(err)
	}
	return worked
}

// goldenPlan compares with testdata/<name>, which -update writes.
func goldenPlan(t *testing.T, name string, got []byte) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s differs (%v); -update writes it. Got:\n%s", file, err, got)
	}
}

func TestPlanRenderings(t *testing.T) {
	d := examplePlan(t)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"plan.txt":  func(b *bytes.Buffer) error { return Plan(d, false).Write(b, Text) },
		"plan.md":   func(b *bytes.Buffer) error { return Plan(d, false).Write(b, Markdown) },
		"plan.csv":  func(b *bytes.Buffer) error { return Plan(d, true).Write(b, CSV) },
		"plan.json": func(b *bytes.Buffer) error { return WriteJSON(b, NewPlanObject(d)) },
		"plan.html": func(b *bytes.Buffer) error { return WritePlanHTML(b, d) },
	} {
		var page bytes.Buffer
		if err := write(&page); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		goldenPlan(t, name, page.Bytes())
	}
}

func TestPlanPageNeedsNothingElseAndEscapesNames(t *testing.T) {
	var page bytes.Buffer
	if err := WritePlanHTML(&page, examplePlan(t, "name: Contoso", `name: "<script>alert(1)</script>"`, "Hannover PBX", `"<b onclick=x>"`)); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	for _, bad := range []string{"<script", "<b onclick", "http://", "https://", " src=", "url("} {
		if strings.Contains(text, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	for _, want := range []string{"Content-Security-Policy", "<svg", "ports</text>", "blocked</text>"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestThePlanSchemaAcceptsTheExample(t *testing.T) {
	text, err := plan.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	check := schemaCheck{root: schema}
	check.value("plan", schema, generic(t, plan.Example()))
	for _, problem := range check.problems {
		t.Error(problem)
	}
	bad := schemaCheck{root: schema}
	bad.value("plan", schema, generic(t, []byte("yeers: 2\nsites: [{name: A, country: DE, resilience: often, users: {heavy: -1}}]\n")))
	if len(bad.problems) != 3 {
		t.Errorf("got %q, want three problems", bad.problems)
	}
}

// generic reads YAML as the JSON that an editor holds against the schema.
func generic(t *testing.T, text []byte) (value any) {
	t.Helper()
	var read any
	if err := yaml.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(asJSON, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestPlanDiffSaysWhatChanged(t *testing.T) {
	same, _ := PlanDiff(examplePlan(t), examplePlan(t))
	if len(same.Tables[0].Rows) != 0 || !strings.HasPrefix(same.Answer[0], "Nothing changed") {
		t.Errorf("got %+v", same)
	}
	document, object := PlanDiff(examplePlan(t), examplePlan(t, "users: {heavy: 320}", "users: {heavy: 640}"))
	found := false
	for _, row := range object.Rows {
		found = found || row.Figure == "ports at Boston" && row.Before == "66" && row.Change == "+54" && *row.AfterNumber == 120
	}
	if !found || !strings.Contains(document.Answer[0], "changed: from 410 ports") {
		t.Errorf("got %q, %+v", document.Answer, object.Rows)
	}
}

func TestAmountsKeepEveryDigit(t *testing.T) {
	for m, want := range map[plan.Money]string{0: "0.00", 12_345_678_900: "1,234,567.89", -10_000: "-1.00", 85: "0.0085", 9_999_999_999_999_900: "999,999,999,999.99"} {
		if got := amount(m); got != want {
			t.Errorf("%d: %s, want %s", m, got, want)
		}
	}
}
