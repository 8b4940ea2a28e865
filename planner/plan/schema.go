package plan

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// SchemaID names the form of plan files. Within a version, fields are only ever added.
const SchemaID = "sipplan.plan/1"

// Schema returns the JSON Schema (2020-12) of plan files, for editors. It is made from the types that the reader
// fills, so that the two cannot differ.
func Schema() ([]byte, error) {
	root := schemaOf(reflect.TypeFor[Plan](), "")
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = SchemaID
	root["title"] = "sipplan plan file"
	text, err := json.MarshalIndent(root, "", "  ")
	return append(text, '\n'), err
}

// schemaOf returns the schema of a field. What reads itself from a text may look like a number to YAML.
func schemaOf(t reflect.Type, tag reflect.StructTag) map[string]any {
	if t.Kind() == reflect.Pointer {
		schema := schemaOf(t.Elem(), tag)
		return schema
	}
	schema := map[string]any{}
	if doc := tag.Get("doc"); doc != "" {
		schema["description"] = doc
	}
	_, own := reflect.New(t).Interface().(scalar)
	switch {
	case own || t == reflect.TypeFor[time.Duration]():
		schema["type"] = []any{"string", "number"}
	case t.Kind() == reflect.Struct:
		objectSchema(t, schema)
	case t.Kind() == reflect.Slice:
		schema["type"], schema["items"] = "array", schemaOf(t.Elem(), without(tag, "doc"))
	case t.Kind() == reflect.Map:
		schema["type"], schema["additionalProperties"] = "object", schemaOf(t.Elem(), without(tag, "doc"))
	default:
		plainSchema(t, tag, schema)
	}
	return schema
}

func objectSchema(t reflect.Type, schema map[string]any) {
	properties, required := map[string]any{}, []string{}
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			continue
		}
		name := field.Tag.Get("yaml")
		properties[name] = schemaOf(field.Type, field.Tag)
		if field.Tag.Get("need") != "" {
			required = append(required, name)
		}
	}
	schema["type"], schema["properties"], schema["additionalProperties"] = "object", properties, false
	if len(required) > 0 {
		schema["required"] = required
	}
}

func plainSchema(t reflect.Type, tag reflect.StructTag, schema map[string]any) {
	schema["type"] = map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer",
		reflect.Float64: "number"}[t.Kind()]
	if enum := tag.Get("enum"); enum != "" {
		var names []any
		for _, name := range strings.Split(enum, "|") {
			if n, err := strconv.Atoi(name); err == nil && t.Kind() == reflect.Int {
				names = append(names, n)
			} else {
				names = append(names, name)
			}
		}
		schema["enum"] = names
	}
	for key, keyword := range map[string]string{"min": "minimum", "max": "maximum"} {
		if bound, err := strconv.ParseFloat(tag.Get(key), 64); err == nil {
			schema[keyword] = bound
		}
	}
}

// without returns the tag without one of its keys.
func without(tag reflect.StructTag, key string) reflect.StructTag {
	return reflect.StructTag(strings.Replace(string(tag), key+`:"`+tag.Get(key)+`"`, "", 1))
}
