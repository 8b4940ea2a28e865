package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/recording"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/pflag"
)

// saveFlags say which calls are saved for somebody to look at, and where.
type saveFlags struct {
	calls, dir string
	size       int // octets of one call
	policy     recording.Policy
	problem    error // of the last save
}

func (f *saveFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.calls, "save-calls", "", "record calls and save `some` as pcap and message ladder: failed, worst or both, with a number: failed:50,worst:20")
	flags.StringVar(&f.dir, "save-dir", "saved-calls", "`folder` for saved calls; it is made if it is not there")
	flags.IntVar(&f.size, "save-size", recording.DefaultBytes, "most `octets` of one saved call; RTP beyond is left out")
}

// read parses the flags and makes the folder, before anything is sent.
func (f *saveFlags) read() (err error) {
	if f.calls == "" {
		return nil
	}
	if f.policy, err = recording.ParsePolicy(f.calls); err != nil {
		return fmt.Errorf("--save-calls: %w", err)
	}
	if f.size < 1 || f.size > recording.DefaultTotal {
		return fmt.Errorf("--save-size: must be from 1 to %d octets, got %d", recording.DefaultTotal, f.size)
	}
	f.policy.Bytes = f.size
	if err := os.MkdirAll(f.dir, 0o700); err != nil { // numbers and addresses of calls are nobody else's business
		return fmt.Errorf("--save-dir: %w", err)
	}
	probe, err := os.CreateTemp(f.dir, ".probe")
	if err != nil {
		return fmt.Errorf("--save-dir: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// save writes the calls that a run kept, and notes them in its report.
func (f *saveFlags) save(result *loadgen.Result, report *reports.RunResult) {
	if f.calls == "" {
		return
	}
	report.Saving = &reports.Saving{Dir: f.dir, Failed: result.Failures, Calls: []reports.SavedCall{}}
	for i, r := range result.Saved {
		name := fmt.Sprintf("%d-%03d-%s", result.Seed, i+1, fileName(r.Why))
		pcap, ladder := name+".pcap", name+".txt"
		err := errors.Join(
			f.write(pcap, result.Origin, r.WritePcap),
			f.write(ladder, result.Origin, r.WriteLadder),
		)
		if err != nil {
			f.problem = err
			return
		}
		report.Saving.Calls = append(report.Saving.Calls, reports.SavedCall{CallID: r.CallID, Why: r.Why, Failed: r.Failed, Pcap: pcap, Ladder: ladder})
	}
}

func (f *saveFlags) write(name string, start time.Time, write func(io.Writer, time.Time) error) error {
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("--save-dir: %w", err)
	}
	return errors.Join(write(file, start), file.Close())
}

// fileName returns text as a part of the name of a file: letters, digits and a few signs of at most 60 characters.
func fileName(text string) string {
	text = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(text))
	return text[:min(len(text), 60)]
}
