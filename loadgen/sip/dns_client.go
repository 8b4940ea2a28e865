package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// DNSClient asks DNS servers over UDP, and over TCP for what does not fit in a datagram. It is its own
// client because net.Resolver knows no NAPTR records and tells no TTL. It can be used by several
// goroutines.
type DNSClient struct {
	cfg DNSConfig
}

// DNSConfig says whom to ask.
type DNSConfig struct {
	Servers []netip.AddrPort // the next one is asked when one does not answer
	// Hosts is asked for addresses before any server, so that the hosts file of this machine means the
	// same to calls as to everything else on it; nil for nobody. HostsFile returns one.
	Hosts    Resolver
	Search   []string      // domains that are appended to short names for their addresses
	Dots     int           // names with as many dots are not short; 0 for 1
	Timeout  time.Duration // of a question to one server; 0 for five seconds
	Attempts int           // rounds over all servers; 0 for two
}

// ParseResolvConf reads a file in the form of /etc/resolv.conf.
func ParseResolvConf(text string) (DNSConfig, error) {
	parsed, err := dns.ClientConfigFromReader(strings.NewReader(text))
	if err != nil {
		return DNSConfig{}, fmt.Errorf("resolv.conf: %w", err)
	}
	cfg := DNSConfig{Search: parsed.Search, Dots: parsed.Ndots, Timeout: time.Duration(parsed.Timeout) * time.Second, Attempts: parsed.Attempts}
	for _, text := range parsed.Servers {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return DNSConfig{}, fmt.Errorf("resolv.conf: nameserver %q is not an address", text)
		}
		cfg.Servers = append(cfg.Servers, netip.AddrPortFrom(addr, 53))
	}
	return cfg, nil
}

// HostsFile returns a resolver that knows the names of this machine's hosts file, and no others.
func HostsFile() Resolver {
	nowhere := func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("only the hosts file is asked")
	}
	return &net.Resolver{PreferGo: true, Dial: nowhere}
}

// errNoServer says that a name cannot be found out.
var errNoServer = errors.New("no DNS server is known")

// NewDNSClient returns a client that asks at least one server, or the hosts file alone.
func NewDNSClient(cfg DNSConfig) (*DNSClient, error) {
	if len(cfg.Servers) == 0 && cfg.Hosts == nil {
		return nil, errNoServer
	}
	if cfg.Dots <= 0 {
		cfg.Dots = 1
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Attempts <= 0 {
		cfg.Attempts = 2
	}
	return &DNSClient{cfg: cfg}, nil
}

// NAPTR asks for the NAPTR records of a name. One of the hosts file has none.
func (c *DNSClient) NAPTR(ctx context.Context, name string) (Answer[NAPTR], error) {
	if len(c.hosts(ctx, name)) > 0 {
		return Answer[NAPTR]{TTL: hostsTTL}, nil
	}
	return lookUp(ctx, c, name, dns.TypeNAPTR, func(rr *dns.NAPTR) NAPTR {
		return NAPTR{Order: rr.Order, Preference: rr.Preference, Flags: rr.Flags, Service: rr.Service, Regexp: rr.Regexp, Replacement: rr.Replacement}
	})
}

// SRV asks for the SRV records of a name. The services of one in the hosts file have none.
func (c *DNSClient) SRV(ctx context.Context, name string) (Answer[SRV], error) {
	if len(c.hosts(ctx, ofService(name))) > 0 {
		return Answer[SRV]{TTL: hostsTTL}, nil
	}
	return lookUp(ctx, c, name, dns.TypeSRV, func(rr *dns.SRV) SRV {
		return SRV{Priority: rr.Priority, Weight: rr.Weight, Port: rr.Port, Target: rr.Target}
	})
}

// hostsTTL is for how long a line of the hosts file is taken to hold.
const hostsTTL = time.Minute

// Addresses asks for the A and AAAA records of a name, and of the name in the search domains when it is a
// short one.
func (c *DNSClient) Addresses(ctx context.Context, name string) (Answer[netip.Addr], error) {
	if known := c.hosts(ctx, name); len(known) > 0 {
		return Answer[netip.Addr]{Records: known, TTL: hostsTTL}, nil
	}
	ttl := Forever
	for _, name := range c.candidates(name) {
		answer, err := c.addresses(ctx, name)
		ttl = min(ttl, answer.TTL)
		if err != nil || len(answer.Records) > 0 {
			return answer, err
		}
	}
	return Answer[netip.Addr]{TTL: ttl}, nil
}

// hosts returns the addresses of a name in the hosts file.
func (c *DNSClient) hosts(ctx context.Context, name string) []netip.Addr {
	if c.cfg.Hosts == nil {
		return nil
	}
	known, err := c.cfg.Hosts.LookupNetIP(ctx, "ip", name)
	if err != nil {
		return nil
	}
	return known
}

// ofService returns the domain of the name of a service such as _sip._udp.example.com.
func ofService(name string) string {
	for strings.HasPrefix(name, "_") {
		_, name, _ = strings.Cut(name, ".")
	}
	return name
}

// candidates returns the names that a host name may stand for, as resolv.conf(5) says.
func (c *DNSClient) candidates(name string) []string {
	list := dns.ClientConfig{Search: c.cfg.Search, Ndots: c.cfg.Dots}
	return list.NameList(name)
}

// addresses asks for both families. One that cannot be told does not keep the other back.
func (c *DNSClient) addresses(ctx context.Context, name string) (Answer[netip.Addr], error) {
	v4, err4 := lookUp(ctx, c, name, dns.TypeA, func(rr *dns.A) netip.Addr { return addrOf(rr.A) })
	v6, err6 := lookUp(ctx, c, name, dns.TypeAAAA, func(rr *dns.AAAA) netip.Addr { return addrOf(rr.AAAA) })
	both := Answer[netip.Addr]{Records: append(v4.Records, v6.Records...), TTL: min(v4.TTL, v6.TTL)}
	if len(both.Records) > 0 {
		return both, nil
	}
	return both, errors.Join(err4, err6)
}

// addrOf returns an address, the invalid one of a record without.
func addrOf(ip net.IP) netip.Addr {
	addr, _ := netip.AddrFromSlice(ip)
	return addr.Unmap()
}

// mostAliases is the number of CNAME records that are followed.
const mostAliases = 8

// lookUp asks for the records of a name and a type, and follows aliases.
func lookUp[RR dns.RR, Record any](ctx context.Context, c *DNSClient, name string, kind uint16, read func(RR) Record) (Answer[Record], error) {
	answer := Answer[Record]{TTL: Forever}
	aliases := 0
	for name = dns.CanonicalName(name); ; {
		reply, err := c.ask(ctx, name, kind)
		if err != nil {
			return Answer[Record]{}, err
		}
		records, canonical, ttl, err := pick[RR](reply, name, &aliases)
		if err != nil {
			return Answer[Record]{}, err
		}
		answer.TTL = min(answer.TTL, ttl)
		for _, rr := range records {
			answer.Records = append(answer.Records, read(rr))
		}
		switch {
		case len(records) > 0:
			return answer, nil
		case canonical == name || reply.Rcode == dns.RcodeNameError:
			answer.TTL = min(answer.TTL, negativeTTL(reply))
			return answer, nil
		}
		name = canonical // an alias that the server has not followed
	}
}

// pick returns the records of a reply for a name, or for what that is an alias of, with that name and the
// time for which this holds.
func pick[RR dns.RR](reply *dns.Msg, name string, aliases *int) (records []RR, canonical string, ttl time.Duration, err error) {
	ttl = Forever
	for {
		var alias string
		for _, rr := range reply.Answer {
			header := rr.Header()
			if header.Class != dns.ClassINET || dns.CanonicalName(header.Name) != name {
				continue
			}
			if record, ok := rr.(RR); ok {
				records = append(records, record)
			} else if cname, ok := rr.(*dns.CNAME); ok {
				alias = dns.CanonicalName(cname.Target)
			} else {
				continue
			}
			ttl = min(ttl, ttlOf(header.Ttl))
		}
		switch {
		case len(records) > 0:
			return records, name, ttl, nil
		case alias == "":
			return nil, name, ttl, nil
		}
		if *aliases++; *aliases > mostAliases {
			return nil, name, 0, fmt.Errorf("more than %d aliases", mostAliases)
		}
		name = alias
	}
}

// negativeTTL is for how long it holds that there are no records (RFC 2308, 5).
func negativeTTL(reply *dns.Msg) time.Duration {
	for _, rr := range reply.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			return ttlOf(min(soa.Minttl, soa.Hdr.Ttl))
		}
	}
	return 0
}

// ttlOf converts a TTL; one above 31 bits counts as 0 (RFC 2181, 8).
func ttlOf(ttl uint32) time.Duration {
	if ttl > 1<<31-1 {
		return 0
	}
	return time.Duration(ttl) * time.Second
}
