package cmd

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/gateway"
)

// startNear starts one gateway in this process. stop ends it.
func startNear(ctx context.Context, circuits int, sound loadgen.Media) (uri string, stop func(), err error) {
	p, err := openPool(ctx, []int{circuits}, sound)
	if err != nil {
		return "", nil, err
	}
	return "sip:" + p.gateways[0].Address().String(), p.stop, nil
}

// pool are gateways in this process.
type pool struct {
	gateways []*gateway.Gateway
	names    []string
	stop     func() // hangs up and waits
}

// openPool starts gateways in this process, to be called over real sockets on loopback, which echo what they
// hear unless there is no sound.
func openPool(ctx context.Context, circuits []int, sound loadgen.Media) (*pool, error) {
	configs, err := nearConfigs(circuits, sound)
	if err != nil {
		return nil, err
	}
	gateways, err := openGateways(configs)
	if err != nil {
		return nil, err
	}
	p := &pool{gateways: gateways}
	for i := range gateways {
		p.names = append(p.names, fmt.Sprintf("gateway-%d", i+1))
	}
	ctx, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		runGateways(ctx, gateways, nil)
	}()
	p.stop = func() {
		cancel()
		<-over
	}
	return p, nil
}

// nearConfigs describes gateways on loopback, which share the default RTP ports.
func nearConfigs(circuits []int, sound loadgen.Media) ([]gateway.Config, error) {
	sound.Source = sounds["echo"]
	sum := 0
	for _, n := range circuits {
		sum += n
	}
	if have := gateway.DefaultPorts.Pairs(); !sound.Off && have < sum {
		who := "the gateway in this process has"
		if len(circuits) > 1 {
			who = "the gateways in this process have"
		}
		return nil, usagef("%s RTP ports for %d circuits, not for %d; use --media none, or name another one with --target", who, have, sum)
	}
	var configs []gateway.Config
	for i, ports := range splitPorts(gateway.DefaultPorts, circuits) {
		near := gateway.Config{
			Listen: netip.MustParseAddrPort("127.0.0.1:0"), Circuits: circuits[i], UserAgent: userAgent(), Media: sound,
		}
		near.Media.Ports = ports
		if err := near.Validate(); err != nil {
			return nil, usage(flagNames(err))
		}
		configs = append(configs, near)
	}
	return configs, nil
}

// targets returns the gateways as values of --trunk, by name or else by address.
func (p *pool) targets(named bool) []string {
	var targets []string
	for i, g := range p.gateways {
		target := "target=sip:" + g.Address().String()
		if named {
			target += ",name=" + p.names[i]
		}
		targets = append(targets, target)
	}
	return targets
}

// evenly divides circuits among gateways; the first ones get what is left over.
func evenly(circuits, gateways int) []int {
	parts := make([]int, gateways)
	for i := range parts {
		parts[i] = circuits / gateways
		if i < circuits%gateways {
			parts[i]++
		}
	}
	return parts
}
