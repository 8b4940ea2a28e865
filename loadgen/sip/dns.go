package sip

import (
	"context"
	"net/netip"
	"time"
)

// DNS answers the questions that locating a server asks (RFC 3263). A Locator calls it from the goroutine
// that calls Locate, one question at a time; it may block until ctx is done. A name or record that there
// is not is an answer without records; an error says that nobody knows. *DNSClient is one on the network.
type DNS interface {
	NAPTR(ctx context.Context, name string) (Answer[NAPTR], error)
	SRV(ctx context.Context, name string) (Answer[SRV], error)
	// Addresses returns the IPv4 and IPv6 addresses of a host name.
	Addresses(ctx context.Context, name string) (Answer[netip.Addr], error)
}

// Answer is what DNS says of a name.
type Answer[Record any] struct {
	Records []Record
	TTL     time.Duration // for which this holds, that there are no records too
}

// NAPTR is a rule by which a domain names its services (RFC 3403).
type NAPTR struct {
	Order, Preference uint16 // smaller first
	Flags             string
	Service           string // SIP+D2U, SIPS+D2T, ...
	Regexp            string
	Replacement       string // the name to ask SRV records of
}

// SRV is a host that offers a service (RFC 2782).
type SRV struct {
	Priority uint16 // smaller first
	Weight   uint16 // share of the calls among hosts of a priority
	Port     uint16
	Target   string // host name, "." for a service that is not offered
}
