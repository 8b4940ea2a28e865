package cmd

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/pflag"
)

// habits sets what SIPp does where nothing else was asked for: ten calls a second, evenly spaced, that last as
// long as their scenario says, however long after the last arrival. Users call as soon as they can instead.
func (f *scriptFlags) habits(flags *pflag.FlagSet) error {
	if !f.given() {
		return nil
	}
	if flags.Changed("scenario") {
		return errors.New("--sipp, --scenario: calls run one of them, got both")
	}
	if f.users > 0 {
		for _, name := range []string{"caps", "erlangs", "users", "max-calls"} {
			if flags.Changed(name) {
				return fmt.Errorf("--sipp-users, --%s: users call again as soon as their call is over, at no rate and without a limit of their own, got both", name)
			}
		}
	}
	for name, value := range map[string]string{"arrivals": "constant", "hold": "fixed", "aht": "0s", "caps": "10", "drain": unlimitedDrain.String()} {
		switch {
		case name == "caps" && f.users > 0:
			value = "0"
		case flags.Changed(name), name == "caps" && (flags.Changed("erlangs") || flags.Changed("users")), name == "aht" && flags.Changed("erlangs"), name == "aht" && flags.Changed("users"):
			continue
		}
		if err := flags.Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// unlimitedDrain is longer than any run.
const unlimitedDrain = loadgen.MaxHours * time.Hour

// apply loads the scenario into a load configuration.
func (f *scriptFlags) apply(streams Streams, cfg *loadgen.Config) error {
	program, script, err := f.load(streams)
	if err != nil {
		return err
	}
	if program.Role != scenarios.Caller {
		return fmt.Errorf("--sipp: %s answers calls; sipplan answer runs it", f.file)
	}
	cfg.Programs, cfg.Script, cfg.Users = []*scenarios.Program{program}, script, f.users
	cfg.Media.Off = cfg.Media.Off || !program.Script.Media
	cfg.Network, err = f.network()
	return err
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
	if err := f.openStatistics(cfg.Script, max(cfg.CAPS, float64(cfg.Users))); err != nil {
		return err
	}
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

// openStatistics creates the file of --stats, if one is wanted, and lets a script write to it. rate is that of the
// calls, or the number of users who make them.
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
