package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

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

	rules []gate.Rule
	files []resultFile
}

// resultFile is one --out: a format and the file that it is written to.
type resultFile struct {
	format, path string
	write        func(*reports.Run, io.Writer) error
}

// writers are the formats of --out.
var writers = map[string]func(*reports.Run, io.Writer) error{
	"json":  func(r *reports.Run, w io.Writer) error { return reports.WriteJSON(w, r) },
	"csv":   (*reports.Run).WriteCSV,
	"junit": (*reports.Run).WriteJUnit,
	"markdown": func(r *reports.Run, w io.Writer) error {
		return r.Document().Write(w, reports.Markdown)
	},
}

// addResults gives a command the flags about its results.
func addResults(command *cobra.Command) *resultFlags {
	f := &resultFlags{}
	flags := command.Flags()
	flags.StringArrayVar(&f.gates, "gate", nil, "rule that the run has to keep, such as 'blocking <= 1%' or 'pdd p95 < 250ms'; repeat it for more")
	flags.StringVar(&f.gatesFile, "gates-file", "", "YAML file with a list of rules under gates:")
	flags.StringArrayVar(&f.outs, "out", nil, "write the report to a file too: json=FILE, csv=FILE, junit=FILE or markdown=FILE; repeat it for more")
	f.output = addOutput(command)
	return f
}

// read parses the rules and the files before anything is sent.
func (f *resultFlags) read() error {
	var problems []error
	for _, text := range f.gates {
		rule, err := gate.Parse(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("--%w", err))
		}
		f.rules = append(f.rules, rule)
	}
	problems = append(problems, f.readGatesFile())
	taken := map[string]bool{}
	for _, text := range f.outs {
		file, err := readOut(text)
		if err == nil && taken[filepath.Clean(file.path)] {
			err = fmt.Errorf("--out: %s: is named twice; each report needs a file of its own", file.path)
		}
		taken[filepath.Clean(file.path)] = true
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

// readOut reads one --out and makes sure that a file can be written there: a long run should not end
// without its report.
func readOut(text string) (resultFile, error) {
	format, path, ok := strings.Cut(text, "=")
	write, known := writers[format]
	if !ok || !known || path == "" {
		return resultFile{}, fmt.Errorf("--out: must be json=FILE, csv=FILE, junit=FILE or markdown=FILE, got %q", text)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return resultFile{}, fmt.Errorf("--out: %s: its folder %s does not exist", path, filepath.Dir(path))
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return resultFile{}, fmt.Errorf("--out: %s is a folder", path)
	}
	file := resultFile{format: format, path: path, write: write}
	part, err := file.create()
	if err != nil {
		return file, fmt.Errorf("--out: %s: no file can be written in its folder: %w", path, errors.Unwrap(err))
	}
	return file, errors.Join(part.Close(), os.Remove(part.Name()))
}

// conclude writes the report everywhere it is wanted and returns the exit code of the run.
func (f *resultFlags) conclude(streams Streams, run *reports.Run) error {
	problems := []error{f.show(streams, run)}
	for _, file := range f.files {
		problems = append(problems, file.save(run))
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	switch {
	case run.Interrupted:
		return exitWith(codeInterrupted)
	case run.Verdict == gate.Fail:
		return exitWith(codeFailed)
	case run.Verdict == gate.Inconclusive:
		return exitWith(codeInconclusive)
	}
	return nil
}

// show writes the report to stdout, as --out writes it to a file of that format.
func (f *resultFlags) show(streams Streams, run *reports.Run) error {
	if write, known := writers[string(f.output.Format)]; known {
		return write(run, streams.Out)
	}
	return run.Document().Write(streams.Out, f.output.Format)
}

// create makes a new file beside the place of the report.
func (r resultFile) create() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(r.path), "."+filepath.Base(r.path)+".*")
}

// save writes the report beside its place and then moves it there, so that a reader never finds half of
// one.
func (r resultFile) save(run *reports.Run) error {
	part, err := r.create()
	if err != nil {
		return fmt.Errorf("--out %s: %w", r.format, err)
	}
	err = errors.Join(r.write(run, part), part.Chmod(0o644), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), r.path)
	}
	if err != nil {
		_ = os.Remove(part.Name())
		return fmt.Errorf("--out %s=%s: %w", r.format, r.path, err)
	}
	return nil
}
