package sip

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Place is where a SIP URI points before DNS was asked.
type Place struct {
	Host      string // a host name, or an address without brackets
	Port      uint16 // 0 when the URI names none
	Transport Transport
	// HasTransport says that the URI names the transport.
	HasTransport bool
	Secure       bool // the scheme is sips
}

// ParsePlace reads the place of a SIP URI that ParseTarget accepts: what the URI says of port and
// transport, and not what it leaves open.
func ParsePlace(text string) (Place, error) {
	target, err := ParseTarget(text)
	if err != nil {
		return Place{}, err
	}
	p := Place{Host: target.Host, Transport: target.Transport}
	rest, err := cutScheme(text)
	if err != nil {
		return Place{}, err
	}
	hostPort, params, err := hostPortOf(rest)
	if err != nil {
		return Place{}, err
	}
	p.HasTransport = strings.Contains(";"+strings.ToLower(params), ";transport=")
	_, p.Port, err = splitHostPort(hostPort)
	return p, err
}

// Location is what DNS says of a place: groups of hosts, the next of which is there for calls that the
// one before could not take. It does not change any more.
type Location struct {
	Groups []Group
	TTL    time.Duration // for which it holds; Forever for an address
}

// Group are hosts that share calls by their weights.
type Group struct {
	Transport Transport
	Hosts     []Host
}

// Host is a server with one address or more.
type Host struct {
	Name   string
	Weight uint16           // 0 for hardly any calls while the others of the group have a weight
	Addrs  []netip.AddrPort // by family, in the order of Families
}

// Forever is the TTL of what never has to be asked again.
const Forever = time.Duration(math.MaxInt64)

// Families says which addresses of a name are used.
type Families uint8

// The families. IPv4 comes first where both are used: trunks have it nearly everywhere, and a host
// without an IPv6 route would lose an attempt of each call.
const (
	IPv4First Families = iota
	IPv6First
	IPv4Only
	IPv6Only
)

// Locator finds the servers of a place (RFC 3263, 4).
type Locator struct {
	DNS        DNS
	Transports []Transport // those that the caller speaks, preferred one first; empty for UDP alone
	Families   Families
}

// The times for which a run that follows its targets takes an answer for true.
const (
	// LeastTTL keeps a TTL of 0 from costing a question at every turn.
	LeastTTL = time.Second
	// MostTTL is that of RFC 8767, 4.
	MostTTL = 7 * 24 * time.Hour
)

// Limits on what one place may cost, whoever answers.
const (
	mostLookups      = 64 // questions to DNS
	mostRecords      = 32 // of an answer
	mostDestinations = 256
)

// Locate returns the servers of a place, at least one. ctx bounds the time that it takes. Whatever it
// returns has still to pass the guard that says where calls may go.
//
// An error of DNS is final: to go on as if there were no records would send the calls to other servers
// than those that the domain names.
func (l *Locator) Locate(ctx context.Context, p Place) (*Location, error) {
	s := search{Locator: l, ctx: ctx, place: p, ttl: Forever}
	groups, err := s.locate()
	if err != nil {
		return nil, fmt.Errorf("locate %s: %w", p.Host, err)
	}
	return &Location{Groups: groups, TTL: s.ttl}, nil
}

// search is one call of Locate.
type search struct {
	*Locator
	ctx     context.Context
	place   Place
	ttl     time.Duration // least of all answers
	lookups int
	found   int  // destinations
	denied  bool // a service is said not to be there
}

// locate follows RFC 3263, 4.1 and 4.2: what the URI says is not asked for.
func (s *search) locate() ([]Group, error) {
	p := s.place
	transport, err := s.transport()
	if err != nil {
		return nil, err
	}
	if addr, err := netip.ParseAddr(p.Host); err == nil {
		return s.address(addr.Unmap(), transport)
	}
	if err := checkHostName(p.Host); err != nil {
		return nil, err
	}
	var groups []Group
	switch {
	case p.Port != 0:
		return s.byName(transport, p.Port)
	case p.HasTransport:
		groups, err = s.services(transport)
	default:
		groups, transport, err = s.discover(transport)
	}
	if err != nil || len(groups) > 0 {
		return groups, err
	}
	return s.byName(transport, transport.DefaultPort())
}

// transport returns the transport that the URI names, and else the one that RFC 3263, 4.1 takes when DNS
// names none: UDP, and TLS for sips.
func (s *search) transport() (Transport, error) {
	p := s.place
	switch {
	case p.HasTransport && p.Secure:
		secure, ok := map[Transport]Transport{TCP: TLS, TLS: TLS, WS: WSS, WSS: WSS}[p.Transport]
		if !ok {
			return 0, fmt.Errorf("sips needs a transport with TLS, got %s", p.Transport)
		}
		return secure, nil
	case p.HasTransport:
		return p.Transport, nil
	case p.Secure:
		return TLS, nil
	case len(s.Transports) == 0 || slices.Contains(s.Transports, UDP):
		return UDP, nil
	}
	return s.Transports[0], nil
}

// address is the location of a numeric host.
func (s *search) address(addr netip.Addr, transport Transport) ([]Group, error) {
	if err := callable(addr); err != nil {
		return nil, err
	}
	port := s.place.Port
	if port == 0 {
		port = transport.DefaultPort()
	}
	host := Host{Name: s.place.Host, Addrs: []netip.AddrPort{netip.AddrPortFrom(addr, port)}}
	return []Group{{Transport: transport, Hosts: []Host{host}}}, nil
}

// byName takes the addresses of the host itself.
func (s *search) byName(transport Transport, port uint16) ([]Group, error) {
	if s.denied {
		return nil, fmt.Errorf("the domain says that it offers no SIP over %s", transport)
	}
	addrs, err := s.addresses(s.place.Host, port)
	if err != nil {
		return nil, err
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("the name has no address")
	}
	return []Group{{Transport: transport, Hosts: []Host{{Name: s.place.Host, Addrs: addrs}}}}, nil
}

// addresses returns the addresses of a name, of the families that are wanted, in their order.
func (s *search) addresses(name string, port uint16) ([]netip.AddrPort, error) {
	answer, err := ask(s, s.DNS.Addresses, "addresses", name)
	if err != nil {
		return nil, err
	}
	var v4, v6 []netip.AddrPort
	for _, addr := range answer {
		addr = addr.Unmap()
		if !addr.IsValid() {
			return nil, fmt.Errorf("%s: a record without an address", name)
		}
		if err := callable(addr); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if at := netip.AddrPortFrom(addr, port); addr.Is4() {
			v4 = append(v4, at)
		} else {
			v6 = append(v6, at)
		}
	}
	addrs := s.Families.arrange(v4, v6)
	if s.found += len(addrs); s.found > mostDestinations {
		return nil, fmt.Errorf("more than %d addresses", mostDestinations)
	}
	return addrs, nil
}

func (f Families) arrange(v4, v6 []netip.AddrPort) []netip.AddrPort {
	switch f {
	case IPv4Only:
		return v4
	case IPv6Only:
		return v6
	case IPv6First:
		return append(v6, v4...)
	}
	return append(v4, v6...)
}

// ask asks DNS a question and keeps the books on it.
func ask[Record any](s *search, question func(context.Context, string) (Answer[Record], error), what, name string) ([]Record, error) {
	if s.lookups++; s.lookups > mostLookups {
		return nil, fmt.Errorf("more than %d questions to DNS", mostLookups)
	}
	answer, err := question(s.ctx, name)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", what, name, err)
	}
	if len(answer.Records) > mostRecords {
		return nil, fmt.Errorf("%s of %s: %d records, at most %d are taken", what, name, len(answer.Records), mostRecords)
	}
	s.ttl = min(s.ttl, max(0, answer.TTL))
	return answer.Records, nil
}
