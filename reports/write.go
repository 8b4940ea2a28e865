package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Write renders the document to w as Text, CSV or Markdown, in one write. It fails for JSON, which is
// written from the result itself (WriteJSON), and when w does.
func (d Document) Write(w io.Writer, format Format) error {
	var page bytes.Buffer
	var err error
	switch format {
	case Text:
		err = d.text(&page)
	case Markdown:
		err = d.markdown(&page)
	case CSV:
		err = d.csv(&page)
	default:
		return fmt.Errorf("a document cannot be written as %q", format)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(page.Bytes())
	return err
}

// WriteJSON writes a result with a versioned schema to w, indented and in one write.
func WriteJSON(w io.Writer, result any) error {
	var page bytes.Buffer
	encoder := json.NewEncoder(&page)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(result); err != nil {
		return err
	}
	_, err := w.Write(page.Bytes())
	return err
}

// text writes the answer, the tables under their titles, and the notes.
func (d Document) text(page *bytes.Buffer) error {
	prose, rows := d.widths()
	paragraph := paragraphs(page)
	if len(d.Answer) > 0 {
		paragraph()
	}
	for _, sentence := range d.Answer {
		wrap(page, printable(sentence), "", "", prose)
	}
	for _, table := range d.Tables {
		paragraph()
		if table.Title != "" {
			wrap(page, printable(table.Title), "", "", prose)
		}
		if err := table.text(page, rows); err != nil {
			return err
		}
	}
	if len(d.Notes) > 0 {
		paragraph()
	}
	for _, note := range d.Notes {
		wrap(page, printable(note), "- ", "  ", prose)
	}
	return nil
}

// markdown writes the same order as text, with the tables as pipe tables under headings.
func (d Document) markdown(page *bytes.Buffer) error {
	paragraph := paragraphs(page)
	for _, sentence := range d.Answer {
		paragraph()
		fmt.Fprintln(page, escapeMarkdown(sentence))
	}
	for _, table := range d.Tables {
		paragraph()
		if table.Title != "" {
			fmt.Fprintf(page, "### %s\n\n", escapeMarkdown(table.Title))
		}
		if err := table.markdown(page); err != nil {
			return err
		}
	}
	if len(d.Notes) > 0 {
		paragraph()
	}
	for _, note := range d.Notes {
		fmt.Fprintln(page, "- "+escapeMarkdown(note))
	}
	return nil
}

// paragraphs returns a function that separates what follows from what is on the page by an empty line.
func paragraphs(page *bytes.Buffer) func() {
	return func() {
		if page.Len() > 0 {
			page.WriteByte('\n')
		}
	}
}

// printable replaces what would move the cursor or colour a terminal: a cell may hold text that a
// remote party sent.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}

// all turns a list into one of another type, which is never nil: JSON has [] and not null.
func all[T, U any](items []T, turn func(T) U) []U {
	turned := make([]U, len(items))
	for i, item := range items {
		turned[i] = turn(item)
	}
	return turned
}
