package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/sipplan/sipplan/scenarios/sipp"
	"github.com/spf13/cobra"
)

// newScenarioLintCommand returns `scenario lint`.
func newScenarioLintCommand(streams Streams) *cobra.Command {
	var output *outputFormat
	command := &cobra.Command{
		Use:   "lint FILE|FOLDER...",
		Short: "Say of scenario files whether they run, and what in them is doubtful, with the line",
		Long: `lint reads scenario files without running them: SIPp's XML, and YAML of sipplan's own. Of a folder it
reads every .xml, .yaml and .yml file below. A warning is something that runs though it is not what the
format says, such as an attribute that is given twice; an error is something that cannot run.

Exit code 0: all files run. 99: some do not. 2: some cannot even be read as scenarios.`,
		Example: `  sipplan scenario lint uac.xml uas.xml
  sipplan scenario lint flows/ --output json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("FILE: needs a scenario file or a folder, got none")
			}
			files, err := lintAll(args)
			if err != nil {
				return usage(err)
			}
			if err := output.show(streams, lintDocument(files), lintReport{files}); err != nil {
				return err
			}
			return exitWith(lintCode(files))
		},
	}
	output = addOutput(command)
	return command
}

// lintReport is what lint writes as JSON.
type lintReport struct {
	Files []lintedFile `json:"files"`
}

// lintedFile is what lint says of one file.
type lintedFile struct {
	File      string         `json:"file"`
	Parsed    bool           `json:"parsed"`
	Supported bool           `json:"supported"`
	Findings  []sipp.Finding `json:"findings"`
}

// lintAll reads the files that the arguments name, those of folders included.
func lintAll(args []string) (files []lintedFile, err error) {
	var problems []error
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case err != nil:
			problems = append(problems, err)
		case info.IsDir():
			problems = append(problems, filepath.WalkDir(arg, func(path string, entry fs.DirEntry, err error) error {
				if err == nil && entry.Type().IsRegular() && isScenarioFile(path) {
					files = append(files, lint(path))
				}
				return err
			}))
		default:
			files = append(files, lint(arg))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("FILE: %s holds no .xml, .yaml or .yml file", strings.Join(args, ", "))
	}
	return files, nil
}

func isScenarioFile(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".xml", ".yaml", ".yml":
		return true
	}
	return false
}

func isYAML(path string) bool {
	return isScenarioFile(path) && strings.ToLower(filepath.Ext(path)) != ".xml"
}

// lint reads one file.
func lint(path string) lintedFile {
	text, err := readInput(path, sipp.MaxFileSize)
	if err == nil && isYAML(path) {
		_, err = scenarios.Parse(path, text)
		return linted(path, err == nil, err)
	}
	if err != nil {
		return linted(path, false, err)
	}
	f := sipp.Parse(path, text, sipp.Options{Checking: true})
	out := lintedFile{File: path, Parsed: f.Parsed, Supported: f.Supported(), Findings: f.Findings}
	if out.Findings == nil {
		out.Findings = []sipp.Finding{} // [] in JSON, not null
	}
	return out
}

// linted is what is said of a file that one error is about.
func linted(path string, parsed bool, err error) lintedFile {
	out := lintedFile{File: path, Parsed: parsed, Supported: err == nil, Findings: []sipp.Finding{}}
	if err == nil {
		return out
	}
	for _, line := range problems(err) {
		out.Findings = append(out.Findings, sipp.Finding{Line: lineOf(line), Severity: sipp.Error, Message: line})
	}
	return out
}

// lineOf returns the number behind the first "line " of a message, 0 when there is none.
func lineOf(message string) int {
	_, rest, found := strings.Cut(message, "line ")
	if !found {
		return 0
	}
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	line, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return line
}

// lintCode is the exit code of the worst finding.
func lintCode(files []lintedFile) int {
	code := codePass
	for _, f := range files {
		switch {
		case !f.Parsed:
			return codeUsage
		case !f.Supported:
			code = codeFailed
		}
	}
	return code
}

// lintDocument shows what is said of the files.
func lintDocument(files []lintedFile) reports.Document {
	parsed, supported := 0, 0
	summary := reports.Table{Columns: []reports.Column{{Name: "File"}, {Name: "Runs"}, {Name: "Errors", Right: true}, {Name: "Warnings", Right: true}}}
	findings := reports.Table{Title: "Findings", Columns: []reports.Column{{Name: "Where"}, {Name: "Severity"}, {Name: "What"}}}
	for _, f := range files {
		counts := map[sipp.Severity]int{}
		for _, finding := range f.Findings {
			counts[finding.Severity]++
			findings.Rows = append(findings.Rows, []string{fmt.Sprintf("%s:%d", f.File, finding.Line), string(finding.Severity), finding.Message})
		}
		verdict := "yes"
		switch {
		case !f.Parsed:
			verdict = "cannot be read"
		case !f.Supported:
			verdict, parsed = "no", parsed+1
		default:
			parsed, supported = parsed+1, supported+1
		}
		summary.Rows = append(summary.Rows, []string{f.File, verdict, strconv.Itoa(counts[sipp.Error]), strconv.Itoa(counts[sipp.Warning])})
	}
	d := reports.Document{
		Answer: []string{fmt.Sprintf("%d of %d files run; %d could be read.", supported, len(files), parsed)},
		Tables: []reports.Table{summary},
	}
	if len(findings.Rows) > 0 {
		d.Tables = append(d.Tables, findings)
	}
	return d
}
