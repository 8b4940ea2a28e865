package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/spf13/cobra"
)

// targetFlags are the flags about where calls go and as whom.
type targetFlags struct {
	allow     []string
	caller    string
	local     []string
	dscp      int
	perCall   bool
	busyCodes []int
	account   accountFlags
	tls       tlsFlags
	t1        time.Duration
	ceiling   ceilingFlag
	trunks    *trunkFlags
	close     func() // ends what apply has opened
}

// addTarget gives a command the flags about its target.
func addTarget(command *cobra.Command) *targetFlags {
	f := &targetFlags{close: func() {}}
	flags := command.Flags()
	flags.StringSliceVar(&f.allow, "allow-target", nil, "host, address or network beyond loopback and private ones that you may test")
	flags.StringVar(&f.caller, "from", loadgen.DefaultCaller, "user part of the caller's address")
	flags.StringSliceVar(&f.local, "local", nil, "source `address`, with a port or a range of ports to fix them too; calls take several in turn (default: as the route to the target says)")
	flags.IntVar(&f.dscp, "dscp", 0, "differentiated services `code` point of the signalling, such as 24 (CS3) or 40 (CS5)")
	flags.BoolVar(&f.perCall, "connection-per-call", false, "open a connection for each call over tcp, tls, ws and wss instead of one for all")
	flags.IntSliceVar(&f.busyCodes, "busy-codes", nil, "SIP codes beside 503 with which this trunk says that all its circuits are busy, such as 486")
	f.account.add(flags)
	f.tls.addCaller(flags)
	f.ceiling.add(command)
	f.trunks = addTrunks(command)
	flags.DurationVar(&f.t1, "t1", 500*time.Millisecond, "SIP timer T1; a target counts as silent after 64 of it")
	return f
}

// apply fills in the part of a load configuration that these flags are about. It looks the targets up: those
// that are given and those of --trunk.
func (f *targetFlags) apply(ctx context.Context, streams Streams, cfg *loadgen.Config, targets ...string) error {
	guard, err := loadgen.ParseGuard(f.allow)
	if err := errors.Join(err, f.check()); err != nil {
		return usage(err)
	}
	plan, err := f.trunks.plan(targets)
	if err != nil {
		return usage(err)
	}
	if cfg.Trunks, err = f.trunks.locate(ctx, &plan, &guard); err != nil {
		return err
	}
	f.trunks.applyRelocation(cfg, plan, guard)
	cfg.Target = plan.Trunks[0].Target
	cfg.Target.Addr, cfg.Target.Transport = cfg.Trunks.Paths[0].Destination.Addr, cfg.Trunks.Paths[0].Destination.Transport
	cfg.Guard, cfg.Caller, cfg.UserAgent = guard, f.caller, userAgent()
	if cfg.Account, err = f.account.account(streams.Env); err != nil {
		return usage(err)
	}
	if cfg.TLS, f.close, err = f.tls.config(); err != nil {
		return usage(err)
	}
	f.trunks.apply(cfg)
	cfg.DSCP, cfg.ConnectionPerCall = f.dscp, f.perCall
	cfg.Profile = sip.Profile{MeansBlocked: f.busyCodes}
	cfg.Timers = sip.Timers{T1: f.t1, T2: 8 * f.t1}
	return f.applyLocal(cfg)
}

// check refuses flags that make no sense by themselves.
func (f *targetFlags) check() error {
	problems := []error{f.ceiling.check()}
	if f.t1 < time.Millisecond || f.t1 > 10*time.Second {
		problems = append(problems, fmt.Errorf("--t1: must be from 1ms to 10s, got %s", f.t1))
	}
	for _, code := range f.busyCodes {
		if code < 300 || code > 699 {
			problems = append(problems, fmt.Errorf("--busy-codes: must be final SIP codes from 300 to 699, got %d", code))
		}
	}
	if f.dscp < 0 || f.dscp > 63 {
		problems = append(problems, fmt.Errorf("--dscp: must be from 0 to 63, got %d", f.dscp))
	}
	if f.caller == "" {
		problems = append(problems, fmt.Errorf("--from: must be the user part of an address, such as %s, got none", loadgen.DefaultCaller))
	}
	return errors.Join(problems...)
}

// parseTarget reads the target. A URN or a number of an emergency service is refused as such, not as
// another scheme than sip.
func parseTarget(text string) (sip.Target, error) {
	target, err := sip.ParseTarget(text)
	if scheme, _, _ := strings.Cut(strings.ToLower(text), ":"); scheme == "urn" || scheme == "tel" {
		if refused := loadgen.CheckNumber(text); refused != nil {
			return target, fmt.Errorf("target: %w", refused)
		}
	}
	return target, err
}

// applyLocal reads --local. A fixed port takes a single shard.
func (f *targetFlags) applyLocal(cfg *loadgen.Config) error {
	for _, text := range f.local {
		sources, err := parseSources(text)
		if err != nil {
			return usage(err)
		}
		for _, source := range sources {
			if err := checkSource(source.Addr(), cfg.Trunks); err != nil {
				return usagef("--local: %w", err)
			}
			if source.Port() != 0 {
				cfg.Shards = 1
			}
		}
		cfg.Sources = append(cfg.Sources, sources...)
	}
	return nil
}

// checkSource refuses a source address that no trunk can be called from.
func checkSource(source netip.Addr, trunks *loadgen.Trunks) (err error) {
	for _, p := range trunks.Paths {
		if err = loadgen.CheckSource(source, p.Destination.Addr.Addr()); err == nil {
			return nil
		}
	}
	return err
}

// mostSourcePorts bounds a range of source ports.
const mostSourcePorts = 64

// parseSources reads a value of --local: an address, with a port or a range of ports if wanted.
func parseSources(text string) ([]netip.AddrPort, error) {
	wrong := fmt.Errorf("--local: must be an address of this host, with or without a port or a range of at most %d ports, such as 127.0.0.1:5070-5073, got %q", mostSourcePorts, text)
	if alone, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil && !alone.IsUnspecified() {
		return []netip.AddrPort{netip.AddrPortFrom(alone.Unmap(), 0)}, nil
	}
	first, last, several := strings.Cut(text, "-")
	address, err := netip.ParseAddrPort(first)
	if err != nil || address.Addr().IsUnspecified() {
		return nil, wrong
	}
	end := uint64(address.Port())
	if several {
		if end, err = strconv.ParseUint(last, 10, 16); err != nil {
			return nil, wrong
		}
	}
	if end < uint64(address.Port()) || end-uint64(address.Port()) >= mostSourcePorts {
		return nil, wrong
	}
	var sources []netip.AddrPort
	for port := uint64(address.Port()); port <= end; port++ {
		sources = append(sources, netip.AddrPortFrom(address.Addr().Unmap(), uint16(port)))
	}
	return sources, nil
}

// userAgent is how the program names itself on the wire.
func userAgent() string {
	return "sipplan/" + strings.Trim(version(), "()")
}

// flagNames puts the dashes back before problems that a library names by its field, and leaves those
// as they are that no flag is about: the target, which is an argument, and the limit of open files.
func flagNames(err error) error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return flagName(err)
	}
	var named []error
	for _, problem := range joined.Unwrap() {
		named = append(named, flagName(problem))
	}
	return errors.Join(named...)
}

func flagName(err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []string{"target:", "files:", "--"} {
		if strings.HasPrefix(err.Error(), known) {
			return err
		}
	}
	return fmt.Errorf("--%w", err)
}
