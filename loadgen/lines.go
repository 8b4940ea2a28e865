package loadgen

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// mostLines bounds the sockets of one shard.
const mostLines = 64

// departures are the lines that the calls of a shard leave on.
type departures struct {
	lines []call.Line // with the ports that were wanted, later with those that the system chose
	paths [][]int     // of each path, the lines that its calls take in turn
	large []int       // of each path, the line of INVITEs that are too long for UDP, 0 for none; nil where none is
}

// depart works out which lines the paths of a run need: one from each source that is given, else from the
// address that the route to the target begins with.
func (c *Config) depart(t *Trunks) (departures, error) {
	var d departures
	for _, p := range t.Paths {
		sources := c.Sources
		if c.Script != nil && len(sources) > 1 {
			sources = sources[:1] // a script says itself where it calls from
		}
		if len(sources) == 0 {
			local, err := routeFrom(p.Destination.Addr)
			if err != nil {
				return d, &UnreachableError{Target: c.where(), Cause: err}
			}
			sources = []netip.AddrPort{netip.AddrPortFrom(local, 0)}
		}
		var lines []int
		for _, source := range sources {
			if source.Addr().Is4() == p.Destination.Addr.Addr().Is4() {
				lines = append(lines, d.line(call.Line{Local: source, Transport: p.Destination.Transport}))
			}
		}
		if len(lines) == 0 {
			return d, fmt.Errorf("local: none of the source addresses has the IP version of %s", p.Destination.Addr)
		}
		d.paths = append(d.paths, lines)
	}
	if c.large() {
		d.addLarge(t)
	}
	if len(d.lines) > mostLines {
		return d, fmt.Errorf("local: must make at most %d sockets, got %d", mostLines, len(d.lines))
	}
	return d, nil
}

// addLarge gives each path over UDP a line over TCP from its first source.
func (d *departures) addLarge(t *Trunks) {
	d.large = make([]int, len(t.Paths))
	for i, p := range t.Paths {
		if p.Destination.Transport == sip.UDP {
			source := d.lines[d.paths[i][0]].Local
			d.large[i] = d.line(call.Line{Local: netip.AddrPortFrom(source.Addr(), 0), Transport: sip.TCP})
		}
	}
}

// onlyLarge tells whether a line is there for INVITEs that are too long for UDP, and for nothing else.
func (d *departures) onlyLarge(line uint8) bool {
	own := slices.ContainsFunc(d.paths, func(lines []int) bool { return slices.Contains(lines, int(line)) })
	return line > 0 && !own && slices.Contains(d.large, int(line))
}

// likelyLarge is the length from which the fixed text of an INVITE lets it be more than UDP should carry,
// in octets: addresses, identifiers and a session description come on top.
const likelyLarge = 600

// large tells whether INVITEs of the run may be too long for UDP.
func (c *Config) large() bool {
	if c.Script != nil {
		return false
	}
	for _, p := range c.Programs {
		for _, step := range p.Steps {
			if step.Message == nil || step.Message.Method != "INVITE" {
				continue
			}
			length := 0
			for _, part := range slices.Concat(step.Message.Head, step.Message.Body) {
				length += len(part.Text)
			}
			if length > likelyLarge {
				return true
			}
		}
	}
	return len(c.caller())+len(c.callee()) > likelyLarge/2
}

// line returns the place of a line, which is added if it is new.
func (d *departures) line(l call.Line) int {
	if i := slices.Index(d.lines, l); i >= 0 {
		return i
	}
	d.lines = append(d.lines, l)
	return len(d.lines) - 1
}

// routeFrom returns the address of this host that the route to a target begins with. Connecting a datagram
// socket sends nothing; it asks the routing table.
func routeFrom(target netip.AddrPort) (netip.Addr, error) {
	probe, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(target))
	if err != nil {
		return netip.Addr{}, err
	}
	defer probe.Close()
	return probe.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}

// openLines opens the sockets of the lines and notes their addresses. Several are one socket to the shard.
func (g *Generator) openLines(d *departures, peers map[netip.AddrPort]string) (Socket, error) {
	var sockets []Socket
	for i := range d.lines {
		l := &d.lines[i]
		socket, err := Open(Opening{
			Transport: l.Transport, Local: l.Local, TLS: g.cfg.TLS, Names: peers, Start: g.start, DSCP: g.cfg.DSCP, PerCall: g.cfg.ConnectionPerCall,
		})
		if err != nil {
			for _, opened := range sockets {
				_ = opened.Close()
			}
			return nil, err
		}
		if g.cfg.Network != nil {
			socket = g.cfg.Network(socket)
		}
		l.Local = socket.Local()
		sockets = append(sockets, socket)
	}
	if len(sockets) == 1 {
		return sockets[0], nil
	}
	return &lines{sockets: sockets, read: make([]int, len(sockets))}, nil
}

// useLine returns what chooses among the lines of a socket, nil where there is one alone.
func useLine(s Socket) func(line int) {
	if several, ok := s.(*lines); ok {
		return several.Use
	}
	return nil
}

// endFlow returns what ends a call on a socket, nil where calls have nothing of their own.
func endFlow(s Socket) func(to netip.AddrPort, flow uint32) {
	if several, ok := s.(*lines); ok {
		for _, member := range several.sockets {
			if _, own := member.(flowEnder); own {
				return several.EndFlow
			}
		}
		return nil
	}
	if own, ok := s.(flowEnder); ok {
		return own.EndFlow
	}
	return nil
}

// lines are several sockets as one. What is sent leaves on the one that Use has chosen last.
type lines struct {
	sockets []Socket
	use     int
	read    []int // messages of the last Read, by socket
}

// look is how often the sockets behind the first are looked at while nothing else happens.
const look = nap

// Use chooses the socket that messages leave on, by its place.
func (l *lines) Use(line int) { l.use = line }

// Local returns the address of the first socket.
func (l *lines) Local() netip.AddrPort { return l.sockets[0].Local() }

// Buffer returns an empty buffer for the next message.
func (l *lines) Buffer() []byte { return l.sockets[l.use].Buffer() }

// Queue sends a message.
func (l *lines) Queue(b []byte, to netip.AddrPort, flow uint32) { l.sockets[l.use].Queue(b, to, flow) }

// Flush sends what is queued on all sockets.
func (l *lines) Flush() {
	for _, s := range l.sockets {
		s.Flush()
	}
}

// Read receives from all sockets and returns how many messages there are.
func (l *lines) Read() int {
	sum := 0
	for i, s := range l.sockets {
		l.read[i] = s.Read()
		sum += l.read[i]
	}
	return sum
}

// Datagram returns message i of the last Read, with the line that it came in on.
func (l *lines) Datagram(i int) sip.Datagram {
	for line, n := range l.read {
		if i < n {
			d := l.sockets[line].Datagram(i)
			d.Line = uint8(line)
			return d
		}
		i -= n
	}
	return sip.Datagram{}
}

// Wait waits for a message on the first socket, and for a short while at the most, after which the others
// are read. Messages over UDP keep the instants that the kernel stamped.
func (l *lines) Wait(d time.Duration) { l.sockets[0].Wait(min(d, look)) }

// Nap lets a time pass, or waits for Wake.
func (l *lines) Nap(d time.Duration) { l.sockets[0].Nap(d) }

// Wake ends a Wait or a Nap.
func (l *lines) Wake() { l.sockets[0].Wake() }

// Stats returns the sums of the counters of all sockets.
func (l *lines) Stats() sip.SocketStats { return sumOfStats(l.sockets) }

// CountDrops asks the kernel for the drops of all sockets.
func (l *lines) CountDrops() {
	for _, s := range l.sockets {
		countDrops(s)
	}
}

// countDrops asks the kernel for the drops of a socket, where it tells.
func countDrops(s Socket) {
	if kernel, ok := s.(interface{ CountDrops() }); ok {
		kernel.CountDrops()
	}
}

// sumOfStats adds up the counters of sockets; their buffers are the smallest one's.
func sumOfStats(sockets []Socket) sip.SocketStats {
	sum := sip.SocketStats{DropsKnown: true}
	for i, s := range sockets {
		stats := s.Stats()
		sum.Sent += stats.Sent
		sum.Received += stats.Received
		sum.SendErrors += stats.SendErrors
		sum.Drops += stats.Drops
		sum.DropsKnown = sum.DropsKnown && stats.DropsKnown
		if i == 0 || stats.ReceiveBuffer < sum.ReceiveBuffer {
			sum.ReceiveBuffer = stats.ReceiveBuffer
		}
	}
	return sum
}

// EndFlow ends what a call has of its own on its line.
func (l *lines) EndFlow(to netip.AddrPort, flow uint32) {
	if s, ok := l.sockets[l.use].(flowEnder); ok {
		s.EndFlow(to, flow)
	}
}

// TakeUnreachable returns the addresses that nobody is at.
func (l *lines) TakeUnreachable() []sip.Unreachable {
	var all []sip.Unreachable
	for line, s := range l.sockets {
		for _, u := range s.TakeUnreachable() {
			u.Line = uint8(line)
			all = append(all, u)
		}
	}
	return all
}

// Close closes all sockets.
func (l *lines) Close() error {
	for _, s := range l.sockets {
		_ = s.Close()
	}
	return nil
}
