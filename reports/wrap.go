package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The widths of lines of text, in characters: of prose, of tables where no terminal is known, and the ends of what is
// sensible in one.
const (
	proseWidth    = 120
	tableWidth    = 144
	smallestWidth = 60
	largestWidth  = 240
)

// widths returns how long the lines of the document get as text: of prose, and of rows where they can be broken.
func (d Document) widths() (prose, rows int) {
	if d.Width == 0 {
		return proseWidth, tableWidth
	}
	rows = min(max(d.Width, smallestWidth), largestWidth)
	return min(rows, proseWidth), rows
}

// noBreak holds a number and its sign together, in one word for broken.
const noBreak = "\x00"

var (
	holdTogether = strings.NewReplacer(" %", noBreak+"%", "< ", "<"+noBreak, "> ", ">"+noBreak, " E ", noBreak+"E ")
	letGo        = strings.NewReplacer(noBreak, " ")
)

// wrap writes prose in lines, the first after one indent and the others after another.
func wrap(page *bytes.Buffer, prose, first, other string, width int) {
	indent := first
	for _, line := range broken(prose, width-len(first)) {
		fmt.Fprintln(page, indent+line)
		indent = other
	}
}

// broken returns prose in lines of at most so many characters, or of one longer word. There is one line at the least.
func broken(prose string, width int) []string {
	var lines []string
	line := ""
	for i, word := range strings.Fields(holdTogether.Replace(prose)) {
		switch {
		case i == 0:
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, letGo.Replace(line))
			line = ""
		default:
			line += " "
		}
		line += word
	}
	return append(lines, letGo.Replace(line))
}

// columnGap is the space between two columns of text.
const columnGap = "  "

// The narrowest that columns of text are made: all of them down to that of a long name, the one with most to say further
// down; and the last one, when it is prose, stands below its row rather than in less than readable.
const (
	nameColumn  = 24
	proseColumn = 14
	readable    = 32
)

// belowRow is the indent of prose that stands below its row.
const belowRow = "    "

// fitted is a table whose rows fit a width.
type fitted struct {
	Table
	below []string // the cells of the last column, where it stands below the rows
}

// fitted returns the table with cells for text. Where rows would be longer than width, the cells of the widest columns
// that hold no numbers are broken into lines.
func (t Table) fitted(width int) fitted {
	f := fitted{Table: t.escaped(printable)}
	widths := f.naturalWidths()
	last := len(widths) - 1
	isProse := last > 0 && !t.Columns[last].Right && 2*widths[last] > 3*readable
	f.narrow(widths, width)
	if isProse && widths[last] < readable {
		f.hang()
		widths = f.naturalWidths()
		f.narrow(widths, width)
	}
	for _, row := range f.Rows {
		for i, cell := range row {
			if utf8.RuneCountInString(cell) > widths[i] {
				row[i] = strings.Join(broken(cell, widths[i]), "\n")
			}
		}
	}
	return f
}

// turned returns a table of one row of numbers that cannot be made to fit width as a table with a row for each column.
func (t Table) turned(width int) Table {
	length, widths := 0, t.naturalWidths()
	t.narrow(widths, width)
	for _, w := range widths {
		length += w + len(columnGap)
	}
	if len(t.Rows) != 1 || length <= width || slices.ContainsFunc(t.Columns[1:], func(c Column) bool { return !c.Right }) {
		return t
	}
	turned := Table{Title: t.Title, Columns: []Column{{Name: t.Columns[0].Name}, {Name: t.Rows[0][0], Right: true}}}
	for i, column := range t.Columns[1:] {
		turned.Rows = append(turned.Rows, []string{column.Name, t.Rows[0][i+1]})
	}
	return turned
}

// hang takes the last column out of the rows, to stand below them.
func (f *fitted) hang() {
	last := len(f.Columns) - 1
	f.Columns = f.Columns[:last]
	for i, row := range f.Rows {
		f.below = append(f.below, row[last])
		f.Rows[i] = row[:last]
	}
}

// naturalWidths returns how wide the columns are with nothing broken.
func (t Table) naturalWidths() []int {
	widths := make([]int, len(t.Columns))
	for i, column := range t.Columns {
		widths[i] = utf8.RuneCountInString(column.Name)
		for _, row := range t.Rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	return widths
}

// narrow takes from the widest columns of text, a character at a time, until rows fit.
func (t Table) narrow(widths []int, width int) {
	excess := len(columnGap)*len(widths) - width
	for _, w := range widths {
		excess += w
	}
	longest := t.widestText(widths, 0)
	for ; excess > 0; excess-- {
		widest := t.widestText(widths, nameColumn)
		if widest < 0 {
			widest = longest
		}
		if widest < 0 || widths[widest] <= proseColumn {
			return
		}
		widths[widest]--
	}
}

// widestText returns the widest column of text that is wider than so many characters, or -1.
func (t Table) widestText(widths []int, above int) int {
	widest := -1
	for i, w := range widths {
		if !t.Columns[i].Right && w > above && (widest < 0 || w > widths[widest]) {
			widest = i
		}
	}
	return widest
}

// write puts drawn lines on the page, and below each row what stands there.
func (f fitted) write(page *bytes.Buffer, drawn string, width int) {
	row, left := -1, 2 // the headings and the rule
	for line := range strings.Lines(drawn) {
		page.WriteString(strings.TrimRight(line, " \n"))
		page.WriteByte('\n')
		if left--; left > 0 {
			continue
		}
		if row >= 0 && row < len(f.below) && f.below[row] != "" {
			wrap(page, f.below[row], belowRow, belowRow, width)
		}
		if row++; row < len(f.Rows) {
			left = height(f.Rows[row])
		}
	}
}

// height returns the lines of a row.
func height(row []string) int {
	lines := 1
	for _, cell := range row {
		lines = max(lines, 1+strings.Count(cell, "\n"))
	}
	return lines
}
