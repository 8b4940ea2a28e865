package planner

import (
	"errors"
	"fmt"
	"math"
)

// Formula is a model of package erlang by name: what goes in by parameters, what comes out as figures, the first of them
// the answer. Where Question solves for what is missing, a formula goes one way.
type Formula struct {
	Name       string
	Title      string
	Parameters []Parameter
	// Pairs names a parameter that may be given more than once, as two numbers: "2@97"; "" when there is none.
	Pairs    string
	PairsDoc string
	work     func(Values) ([]Figure, error)
}

// Parameter is a number that a formula takes.
type Parameter struct {
	Name    string
	Doc     string
	Default float64
	Given   bool // Default is one: the parameter may be left out
	Whole   bool
}

// Values are the parameters of one evaluation.
type Values struct {
	Number map[string]float64
	Pairs  [][2]float64
}

// n returns a whole number.
func (v Values) n(name string) int { return int(v.Number[name]) }

// x returns a number.
func (v Values) x(name string) float64 { return v.Number[name] }

// Evaluate returns the figures. The error joins everything that is wrong with the values, by the names of the
// parameters after the prefix; or is the formula's own, where the values have no meaning together.
func (f Formula) Evaluate(v Values, prefix string) ([]Figure, error) {
	var problems []error
	for _, p := range f.Parameters {
		value, ok := v.Number[p.Name]
		switch {
		case !ok:
			problems = append(problems, fmt.Errorf("%s%s: is needed: %s", prefix, p.Name, p.Doc))
		case math.IsNaN(value) || math.IsInf(value, 0) || math.Abs(value) > maxCircuits*1000:
			problems = append(problems, fmt.Errorf("%s%s: must be a number of ordinary size, got %g", prefix, p.Name, value))
		case p.Whole && value != math.Trunc(value):
			problems = append(problems, fmt.Errorf("%s%s: must be a whole number, got %g", prefix, p.Name, value))
		}
	}
	if f.Pairs != "" && len(v.Pairs) == 0 {
		problems = append(problems, fmt.Errorf("%s%s: is needed, once or more: %s", prefix, f.Pairs, f.PairsDoc))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return f.work(v)
}

// FormulaTable is a row of figures for each value of one parameter.
type FormulaTable struct {
	Title     string
	Parameter string
	Rows      []FormulaRow
}

// FormulaRow is the figures at one value.
type FormulaRow struct {
	At      float64
	Figures []Figure
}

// Answer names the first figure.
func (t FormulaTable) Answer() string { return t.Rows[0].Figures[0].Name }

// Sweep is the values of one parameter, from one to another in steps.
type Sweep struct {
	Parameter      string
	From, To, Step float64
}

// maxRows bounds a table.
const maxRows = 10_000

// Values returns the values of the sweep.
func (s Sweep) Values() ([]float64, error) {
	if !(s.Step > 0) || !(s.To >= s.From) || (s.To-s.From)/s.Step >= maxRows {
		return nil, fmt.Errorf("must go upwards in at most %d steps, got %g to %g by %g", maxRows, s.From, s.To, s.Step)
	}
	var values []float64
	for i := range int((s.To-s.From)/s.Step+1e-9) + 1 {
		values = append(values, s.From+float64(i)*s.Step)
	}
	return values, nil
}

// Table evaluates figures for each value of a sweep.
func (s Sweep) Table(title string, at func(value float64) ([]Figure, error)) (FormulaTable, error) {
	values, err := s.Values()
	if err != nil {
		return FormulaTable{}, err
	}
	t := FormulaTable{Title: title, Parameter: s.Parameter}
	for _, value := range values {
		figures, err := at(value)
		if err != nil {
			return FormulaTable{}, fmt.Errorf("at %s %g: %w", s.Parameter, value, err)
		}
		t.Rows = append(t.Rows, FormulaRow{value, figures})
	}
	return t, nil
}
