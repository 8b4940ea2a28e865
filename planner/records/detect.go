package records

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// sampleRows is how many rows are looked at to tell the form of a file.
const sampleRows = 20

// delimiters are those that are told apart without being named.
const delimiters = ",;\t|"

// guessDelimiter returns the delimiter that occurs most often outside of quotes in the first line.
func guessDelimiter(head []byte) byte {
	var seen [256]int
	quoted := false
	for _, c := range bytes.TrimLeft(head, "\r\n") {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' {
			break
		}
		if !quoted {
			seen[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte(delimiters) {
		if seen[c] > seen[best] {
			best = c
		}
	}
	return best
}

// firstRows returns the first rows of a text that can be split.
func firstRows(head []byte, comma byte) [][]string {
	var rows [][]string
	for r := NewReader(bytes.NewReader(head), comma); len(rows) < sampleRows && r.Next(); {
		if r.Fault() != "" {
			continue
		}
		var row []string
		for _, field := range r.Fields() {
			row = append(row, string(field))
		}
		rows = append(rows, row)
	}
	return rows
}

// detect returns the profile that a file's first rows have the form of. The error says what it might be instead, and of
// columns only where the configuration can name any.
func detect(rows [][]string, config Config) (Profile, error) {
	if len(rows) == 0 {
		return Profile{}, ErrNoRows
	}
	var fitting []Profile
	for _, p := range profiles {
		if p.fits(rows) && !(p.header && config.NoHeader) {
			fitting = append(fitting, p)
		}
	}
	if len(fitting) == 1 {
		return fitting[0], nil
	}
	if len(fitting) > 1 {
		names := make([]string, len(fitting))
		for i, p := range fitting {
			names[i] = p.Name
		}
		return Profile{}, fmt.Errorf("the file may be of the form %s: choose one", strings.Join(names, " or "))
	}
	orColumns := ", or the columns of the start and of the end or duration"
	if config.Columns == nil {
		orColumns = ""
	}
	return Profile{}, fmt.Errorf("cannot tell the form of a file whose first line has %d columns (%s): name a profile (%s)%s",
		len(rows[0]), listHeadings(rows[0]), strings.Join(ProfileNames(), ", "), orColumns)
}

// ErrNoRows is the error for a file that has no rows.
var ErrNoRows = errors.New("the file has no rows")

// mostly says whether at least four rows of five pass a test: a few bad rows do not hide the form of a file.
func mostly(rows [][]string, passes func([]string) bool) bool {
	passed := 0
	for _, row := range rows {
		passed += one(passes(row))
	}
	return passed > 0 && passed*5 >= len(rows)*4
}

// times says whether the columns have times that are written out or count seconds since 1970.
func times(row []string, columns ...int) bool {
	utc := &zone{location: time.UTC}
	return !slices.ContainsFunc(columns, func(i int) bool {
		_, err := TimeFormat{}.parse([]byte(row[i]), utc)
		return err != nil
	})
}

// counts says whether the columns have whole numbers.
func counts(row []string, columns ...int) bool {
	return !slices.ContainsFunc(columns, func(i int) bool {
		return row[i] == "" || strings.Trim(row[i], "0123456789") != ""
	})
}
