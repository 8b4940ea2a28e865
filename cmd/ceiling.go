package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/ceiling"
	"github.com/spf13/cobra"
)

// What --ceiling may say.
const (
	ceilingAuto    = "auto"    // measure where the rate is demanding and nothing is remembered
	ceilingMeasure = "measure" // measure whatever is remembered
	ceilingOff     = "off"
)

// ceilingFlag says whether a run finds out first what this machine can offer.
type ceilingFlag struct{ mode string }

func (f *ceilingFlag) add(command *cobra.Command) {
	modes := []string{ceilingAuto, ceilingMeasure, ceilingOff}
	command.Flags().StringVar(&f.mode, "ceiling", ceilingAuto, fmt.Sprintf(
		"call this machine itself first, to see whether it keeps the rate: auto (from %d calls per second on, remembered), measure (again) or off", ceiling.Demanding))
	completeFlag(command, "ceiling", modes)
}

func (f *ceilingFlag) check() error {
	return oneOf("ceiling", f.mode, []string{ceilingAuto, ceilingMeasure, ceilingOff})
}

// know returns the ceiling for a run, and false if the run needs none. An interrupt ends the measurement and
// with it the command.
func (f *ceilingFlag) know(ctx context.Context, streams Streams, cfg loadgen.Config) (c ceiling.Ceiling, needed bool, err error) {
	if f.mode == ceilingOff || f.mode != ceilingMeasure && cfg.CAPS < ceiling.Demanding {
		return c, false, nil
	}
	c, err = f.find(ctx, streams, cfg)
	return c, err == nil, err
}

// find returns the ceiling at the rate and over the transport of a run: what is remembered, or measured now.
func (f *ceilingFlag) find(ctx context.Context, streams Streams, cfg loadgen.Config) (c ceiling.Ceiling, err error) {
	store := ceiling.Store{Folder: cacheFolder(streams.Env)}
	machine := ceiling.ThisMachine(build(version(), os.Executable), cfg.Target.Transport)
	if c, known := store.Load(machine, cfg.CAPS, time.Now()); known && f.mode != ceilingMeasure {
		fmt.Fprintf(streams.Err, "ceiling: this machine keeps %s against itself, measured %s\n", c, c.Measured.Format(time.DateTime))
		return c, nil
	}
	fmt.Fprintf(streams.Err, "ceiling: trying whether this machine keeps %s calls per second against itself (--ceiling off leaves that out)\n", figure(cfg.CAPS))
	if c, err = prove(ctx, streams, cfg); err != nil {
		return c, err
	}
	fmt.Fprintf(streams.Err, "ceiling: %s, by %d calls in %s\n", c, c.Calls, time.Duration(c.Took*float64(time.Second)).Round(100*time.Millisecond))
	if err := store.Save(machine, c); err != nil {
		fmt.Fprintf(streams.Err, "ceiling: %v\n", err) // the next run measures again
	}
	return c, nil
}

// warnOfPorts says before a run that its RTP ports may be somebody else's by then.
func warnOfPorts(streams Streams, cfg loadgen.Config) {
	if warning := cfg.PortsWarning(); warning != "" {
		fmt.Fprintf(streams.Err, "warning: %s\n", warning)
	}
}

// warnOfBuffers says before a run at a high rate over UDP that the kernel's limit will bite.
func warnOfBuffers(streams Streams, cfg loadgen.Config) {
	if cfg.CAPS < ceiling.Demanding || cfg.Target.Transport.Reliable() {
		return
	}
	if warning := loadgen.BufferWarning(); warning != "" {
		fmt.Fprintf(streams.Err, "warning: %s\n", warning)
	}
}

// prove measures, until somebody interrupts.
func prove(ctx context.Context, streams Streams, cfg loadgen.Config) (ceiling.Ceiling, error) {
	meter, err := ceiling.NewMeter(cfg.Target.Transport)
	if err != nil {
		return ceiling.Ceiling{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	release := onInterrupt(streams, cancel, cancel)
	c, err := meter.Prove(ctx, cfg.CAPS)
	if release() && errors.Is(err, context.Canceled) {
		return c, interruptedBefore("the first call, while this machine called itself")
	}
	return c, err
}

// cacheFolder is where the program may keep what it can find out again, "" for nowhere.
func cacheFolder(env func(string) string) string {
	var base string
	switch home := env("HOME"); {
	case runtime.GOOS == "windows":
		base = env("LocalAppData")
	case env("XDG_CACHE_HOME") != "":
		base = env("XDG_CACHE_HOME")
	case home != "" && runtime.GOOS == "darwin":
		base = filepath.Join(home, "Library", "Caches")
	case home != "":
		base = filepath.Join(home, ".cache")
	}
	if !filepath.IsAbs(base) {
		return ""
	}
	return filepath.Join(base, "sipplan")
}
