package plan

import (
	"fmt"
	"reflect"
	"strconv"
)

// fieldNames returns the names of the fields of a struct as files write them.
func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			names = append(names, t.Field(i).Tag.Get("yaml"))
		}
	}
	return names
}

// fieldNamed returns the field that files write so.
func fieldNamed(t reflect.Type, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if t.Field(i).IsExported() && t.Field(i).Tag.Get("yaml") == name {
			return t.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

// join writes the path of a field in an object.
func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}

// within holds a number to the range of its field. It is false for what is not a number.
func within(value float64, tag reflect.StructTag) bool {
	low, err := strconv.ParseFloat(tag.Get("min"), 64)
	if err == nil && !(value >= low) {
		return false
	}
	high, err := strconv.ParseFloat(tag.Get("max"), 64)
	return value == value && (err != nil || value <= high)
}

// rangeOf says the range of a field.
func rangeOf(tag reflect.StructTag) string {
	if tag.Get("min") == "" {
		return ""
	}
	return fmt.Sprintf(" from %s to %s", tag.Get("min"), tag.Get("max"))
}
