package sip

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// offers maps the services of NAPTR records to transports (RFC 3263, 4.1; RFC 7118).
var offers = map[string]Transport{"SIP+D2U": UDP, "SIP+D2T": TCP, "SIPS+D2T": TLS, "SIP+D2W": WS, "SIPS+D2W": WSS}

// offer is a NAPTR record that leads to SRV records.
type offer struct {
	NAPTR
	transport Transport
}

// discover asks the domain which transports it offers: by NAPTR records or, when it has none for SIP, by
// SRV records for each transport that the caller speaks. It returns the transport to go on with when
// there are no SRV records either.
func (s *search) discover(transport Transport) ([]Group, Transport, error) {
	records, err := ask(s, s.DNS.NAPTR, "NAPTR records", s.place.Host)
	if err != nil {
		return nil, transport, err
	}
	usable, others := s.offered(records)
	if len(usable) > 0 {
		groups, err := s.follow(usable)
		return groups, usable[0].transport, err
	}
	if len(others) > 0 {
		return nil, transport, fmt.Errorf("the domain offers %s alone, none of which is wanted here", strings.Join(others, ", "))
	}
	var all []Group
	for _, transport := range s.wanted() {
		if transport.Secure() && !s.place.Secure {
			continue // the service _sips is for sips URIs (RFC 3263, 4.1)
		}
		groups, err := s.services(transport)
		if err != nil {
			return nil, transport, err
		}
		all = append(all, groups...)
	}
	return all, transport, nil
}

// wanted returns the transports that the place can be reached over and the caller speaks.
func (s *search) wanted() []Transport {
	wanted := slices.Clone(s.Transports)
	if len(wanted) == 0 {
		wanted = []Transport{UDP}
	}
	if s.place.Secure {
		wanted = slices.DeleteFunc(wanted, func(t Transport) bool { return !t.Secure() })
	}
	if len(wanted) == 0 {
		wanted = []Transport{TLS}
	}
	return wanted
}

// offered returns the records of the lowest order that can be used, by preference, and the services for
// SIP that cannot. Records for something else than SIP do not count.
func (s *search) offered(records []NAPTR) (usable []offer, others []string) {
	wanted := s.wanted()
	for _, r := range records {
		service := strings.ToUpper(r.Service)
		if !strings.EqualFold(r.Flags, "s") || r.Regexp != "" || !strings.HasPrefix(service, "SIP+D2") && !strings.HasPrefix(service, "SIPS+D2") {
			continue
		}
		if transport, ok := offers[service]; ok && slices.Contains(wanted, transport) {
			usable = append(usable, offer{r, transport})
		} else {
			others = append(others, service)
		}
	}
	slices.SortStableFunc(usable, func(a, b offer) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	higher := slices.IndexFunc(usable, func(o offer) bool { return o.Order != usable[0].Order })
	if higher >= 0 {
		usable = usable[:higher] // RFC 3403, 4.1: not to be considered once a lower order has matched
	}
	return usable, others
}

// follow asks for the SRV records that NAPTR records lead to.
func (s *search) follow(usable []offer) ([]Group, error) {
	var all []Group
	for _, o := range usable {
		name, err := hostName(o.Replacement)
		if err != nil {
			return nil, fmt.Errorf("NAPTR record: %w", err)
		}
		groups, err := s.serviceOf(name, o.transport)
		if err != nil {
			return nil, err
		}
		all = append(all, groups...)
	}
	return all, nil
}

// services asks for the SRV records of a transport under the names of RFC 3263, 4.1. For WebSocket there
// are none: RFC 7118 leaves the name to NAPTR records.
func (s *search) services(transport Transport) ([]Group, error) {
	prefix, ok := map[Transport]string{UDP: "_sip._udp.", TCP: "_sip._tcp.", TLS: "_sips._tcp."}[transport]
	if !ok {
		return nil, nil
	}
	return s.serviceOf(prefix+s.place.Host, transport)
}

// serviceOf returns the hosts that the SRV records of a name list, a group for each priority.
func (s *search) serviceOf(name string, transport Transport) ([]Group, error) {
	records, err := ask(s, s.DNS.SRV, "SRV records", name)
	if err != nil {
		return nil, err
	}
	records = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b SRV) int { return cmp.Compare(a.Priority, b.Priority) })
	var groups []Group
	for i, r := range records {
		host, err := s.host(r)
		if err != nil {
			return nil, fmt.Errorf("SRV records of %s: %w", name, err)
		}
		if i == 0 || r.Priority != records[i-1].Priority {
			groups = append(groups, Group{Transport: transport})
		}
		if len(host.Addrs) > 0 {
			group := &groups[len(groups)-1]
			group.Hosts = append(group.Hosts, host)
		}
	}
	groups = slices.DeleteFunc(groups, func(g Group) bool { return len(g.Hosts) == 0 })
	if len(groups) == 0 && len(records) > 0 && !s.denied {
		return nil, fmt.Errorf("SRV records of %s: none of the hosts has an address", name)
	}
	return groups, nil
}

// host looks up the host of an SRV record. It is without addresses when it has none, or when the record
// says that there is no such service (RFC 2782: a target of ".").
func (s *search) host(r SRV) (Host, error) {
	if r.Target == "." || r.Target == "" {
		s.denied = true
		return Host{}, nil
	}
	name, err := hostName(r.Target)
	if err != nil {
		return Host{}, err
	}
	if r.Port == 0 {
		return Host{}, fmt.Errorf("%s has port 0", name)
	}
	addrs, err := s.addresses(name, r.Port)
	return Host{Name: name, Weight: r.Weight, Addrs: addrs}, err
}

// hostName makes a name from DNS canonical and checks it, for it ends up in reports and on terminals.
func hostName(name string) (string, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name, checkHostName(name)
}
