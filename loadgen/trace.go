package loadgen

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"time"

	"github.com/sipplan/sipplan/loadgen/recording"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// Trace writes every SIP message of a run to a file, as text. It costs a copy of each message, so that it
// is for small runs. Keys of SRTP and proofs of passwords stay out of it. Its methods may be called from any goroutine.
type Trace struct {
	mutex sync.Mutex
	out   *bufio.Writer
	err   error // the first that writing met
}

// NewTrace returns a trace that writes to w.
func NewTrace(w io.Writer) *Trace { return &Trace{out: bufio.NewWriter(w)} }

// Network lets the trace see what passes a socket, for Config.Network.
func (t *Trace) Network(s Socket) Socket { return &traced{Socket: s, trace: t} }

// Flush writes what is buffered and returns the first error that writing met.
func (t *Trace) Flush() error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if err := t.out.Flush(); t.err == nil {
		t.err = err
	}
	return t.err
}

func (t *Trace) note(what string, peer netip.AddrPort, message []byte) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if _, err := fmt.Fprintf(t.out, "----- %s %s %s, %d octets\n%s\n", time.Now().Format("2006-01-02 15:04:05.000000"), what, peer, len(message), sip.HideKeys(recording.WithoutProofs(message))); t.err == nil {
		t.err = err
	}
}

// traced is a socket whose messages are written down.
type traced struct {
	Socket
	trace *Trace
}

// Queue sends a message.
func (s *traced) Queue(b []byte, to netip.AddrPort, flow uint32) {
	s.trace.note("to", to, b)
	s.Socket.Queue(b, to, flow)
}

// Datagram returns a message that came in.
func (s *traced) Datagram(i int) sip.Datagram {
	d := s.Socket.Datagram(i)
	s.trace.note("from", d.From, d.Data)
	return d
}
