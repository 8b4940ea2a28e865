package plan

import (
	"github.com/sipplan/sipplan/planner"

	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// The ends of what is taken for a plan: a file beyond them is an accident or an attack.
const (
	maxOctets  = 16 << 20
	maxDepth   = 16
	maxNodes   = 500_000 // after aliases are followed
	mostFaults = 100
)

// Read reads a plan file. The name stands before the line and column of each problem; the error joins all of
// them: plan.yaml:12:14: sites[2].users.heavy: must be …, got ….
func Read(name string, text []byte) (*Plan, error) {
	if len(text) > maxOctets {
		return nil, fmt.Errorf("%s: must be at most %d octets, got %d", name, maxOctets, len(text))
	}
	var document yaml.Node
	if err := yaml.Load(text, &document); err != nil && !isBlank(text) {
		return nil, syntaxError(name, err)
	}
	r := &reader{file: file{name, map[string]place{}}}
	var plan Plan
	if len(document.Content) > 0 {
		r.value("", document.Content[0], reflect.ValueOf(&plan).Elem(), "", 0)
	} else {
		r.fail("", "is empty; sipplan plan init writes an example")
	}
	if len(r.problems) == 0 {
		r.check(&plan)
	}
	if err := errors.Join(r.problems...); err != nil {
		return nil, err
	}
	plan.read = r.file
	return &plan, nil
}

// At puts the place of a field in its file before an error that only shows when the plan is used; path is that of the field,
// such as simulation.drills[0].
func (p *Plan) At(path string, err error) error {
	if p.read.name == "" {
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%s: %s: %w", p.read.at(path), path, err)
}

// isBlank says whether a text has nothing but comments.
func isBlank(text []byte) bool {
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}

var lineOfSyntax = regexp.MustCompile(`^(?:go-yaml load error in |yaml: )?(.*?) at L(\d+)\.C(\d+)(?:-[LC\d.]+)?: (.*)$`)

// syntaxError puts the place of a fault in the YAML first.
func syntaxError(name string, err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if m := lineOfSyntax.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("%s:%s:%s: is not YAML: %s (%s)", name, m[2], m[3], m[4], m[1])
	}
	return fmt.Errorf("%s: is not YAML: %s", name, strings.TrimPrefix(text, "yaml: "))
}

type place struct{ line, column int }

// file is the places of the fields of a file, by their paths.
type file struct {
	name   string
	places map[string]place
}

// at writes the place of a field, or of the nearest field around it that is in the file.
func (f *file) at(path string) string {
	at, ok := f.places[path]
	for around := path; !ok && around != ""; {
		around = around[:max(0, strings.LastIndexAny(around, ".["))]
		at, ok = f.places[around]
	}
	return fmt.Sprintf("%s:%d:%d", f.name, max(1, at.line), max(1, at.column))
}

// reader turns nodes into values of the plan and keeps the problems and the place of every field.
type reader struct {
	file
	problems []error
	nodes    int
	stopped  bool // the file is no plan: nothing more of it is read
}

// fail keeps a problem at the place of a field.
func (r *reader) fail(path, format string, args ...any) {
	if len(r.problems) >= mostFaults {
		r.stopped = true
		return
	}
	message := fmt.Sprintf(format, args...)
	if path != "" {
		message = path + ": " + message
	}
	r.problems = append(r.problems, fmt.Errorf("%s: %s", r.at(path), message))
}

// value reads a node into a value whose field has the tag.
func (r *reader) value(path string, node *yaml.Node, target reflect.Value, tag reflect.StructTag, depth int) {
	r.places[path] = place{node.Line, node.Column}
	if r.nodes++; !r.stopped && (r.nodes > maxNodes || depth > maxDepth) {
		r.fail(path, "is nested too deeply or repeated too often by aliases")
		r.stopped = true
	}
	switch {
	case r.stopped:
	case node.Kind == yaml.AliasNode:
		r.value(path, node.Alias, target, tag, depth+1)
	case node.Tag == "!!null":
	case target.Kind() == reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		r.value(path, node, target.Elem(), tag, depth+1)
	case target.Kind() == reflect.Struct:
		r.object(path, node, target, depth)
	case target.Kind() == reflect.Map:
		r.dictionary(path, node, target, tag, depth)
	case target.Kind() == reflect.Slice:
		r.list(path, node, target, tag, depth)
	case node.Kind != yaml.ScalarNode:
		r.fail(path, "must be a single value, got %s", kindName(node))
	default:
		r.scalar(path, node.Value, target, tag)
	}
}

func kindName(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return strconv.Quote(node.Value)
}

// object reads a mapping whose keys are the fields of a struct.
func (r *reader) object(path string, node *yaml.Node, target reflect.Value, depth int) {
	if node.Kind != yaml.MappingNode {
		r.fail(path, "must be a mapping of %s, got %s", strings.Join(fieldNames(target.Type()), ", "), kindName(node))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		at := join(path, key.Value)
		field, ok := fieldNamed(target.Type(), key.Value)
		r.places[at] = place{key.Line, key.Column}
		switch {
		case !ok:
			r.fail(at, "is no field here%s", planner.DidYouMean(key.Value, fieldNames(target.Type())))
			continue
		case seen[key.Value]:
			r.fail(at, "is given twice")
			continue
		}
		seen[key.Value] = true
		r.value(at, node.Content[i+1], target.FieldByIndex(field.Index), field.Tag, depth+1)
	}
	for i := range target.NumField() {
		field := target.Type().Field(i)
		if name := field.Tag.Get("yaml"); field.Tag.Get("need") != "" && target.Field(i).IsZero() && !seen[name] {
			r.fail(join(path, name), "is needed: %s", field.Tag.Get("doc"))
		}
	}
}

// dictionary reads a mapping whose keys the user chose.
func (r *reader) dictionary(path string, node *yaml.Node, target reflect.Value, tag reflect.StructTag, depth int) {
	if node.Kind != yaml.MappingNode {
		r.fail(path, "must be a mapping, got %s", kindName(node))
		return
	}
	target.Set(reflect.MakeMap(target.Type()))
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := reflect.ValueOf(node.Content[i].Value)
		at := join(path, key.String())
		if target.MapIndex(key).IsValid() {
			r.places[at] = place{node.Content[i].Line, node.Content[i].Column}
			r.fail(at, "is given twice")
			continue
		}
		value := reflect.New(target.Type().Elem()).Elem()
		r.value(at, node.Content[i+1], value, tag, depth+1)
		target.SetMapIndex(key, value)
	}
}

// list reads a sequence.
func (r *reader) list(path string, node *yaml.Node, target reflect.Value, tag reflect.StructTag, depth int) {
	if node.Kind != yaml.SequenceNode {
		r.fail(path, "must be a list, got %s", kindName(node))
		return
	}
	items := reflect.MakeSlice(target.Type(), len(node.Content), len(node.Content))
	for i, item := range node.Content {
		r.value(fmt.Sprintf("%s[%d]", path, i), item, items.Index(i), tag, depth+1)
	}
	target.Set(items)
}

// scalar reads a text by the type of the field, then holds it to the field's range or names.
func (r *reader) scalar(path, text string, target reflect.Value, tag reflect.StructTag) {
	if own, ok := target.Addr().Interface().(scalar); ok {
		if err := own.setText(text); err != nil {
			r.fail(path, "%v", err)
		}
		return
	}
	if d, ok := target.Addr().Interface().(*time.Duration); ok {
		*d = r.duration(path, text, tag)
		return
	}
	if enum := tag.Get("enum"); enum != "" && !slices.Contains(strings.Split(enum, "|"), text) {
		names := strings.Split(enum, "|")
		r.fail(path, "must be %s, got %q%s", strings.Join(names, ", "), text, planner.DidYouMean(text, names))
		return
	}
	r.plain(path, text, target, tag)
}

// duration reads a time from 1ms to 24h, or between the ends that the field has.
func (r *reader) duration(path, text string, tag reflect.StructTag) time.Duration {
	low, high := cmp.Or(tag.Get("min"), "1ms"), cmp.Or(tag.Get("max"), "24h")
	least, _ := time.ParseDuration(low) // the ends are ours
	most, _ := time.ParseDuration(high)
	value, err := time.ParseDuration(text)
	if err != nil || value < least || value > most {
		r.fail(path, "must be a duration from %s to %s, such as %s, got %q", low, high, cmp.Or(tag.Get("such"), "180s or 3m"), text)
	}
	return value
}

// plain reads a text into a type of the language.
func (r *reader) plain(path, text string, target reflect.Value, tag reflect.StructTag) {
	switch target.Kind() {
	case reflect.String:
		target.SetString(text)
	case reflect.Bool:
		value, ok := map[string]bool{"true": true, "false": false, "yes": true, "no": false}[strings.ToLower(text)]
		if !ok {
			r.fail(path, "must be true or false, got %q", text)
		}
		target.SetBool(value)
	case reflect.Int:
		value, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
		if err != nil || !within(float64(value), tag) {
			r.fail(path, "must be a whole number%s, got %q", rangeOf(tag), text)
		}
		target.SetInt(int64(value))
	case reflect.Float64:
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || !within(value, tag) {
			r.fail(path, "must be a number%s, got %q", rangeOf(tag), text)
		}
		target.SetFloat(value)
	default:
		panic("plan: a field of a type that no file has: " + target.Type().String())
	}
}
