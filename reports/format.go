package reports

import (
	"fmt"
	"slices"
	"strings"
)

// Format names a rendering of a result, as users write it after --output.
type Format string

// The formats. A Document renders itself as Text, CSV and Markdown; JSON has a versioned schema of its
// own for each kind of result.
const (
	Text     Format = "table"    // aligned tables for people, in plain characters
	JSON     Format = "json"     // one versioned object
	CSV      Format = "csv"      // the tables alone, for spreadsheets
	Markdown Format = "markdown" // for wikis, merge requests and step summaries
)

var formats = []Format{Text, JSON, CSV, Markdown}

// Formats lists the names of all formats, for help texts: "table, json, csv or markdown".
func Formats() string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	if f := Format(name); slices.Contains(formats, f) {
		return f, nil
	}
	return "", fmt.Errorf("unknown format %q, want %s", name, Formats())
}
