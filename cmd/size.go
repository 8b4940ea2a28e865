package cmd

import (
	"time"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newSizeCommand returns `size`.
func newSizeCommand(streams Streams) *cobra.Command {
	var group groupFlags
	var layout layoutFlags
	command := &cobra.Command{
		Use:   "size --users N --usage light|moderate|heavy [flags]",
		Short: "How many ports, gateways and Mediation Servers a group of users needs",
		Long: `Works out the busy-hour traffic of a group of users and how many PSTN ports it needs: by the
rule of thumb (light usage 1 port for 15 users, moderate 10, heavy 5) and by Erlang B at a stated
holding time and grade of service. Says what the rule of thumb would block, which gateways hold the
grade of service with one of them failed, and what else the ports stand on.

Every figure shows where it comes from: the flag that gave it, or the document behind its default.`,
		Example: `  sipplan size --users 47000 --usage heavy
  sipplan size --users 100 --usage moderate --aht 150s --gos 0.5%
  sipplan size --users 800 --calls-per-hour 2.5 --gateway-ports 30 --output json`,
		Args: noArguments,
	}
	group.add(command)
	layout.add(command)
	output := addOutput(command)
	command.RunE = func(command *cobra.Command, _ []string) error {
		config := group.config(command.Flags())
		layout.configure(command.Flags(), &config)
		if err := config.Validate(); err != nil {
			return usage(err)
		}
		sizing, err := planner.Size(config)
		if err != nil {
			return err
		}
		return output.show(streams, reports.Sizing(sizing), reports.NewSizingObject(sizing))
	}
	return command
}

// groupFlags are the flags that describe a group of users and what they are promised.
type groupFlags struct {
	users        int
	usage        string
	callsPerHour float64
	aht          time.Duration
	gos          percentage
}

func (g *groupFlags) add(command *cobra.Command) {
	flags := command.Flags()
	flags.SortFlags = false
	flags.IntVar(&g.users, "users", 0, "`users` who share the ports")
	flags.StringVar(&g.usage, "usage", "", "`class` of usage: light, moderate or heavy (1, 2, 3 or more PSTN calls per user and hour)")
	flags.Float64Var(&g.callsPerHour, "calls-per-hour", 0, "PSTN `calls` of one user in the busy hour (default: those of the class)")
	flags.DurationVar(&g.aht, "aht", 0, "mean `time` that a call holds its port, set-up included (default 180s: "+planner.DefaultAHTSource+")")
	flags.Var(&g.gos, "gos", "largest `share` of busy-hour calls that may be blocked: 1% or 0.01 (default 1%: "+planner.DefaultGoSSource+")")
	completeFlag(command, "usage", planner.UsageNames())
}

// config returns what the flags say about the group.
func (g *groupFlags) config(flags *pflag.FlagSet) planner.Config {
	return planner.Config{
		Users:        given(flags, "users", g.users),
		Usage:        given(flags, "usage", g.usage),
		CallsPerHour: given(flags, "calls-per-hour", g.callsPerHour),
		AHT:          given(flags, "aht", g.aht),
		GoS:          given(flags, "gos", float64(g.gos)),
		Prefix:       "--",
	}
}

// layoutFlags are the flags that say on what equipment the ports may be.
type layoutFlags struct {
	gatewayPorts   int
	lines          string
	bypass         percentage
	mediationCalls int
}

func (l *layoutFlags) add(command *cobra.Command) {
	flags := command.Flags()
	flags.IntVar(&l.gatewayPorts, "gateway-ports", 0, "`ports` of each gateway (default: the sizes of the catalogue, 2 to 960)")
	flags.StringVar(&l.lines, "lines", "", "digital `lines` of the gateways: e1 or t1 (default e1)")
	flags.Var(&l.bypass, "bypass", "`share` of the calls whose media bypasses the Mediation Server (default 65%: "+planner.DefaultBypassSource+")")
	flags.IntVar(&l.mediationCalls, "mediation-calls", 0, "`calls` whose media one Mediation Server takes (default 1100: "+planner.DefaultMediationCallsSource+")")
	completeFlag(command, "lines", []string{string(catalog.E1), string(catalog.T1)})
}

// configure adds what the flags say about the equipment.
func (l *layoutFlags) configure(flags *pflag.FlagSet, config *planner.Config) {
	config.GatewayPorts = given(flags, "gateway-ports", l.gatewayPorts)
	config.Lines = given(flags, "lines", catalog.Lines(l.lines))
	config.Bypass = given(flags, "bypass", float64(l.bypass))
	config.MediationCalls = given(flags, "mediation-calls", l.mediationCalls)
}

// given returns the value of a flag as an input that names it, or no input when the flag was left out.
func given[T any](flags *pflag.FlagSet, name string, value T) planner.Input[T] {
	if !flags.Changed(name) {
		return planner.Input[T]{}
	}
	return planner.Given(value, "--"+name)
}
