package media

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
)

// ErrNoPort is returned by Open when every pair of the range is in use.
var ErrNoPort = errors.New("no free RTP port pair")

// resting is how long a pair rests after a call if there is another choice, so that packets still on
// their way find nobody.
const resting = time.Second

// pool holds the port pairs of an engine that no call uses. Sockets are opened when they are first
// needed and stay open.
type pool struct {
	open     func(port uint16) (*Leg, error)
	unopened PortRange
	rested   []*Leg // least recently used first, from next on
	next     int
	taken    uint64 // pairs skipped because something else on this machine has a port of them
	none     error  // what get returns once there is neither an unopened pair nor one that rests
}

// get returns a pair: one that has rested, else one never used, else the one used longest ago.
func (p *pool) get(now time.Duration) (*Leg, error) {
	if p.idle() && now-p.rested[p.next].stopped >= resting {
		return p.oldest(), nil
	}
	for p.unopened.Pairs() > 0 {
		port := uint16(p.unopened.firstPair())
		l, err := p.open(port)
		if err != nil && !addressInUse(err) {
			return p.instead(err)
		}
		p.unopened = p.unopened.after(port)
		if err == nil {
			return l, nil
		}
		p.taken++
	}
	if p.none == nil {
		p.none = p.exhausted()
	}
	return p.instead(p.none)
}

// put takes a pair back.
func (p *pool) put(l *Leg) {
	p.rested = append(p.rested, l)
}

// instead returns the pair used longest ago, or the error when there is none.
func (p *pool) instead(err error) (*Leg, error) {
	if !p.idle() {
		return nil, err
	}
	return p.oldest(), nil
}

// idle tells whether a pair that was used waits for the next call.
func (p *pool) idle() bool { return p.next < len(p.rested) }

// oldest takes the pair used longest ago out of those that rest.
func (p *pool) oldest() *Leg {
	l := p.rested[p.next]
	if p.next++; p.next > len(p.rested)/2 {
		p.rested = p.rested[:copy(p.rested, p.rested[p.next:])]
		p.next = 0
	}
	return l
}

func (p *pool) exhausted() error {
	if p.taken > 0 {
		return fmt.Errorf("%w: %d pairs of the range belong to something else on this machine", ErrNoPort, p.taken)
	}
	return ErrNoPort
}

// openPair binds the two sockets of a leg.
func openPair(n network, local netip.Addr, port uint16) (rtp, rtcp socket, err error) {
	if rtp, err = n.listen(netip.AddrPortFrom(local, port)); err != nil {
		return nil, nil, fmt.Errorf("RTP port %d: %w", port, err)
	}
	if rtcp, err = n.listen(netip.AddrPortFrom(local, port+1)); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("RTCP port %d: %w", port+1, err), rtp.close())
	}
	return rtp, rtcp, nil
}

// addressInUse reports whether a port belongs to somebody else. Windows has its own number for it.
func addressInUse(err error) bool {
	const windows = syscall.Errno(10048)
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windows)
}
