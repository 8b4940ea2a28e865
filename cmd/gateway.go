package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/gateway"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/reports"
	"github.com/spf13/cobra"
)

// gatewayOptions are the flags of `sipplan gateway`.
type gatewayOptions struct {
	named       string // the command
	listen      []string
	ports       []int
	setup, ring durationLaw
	silence     time.Duration
	duration    time.Duration
	allow       []string
	media       *mediaFlags
	tls         tlsFlags
	closeLog    func()
	output      *outputFormat
	adapt       func(*gateway.Config) // completes the configuration of each gateway; nil: nothing to do
}

// newGatewayCommand returns `sipplan gateway`.
func newGatewayCommand(streams Streams) *cobra.Command {
	o := &gatewayOptions{named: "gateway"}
	command := &cobra.Command{
		Use:   "gateway",
		Short: "Answer calls like a PSTN gateway with a limited number of circuits",
		Long: `gateway answers SIP like a PSTN gateway: 100, 180 after the set-up time, 200 with a session
description after the ringing time, RTP both ways, and 503 with Q.850 cause 34 when all circuits are
busy. Each --listen is a gateway of its own. It runs until Ctrl-C, which hangs up its calls and prints
what each gateway counted; a second Ctrl-C does not wait for the calls.`,
		Example: `  sipplan gateway --listen 127.0.0.1:5060 --ports 30
  sipplan gateway --listen 127.0.0.1:5060 --ports 30 --listen 127.0.0.1:5070 --ports 23
  sipplan gateway --listen 127.0.0.1:5060 --ports 30 --setup 150ms --ring exponential:4s`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command.Context(), streams) },
	}
	flags := command.Flags()
	flags.StringArrayVar(&o.listen, "listen", []string{"127.0.0.1:5060"}, "address and port to answer on, tcp:, tls:, ws: or wss: before it unless over UDP; repeat it for more gateways")
	flags.IntSliceVar(&o.ports, "ports", []int{30}, "circuits of each gateway, in the order of --listen; one value serves all")
	o.addCommon(command)
	return command
}

// addCommon gives a command the flags that everything that answers has.
func (o *gatewayOptions) addCommon(command *cobra.Command) {
	flags := command.Flags()
	flags.Var(&o.setup, "setup", "time from INVITE to 180, fixed or a law: 150ms, exponential:150ms, lognormal:150ms,0.8")
	flags.Var(&o.ring, "ring", "time from 180 to 200, fixed or a law")
	flags.DurationVar(&o.silence, "media-timeout", 0, "hang up a call whose caller has sent no RTP for this time; 0 waits for its BYE")
	flags.DurationVar(&o.duration, "duration", 0, "end after this time; 0 runs until Ctrl-C")
	flags.StringSliceVar(&o.allow, "allow-target", nil, "hosts beyond private networks that RTP may be sent to")
	o.media = addMedia(command, "echo", gateway.DefaultPorts)
	o.tls.addAnswerer(flags)
	o.output = addOutput(command)
}

func (o *gatewayOptions) run(ctx context.Context, streams Streams) error {
	configs, err := o.configs()
	if err != nil {
		return usage(err)
	}
	defer o.closeLog()
	gateways, err := openGateways(configs)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.duration > 0 {
		timer := time.AfterFunc(o.duration, cancel)
		defer timer.Stop()
	}
	left := make(chan struct{})
	release := onInterrupt(streams, cancel, func() { close(left) })
	for i, g := range gateways {
		fmt.Fprintln(streams.Err, opening(g, &configs[i]))
	}
	start := time.Now()
	stop := watch(streams, o.named, o.duration, func() loadgen.Progress {
		p := progressOf(gateways)
		p.Elapsed = time.Since(start)
		return p
	}, noRemark)
	abandoned := runGateways(ctx, gateways, left)
	stop()
	asked := release()
	o.tellSilent(streams, gateways)
	report := gatewayReport(gateways, configs)
	err = o.output.show(streams, report.Document(), report)
	if err != nil || !abandoned && (!asked || o.duration == 0) {
		return err // without --duration, one Ctrl-C is how a gateway ends
	}
	return exitWith(codeInterrupted)
}

// tellSilent says which gateways hung up calls whose callers had vanished.
func (o *gatewayOptions) tellSilent(streams Streams, gateways []*gateway.Gateway) {
	for _, g := range gateways {
		if n := g.Silent(); n > 0 {
			fmt.Fprintf(streams.Err, "%s %s: hung up %d calls that sent no RTP for %s\n", o.named, g.Address(), n, o.silence)
		}
	}
}

// opening says what answers where.
func opening(g *gateway.Gateway, cfg *gateway.Config) string {
	if len(cfg.Programs) > 0 {
		return fmt.Sprintf("%s answers on %s; Ctrl-C ends it", cfg.Programs[0].Name, g.Address())
	}
	return fmt.Sprintf("gateway %s answers on %d circuits; Ctrl-C ends it", g.Address(), cfg.Circuits)
}

// runGateways answers until the context is cancelled and the calls are over, or until left is closed.
func runGateways(ctx context.Context, gateways []*gateway.Gateway, left <-chan struct{}) (abandoned bool) {
	var wait sync.WaitGroup
	over := make(chan struct{})
	for _, g := range gateways {
		wait.Go(func() { g.Run(ctx) })
	}
	go func() {
		wait.Wait()
		close(over)
	}()
	select {
	case <-over:
		return false
	case <-left:
		for _, g := range gateways {
			g.Leave()
		}
		<-over
		return true
	}
}

// openGateways opens all gateways or none.
func openGateways(configs []gateway.Config) ([]*gateway.Gateway, error) {
	var gateways []*gateway.Gateway
	for _, cfg := range configs {
		g, err := openGateway(cfg)
		if err != nil {
			for _, opened := range gateways {
				opened.Close()
			}
			return nil, err
		}
		gateways = append(gateways, g)
	}
	return gateways, nil
}

// openGateway opens a gateway, and says which flag is about an address that cannot be listened on.
func openGateway(cfg gateway.Config) (*gateway.Gateway, error) {
	g, err := gateway.Open(cfg)
	var refused *os.SyscallError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("--listen: %w: another program listens there; end it, or take another port (0: any)", err)
	case errors.As(err, &refused):
		return nil, fmt.Errorf("--listen: %w", err)
	}
	return g, columnFlag(err)
}

// configs turns the flags into gateways.
func (o *gatewayOptions) configs() ([]gateway.Config, error) {
	sound, err := o.media.media()
	if err != nil {
		return nil, err
	}
	certificates, closeLog, err := o.tls.config()
	if err != nil {
		return nil, err
	}
	o.closeLog = closeLog
	guard, err := loadgen.ParseGuard(o.allow)
	if err != nil {
		return nil, err
	}
	if o.duration < 0 {
		return nil, fmt.Errorf("--duration: must not be negative, got %s", o.duration)
	}
	if err := o.checkCircuits(); err != nil {
		return nil, err
	}
	all := gateway.Config{
		TLS: certificates, Setup: traffic.Duration(o.setup), Ringing: traffic.Duration(o.ring), MediaTimeout: o.silence,
		UserAgent: userAgent(), Media: sound, Allow: func(a netip.Addr) bool { return guard.CheckTarget("", a) == nil },
	}
	configs, err := o.eachOf(all)
	if err != nil {
		return nil, err
	}
	return configs, o.checkFiles(sound)
}

// eachOf gives every gateway its address, circuits and share of the RTP ports beside what it has in common with all.
func (o *gatewayOptions) eachOf(all gateway.Config) ([]gateway.Config, error) {
	ranges := splitPorts(all.Media.Ports, o.circuits())
	var configs []gateway.Config
	var problems []error
	for i, listen := range o.listen {
		cfg := all
		var err error
		if cfg.Transport, cfg.Listen, err = listenAddress(listen); err != nil {
			problems = append(problems, err)
			continue
		}
		if cfg.Transport.Secure() && o.tls.cert == "" {
			problems = append(problems, fmt.Errorf("--tls-cert and --tls-key: are needed to listen on %s, got none", listen))
		}
		cfg.Circuits, cfg.Media.Ports = o.circuits()[i], ranges[i]
		if o.adapt != nil {
			o.adapt(&cfg)
		}
		problems = append(problems, flagNames(cfg.Validate()))
		configs = append(configs, cfg)
	}
	return configs, errors.Join(problems...)
}

// checkCircuits refuses numbers of circuits that no gateway has, before they are summed and shared out.
func (o *gatewayOptions) checkCircuits() error {
	if len(o.ports) != 1 && len(o.ports) != len(o.listen) {
		return fmt.Errorf("--ports: must be one value for all gateways or one for each --listen, of which there are %d, got %d values",
			len(o.listen), len(o.ports))
	}
	var problems []error
	for _, n := range o.ports {
		if n < 1 || n > gateway.MaxCircuits {
			problems = append(problems, fmt.Errorf("--ports: must be from 1 to %d, got %d", gateway.MaxCircuits, n))
		}
	}
	return errors.Join(problems...)
}

// checkFiles makes sure that every circuit can have its sockets: a gateway without them would answer
// 500, and its callers would look for the fault elsewhere.
func (o *gatewayOptions) checkFiles(sound loadgen.Media) error {
	if sound.Off {
		return nil
	}
	sum := 0
	for _, n := range o.circuits() {
		sum += n
	}
	if err := loadgen.CheckFiles(sum, len(o.listen)); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	return nil
}

func (o *gatewayOptions) circuits() []int {
	if len(o.ports) == 1 {
		return slices.Repeat(o.ports, len(o.listen))
	}
	return o.ports
}

// splitPorts shares a range of RTP ports out in proportion to the circuits that need them, of which each
// gateway has at least one.
func splitPorts(all media.PortRange, circuits []int) []media.PortRange {
	sum := 0
	for _, n := range circuits {
		sum += n
	}
	ranges := make([]media.PortRange, len(circuits))
	pairs, first := all.Pairs(), (int(all.First)+1)&^1
	for i, n := range circuits {
		share := pairs * n / sum
		ranges[i] = media.PortRange{First: uint16(first), Last: uint16(max(first, first+2*share-1))}
		first += 2 * share
	}
	return ranges
}

// listenAddress reads an address to listen on, with a transport before it unless that is UDP.
func listenAddress(text string) (transport sip.Transport, address netip.AddrPort, err error) {
	rest := strings.TrimPrefix(text, "sip:")
	if name, after, found := strings.Cut(rest, ":"); found {
		if named, err := sip.ParseTransport(name); err == nil {
			transport, rest = named, after
		}
	}
	if address, err = netip.ParseAddrPort(rest); err != nil {
		return transport, address, fmt.Errorf("--listen: must be an IP address and a port such as 127.0.0.1:5060, tcp:127.0.0.1:5060 or tls:[::1]:5061, got %q", text)
	}
	if address.Addr().IsUnspecified() {
		return transport, address, fmt.Errorf("--listen: %s stands for every address of this host, but calls need one to answer from; name it", address.Addr())
	}
	if err := loadgen.CheckLocal(address.Addr()); err != nil {
		return transport, address, fmt.Errorf("--listen: %w", err)
	}
	return transport, address, nil
}

func progressOf(gateways []*gateway.Gateway) loadgen.Progress {
	var sum loadgen.Progress
	for _, g := range gateways {
		sum = sum.Add(g.Progress())
	}
	return sum
}

// gatewayReport gathers what the gateways counted, once they have stopped.
func gatewayReport(gateways []*gateway.Gateway, configs []gateway.Config) reports.Gateways {
	report := reports.NewGateways()
	for i, g := range gateways {
		bound, lapsed := g.Bindings()
		about := reports.Gateway{
			Address: g.Address().String(), Ports: configs[i].Circuits, BusiestPorts: g.Busiest(), NoRTPPort: g.WithoutPort(),
			Bound: bound, Lapsed: uint64(lapsed),
		}
		if programs := configs[i].Programs; len(programs) > 0 {
			about.Scenario = programs[0].Name
		}
		report.Add(about, g.Measurement())
	}
	return report
}
