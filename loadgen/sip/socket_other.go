//go:build !linux || portablesocket

package sip

// Socket is a UDP socket. It belongs to one goroutine; only Wake may be called from another. With the build
// tag portablesocket it is that of other systems on Linux, too.
type Socket = portableSocket

// Listen opens a socket. The error names the address.
func Listen(cfg SocketConfig) (*Socket, error) { return openPortable(cfg) }
