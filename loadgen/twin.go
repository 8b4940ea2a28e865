package loadgen

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// TwinConfig says where the other halves of third-party calls are.
type TwinConfig struct {
	Listen netip.AddrPort            // where they connect to; invalid for nowhere
	Peers  map[string]netip.AddrPort // where to connect to, by name; the empty name is the only peer
	Wake   func()                    // is called, from any goroutine, when a command has come in
}

// Twin carries commands between processes that share third-party calls, over TCP and in SIPp's form: each
// ends with an escape character. Send and Take belong to the goroutine of the calls and never block.
type Twin struct {
	cfg    TwinConfig
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
	listen net.Listener

	mutex sync.Mutex
	inbox [][]byte
	out   map[string]chan []byte // by peer
}

const (
	endOfCommand   = 27      // the escape character
	maxCommand     = 1 << 16 // octets
	maxTwinBacklog = 4096    // commands that wait, either way
	twinPatience   = 10 * time.Second
)

// OpenTwin listens, or begins to connect: a peer may come a little later.
func OpenTwin(cfg TwinConfig) (*Twin, error) {
	t := &Twin{cfg: cfg, out: map[string]chan []byte{}}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	if cfg.Listen.IsValid() {
		listener, err := net.Listen("tcp", cfg.Listen.String())
		if err != nil {
			t.cancel()
			return nil, fmt.Errorf("3pcc: %w", err)
		}
		t.listen = listener
		if len(cfg.Peers) == 0 {
			t.out[""] = make(chan []byte, maxTwinBacklog)
		}
	}
	for name := range cfg.Peers {
		t.out[name] = make(chan []byte, maxTwinBacklog)
	}
	t.begin()
	return t, nil
}

// begin takes and opens connections. From here on nobody changes which peers there are.
func (t *Twin) begin() {
	if t.listen != nil {
		t.work.Go(t.accept)
	}
	for name, address := range t.cfg.Peers {
		t.work.Go(func() { t.connect(address, t.out[name]) })
	}
}

// accept takes connections. Where no peer has a name, commands go to the last one that connected.
func (t *Twin) accept() {
	for {
		connection, err := t.listen.Accept()
		if err != nil {
			return // closed
		}
		t.work.Go(func() { t.read(connection) })
		if out := t.out[""]; out != nil && len(t.cfg.Peers) == 0 {
			t.work.Go(func() { t.write(connection, out) })
		}
	}
}

// connect opens the connection to a peer, for as long as it takes within twinPatience.
func (t *Twin) connect(address netip.AddrPort, out chan []byte) {
	var dialer net.Dialer
	for deadline := time.Now().Add(twinPatience); t.ctx.Err() == nil && time.Now().Before(deadline); {
		connection, err := dialer.DialContext(t.ctx, "tcp", address.String())
		if err == nil {
			t.work.Go(func() { t.read(connection) })
			t.write(connection, out)
			return
		}
		select {
		case <-t.ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// write sends commands until the end.
func (t *Twin) write(connection net.Conn, out chan []byte) {
	defer connection.Close()
	for {
		select {
		case <-t.ctx.Done():
			t.flush(connection, out)
			return
		case command := <-out:
			if _, err := connection.Write(command); err != nil {
				return
			}
		}
	}
}

// flush sends what waits when the run ends.
func (t *Twin) flush(connection net.Conn, out chan []byte) {
	_ = connection.SetWriteDeadline(time.Now().Add(time.Second))
	for {
		select {
		case command := <-out:
			if _, err := connection.Write(command); err != nil {
				return
			}
		default:
			return
		}
	}
}

// read puts the commands of a connection into the inbox.
func (t *Twin) read(connection net.Conn) {
	defer connection.Close()
	stop := context.AfterFunc(t.ctx, func() { _ = connection.SetReadDeadline(time.Now()) })
	defer stop()
	scanner := bufio.NewScanner(connection)
	scanner.Buffer(make([]byte, 4096), maxCommand)
	scanner.Split(splitCommands)
	for scanner.Scan() {
		if len(scanner.Bytes()) == 0 {
			continue
		}
		t.mutex.Lock()
		if len(t.inbox) < maxTwinBacklog {
			t.inbox = append(t.inbox, append([]byte(nil), scanner.Bytes()...))
		}
		t.mutex.Unlock()
		if t.cfg.Wake != nil {
			t.cfg.Wake()
		}
	}
}

// splitCommands cuts a stream at its escape characters.
func splitCommands(data []byte, _ bool) (advance int, token []byte, err error) {
	for i, c := range data {
		if c == endOfCommand {
			return i + 1, data[:i], nil
		}
	}
	return 0, nil, nil
}

// ErrNoPeer is what Send returns for a peer that is not known, or takes no more.
var ErrNoPeer = errors.New("no such peer, or it takes no more commands")

// Send sends a command to a peer, to the only one with an empty name.
func (t *Twin) Send(peer string, command []byte) error {
	out := t.out[peer]
	if out == nil {
		return fmt.Errorf("%q: %w", peer, ErrNoPeer)
	}
	select {
	case out <- append(append(make([]byte, 0, len(command)+1), command...), endOfCommand):
		return nil
	default:
		return fmt.Errorf("%q: %w", peer, ErrNoPeer)
	}
}

// Take returns the next command that came in, and false when there is none.
func (t *Twin) Take() ([]byte, bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if len(t.inbox) == 0 {
		return nil, false
	}
	command := t.inbox[0]
	t.inbox = t.inbox[1:]
	return command, true
}

// Close ends the connections, once what waits was sent.
func (t *Twin) Close() {
	t.cancel()
	if t.listen != nil {
		_ = t.listen.Close()
	}
	t.work.Wait()
}
