package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/spf13/cobra"
)

// embeddedFlags are the flags about gateways that a command starts in its own process, and about drills in
// which they fail.
type embeddedFlags struct {
	gateways int
	drills   []string
	lost     percentage
	recovery time.Duration
}

// mostGateways is the number of gateways that one process starts at most.
const mostGateways = 64

// addEmbedded gives a command the flags about gateways in its process. instead says what happens without.
func addEmbedded(command *cobra.Command, instead string) *embeddedFlags {
	f := &embeddedFlags{lost: acceptance.DefaultDrillLost}
	flags := command.Flags()
	flags.IntVar(&f.gateways, "embedded-gateways", 0, "call this many `gateways` in this process, named gateway-1, gateway-2, ... ("+instead+")")
	flags.StringArrayVar(&f.drills, "drill", nil, "`failure` on purpose of a gateway in this process, such as 'fail gateway-2 at 30s for 20s', with 'by silent', 'by 503' or 'by closed' behind it; repeat it for more")
	flags.Var(&f.lost, "drill-lost", "`share` of the calls during a drill that may be lost")
	flags.DurationVar(&f.recovery, "drill-recovery", acceptance.DefaultDrillRecovery, "`time` after which a gateway has to answer again at the latest")
	return f
}

// check refuses what makes no sense by itself. elsewhere tells whether targets were named.
func (f *embeddedFlags) check(elsewhere bool) []error {
	var problems []error
	if f.gateways < 0 || f.gateways > mostGateways {
		problems = append(problems, fmt.Errorf("--embedded-gateways: must be from 1 to %d, got %d", mostGateways, f.gateways))
	}
	if elsewhere && f.gateways > 0 {
		problems = append(problems, errors.New("--embedded-gateways: there are no gateways in this process when targets are named"))
	}
	if f.recovery <= 0 {
		problems = append(problems, fmt.Errorf("--drill-recovery: must be a time above 0s, got %s", f.recovery))
	}
	if len(f.drills) > 0 && (elsewhere || f.gateways < 2) {
		problems = append(problems, errors.New("--drill: needs --embedded-gateways, at least 2 of them: one fails, and the others take its calls"))
	}
	for _, text := range f.drills {
		if _, err := routing.ParseDrill(text); err != nil {
			problems = append(problems, fmt.Errorf("--%w", err))
		}
	}
	return problems
}

// limits returns what drills have to keep.
func (f *embeddedFlags) limits() acceptance.DrillLimits {
	return acceptance.DrillLimits{Lost: float64(f.lost), Recovery: f.recovery}
}

// start starts the gateways and makes them the trunks of a load, with the drills that they take part in.
// stop ends them.
func (f *embeddedFlags) start(ctx context.Context, circuits []int, cfg *loadgen.Config, trunks *trunkFlags) (stop func(), err error) {
	p, err := openPool(ctx, circuits, cfg.Media)
	if err != nil {
		return nil, err
	}
	if err := f.applyDrills(p, cfg); err != nil {
		p.stop()
		return nil, err
	}
	trunks.trunks = p.targets(f.gateways > 0)
	if !cfg.Media.Off {
		for _, n := range circuits {
			cfg.Files += media.SocketsOfLeg * n
		}
	}
	return p.stop, nil
}

// applyDrills gives a load the drills of the flags, which the gateways of a pool take part in.
func (f *embeddedFlags) applyDrills(p *pool, cfg *loadgen.Config) error {
	for _, text := range f.drills {
		drill, err := routing.ParseDrill(text)
		if err != nil {
			return usagef("--%w", err)
		}
		d := loadgen.Drill{Drill: drill}
		for i, name := range p.names {
			if name == drill.Name {
				d.Of = p.gateways[i]
			}
		}
		cfg.Drills = append(cfg.Drills, d)
	}
	return nil
}
