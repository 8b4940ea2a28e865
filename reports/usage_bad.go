package reports

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/sipplan/sipplan/planner/records"
)

// BadRows writes the bad rows of call records as CSV, one by one.
type BadRows struct{ csv *csv.Writer }

// NewBadRows writes the headings.
func NewBadRows(w io.Writer) BadRows {
	rows := BadRows{csv.NewWriter(w)}
	rows.csv.Write([]string{"line", "reason", "value"}) // an error is kept for Close
	return rows
}

// Add writes one bad row.
func (b BadRows) Add(line int, reason records.Reason, value string) {
	b.csv.Write([]string{strconv.Itoa(line), string(reason), spreadsheetText(value)})
}

// Close writes what is left and returns the first error of all.
func (b BadRows) Close() error {
	b.csv.Flush()
	return b.csv.Error()
}
