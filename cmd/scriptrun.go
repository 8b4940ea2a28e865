package cmd

import (
	"errors"
	"fmt"
	"os"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/pflag"
)

// habits sets what SIPp does where nothing else was asked for: ten calls a second, evenly spaced, that last as
// long as their scenario says.
func (f *scriptFlags) habits(flags *pflag.FlagSet) error {
	if !f.given() {
		return nil
	}
	if flags.Changed("scenario") {
		return errors.New("--sipp, --scenario: calls run one of them, got both")
	}
	for name, value := range map[string]string{"arrivals": "constant", "hold": "fixed", "aht": "0s", "caps": "10"} {
		switch {
		case flags.Changed(name), name == "caps" && (flags.Changed("erlangs") || flags.Changed("users")), name == "aht" && flags.Changed("erlangs"), name == "aht" && flags.Changed("users"):
			continue
		}
		if err := flags.Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// apply loads the scenario into a load configuration.
func (f *scriptFlags) apply(streams Streams, cfg *loadgen.Config) error {
	program, script, err := f.load(streams)
	if err != nil {
		return err
	}
	if program.Role != scenarios.Caller {
		return fmt.Errorf("--sipp: %s answers calls; sipplan answer runs it", f.file)
	}
	cfg.Programs, cfg.Script = []*scenarios.Program{program}, script
	cfg.Media.Off = cfg.Media.Off || !program.Script.Media
	if cfg.Network, err = f.network(); err != nil {
		return err
	}
	return f.openStatistics(script, cfg.CAPS)
}

// aim completes the configuration of a script, once the target is known.
func (f *scriptFlags) aim(cfg *loadgen.Config) error {
	if cfg.Script == nil {
		return nil
	}
	cfg.Script.RemoteHost = cfg.Target.Host
	if cfg.Script.Service == "" {
		if cfg.Script.Service = cfg.Target.User; cfg.Script.Service == "" {
			cfg.Script.Service = "service"
		}
	}
	cfg.Script.Account = scriptAccount(cfg.Account, cfg.Script.Service)
	var err error
	cfg.Twin, err = f.twin.config(cfg.Programs[0].Script, cfg.Guard)
	return errors.Join(err, usage(f.checkMediaIP(cfg.Guard)))
}

// statisticsFile is the file of --stats while the run goes on.
type statisticsFile struct {
	*reports.ScriptStatistics
	file *os.File
}

// close tells what went wrong with the file.
func (f *statisticsFile) close() error {
	if err := errors.Join(f.Err(), f.file.Close()); err != nil {
		return fmt.Errorf("--stats: %w", err)
	}
	return nil
}

// openStatistics creates the file of --stats, if one is wanted, and lets a script write to it.
func (f *scriptFlags) openStatistics(script *call.ScriptConfig, rate float64) error {
	if f.stats == "" {
		return nil
	}
	file, err := os.Create(f.stats)
	if err != nil {
		return fmt.Errorf("--stats: %w", err)
	}
	f.statistics = &statisticsFile{reports.NewScriptStatistics(file, rate), file}
	script.Report, script.Period = f.statistics.Write, f.period
	return nil
}
