package sip

import "net/netip"

// Destination is one place to send a request to.
type Destination struct {
	Name      string // host name that the address was found under, for the guard
	Addr      netip.AddrPort
	Transport Transport
}

// All returns every destination once, as DNS listed them: what a guard has to look at.
func (l *Location) All() []Destination {
	var all []Destination
	for _, g := range l.Groups {
		for _, h := range g.Hosts {
			all = h.appendTo(all, g.Transport)
		}
	}
	return all
}

func (h *Host) appendTo(dst []Destination, transport Transport) []Destination {
	for _, addr := range h.Addrs {
		dst = append(dst, Destination{Name: h.Name, Addr: addr, Transport: transport})
	}
	return dst
}
