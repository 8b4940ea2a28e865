package sip

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// StreamConfig says where and how Streams are opened.
type StreamConfig struct {
	Transport Transport // TCP, TLS, WS or WSS
	// Local is the source address of the connections that are opened, each from a port that the system
	// chooses, and, with Listen, where connections are accepted; port 0 lets the system choose.
	Local  netip.AddrPort
	Listen bool
	TLS    TLSConfig // of TLS and WSS
	// Names are the names of peers, which their certificates must carry and which WebSocket servers are
	// asked for; a peer that has none is named by its address.
	Names map[netip.AddrPort]string
	Path  string // of a WebSocket server; empty for "/"

	DSCP           int           // differentiated services code point of what is sent, 0 to 63
	Buffer         int           // receive and send buffer in octets; 0 lets the system adapt them
	DialTimeout    time.Duration // for connecting and handshakes; 0 for 10 s
	MaxConnections int           // open or opening at a time; 0 for 16,384
	Start          time.Time     // origin of the run clock; arrival instants count from it
}

// Bounds and defaults of Streams.
const (
	defaultDialTimeout    = 10 * time.Second
	defaultMaxConnections = 16 << 10
	// maxBacklog bounds what waits to be sent on one connection, in octets: a tenth of a second of 50,000
	// calls a second. What the kernel buffers comes on top.
	maxBacklog = 8 << 20
	// maxOutgoing is the longest message that is sent, in octets.
	maxOutgoing = 64 << 10
)

// Streams are the connections of one event loop, with the methods of a Socket: messages go out by Queue
// and Flush and come in by Read and Datagram, whatever carries them. Streams belong to one goroutine;
// only Wake may be called from another.
//
// A message goes on the connection whose far end is the address that Queue names, whoever opened it
// (RFC 3261, 18.2.2); where there is none, it waits for one that is opened in the background. A
// connection that cannot be opened or is lost is reported by TakeUnreachable; what waited on it is
// dropped and counted, and later messages open the next, with back-off. What the kernel took before a
// connection was lost counts as sent: whether the peer read it only its answer tells, and TCP repeats
// nothing on another connection.
type Streams struct {
	cfg    StreamConfig
	local  netip.AddrPort
	client *tls.Config
	server *tls.Config
	clock  func() time.Duration
	poller poller
	// onEvent is noteEvent; made once, because each making costs memory.
	onEvent func(c *connection, readable, writable bool)

	routes  map[route]*connection // where messages go: the latest connection to each address
	open    map[*connection]struct{}
	opening int
	last    *connection // that the last message went to
	scratch []byte      // what Buffer returns

	batch  []Datagram
	budget int           // reads left in this Read
	ready  []*connection // may have something to read
	used   []*connection // whose buffers the batch may point into, or that have some to give back
	spent  [][]byte      // buffers that the batch points into and that have no owner
	dirty  []*connection // have something to send
	stuck  []*connection // wait for the peer to read
	gone   []departed    // lost connections, oldest first
	free   [][]byte      // buffers of streamChunk octets

	stats       SocketStats
	connections ConnectionStats
	failed      []Unreachable
	background
}

// background is what dials, accepts and shakes hands beside the loop.
type background struct {
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	listener net.Listener

	mu       sync.Mutex
	arrivals []arrival
	refused  uint64 // connections that came in and were closed at once
	closed   bool
}

// OpenStreams returns Streams without connections. The error names the address or the file.
func OpenStreams(cfg StreamConfig) (*Streams, error) { return openStreams(cfg, newPoller) }

func openStreams(cfg StreamConfig, newPoller func() (poller, error)) (*Streams, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("open %s on %s: %w", cfg.Transport, cfg.Local, err)
	}
	if cfg.DialTimeout == 0 {
		cfg.DialTimeout = defaultDialTimeout
	}
	if cfg.MaxConnections == 0 {
		cfg.MaxConnections = defaultMaxConnections
	}
	s := &Streams{
		stats: SocketStats{DropsKnown: true},
		cfg:   cfg, clock: func() time.Duration { return time.Since(cfg.Start) },
		routes: map[route]*connection{}, open: map[*connection]struct{}{},
		scratch: make([]byte, 0, maxOutgoing), batch: make([]Datagram, 0, Batch),
	}
	s.onEvent = s.noteEvent
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.start(newPoller); err != nil {
		s.cancel()
		return nil, fmt.Errorf("open %s on %s: %w", cfg.Transport, cfg.Local, err)
	}
	return s, nil
}

// check refuses what is no stream, and text that would add lines to a handshake.
func (cfg StreamConfig) check() error {
	if cfg.Transport == UDP || int(cfg.Transport) >= len(transportNames) {
		return fmt.Errorf("%s is no stream", cfg.Transport)
	}
	if cfg.Path != "" && (cfg.Path[0] != '/' || strings.ContainsFunc(cfg.Path, notVisible)) {
		return fmt.Errorf("path %q; want a / and visible characters", cfg.Path)
	}
	for address, name := range cfg.Names {
		if name == "" || strings.ContainsFunc(name, notVisible) {
			return fmt.Errorf("name %q of %s; want visible characters", name, address)
		}
	}
	return nil
}

func notVisible(r rune) bool { return r <= ' ' || r > '~' }

func (s *Streams) start(newPoller func() (poller, error)) (err error) {
	if s.cfg.Transport.Secure() {
		if s.client, s.server, err = s.cfg.TLS.load(s.cfg.Listen); err != nil {
			return err
		}
	}
	if s.poller, err = newPoller(); err != nil {
		return err
	}
	s.local = s.cfg.Local
	if s.cfg.Listen {
		err = s.listen()
	} else if s.local.Port() == 0 {
		s.local = netip.AddrPortFrom(s.local.Addr(), s.cfg.Transport.DefaultPort())
	}
	if err != nil {
		s.poller.close()
	}
	return err
}

// Local returns the address at which connections are accepted. Without Listen it is the source address
// with the port of the configuration, or else the transport's own, where nobody listens: a peer reaches
// this side on the connections that this side opened, or not at all.
func (s *Streams) Local() netip.AddrPort { return s.local }

// Transport returns what carries the messages.
func (s *Streams) Transport() Transport { return s.cfg.Transport }

// Stats returns the counters of messages so far. Sent are messages that the kernel took; SendErrors those
// that were too long or found the backlog of their connection full. Nothing is dropped on the way in, and
// the sizes of buffers, which differ from connection to connection, are 0.
func (s *Streams) Stats() SocketStats { return s.stats }

// Connections returns the counters of connections so far.
func (s *Streams) Connections() ConnectionStats {
	s.mu.Lock()
	s.connections.Refused = s.refused
	s.mu.Unlock()
	s.connections.Open = len(s.open)
	return s.connections
}

// TakeUnreachable returns the addresses that could not be reached, or whose connection was lost, since
// the last call, each once.
func (s *Streams) TakeUnreachable() []Unreachable {
	failed := s.failed
	s.failed = nil
	return failed
}

// Wait returns when messages may have come in, Wake was called, or d is over.
func (s *Streams) Wait(d time.Duration) {
	if len(s.ready) > 0 {
		return
	}
	s.poller.wait(d)
}

// Nap returns when d is over or Wake was called, whatever comes in meanwhile.
func (s *Streams) Nap(d time.Duration) { s.poller.nap(d) }

// Wake makes a Wait or a Nap in another goroutine return.
func (s *Streams) Wake() { s.poller.wake() }

// errClosing is the cause of the end of connections when their Streams are closed.
var errClosing = errors.New("closed here")

// Close says goodbye on the connections, closes them and waits for what runs in the background. Closing
// twice is harmless.
func (s *Streams) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	s.cancel()
	if s.listener != nil {
		_ = s.listener.Close()
	}
	s.running.Wait()
	for _, a := range s.arrivals {
		a.link.close()
	}
	for c := range s.open {
		s.lose(c, errClosing)
	}
	s.poller.close()
	return nil
}
