package sip

import (
	"net"
	"syscall"
	"testing"
)

// failingListener fails some times before it is closed.
type failingListener struct {
	net.Listener
	failures int
}

func (l *failingListener) Accept() (net.Conn, error) {
	if l.failures == 0 {
		return nil, net.ErrClosed
	}
	l.failures--
	return nil, syscall.EMFILE
}

func TestLackOfFilesDoesNotEndListening(t *testing.T) {
	s := openTest(t, StreamConfig{}, newPoller)
	s.listener = &failingListener{Listener: newPlainPeer(t, "127.0.0.1:0").listener, failures: 3}
	s.accept()
	if n := s.Connections(); n.Refused != 3 {
		t.Errorf("%+v: want each failure counted", n)
	}
	s.listener = nil
}
