package loadgen

import (
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// Opening says how a socket is opened.
type Opening struct {
	Transport sip.Transport
	Local     netip.AddrPort
	Listen    bool // to be called at Local
	TLS       sip.TLSConfig
	Names     map[netip.AddrPort]string // that the certificates of peers must carry
	Start     time.Time                 // origin of the run clock
	DSCP      int                       // differentiated services code point of what is sent
	PerCall   bool                      // a connection for each call instead of one for all
}

// Open opens a socket for a transport.
func Open(o Opening) (Socket, error) {
	if o.Transport == sip.UDP {
		return sip.Listen(sip.SocketConfig{Local: o.Local, Start: o.Start, DSCP: o.DSCP})
	}
	streams, err := sip.OpenStreams(sip.StreamConfig{
		Transport: o.Transport, Local: o.Local, Listen: o.Listen, TLS: o.TLS, Names: o.Names, Start: o.Start, DSCP: o.DSCP,
	})
	if err != nil {
		return nil, err
	}
	if o.PerCall {
		return perCall{streams}, nil
	}
	return inOrder{streams}, nil
}

// inOrder are connections, on which everything leaves in order, whatever its flow.
type inOrder struct{ *sip.Streams }

// Queue sends b on the connection to an address.
func (s inOrder) Queue(b []byte, to netip.AddrPort, _ uint32) { s.Streams.Queue(b, to) }

// perCall are connections of which each flow has its own.
type perCall struct{ *sip.Streams }

// Queue sends b on the connection of a flow to an address.
func (s perCall) Queue(b []byte, to netip.AddrPort, flow uint32) { s.QueueLane(b, to, flow+1) }

// EndFlow closes the connection of a flow to an address.
func (s perCall) EndFlow(to netip.AddrPort, flow uint32) { s.Release(to, flow+1) }

// flowEnder is a socket on which a call has something of its own, which ends with it.
type flowEnder interface {
	EndFlow(to netip.AddrPort, flow uint32)
}
