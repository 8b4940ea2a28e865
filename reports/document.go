// Package reports turns results into documents and renders them: tables and pages for people, Markdown
// and CSV for other tools, versioned JSON and JUnit for pipelines. It measures and decides nothing.
package reports

// Document is what a command shows on its first screen and below: an answer in a sentence, then tables,
// then notes. Every rendering shows the same cells.
type Document struct {
	Answer []string // the answer to the user's question, a sentence each
	Tables []Table
	Notes  []string // where defaults come from, what the figures leave out
	Width  int      // of lines of text, in characters; 0 where nobody knows
}

// Table is one table of a document. Cells are formatted before they are put in.
type Table struct {
	Title   string
	Columns []Column
	Rows    [][]string
}

// Column is the heading of one column.
type Column struct {
	Name  string
	Right bool // right-aligned: numbers
}
