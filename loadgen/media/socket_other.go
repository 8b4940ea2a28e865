//go:build !linux

package media

// SocketsOfLeg is how many sockets a leg opens, for RTP and for RTCP.
const SocketsOfLeg = 2

func newNetwork(dscp int, stamped bool) network {
	return &portable{}
}
