package cmd

import (
	"context"
	"net/netip"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/gateway"
)

// startNear starts a gateway in this process, to be called over real sockets on loopback, which echoes what it
// hears. stop ends it and waits until its calls are over.
func startNear(ctx context.Context, circuits int, sound loadgen.Media) (uri string, stop func(), err error) {
	sound.Source, sound.Ports = sounds["echo"], gateway.DefaultPorts
	if have := sound.Ports.Pairs(); !sound.Off && have < circuits {
		return "", nil, usagef("the gateway in this process has RTP ports for %d circuits, not for %d; use --media none, or name another one with --target", have, circuits)
	}
	near := gateway.Config{
		Listen: netip.MustParseAddrPort("127.0.0.1:0"), Circuits: circuits, UserAgent: userAgent(), Media: sound,
	}
	if err := near.Validate(); err != nil {
		return "", nil, usage(flagNames(err))
	}
	g, err := gateway.Open(near)
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() {
		defer close(over)
		g.Run(ctx)
	}()
	return "sip:" + g.Address().String(), func() { cancel(); <-over }, nil
}
