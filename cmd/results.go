package cmd

import (
	"errors"
	"fmt"
	"io"

	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/reports/gate"
	"github.com/spf13/cobra"
)

// resultFlags are the flags that say what a run is held against and where its report goes.
type resultFlags struct {
	gates     []string
	gatesFile string
	outs      []string
	output    *outputFormat
	save      saveFlags

	rules []gate.Rule
	files []resultFile
}

// finished is the report of something that ended with a verdict.
type finished interface {
	Document() reports.Document
	WriteCSV(w io.Writer) error
	WriteJUnit(w io.Writer) error
	WriteHTML(w io.Writer) error
	Outcome() (verdict gate.Verdict, interrupted bool)
}

// writers are the formats of --out.
var writers = map[string]func(finished, io.Writer) error{
	"json":  func(r finished, w io.Writer) error { return reports.WriteJSON(w, r) },
	"csv":   finished.WriteCSV,
	"junit": finished.WriteJUnit,
	"html":  finished.WriteHTML,
	"markdown": func(r finished, w io.Writer) error {
		return r.Document().Write(w, reports.Markdown)
	},
}

// addResults gives a command the flags about its results.
func addResults(command *cobra.Command) *resultFlags {
	f := &resultFlags{}
	flags := command.Flags()
	flags.StringArrayVar(&f.gates, "gate", nil, "rule that the run has to keep, such as 'blocking <= 1%' or 'pdd p95 < 250ms'; repeat it for more")
	flags.StringVar(&f.gatesFile, "gates-file", "", "YAML file with a list of rules under gates:")
	flags.StringArrayVar(&f.outs, "out", nil, "write the report to a file too: json=FILE, csv=FILE, junit=FILE, html=FILE or markdown=FILE; repeat it for more")
	f.save.add(flags)
	f.output = addOutput(command)
	return f
}

// read parses the rules and prepares the files before anything is sent. close ends that.
func (f *resultFlags) read() error {
	var problems []error
	for _, text := range f.gates {
		rule, err := gate.Parse(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("--%w", err))
		}
		f.rules = append(f.rules, rule)
	}
	problems = append(problems, f.readGatesFile(), f.save.read())
	taken := map[string]bool{}
	for _, text := range f.outs {
		file, err := readOut(text)
		if err == nil && taken[file.place] {
			err = fmt.Errorf("--out: %s: is named twice; each report needs a file of its own", file.path)
		}
		taken[file.place] = true
		problems = append(problems, err)
		f.files = append(f.files, file)
	}
	return errors.Join(problems...)
}

func (f *resultFlags) readGatesFile() error {
	if f.gatesFile == "" {
		return nil
	}
	text, err := readInput(f.gatesFile, gate.MaxFileSize)
	if err != nil {
		return fmt.Errorf("--gates-file: %w", err)
	}
	rules, err := gate.ParseFile(text)
	if err != nil {
		return fmt.Errorf("--gates-file: %s: %w", f.gatesFile, err)
	}
	f.rules = append(f.rules, rules...)
	return nil
}

// conclude writes the report everywhere it is wanted and returns the exit code of the run.
func (f *resultFlags) conclude(streams Streams, run finished) error {
	problems := []error{f.show(streams, run), f.save.problem}
	for i := range f.files {
		problems = append(problems, f.files[i].save(run))
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	switch verdict, interrupted := run.Outcome(); {
	case interrupted:
		return exitWith(codeInterrupted)
	case verdict == gate.Fail:
		return exitWith(codeFailed)
	case verdict == gate.Inconclusive:
		return exitWith(codeInconclusive)
	}
	return nil
}

// show writes the report to stdout, as --out writes it to a file of that format.
func (f *resultFlags) show(streams Streams, run finished) error {
	if write, known := writers[string(f.output.Format)]; known {
		return write(run, streams.Out)
	}
	return run.Document().Write(streams.Out, f.output.Format)
}

// close ends what read opened. It may be called again.
func (f *resultFlags) close() {
	for i := range f.files {
		_ = f.files[i].close() // what is still open has not been written
	}
}
