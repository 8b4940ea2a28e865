package sip

import "time"

// ConnectionStats counts what became of connections.
type ConnectionStats struct {
	Open         int    // now
	Dialed       uint64 // opened from here
	Reconnects   uint64 // of Dialed: to an address whose connection was lost before
	DialFailures uint64 // could not be opened, handshakes included
	Accepted     uint64 // opened by a peer, handshakes done
	Refused      uint64 // opened by a peer, and closed here because of a limit or a failed handshake

	ClosedByPeer  uint64 // in good order
	Resets        uint64 // lost by an error of the network
	FramingErrors uint64 // closed here because no message could be told from the next
	Stalls        uint64 // closed here because the peer read nothing for stallLimit

	Overflows   uint64 // messages dropped because too many waited on their connection; also in SendErrors
	Undelivered uint64 // messages that waited on a connection that could not be opened or was lost

	Handshakes       uint64        // TLS and WebSocket, both sides
	HandshakeTime    time.Duration // sum
	LongestHandshake time.Duration
	ConnectTime      time.Duration // sum over Dialed, handshakes not included
}

// addHandshake counts one handshake.
func (s *ConnectionStats) addHandshake(d time.Duration) {
	s.Handshakes++
	s.HandshakeTime += d
	s.LongestHandshake = max(s.LongestHandshake, d)
}
