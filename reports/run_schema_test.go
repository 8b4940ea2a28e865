package reports

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// schemaCheck checks values against the part of JSON Schema 2020-12 that the published schema uses.
type schemaCheck struct {
	root     map[string]any
	problems []string
}

func (c *schemaCheck) fail(path, format string, args ...any) {
	c.problems = append(c.problems, path+": "+fmt.Sprintf(format, args...))
}

func (c *schemaCheck) value(path string, schema map[string]any, value any) {
	if ref, ok := schema["$ref"].(string); ok {
		defs := c.root["$defs"].(map[string]any)
		schema = defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	if want, ok := schema["const"]; ok && want != value {
		c.fail(path, "is %v, want %v", value, want)
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, value) {
		c.fail(path, "is %v, want one of %v", value, enum)
	}
	if types, ok := schema["type"]; ok && !hasType(types, value) {
		c.fail(path, "is %T, want %v", value, types)
	}
	if number, ok := value.(float64); ok {
		if least, ok := schema["minimum"].(float64); ok && number < least {
			c.fail(path, "is %v, below %v", value, least)
		}
	}
	switch v := value.(type) {
	case map[string]any:
		c.object(path, schema, v)
	case []any:
		for i, item := range v {
			c.value(fmt.Sprintf("%s[%d]", path, i), schema["items"].(map[string]any), item)
		}
	}
}

func (c *schemaCheck) object(path string, schema, value map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	for _, key := range required {
		if _, ok := value[key.(string)]; !ok {
			c.fail(path, "%v is missing", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(value)) {
		property, known := properties[key].(map[string]any)
		if extra, ok := schema["additionalProperties"].(map[string]any); !known && ok {
			property, known = extra, true
		}
		if !known {
			c.fail(path, "%s is not in the schema", key)
			continue
		}
		c.value(path+"."+key, property, value[key])
	}
}

func hasType(types, value any) bool {
	names, several := types.([]any)
	if !several {
		names = []any{types}
	}
	return slices.ContainsFunc(names, func(name any) bool {
		switch v := value.(type) {
		case nil:
			return name == "null"
		case bool:
			return name == "boolean"
		case string:
			return name == "string"
		case float64:
			return name == "number" || name == "integer" && v == math.Trunc(v)
		case map[string]any:
			return name == "object"
		}
		return name == "array"
	})
}

func TestRunsConformToTheirSchema(t *testing.T) {
	for name, run := range runs(t) {
		t.Run(name, func(t *testing.T) {
			check := schemaCheck{root: publishedSchema(t, "run-1")}
			check.value("run", check.root, asJSON(t, run))
			for _, problem := range check.problems {
				t.Error(problem)
			}
		})
	}
}

// TestTheSchemaKnowsNoOtherKeys fails when a field is taken out of Run and left in the schema.
func TestTheSchemaKnowsNoOtherKeys(t *testing.T) {
	schema := publishedSchema(t, "run-1")
	defs := schema["$defs"].(map[string]any)
	var compare func(path string, schema map[string]any, goType reflect.Type)
	compare = func(path string, schema map[string]any, goType reflect.Type) {
		if ref, ok := schema["$ref"].(string); ok {
			schema = defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		}
		for goType.Kind() == reflect.Pointer || goType.Kind() == reflect.Slice {
			if goType = goType.Elem(); schema["items"] != nil {
				schema = schema["items"].(map[string]any)
			}
		}
		properties, ok := schema["properties"].(map[string]any)
		if !ok {
			return
		}
		fields := map[string]reflect.Type{}
		for i := range goType.NumField() {
			name, _, _ := strings.Cut(goType.Field(i).Tag.Get("json"), ",")
			fields[name] = goType.Field(i).Type
		}
		for key, property := range properties {
			if fields[key] == nil {
				t.Errorf("%s.%s is in the schema and not in %s", path, key, goType)
				continue
			}
			compare(path+"."+key, property.(map[string]any), fields[key])
		}
	}
	compare("run", schema, reflect.TypeFor[Run]())
}

func TestTheSchemaCheckFindsFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(run map[string]any)
		want  string
	}{
		{"a key too many", func(r map[string]any) { r["more"] = 1.0 }, "run: more is not in the schema"},
		{"a key too few", func(r map[string]any) { delete(r["totals"].(map[string]any), "blocked") }, "run.totals: blocked is missing"},
		{"another version", func(r map[string]any) { r["schema"] = "sipplan.run/2" }, "run.schema: is sipplan.run/2"},
		{"a text for a number", func(r map[string]any) { r["seed"] = "42" }, "run.seed: is string, want integer"},
		{"half a call", func(r map[string]any) { r["totals"].(map[string]any)["late"] = 0.5 }, "run.totals.late: is float64, want integer"},
		{"an unknown verdict", func(r map[string]any) { r["verdict"] = "maybe" }, "run.verdict: is maybe"},
		{"fewer than none", func(r map[string]any) { r["seed"] = -1.0 }, "run.seed: is -1, below 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			value := asJSON(t, runs(t)["run-plain"]).(map[string]any)
			tt.spoil(value)
			check := schemaCheck{root: publishedSchema(t, "run-1")}
			check.value("run", check.root, value)
			if !strings.Contains(strings.Join(check.problems, "\n"), tt.want) {
				t.Errorf("got %q, want %q", check.problems, tt.want)
			}
		})
	}
}
