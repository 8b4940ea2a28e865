package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/spf13/cobra"
)

// trunkFlags are the flags about several trunks: which there are, how calls choose among them, and what
// sends a call on to the next one.
type trunkFlags struct {
	trunks                       []string
	order, failOver, retryAfter  string
	redirects, overload          string
	failOverAfter, putAsideFor   time.Duration
	mostTrunks, putAsideFailures int
	dns                          string
	reResolve                    bool
}

// orders are the values of --order, by the names that plans use.
var orders = []string{"ordered", "round-robin", "weighted", "weighted-random", "least-used"}

// retryAfters are the values of --retry-after.
var retryAfters = []string{"record", "obey", "abort"}

// What --redirects and --overload may say.
var (
	redirects = []string{"record", "follow"}
	overloads = []string{"ignore", "obey"}
)

// addTrunks gives a command the flags about several trunks.
func addTrunks(command *cobra.Command) *trunkFlags {
	f := &trunkFlags{}
	flags := command.Flags()
	flags.StringArrayVar(&f.trunks, "trunk", nil, "`trunk` by name, such as name=gw1,target=sip:10.1.2.3,weight=2,limit=30,caps=5; repeat it for more")
	flags.StringVar(&f.order, "order", "ordered", "how calls choose among several trunks: "+strings.Join(orders, ", "))
	flags.StringVar(&f.failOver, "fail-over", "408,503,504,timeout,transport,no-circuit", "`outcomes` that send a call on to the next trunk: SIP codes, 4xx to 6xx, timeout, transport, no-circuit, or none")
	flags.DurationVar(&f.failOverAfter, "fail-over-after", 0, "`time` without any response after which a call tries the next trunk (default: 64 times --t1)")
	flags.IntVar(&f.mostTrunks, "most-trunks", 0, "`trunks` that one call is sent over at most (default: all)")
	flags.IntVar(&f.putAsideFailures, "put-aside", 0, "put a trunk aside after this many `failures` in a row (default: never, so that the load stays as offered)")
	flags.DurationVar(&f.putAsideFor, "put-aside-for", 30*time.Second, "`time` for which a trunk is put aside")
	flags.StringVar(&f.retryAfter, "retry-after", "record", "what a 503 with Retry-After leads to: record, obey (no calls on that trunk for the time it names) or abort (the run ends)")
	flags.StringVar(&f.redirects, "redirects", "record", "what a 3xx leads to: record, or follow (as far as the target and number guards allow)")
	flags.StringVar(&f.overload, "overload", "ignore", "what overload control by the target leads to (RFC 7339): ignore, or obey (fewer calls on that trunk)")
	flags.StringVar(&f.dns, "dns", "", "`server` that finds names, by NAPTR, SRV and address records (default: as /etc/hosts and /etc/resolv.conf say)")
	flags.BoolVar(&f.reResolve, "re-resolve", false, "look names up again when their TTL is over, instead of staying where they led at first")
	completeFlag(command, "order", orders)
	completeFlag(command, "retry-after", retryAfters)
	completeFlag(command, "redirects", redirects)
	completeFlag(command, "overload", overloads)
	return f
}

// plan reads the flags and the targets that the command line names beside them.
func (f *trunkFlags) plan(targets []string) (plan loadgen.TrunkPlan, err error) {
	problems := []error{oneOf("order", f.order, orders), oneOf("retry-after", f.retryAfter, retryAfters), oneOf("redirects", f.redirects, redirects), oneOf("overload", f.overload, overloads)}
	if plan.Order, err = routing.ParsePolicy(strings.ReplaceAll(f.order, "-", " ")); err != nil && problems[0] == nil {
		problems = append(problems, fmt.Errorf("--order: %w", err))
	}
	if plan.FailOver.On, err = routing.ParseOutcomes(f.failOver); err != nil {
		problems = append(problems, fmt.Errorf("--fail-over: %w", err))
	}
	plan.FailOver.Trunks, plan.FailOver.Wait = f.mostTrunks, f.failOverAfter
	if f.putAsideFailures > 0 {
		plan.Penalty.Failures, plan.Penalty.For = f.putAsideFailures, f.putAsideFor
	}
	if f.retryAfter == "obey" {
		plan.Penalty.RetryAfter = routing.Obey
	}
	problems = append(problems, f.checkBounds())
	for _, target := range targets {
		wish, err := wishFor(target)
		if err == nil && len(targets)+len(f.trunks) > 1 {
			wish.Name = strings.TrimPrefix(wish.Target.URI, "sip:")
		}
		plan.Trunks, problems = append(plan.Trunks, wish), append(problems, err)
	}
	for _, text := range f.trunks {
		wish, err := parseTrunk(text)
		if err != nil {
			err = fmt.Errorf("--trunk: %q: %w", text, err)
		}
		plan.Trunks, problems = append(plan.Trunks, wish), append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return plan, err
	}
	return plan, flagNames(plan.Validate())
}

// checkBounds refuses numbers and times that no trunk has.
func (f *trunkFlags) checkBounds() error {
	var problems []error
	for _, bound := range []struct {
		name string
		bad  bool
		got  any
	}{
		{"fail-over-after", f.failOverAfter < 0, f.failOverAfter}, {"most-trunks", f.mostTrunks < 0, f.mostTrunks},
		{"put-aside", f.putAsideFailures < 0, f.putAsideFailures}, {"put-aside-for", f.putAsideFor <= 0, f.putAsideFor},
	} {
		if bound.bad {
			problems = append(problems, fmt.Errorf("--%s: must be a positive number or time, got %v", bound.name, bound.got))
		}
	}
	return errors.Join(problems...)
}

// apply fills in what the flags say of answers other than how calls find their trunks.
func (f *trunkFlags) apply(cfg *loadgen.Config) {
	cfg.HaltAtRetryAfter = f.retryAfter == "abort"
	cfg.FollowRedirects = f.redirects == "follow"
	cfg.ObeyOverload = f.overload == "obey"
}

// applyRelocation makes a load look for its trunks again, if that is wanted and they have names.
func (f *trunkFlags) applyRelocation(cfg *loadgen.Config, plan loadgen.TrunkPlan, guard loadgen.Guard) {
	if f.reResolve && cfg.Trunks.TTL < sip.Forever {
		cfg.Relocate = func(ctx context.Context) (*loadgen.Trunks, error) { return f.locate(ctx, &plan, &guard) }
	}
}

// wishFor reads a target as a trunk that has its name.
func wishFor(text string) (w loadgen.TrunkWish, err error) {
	if w.Target, err = parseTarget(text); err != nil {
		return w, err
	}
	w.Place, err = sip.ParsePlace(text)
	w.Name = w.Target.URI
	return w, err
}

// parseTrunk reads a value of --trunk: words of the form key=value with commas between.
func parseTrunk(text string) (w loadgen.TrunkWish, err error) {
	values := map[string]string{}
	for word := range strings.SplitSeq(text, ",") {
		key, value, found := strings.Cut(word, "=")
		key = strings.TrimSpace(key)
		switch key {
		case "name", "target", "weight", "limit", "caps":
		default:
			return w, fmt.Errorf("%q; want name=, target=, weight=, limit= or caps=", word)
		}
		if _, twice := values[key]; twice || !found || value == "" {
			return w, fmt.Errorf("%s: must be there once, with a value behind =", key)
		}
		values[key] = value
	}
	if values["target"] == "" {
		return w, errors.New("target: must be there, as in target=sip:10.1.2.3")
	}
	if w, err = wishFor(values["target"]); err != nil {
		return w, err
	}
	if name := values["name"]; name != "" {
		w.Name = name
	}
	for key, into := range map[string]*int{"weight": &w.Weight, "limit": &w.Circuits, "caps": &w.CAPS} {
		value, there := values[key]
		if !there {
			continue
		}
		if *into, err = strconv.Atoi(value); err != nil || *into < 1 {
			return w, fmt.Errorf("%s: must be a whole number of at least 1, got %q", key, value)
		}
	}
	return w, nil
}

// resolvConf is where the system says which DNS servers to ask.
const resolvConf = "/etc/resolv.conf"

// locate finds out where the trunks of a plan lead.
func (f *trunkFlags) locate(ctx context.Context, plan *loadgen.TrunkPlan, guard *loadgen.Guard) (*loadgen.Trunks, error) {
	locator, err := f.locator()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, loadgen.LocateTimeout)
	defer cancel()
	trunks, err := plan.Locate(ctx, locator, guard)
	var refused *loadgen.RefusedError
	if errors.As(err, &refused) {
		return nil, usage(err)
	}
	return trunks, err // the name may be right and the resolver down: it could not run
}

// locator returns who finds names: the server of --dns, or those of the system behind its hosts file.
func (f *trunkFlags) locator() (*sip.Locator, error) {
	cfg := sip.DNSConfig{}
	if f.dns != "" {
		server, err := dnsServer(f.dns)
		if err != nil {
			return nil, usage(err)
		}
		cfg.Servers = []netip.AddrPort{server}
	} else {
		if text, err := os.ReadFile(resolvConf); err == nil {
			if cfg, err = sip.ParseResolvConf(string(text)); err != nil {
				return nil, err
			}
		}
		cfg.Hosts = sip.HostsFile()
	}
	client, err := sip.NewDNSClient(cfg)
	return &sip.Locator{DNS: client, Transports: []sip.Transport{sip.UDP, sip.TCP, sip.TLS}}, err
}

// dnsServer reads the address of a DNS server, with port 53 where none is named.
func dnsServer(text string) (netip.AddrPort, error) {
	if server, err := netip.ParseAddrPort(text); err == nil && server.Port() != 0 {
		return server, nil
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("--dns: must be the address of a server, with or without a port, such as 10.0.0.53 or [::1]:5353, got %q", text)
	}
	return netip.AddrPortFrom(addr, 53), nil
}
