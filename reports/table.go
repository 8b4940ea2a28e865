package reports

import (
	"bytes"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// This file is the only one that knows the table library.

// text writes the table in plain characters: no borders, two spaces between columns, a rule under the
// headings, rows of at most width characters where prose can be broken.
func (t Table) text(page *bytes.Buffer, width int) error {
	var drawn bytes.Buffer
	fitted := t.turned(width).fitted(width)
	table := tablewriter.NewTable(&drawn, append(fitted.options(),
		tablewriter.WithSymbols(tw.NewSymbols(tw.StyleASCII)),
		tablewriter.WithRendition(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.Lines{ShowHeaderLine: tw.On}},
		}),
		tablewriter.WithTrimSpace(tw.Off),
		tablewriter.WithPadding(tw.Padding{Left: tw.Empty, Right: columnGap, Overwrite: true}),
	)...)
	if err := fitted.fill(table); err != nil {
		return err
	}
	fitted.write(page, drawn.String(), width)
	return nil
}

// markdown writes the table as a pipe table.
func (t Table) markdown(page *bytes.Buffer) error {
	table := tablewriter.NewTable(page, append(t.options(), tablewriter.WithRenderer(renderer.NewMarkdown()))...)
	return t.escaped(escapeMarkdown).fill(table)
}

// options keeps cells as they were formatted (the library would recase headings and wrap long cells)
// and aligns the columns.
func (t Table) options() []tablewriter.Option {
	align := make([]tw.Align, len(t.Columns))
	for i, column := range t.Columns {
		align[i] = tw.AlignLeft
		if column.Right {
			align[i] = tw.AlignRight
		}
	}
	return []tablewriter.Option{
		tablewriter.WithHeaderAutoFormat(tw.Off),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone),
		tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAlignmentConfig(tw.CellAlignment{PerColumn: align}),
		tablewriter.WithRowAlignmentConfig(tw.CellAlignment{PerColumn: align}),
	}
}

// escaped returns the table with every text escaped.
func (t Table) escaped(escape func(string) string) Table {
	other := Table{Title: escape(t.Title), Columns: slices.Clone(t.Columns)}
	for i := range other.Columns {
		other.Columns[i].Name = escape(other.Columns[i].Name)
	}
	for _, row := range t.Rows {
		other.Rows = append(other.Rows, all(row, escape))
	}
	return other
}

// fill puts the cells in and draws the table.
func (t Table) fill(table *tablewriter.Table) error {
	table.Header(all(t.Columns, func(c Column) string { return c.Name }))
	for _, row := range t.Rows {
		if err := table.Append(row); err != nil {
			return err
		}
	}
	return table.Render()
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, `|`, `\|`, `*`, `\*`, `_`, `\_`, "`", "\\`", `<`, `&lt;`, `>`, `&gt;`, `[`, `\[`)

// escapeMarkdown makes a cell plain text to Markdown: the table library does not.
func escapeMarkdown(text string) string {
	return markdownEscapes.Replace(printable(text))
}
