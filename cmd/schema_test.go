package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/scenarios"
	"go.yaml.in/yaml/v4"
)

// schemaErrors checks a value as JSON Schema says (draft 2020-12), as far as the schema of scenarios goes: a keyword
// that it does not know is an error of its own.
func schemaErrors(schema map[string]any, value any, at string) (problems []string) {
	say := func(format string, values ...any) {
		problems = append(problems, at+": "+fmt.Sprintf(format, values...))
	}
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	text, isText := value.(string)
	for keyword, rule := range schema {
		switch keyword {
		case "$schema", "$id", "title", "description", "additionalProperties", "patternProperties":
		case "type":
			_, isNumber := value.(float64)
			is := map[any]bool{"object": isObject, "array": isList, "string": isText, "number": isNumber}
			kinds, several := rule.([]any)
			if !several {
				kinds = []any{rule}
			}
			if !slices.ContainsFunc(kinds, func(kind any) bool { return is[kind] }) {
				say("%v is no %v", value, rule)
			}
		case "enum":
			if !slices.Contains(rule.([]any), value) {
				say("%v is none of %v", value, rule)
			}
		case "pattern":
			if isText && !regexp.MustCompile(rule.(string)).MatchString(text) {
				say("%q does not match", text)
			}
		case "minimum":
			if number, ok := value.(float64); ok && number < rule.(float64) {
				say("%g is less than %v", number, rule)
			}
		case "minProperties":
			if isObject && float64(len(object)) < rule.(float64) {
				say("too few properties")
			}
		case "maxProperties":
			if isObject && float64(len(object)) > rule.(float64) {
				say("too many properties")
			}
		case "required":
			for _, name := range rule.([]any) {
				if _, there := object[name.(string)]; isObject && !there {
					say("lacks %v", name)
				}
			}
		case "items":
			for i, item := range list {
				problems = append(problems, schemaErrors(rule.(map[string]any), item, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "oneOf":
			fits := 0
			for _, one := range rule.([]any) {
				if len(schemaErrors(one.(map[string]any), value, at)) == 0 {
					fits++
				}
			}
			if fits != 1 {
				say("%v fits %d forms, not one", value, fits)
			}
		case "properties":
			problems = append(problems, propertyErrors(schema, object, at)...)
		default:
			say("the schema has the keyword %s, which the test does not know", keyword)
		}
	}
	if schema["properties"] == nil {
		problems = append(problems, propertyErrors(schema, object, at)...)
	}
	return problems
}

// propertyErrors checks the properties of an object by their names and patterns of names.
func propertyErrors(schema, object map[string]any, at string) (problems []string) {
	named, _ := schema["properties"].(map[string]any)
	patterns, _ := schema["patternProperties"].(map[string]any)
	for name, value := range object {
		known := false
		if rule, there := named[name]; there {
			known = true
			problems = append(problems, schemaErrors(rule.(map[string]any), value, at+"."+name)...)
		}
		for pattern, rule := range patterns {
			if regexp.MustCompile(pattern).MatchString(name) {
				known = true
				problems = append(problems, schemaErrors(rule.(map[string]any), value, at+"."+name)...)
			}
		}
		switch rest := schema["additionalProperties"].(type) {
		case bool:
			if !known && !rest {
				problems = append(problems, fmt.Sprintf("%s: %q is not known", at, name))
			}
		case map[string]any:
			if !known {
				problems = append(problems, schemaErrors(rest, value, at+"."+name)...)
			}
		}
	}
	return problems
}

// jsonOf reads YAML as an editor does that checks it with a JSON Schema: names are texts, numbers are numbers.
func jsonOf(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var named func(any) any
	named = func(value any) any {
		switch v := value.(type) {
		case map[any]any:
			object := map[string]any{}
			for name, inner := range v {
				object[fmt.Sprint(name)] = named(inner)
			}
			return object
		case map[string]any:
			for name, inner := range v {
				v[name] = named(inner)
			}
		case []any:
			for i := range v {
				v[i] = named(v[i])
			}
		case int:
			return float64(v)
		}
		return value
	}
	return named(value)
}

// scenarioExamples are the scenarios that the program and its README show, by where they stand.
func scenarioExamples(t *testing.T) map[string]string {
	t.Helper()
	examples := map[string]string{}
	for _, name := range scenarios.Names() {
		source, err := scenarios.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		examples["library/"+name] = string(source)
	}
	_, help, _ := strings.Cut(newScenariosTopic().Long, "\n\n")
	help, _, _ = strings.Cut(help, "\n\n")
	examples["help scenarios"] = strings.ReplaceAll("\n"+help, "\n  ", "\n")
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		if strings.HasPrefix(block[1], "scenario:") {
			examples[fmt.Sprintf("README, block %d", i)] = block[1]
		}
	}
	return examples
}

// Every scenario that is shown anywhere is one that the program reads and that its own JSON Schema takes.
func TestEveryShownScenarioIsValid(t *testing.T) {
	written, err := scenarios.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(written, &schema); err != nil {
		t.Fatal(err)
	}
	examples := scenarioExamples(t)
	if len(examples) < len(scenarios.Names())+2 {
		t.Errorf("%d examples: the README and the help show one each", len(examples))
	}
	for name, text := range examples {
		if _, err := scenarios.Parse(name, []byte(text)); err != nil {
			t.Error(err)
		}
		if problems := schemaErrors(schema, jsonOf(t, text), "file"); len(problems) > 0 {
			t.Errorf("%s: %s", name, strings.Join(problems, "; "))
		}
	}
	numbers := "scenario: x\nrole: answerer\nsteps:\n- respond 486 Busy:\n    Retry-After: 600\n"
	if problems := schemaErrors(schema, jsonOf(t, numbers), "file"); len(problems) > 0 {
		t.Errorf("a header that is a number: %s", problems)
	}
	for name, text := range map[string]string{
		"a field that is none":    "scenario: x\nrole: caller\nstep: [options]\n",
		"a role that is none":     "scenario: x\nrole: server\nsteps: [options]\n",
		"a step that is none":     "scenario: x\nrole: caller\nsteps: [optoins]\n",
		"a detail that is none":   "scenario: x\nrole: caller\nsteps:\n- options:\n    chek: [header X present]\n",
		"two steps in one":        "scenario: x\nrole: caller\nsteps:\n- options: {}\n  bye: {}\n",
		"a weight below nothing":  "scenario: x\nrole: caller\nweight: -1\nsteps: [options]\n",
		"a status that is a list": "scenario: x\nrole: caller\nsteps:\n- options:\n    on: {486: [busy]}\n",
		"no name":                 "role: caller\nsteps: [options]\n",
	} {
		if problems := schemaErrors(schema, jsonOf(t, text), "file"); len(problems) == 0 {
			t.Errorf("%s: the schema takes\n%s", name, text)
		}
	}
}
