// Package catalog holds what is known about hardware and services that a plan may choose from: embedded
// data files, each row with its source and its date. What is not documented is null, and null is never
// "unlimited".
package catalog

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.yaml.in/yaml/v4"
)

// Gateway is one size or model of PSTN gateway.
type Gateway struct {
	Name  string `yaml:"name"`
	Lines Lines  `yaml:"lines"`
	Spans int    `yaml:"spans"` // physical lines: analog pairs, T1 or E1 spans
	Ports int    `yaml:"ports"` // simultaneous PSTN calls
	// CallsPerSecond is the rate of new calls that it takes; nil when nobody documents it.
	CallsPerSecond *float64 `yaml:"calls_per_second"`
	Source         string   `yaml:"source"`
	Quality        Quality  `yaml:"quality"`
	Dated          string   `yaml:"-"` // when the row was last checked, as 2006-01-02
}

// Lines is the kind of PSTN lines that a gateway terminates.
type Lines string

// The kinds of lines.
const (
	Analog Lines = "analog" // one call on each pair
	E1     Lines = "e1"     // 30 calls on each span
	T1     Lines = "t1"     // 23 calls on each span, as an ISDN primary rate interface
)

// Quality says how far a row can be trusted.
type Quality string

// The qualities.
const (
	Datasheet Quality = "datasheet" // printed by the maker
	Derived   Quality = "derived"   // arithmetic on a standard or a document
)

//go:embed gateways.yaml
var gatewaysFile []byte

var embedded = sync.OnceValue(func() []Gateway {
	gateways, err := ReadGateways(gatewaysFile)
	if err != nil {
		panic(fmt.Sprintf("embedded gateways.yaml: %v", err)) // a fault of the build, which its test finds
	}
	return gateways
})

// Gateways returns the gateways of the embedded file in its order.
func Gateways() []Gateway { return slices.Clone(embedded()) }

// ReadGateways reads a catalogue file in the form of gateways.yaml. It fails for an unknown field, and
// reports all rows with a missing source, an unknown kind of lines or quality, or impossible counts.
func ReadGateways(text []byte) ([]Gateway, error) {
	var file struct {
		Dated    string            `yaml:"dated"`
		Sources  map[string]string `yaml:"sources"`
		Gateways []Gateway         `yaml:"gateways"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, err
	}
	var problems []error
	if file.Dated == "" {
		problems = append(problems, errors.New("dated: must say when the figures were checked"))
	}
	for i := range file.Gateways {
		gateway := &file.Gateways[i]
		gateway.Dated = file.Dated
		gateway.Source = file.Sources[gateway.Source]
		if err := gateway.check(); err != nil {
			problems = append(problems, fmt.Errorf("gateways[%d] %q: %w", i, gateway.Name, err))
		}
	}
	return file.Gateways, errors.Join(problems...)
}

// check returns the first thing that is wrong with a row.
func (g Gateway) check() error {
	switch {
	case g.Name == "":
		return errors.New("name: is missing")
	case g.Source == "":
		return errors.New("source: must be one of the file's sources")
	case g.Lines != Analog && g.Lines != E1 && g.Lines != T1:
		return fmt.Errorf("lines: must be %s, %s or %s, got %q", Analog, E1, T1, g.Lines)
	case g.Quality != Datasheet && g.Quality != Derived:
		return fmt.Errorf("quality: must be %s or %s, got %q", Datasheet, Derived, g.Quality)
	case g.Ports < 1 || g.Spans < 1 || g.Ports < g.Spans:
		return fmt.Errorf("must have a span or more and a port or more on each, got %d ports on %d spans", g.Ports, g.Spans)
	case g.CallsPerSecond != nil && !(*g.CallsPerSecond > 0):
		return fmt.Errorf("calls_per_second: must be positive, or null where it is not documented, got %g", *g.CallsPerSecond)
	}
	return nil
}
