package reports

import (
	"strings"

	"github.com/sipplan/sipplan/planner"
)

// FormulaTableSchema names the form of FormulaTableObject.
const FormulaTableSchema = "sipplan.erlang-table/1"

// FormulaTableObject is a table of a formula as JSON.
type FormulaTableObject struct {
	Schema    string             `json:"schema"`
	Title     string             `json:"title"`
	Parameter string             `json:"parameter"`
	Rows      []formulaRowObject `json:"rows"`
}

type formulaRowObject struct {
	At      float64            `json:"at"`
	Figures map[string]float64 `json:"figures"`
}

// NewFormulaTableObject returns the table in the form of FormulaTableSchema.
func NewFormulaTableObject(t planner.FormulaTable) FormulaTableObject {
	object := FormulaTableObject{Schema: FormulaTableSchema, Title: t.Title, Parameter: t.Parameter, Rows: []formulaRowObject{}}
	for _, row := range t.Rows {
		figures := map[string]float64{}
		for _, figure := range row.Figures {
			figures[figure.Name] = figure.Value
		}
		object.Rows = append(object.Rows, formulaRowObject{row.At, figures})
	}
	return object
}

// FormulaTable returns the document of a table: a row for each value of the parameter. A figure that a row does not have
// is "-".
func FormulaTable(t planner.FormulaTable) Document {
	table := Table{Title: t.Title, Columns: []Column{{t.Parameter, true}}}
	var names []string
	seen := map[string]bool{}
	for _, row := range t.Rows {
		for _, figure := range row.Figures {
			if !seen[figure.Name] {
				seen[figure.Name] = true
				names = append(names, figure.Name)
				table.Columns = append(table.Columns, Column{strings.ReplaceAll(figure.Name, "_", " "), true})
			}
		}
	}
	for _, row := range t.Rows {
		values := map[string]string{}
		for _, figure := range row.Figures {
			values[figure.Name] = eightDigits(figure.Value)
		}
		cells := []string{eightDigits(row.At)}
		for _, name := range names {
			if values[name] == "" {
				values[name] = "-"
			}
			cells = append(cells, values[name])
		}
		table.Rows = append(table.Rows, cells)
	}
	return Document{Tables: []Table{table}}
}

// Figures returns the document of one evaluation of a formula: its title and a table of one row.
func Figures(title string, figures []planner.Figure) Document {
	table := Table{Rows: [][]string{{}}}
	for _, figure := range figures {
		table.Columns = append(table.Columns, Column{strings.ReplaceAll(figure.Name, "_", " "), true})
		table.Rows[0] = append(table.Rows[0], eightDigits(figure.Value))
	}
	return Document{Answer: []string{title + ": " + strings.ReplaceAll(figures[0].Name, "_", " ") + " " + eightDigits(figures[0].Value) + "."}, Tables: []Table{table}}
}

// FiguresObject returns one evaluation as JSON.
func FiguresObject(name string, figures []planner.Figure) any {
	values := map[string]float64{}
	for _, figure := range figures {
		values[figure.Name] = figure.Value
	}
	return map[string]any{"schema": "sipplan.erlang-figures/1", "model": name, "figures": values}
}
