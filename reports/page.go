package reports

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"unicode/utf8"
)

// pageTemplate is what all pages have in common: the head with its style sheet, the answer, the tables and the notes.
// A page adds what it draws (drawings), how that looks (style) and, where it likes, another heading of the notes (notes).
//
//go:embed page.html
var pageTemplate string

// newPage returns the frame of all pages with the blocks of one.
func newPage(blocks string) *template.Template {
	frame := template.New("page").Funcs(template.FuncMap{"width": cellWidth})
	return template.Must(template.Must(frame.Parse(pageTemplate)).Parse(blocks))
}

// page is what is written on a page. Drawings is what its template draws, nil for nothing.
type page struct {
	Title    string
	Document Document
	Drawings any
}

// writePage writes a page that needs nothing else: no script, no font, no network.
func writePage(w io.Writer, t *template.Template, p page) error {
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

// cellWidth returns the class of a cell of text: one that is not broken, one that may be, or one that needs room.
func cellWidth(text string) string {
	switch n := utf8.RuneCountInString(text); {
	case n > 40:
		return "long"
	case n <= 22:
		return "name"
	}
	return ""
}
