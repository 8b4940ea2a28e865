package scenarios

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Order says which row of a table a call gets.
type Order uint8

// The orders. InTurn begins anew after the last row.
const (
	InTurn Order = iota
	AtRandom
	ByUser // the row of the user who calls
)

// Bounds of a table.
const (
	MaxTableSize = 256 << 20 // octets of a file
	MaxTableRows = 10_000_000
)

// Table holds the data that calls differ in: one row a call, of which messages show cells. Several
// goroutines may read it, but only as long as no script adds rows or takes them in turn: then it belongs to one.
//
// A file is either one of SIPp's, whose first line says SEQUENTIAL, RANDOM or USER and whose cells stand
// between semicolons, or CSV (RFC 4180) whose first line names the columns.
type Table struct {
	Name    string
	Columns []string // empty for a file of SIPp's, whose columns have numbers
	Order   Order

	cells    [][][]byte // rows of cells
	virtual  int        // rows that PRINTF makes of few, 0 for none
	offset   int
	multiple int

	next  int
	index map[string]int // row by the text of the cell in column indexed
	keyed int            // column of index, -1 for none
}

// ParseTable reads a file of data. Errors name the file and the line. A cell with a line break or a NUL is
// refused, so that none can add a header to a message.
func ParseTable(name string, text []byte) (*Table, error) {
	if len(text) > MaxTableSize {
		return nil, fmt.Errorf("%s: %d octets, at most %d are read", name, len(text), MaxTableSize)
	}
	t := &Table{Name: name, keyed: -1}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	var err error
	if isOrderLine(first) {
		if err = t.readOptions(string(bytes.TrimSpace(first))); err == nil {
			err = t.readLines(rest)
		}
	} else {
		err = t.readCSV(text)
	}
	if err == nil && len(t.cells) == 0 {
		err = errors.New("no rows below the first line")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// isOrderLine tells whether the first line of a file is one of SIPp's.
func isOrderLine(line []byte) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(string(line)), ",")
	switch strings.TrimSpace(word) {
	case "SEQUENTIAL", "RANDOM", "USER", "USERS":
		return true
	}
	return false
}

// readOptions reads the first line of a file of SIPp's: SEQUENTIAL,PRINTF=100,PRINTFOFFSET=5.
func (t *Table) readOptions(line string) error {
	t.multiple = 1
	for i, option := range strings.Split(line, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(option), "=")
		if i == 0 {
			switch name {
			case "RANDOM":
				t.Order = AtRandom
			case "USER", "USERS":
				t.Order = ByUser
			}
			continue
		}
		if name == "" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 || n > MaxTableRows {
			return fmt.Errorf("line 1: %s: must be a number from 0 to %d, got %q", name, MaxTableRows, value)
		}
		switch name {
		case "PRINTF":
			t.virtual = n
		case "PRINTFOFFSET":
			t.offset = n
		case "PRINTFMULTIPLE":
			t.multiple = n
		default:
			return fmt.Errorf("line 1: option %q is none of PRINTF, PRINTFOFFSET and PRINTFMULTIPLE", name)
		}
	}
	return nil
}

// readLines reads rows until the first empty line, which ends a file of SIPp's.
func (t *Table) readLines(text []byte) error {
	for number := 2; len(text) > 0; number++ {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		text = rest
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			return nil
		}
		if line[0] == '#' {
			continue
		}
		if err := t.add(bytes.Split(line, []byte(";"))); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return nil
}

// readCSV reads a file whose first line names the columns.
func (t *Table) readCSV(text []byte) error {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comment = '#'
	reader.TrimLeadingSpace = true
	if first, _, _ := bytes.Cut(text, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		reader.Comma = ';'
	}
	names, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("no line with the names of the columns: the file is empty")
	}
	if err != nil {
		return fmt.Errorf("no line with the names of the columns: %w", err)
	}
	for i, name := range names {
		name = strings.TrimSpace(name)
		if name == "" || strings.ContainsAny(name, "\r\n\x00[]{}") || slices.Contains(t.Columns, name) {
			return fmt.Errorf("line 1: column %d: a name that is there once is required, got %q", i+1, name)
		}
		t.Columns = append(t.Columns, name)
	}
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		cells := make([][]byte, len(record))
		for i, cell := range record {
			cells[i] = []byte(cell)
		}
		if err := t.add(cells); err != nil {
			line, _ := reader.FieldPos(0)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

var errTooManyRows = fmt.Errorf("more than %d rows", MaxTableRows)

// add appends a row.
func (t *Table) add(cells [][]byte) error {
	if len(t.cells) == MaxTableRows {
		return errTooManyRows
	}
	for i, cell := range cells {
		if bytes.ContainsAny(cell, "\r\n\x00") {
			return fmt.Errorf("cell %d: line breaks and NUL are not allowed, got %q", i+1, cell)
		}
	}
	t.cells = append(t.cells, cells)
	return nil
}

// Rows returns the number of rows, those that PRINTF makes included.
func (t *Table) Rows() int {
	if t.virtual > 0 {
		return t.virtual
	}
	return len(t.cells)
}

// Row returns the row of the next call: user is that of the call, from 1 on, which only a table ByUser
// reads. A call without a user has no row of it: -1, whose cells are empty.
func (t *Table) Row(random *rand.Rand, user int) int {
	n := t.Rows()
	switch {
	case t.Order == AtRandom:
		return random.IntN(n)
	case t.Order == ByUser:
		if user > n {
			return -1
		}
		return user - 1
	}
	row := t.next
	if t.next++; t.next >= n {
		t.next = 0
	}
	return row
}

// Column returns the number of a column by its name, -1 when there is none.
func (t *Table) Column(name string) int { return slices.Index(t.Columns, name) }

// AppendCell appends the text of a cell. One that is not there is empty, as is a row below 0.
func (t *Table) AppendCell(dst []byte, row, column int) []byte {
	if row < 0 || row >= t.Rows() || column < 0 {
		return dst
	}
	cells := t.cells[row%len(t.cells)]
	if column >= len(cells) {
		return dst
	}
	if t.virtual > 0 {
		return t.appendNumbered(dst, cells[column], row)
	}
	return append(dst, cells[column]...)
}

// appendNumbered writes the row number into a cell where it says %d or %05d, as printf does; %% is a
// percent sign.
func (t *Table) appendNumbered(dst, cell []byte, row int) []byte {
	for {
		at := bytes.IndexByte(cell, '%')
		if at < 0 {
			return append(dst, cell...)
		}
		dst = append(dst, cell[:at]...)
		cell = cell[at+1:]
		end := 0
		for end < len(cell) && (cell[end] >= '0' && cell[end] <= '9' || cell[end] == '-') {
			end++
		}
		switch {
		case end < len(cell) && (cell[end] == 'd' || cell[end] == 'i' || cell[end] == 'u'):
			dst = appendPadded(dst, t.offset+row*t.multiple, string(cell[:end]))
			cell = cell[end+1:]
		case len(cell) > 0 && cell[0] == '%':
			dst, cell = append(dst, '%'), cell[1:]
		default:
			dst = append(dst, '%')
		}
	}
}

// maxPadding bounds the width of a number.
const maxPadding = 64

// appendPadded writes n in the width that a printf verb gives, with zeros where it begins with one.
func appendPadded(dst []byte, n int, width string) []byte {
	var digits [20]byte
	number := strconv.AppendInt(digits[:0], int64(n), 10)
	columns, _ := strconv.Atoi(strings.TrimPrefix(width, "-"))
	pad := min(columns, maxPadding) - len(number)
	fill := byte(' ')
	if strings.HasPrefix(width, "0") {
		fill = '0'
	}
	left := strings.HasPrefix(width, "-")
	for ; !left && pad > 0; pad-- {
		dst = append(dst, fill)
	}
	dst = append(dst, number...)
	for ; pad > 0; pad-- {
		dst = append(dst, ' ')
	}
	return dst
}

// Index prepares Lookup for the cells of a column.
func (t *Table) Index(column int) {
	t.index, t.keyed = make(map[string]int, len(t.cells)), column
	for row := range t.cells {
		t.note(row)
	}
}

// note enters a row into the index; of rows with the same text the last one counts.
func (t *Table) note(row int) {
	if cells := t.cells[row]; t.keyed >= 0 && t.keyed < len(cells) {
		t.index[string(cells[t.keyed])] = row
	}
}

// Lookup returns the row whose cell in the column of Index has the given text, -1 when there is none.
func (t *Table) Lookup(key []byte) int {
	if row, known := t.index[string(key)]; known {
		return row
	}
	return -1
}

// Insert appends a row, its cells between semicolons.
func (t *Table) Insert(line []byte) error {
	if err := t.add(splitRow(line)); err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	t.note(len(t.cells) - 1)
	return nil
}

// Replace puts a row in the place of another.
func (t *Table) Replace(row int, line []byte) error {
	if row < 0 || row >= len(t.cells) {
		return fmt.Errorf("%s: row %d: must be from 0 to %d", t.Name, row, len(t.cells)-1)
	}
	if old := t.cells[row]; t.keyed >= 0 && t.keyed < len(old) && t.index[string(old[t.keyed])] == row {
		delete(t.index, string(old[t.keyed]))
	}
	cells := splitRow(line)
	for _, cell := range cells {
		if bytes.ContainsAny(cell, "\r\n\x00") {
			return fmt.Errorf("%s: row %d: line breaks and NUL are not allowed, got %q", t.Name, row, cell)
		}
	}
	t.cells[row] = cells
	t.note(row)
	return nil
}

// splitRow copies a line and cuts it at its semicolons.
func splitRow(line []byte) [][]byte { return bytes.Split(bytes.Clone(line), []byte(";")) }
