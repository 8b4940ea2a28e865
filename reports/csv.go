package reports

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strings"
)

// csv writes the tables by RFC 4180 for spreadsheets: a title row before each table that has a title,
// the headings, the rows, and an empty line between tables. A document of one table without a title is
// therefore a plain data file. Answer and notes are prose and are left out.
func (d Document) csv(page *bytes.Buffer) error {
	w := csv.NewWriter(page)
	for i, table := range d.Tables {
		table = table.escaped(spreadsheetText)
		if i > 0 {
			w.Write(nil)
		}
		if table.Title != "" {
			w.Write([]string{table.Title})
		}
		w.Write(all(table.Columns, func(c Column) string { return c.Name }))
		w.WriteAll(table.Rows)
	}
	w.Flush()
	return w.Error()
}

var plainNumber = regexp.MustCompile(`^[+-]?[0-9][0-9,]*(\.[0-9]+)?([eE][+-]?[0-9]+)?( ?%)?$`)

// spreadsheetText takes the thousands separators out of a number, which mean something else in half of
// the world, and puts an apostrophe before any other cell that a spreadsheet would run as a formula: one
// that starts with =, +, - or @.
func spreadsheetText(cell string) string {
	cell = strings.TrimSpace(cell)
	if plainNumber.MatchString(cell) {
		return strings.ReplaceAll(cell, ",", "")
	}
	if cell == "" || cell == "-" {
		return cell
	}
	switch cell[0] {
	case '=', '+', '-', '@':
		return "'" + cell
	}
	return cell
}
