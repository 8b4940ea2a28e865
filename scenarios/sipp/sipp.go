// Package sipp reads the scenario files of SIPp and compiles them to scripts of package scenarios.
//
// It reads what SIPp reads. One public file in seven is no well-formed XML: attributes given twice, a bare
// < or & in a value, commas between attributes, two dashes in a comment. All of that is read, and each
// deviation is a finding with its line; what a script cannot do is one too, so that nothing is passed over
// in silence when calls run.
package sipp

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/sipplan/sipplan/scenarios"
)

// Options is what a command line adds to a file.
type Options struct {
	Keys map[string]string // values of keywords of the user's own
	// Tables are the names of the data files, the first one being that of cells which name none. Nil reads
	// a file without running it: then every name and every keyword stands for one that will be given.
	Tables []string
	// Checking says that the file is only looked at: keywords and tables that are not given are warnings.
	Checking bool
	Extended bool // commands name their peers
}

// File is a scenario file as it was read.
type File struct {
	Name     string
	Parsed   bool               // its elements could be read
	Program  *scenarios.Program // nil unless Supported
	Findings []Finding          // by line
}

// Finding is one thing that the reader has to say of a file.
type Finding struct {
	Line     int      `json:"line"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
}

// Severity says how bad a finding is.
type Severity string

// The severities.
const (
	Warning Severity = "warning" // the file runs
	Error   Severity = "error"   // it does not
)

// Supported tells whether the file can run.
func (f *File) Supported() bool { return f.Parsed && f.Worst() != Error }

// Worst returns the severity of the worst finding, "" when there is none.
func (f *File) Worst() Severity {
	worst := Severity("")
	for _, finding := range f.Findings {
		if finding.Severity == Error {
			return Error
		}
		worst = finding.Severity
	}
	return worst
}

// Err returns the errors of the file in one, nil when it can run.
func (f *File) Err() error {
	var texts []error
	for _, finding := range f.Findings {
		if finding.Severity == Error {
			texts = append(texts, fmt.Errorf("%s: line %d: %s", f.Name, finding.Line, finding.Message))
		}
	}
	return errors.Join(texts[:min(len(texts), maxErrors)]...)
}

// maxErrors bounds the errors that Err lists.
const maxErrors = 10

// Parse reads and compiles a scenario file. It never fails: what is wrong is among the findings.
func Parse(name string, text []byte, o Options) *File {
	f := &File{Name: name}
	d := parseDocument(text)
	f.Findings, f.Parsed = d.findings, d.root != nil && !d.broken
	if f.Parsed {
		c := newCompiler(name, o)
		c.scenario(d.root)
		f.Findings = append(f.Findings, c.findings...)
		if f.Program = c.program; !f.Supported() {
			f.Program = nil
		}
	}
	slices.SortStableFunc(f.Findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return f
}
