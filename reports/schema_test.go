package reports

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

// publishedSchema reads schema/<name>.json.
func publishedSchema(t testing.TB, name string) map[string]any {
	t.Helper()
	text, err := os.ReadFile("schema/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON returns a result as a reader finds it.
func asJSON(t testing.TB, result any) any {
	t.Helper()
	var page bytes.Buffer
	if err := WriteJSON(&page, result); err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(page.Bytes(), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// schemaOf returns the JSON Schema of a type whose fields are described by doc tags.
func schemaOf(goType reflect.Type) map[string]any {
	switch goType.Kind() {
	case reflect.Pointer:
		schema := schemaOf(goType.Elem())
		schema["type"] = []any{schema["type"], "null"}
		return schema
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(goType.Elem())}
	case reflect.Struct:
		return objectSchema(goType)
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(goType.Elem())}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return map[string]any{"type": "integer"}
	}
	return map[string]any{"type": map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "number"}[goType.Kind()]}
}

func objectSchema(goType reflect.Type) map[string]any {
	properties, required := map[string]any{}, []any{}
	for i := range goType.NumField() {
		field := goType.Field(i)
		name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		property := schemaOf(field.Type)
		if doc := field.Tag.Get("doc"); doc != "" {
			property["description"] = doc
		}
		properties[name] = property
		if option != "omitempty" {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "additionalProperties": false, "required": required, "properties": properties}
}

// TestPlanResultsConformToTheirPublishedSchemas, which -update makes from the types, so that the two cannot differ.
func TestPlanResultsConformToTheirPublishedSchemas(t *testing.T) {
	worked := examplePlan(t)
	routed := examplePlan(t, "tariffs:\n", "trunks: [{name: a, site: Boston, ports: 30, reserved: 2}, {name: b, site: Boston, ports: 40}]\n"+
		"routes: [{name: r, sites: [Boston], trunks: [a, b]}]\ntariffs:\n")
	bare := examplePlan(t, "currency: EUR", "", "itsps:", "# itsps:", "  - {name: Northtel", "# - {name: Northtel")
	_, diff := PlanDiff(worked, routed)
	_, sites := PlanSites(worked)
	_, check := PlanCheck("plan.yaml", worked)
	for _, tt := range []struct {
		name, title string
		results     []any
	}{
		{"design-1", "sipplan.design/1: a plan that was worked out", []any{NewPlanObject(worked), NewPlanObject(routed), NewPlanObject(bare)}},
		{"plan-diff-1", "sipplan.plan-diff/1: what changed from one plan to another", []any{diff}},
		{"plan-check-1", "sipplan.plan-check/1: a plan file that is sound", []any{check}},
		{"plan-sites-1", "sipplan.plan-sites/1: the sites of a plan", []any{sites}},
	} {
		publish(t, tt.name, tt.title, tt.results...)
	}
}

// publish compares schema/<name>.json with the type of the results, which -update writes, and holds the results to it.
func publish(t *testing.T, name, title string, results ...any) {
	t.Helper()
	made := schemaOf(reflect.TypeOf(results[0]))
	id := "sipplan." + strings.TrimSuffix(name, "-1") + "/1"
	made["properties"].(map[string]any)["schema"] = map[string]any{"const": id}
	made["$schema"], made["$id"] = "https://json-schema.org/draft/2020-12/schema", "https://github.com/sipplan/sipplan/reports/schema/"+name+".json"
	made["title"] = title + ". Within version 1, keys are only ever added."
	if *update {
		var page bytes.Buffer
		if err := WriteJSON(&page, made); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("schema/"+name+".json", page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	published := publishedSchema(t, name)
	if !reflect.DeepEqual(asJSON(t, made), any(published)) {
		t.Errorf("schema/%s.json is not that of the types; -update writes it", name)
	}
	for i, result := range results {
		check := schemaCheck{root: published}
		check.value(name, published, asJSON(t, result))
		for _, problem := range check.problems {
			t.Errorf("result %d: %s", i, problem)
		}
	}
}
