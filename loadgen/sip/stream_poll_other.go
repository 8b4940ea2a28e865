//go:build !linux

package sip

import "syscall"

func newPoller() (poller, error) { return newPumps(), nil }

// socketOptions sets none: DSCP and buffers are the system's.
func socketOptions(StreamConfig, bool) func(network, address string, raw syscall.RawConn) error {
	return nil
}
