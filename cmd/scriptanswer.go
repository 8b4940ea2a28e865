package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/gateway"
	"github.com/sipplan/sipplan/reports"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
)

// runScript answers as a file of SIPp says.
func (o *answerOptions) runScript(command *cobra.Command, streams Streams) error {
	cfg, err := o.scriptConfig(command, streams)
	if err != nil {
		return usage(err)
	}
	defer o.gateway.closeLog()
	defer func() { _ = o.script.close() }()
	g, err := openGateway(cfg)
	if err != nil {
		return err
	}
	fmt.Fprintf(streams.Err, "%s answers on %s; Ctrl-C ends it\n", cfg.Programs[0].Name, g.Address())
	left, asked := o.answerScript(command.Context(), streams, g)
	if left {
		return exitWith(codeInterrupted)
	}
	counts := reports.NewScript(g.ScriptCounts())
	document := reports.Document{Answer: []string{counts.Sentence()}, Tables: counts.Tables()}
	if err := o.gateway.output.show(streams, document, counts); err != nil {
		return err
	}
	if counts.Failed > 0 {
		return exitWith(codeFailed)
	}
	if err := o.script.close(); err != nil {
		return err
	}
	if asked && (o.gateway.duration > 0 || o.calls > 0) {
		return exitWith(codeInterrupted)
	}
	return nil
}

// answerScript runs until the calls are over. left says that it was left at once, asked that an interrupt
// ended it.
func (o *answerOptions) answerScript(ctx context.Context, streams Streams, g *gateway.Gateway) (left, asked bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.gateway.duration > 0 {
		timer := time.AfterFunc(o.gateway.duration, cancel)
		defer timer.Stop()
	}
	gone := make(chan struct{})
	release := onInterrupt(streams, cancel, func() { close(gone) })
	start := time.Now()
	stop := watch(streams, "answer", o.gateway.duration, func() loadgen.Progress {
		p := g.Progress()
		p.Elapsed = time.Since(start)
		return p
	}, noRemark)
	left = runGateways(ctx, []*gateway.Gateway{g}, gone)
	stop()
	return left, release()
}

// scriptConfig turns the flags into the configuration of one answerer.
func (o *answerOptions) scriptConfig(command *cobra.Command, streams Streams) (gateway.Config, error) {
	if command.Flags().Changed("scenario") {
		return gateway.Config{}, errors.New("--sipp, --scenario: calls run one of them, got both")
	}
	if len(o.gateway.listen) != 1 {
		return gateway.Config{}, fmt.Errorf("--listen: a SIPp scenario answers on one address, got %d", len(o.gateway.listen))
	}
	program, script, err := o.script.load(streams)
	if err != nil {
		return gateway.Config{}, err
	}
	if !program.Script.Answer {
		return gateway.Config{}, fmt.Errorf("--sipp: %s makes calls; sipplan blast runs it", o.script.file)
	}
	if !program.Script.Media {
		o.gateway.media.sound = "none"
	}
	if err := o.completeScript(streams, program, script); err != nil {
		return gateway.Config{}, err
	}
	configs, err := o.gateway.configs()
	if err != nil {
		return gateway.Config{}, err
	}
	return configs[0], nil
}

// completeScript fills in what a script needs of the other flags.
func (o *answerOptions) completeScript(streams Streams, program *scenarios.Program, script *call.ScriptConfig) error {
	guard, guardErr := loadgen.ParseGuard(o.gateway.allow)
	account, accountErr := o.account.account(streams.Env)
	sound, mediaErr := o.gateway.media.media()
	if err := errors.Join(guardErr, accountErr, mediaErr); err != nil {
		return err
	}
	if script.Service == "" {
		script.Service = "service"
	}
	script.Account = scriptAccount(account, script.Service)
	twin, twinErr := o.script.twin.config(program.Script, guard)
	network, networkErr := o.script.network()
	statsErr := o.script.openStatistics(script, 0)
	o.gateway.ports = []int{gateway.MaxCircuits}
	if !sound.Off {
		o.gateway.ports = []int{max(1, sound.Ports.Pairs())}
	}
	o.gateway.adapt = func(cfg *gateway.Config) {
		cfg.Programs, cfg.Script, cfg.Twin, cfg.Calls, cfg.Network = []*scenarios.Program{program}, script, twin, o.calls, network
	}
	return errors.Join(twinErr, networkErr, statsErr, usage(o.script.checkMediaIP(guard)))
}
