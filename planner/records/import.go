// Package records turns call detail records into traffic: the busy hour and what is offered in it, holding times, how
// many calls are in progress at a time, per trunk and direction. It reads a stream of any length in bounded memory.
package records

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// Config says how to read call records and what to make of them. Its zero value tells the form of the file by itself
// and measures in UTC.
type Config struct {
	Profile   string  // name of a built-in profile; "" tells it by the first rows, unless Columns has a Start
	Columns   Columns // roles of columns, stronger than those of the profile; nil where nobody can name any
	Delimiter byte    // 0: told by the first line
	NoHeader  bool    // the first line is a record already

	TimeFormat TimeFormat
	Zone       *time.Location // of the hours of the day, and of times without an offset; nil is UTC
	UTC        bool           // times without an offset are in UTC, whatever the Zone

	Trunks  []string      // patterns (* and ?) of the trunks; calls on none of them are internal. None: all calls count
	Longest time.Duration // calls that last longer are bad rows; 0 is DefaultLongest

	Days    DaySet  // the days whose busy hour is wanted
	Step    int     // minutes between the possible beginnings of a busy hour, 15 or 60; 0 is 60
	TopDays int     // the busiest days that are averaged; 0 is DefaultTopDays
	GoS     float64 // share of calls that may be blocked; 0 is DefaultGoS
	MaxBad  float64 // share of bad rows with which the rest can be relied on

	// Bad is told of every bad row, in the order of the file: its line, why it is bad, and the text that was wrong, fit to be
	// shown. Nil is told of none.
	Bad func(line int, reason Reason, value string)

	// Each is told of every call that counts, in the order of the file. Nil is told of none.
	Each func(Call)

	// Prefix stands before the name of a field in complaints: "--" on a command line.
	Prefix string
}

// The defaults.
const (
	DefaultLongest = 24 * time.Hour
	DefaultTopDays = 5 // ITU-T E.500 and E.520: the five busiest days of a year are its high load
	DefaultGoS     = 0.01
)

// Validate returns everything that is wrong with the configuration, joined.
func (c Config) Validate() error {
	var problems []error
	complain := func(field, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s%s: %w", c.Prefix, field, fmt.Errorf(format, args...)))
	}
	if _, ok := findProfile(c.Profile); c.Profile != "" && !ok {
		complain("profile", "there is no profile %q; there are %s", c.Profile, listHeadings(ProfileNames()))
	}
	if c.Delimiter == '"' || c.Delimiter == '\n' || c.Delimiter == '\r' || c.Delimiter > 126 {
		complain("delimiter", "must be one character other than a quote, got %q", c.Delimiter)
	}
	if c.Longest < 0 || c.Longest > 36*time.Hour {
		complain("max-duration", "must be from 0s to 36h, got %s", c.Longest)
	}
	if c.Step != 0 && c.Step != 15 && c.Step != 60 {
		complain("step", "must be 15 or 60 minutes, got %d", c.Step)
	}
	if c.TopDays < 0 || c.TopDays > maxDays {
		complain("top-days", "must be from 1 to %d, got %d", maxDays, c.TopDays)
	}
	if math.IsNaN(c.GoS) || c.GoS < 0 || c.GoS >= 1 {
		complain("gos", "must be between 0 and 100 %%, both excluded, got %g (%g %%)", c.GoS, 100*c.GoS)
	}
	if !(c.MaxBad >= 0 && c.MaxBad <= 1) {
		complain("max-bad", "must be from 0 to 100 %%, got %g (%g %%)", c.MaxBad, 100*c.MaxBad)
	}
	if slices.Contains(c.Trunks, "") {
		complain("trunks", "must not have an empty pattern")
	}
	return errors.Join(problems...)
}

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Longest == 0 {
		c.Longest = DefaultLongest
	}
	if c.Step == 0 {
		c.Step = 60
	}
	if c.TopDays == 0 {
		c.TopDays = DefaultTopDays
	}
	if c.GoS == 0 {
		c.GoS = DefaultGoS
	}
	return c
}

// FormError is the error for a file whose form cannot be told, or is not that of the configuration.
type FormError struct{ Err error }

// Error says what is wrong.
func (e *FormError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong, which may be several things joined.
func (e *FormError) Unwrap() error { return e.Err }

// headLength is how much of a file is looked at to tell its form.
const headLength = 1 << 16

// Import reads call records, compressed by gzip or not, and measures their traffic. Rows that are no calls are
// counted in the result (Usage.Rejects) and never fail the import. A source that fails in the middle gives the usage
// until then, which says so (Usage.Broken). The error is that of Validate, a FormError or what the source returned
// before the first row.
func Import(source io.Reader, config Config) (Usage, error) {
	if err := config.Validate(); err != nil {
		return Usage{}, err
	}
	config = config.withDefaults()
	text, err := inflate(source)
	if err != nil {
		return Usage{}, err
	}
	head, err := beginning(text)
	switch {
	case len(head) == 0 && err != nil:
		return Usage{}, err
	case utf16(head):
		return Usage{}, ErrUTF16
	case err == nil && len(head) < headLength && len(bytes.TrimSpace(head)) == 0: // whatever the profile, which would look for its headings
		return Usage{}, ErrNoRows
	}
	f, formErr := newForm(head, config)
	if formErr != nil {
		return Usage{}, &FormError{formErr}
	}
	if err != nil {
		text = failing{err}
	}
	i := newImporter(f, config)
	i.read(io.MultiReader(bytes.NewReader(head), text))
	return i.usage()
}

// beginning returns the first 64 KiB of a text, or less when it ends or fails before.
func beginning(text io.Reader) ([]byte, error) {
	head := make([]byte, headLength)
	n := 0
	for n < len(head) {
		more, err := text.Read(head[n:])
		n += more
		if err == io.EOF {
			break
		}
		if err != nil {
			return head[:n], err
		}
	}
	return head[:n], nil
}

// failing is a source that has failed.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// inflate returns the text of a source that may be compressed by gzip.
func inflate(source io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(source, 1<<16)
	if magic, _ := buffered.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return buffered, nil
	}
	text, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return text, nil
}
