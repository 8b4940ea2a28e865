package records

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reason says why a row is bad, in words that do not depend on the row.
type Reason string

// Rejects are the rows that could not be used. All are counted, and the first of each reason are kept.
type Rejects struct {
	Rows    int
	Reasons []RejectedFor // most rows first
}

// RejectedFor are the bad rows of one reason.
type RejectedFor struct {
	Reason Reason
	Rows   int
	First  []Reject // at most FirstRejects
}

// Reject is one bad row: where it is, and the text that was wrong.
type Reject struct {
	Line  int
	Value string
}

// FirstRejects is how many bad rows of each reason are kept.
const FirstRejects = 20

// longestValue is how many characters of a wrong text are kept.
const longestValue = 60

// For returns how many rows are bad for a reason.
func (r Rejects) For(reason Reason) int {
	for _, f := range r.Reasons {
		if f.Reason == reason {
			return f.Rows
		}
	}
	return 0
}

// add counts a bad row. It keeps no part of value.
func (r *Rejects) add(line int, reason Reason, value []byte) {
	r.Rows++
	i := slices.IndexFunc(r.Reasons, func(f RejectedFor) bool { return f.Reason == reason })
	if i < 0 {
		i = len(r.Reasons)
		r.Reasons = append(r.Reasons, RejectedFor{Reason: reason})
	}
	f := &r.Reasons[i]
	f.Rows++
	if len(f.First) < FirstRejects {
		f.First = append(f.First, Reject{line, clean(value, longestValue)})
	}
}

// sorted returns the reasons with the most frequent one first.
func (r Rejects) sorted() Rejects {
	slices.SortStableFunc(r.Reasons, func(a, b RejectedFor) int { return b.Rows - a.Rows })
	return r
}

// clean returns text from a file as it may be shown: valid UTF-8 without control characters or marks that turn the
// direction of writing, and no longer than so many characters.
func clean(text []byte, longest int) string {
	var b strings.Builder
	for n := 0; len(text) > 0; n++ {
		if n == longest {
			b.WriteString("...")
			break
		}
		char, size := utf8.DecodeRune(text)
		text = text[size:]
		switch {
		case char == ' ' || unicode.IsGraphic(char) && !unicode.IsSpace(char):
			b.WriteRune(char)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
