package measure_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// numbered gives every counter of a value its own number, found by reflection so that a new field cannot be forgotten.
func numbered(v reflect.Value, next *uint64) {
	switch v.Kind() {
	case reflect.Uint64:
		*next++
		v.SetUint(*next)
	case reflect.Array, reflect.Slice:
		for i := range v.Len() {
			numbered(v.Index(i), next)
		}
	case reflect.Struct:
		if h, ok := v.Addr().Interface().(*measure.Histogram); ok {
			h.Record(time.Second)
			return
		}
		for i := range v.NumField() {
			numbered(v.Field(i), next)
		}
	}
}

// script returns the counts of a script of two steps, one timer and one counter.
func script() *measure.Script {
	s := &measure.Script{Times: make([]measure.ScriptTime, 1), Counters: make([]measure.ScriptCounter, 1), Steps: make([]measure.ScriptStep, 2)}
	next := uint64(0)
	numbered(reflect.ValueOf(s).Elem(), &next)
	return s
}

func TestScriptsOfTwoMachinesAddUp(t *testing.T) {
	got, half, none := script(), script(), &measure.Script{Times: make([]measure.ScriptTime, 1), Counters: make([]measure.ScriptCounter, 1), Steps: make([]measure.ScriptStep, 2)}
	half.Refused = "the number"
	got.Merge(half)
	doubled(t, "", reflect.ValueOf(got).Elem(), reflect.ValueOf(script()).Elem())
	if got.CallLength.Count() != 2 || got.Times[0].Count() != 2 || got.Refused != "the number" {
		t.Errorf("%d lengths, %d times, refused %q; want 2, 2 and the number", got.CallLength.Count(), got.Times[0].Count(), got.Refused)
	}
	again := script()
	if again.Merge(none); !reflect.DeepEqual(again, script()) {
		t.Errorf("a machine without calls changes the counts: %+v", again)
	}
}

func doubled(t *testing.T, field string, got, half reflect.Value) {
	t.Helper()
	switch got.Kind() {
	case reflect.Uint64:
		if got.Uint() != 2*half.Uint() {
			t.Errorf("%s is %d, want twice %d", field, got.Uint(), half.Uint())
		}
	case reflect.Array, reflect.Slice:
		for i := range got.Len() {
			doubled(t, field, got.Index(i), half.Index(i))
		}
	case reflect.Struct:
		for i := range got.NumField() {
			if _, ok := got.Addr().Interface().(*measure.Histogram); !ok {
				doubled(t, field+"."+got.Type().Field(i).Name, got.Field(i), half.Field(i))
			}
		}
	}
}
