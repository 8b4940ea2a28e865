package sip_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// fakeDNS answers from a zone file, without a network. A failure is the answer to every question about
// its name.
type fakeDNS struct {
	records  map[string][]dns.RR
	failures map[string]error
	asked    []string
}

// newFakeDNS reads a zone file. Names without a dot at their end are below example.com.
func newFakeDNS(t testing.TB, zone string) *fakeDNS {
	t.Helper()
	f := &fakeDNS{records: map[string][]dns.RR{}, failures: map[string]error{}}
	for _, rr := range parseZone(t, zone) {
		f.records[rr.Header().Name] = append(f.records[rr.Header().Name], rr)
	}
	return f
}

func parseZone(t testing.TB, zone string) []dns.RR {
	t.Helper()
	parser := dns.NewZoneParser(strings.NewReader("$TTL 300\n"+zone+"\n"), "example.com.", "")
	var all []dns.RR
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		all = append(all, rr)
	}
	if err := parser.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (f *fakeDNS) NAPTR(_ context.Context, name string) (sip.Answer[sip.NAPTR], error) {
	return answerOf(f, "NAPTR", name, func(rr dns.RR) (sip.NAPTR, bool) {
		r, ok := rr.(*dns.NAPTR)
		if !ok {
			return sip.NAPTR{}, false
		}
		return sip.NAPTR{Order: r.Order, Preference: r.Preference, Flags: r.Flags, Service: r.Service, Regexp: r.Regexp, Replacement: r.Replacement}, true
	})
}

func (f *fakeDNS) SRV(_ context.Context, name string) (sip.Answer[sip.SRV], error) {
	return answerOf(f, "SRV", name, func(rr dns.RR) (sip.SRV, bool) {
		r, ok := rr.(*dns.SRV)
		if !ok {
			return sip.SRV{}, false
		}
		return sip.SRV{Priority: r.Priority, Weight: r.Weight, Port: r.Port, Target: r.Target}, true
	})
}

func (f *fakeDNS) Addresses(_ context.Context, name string) (sip.Answer[netip.Addr], error) {
	return answerOf(f, "A", name, func(rr dns.RR) (addr netip.Addr, ok bool) {
		switch r := rr.(type) {
		case *dns.A:
			return netip.AddrFromSlice(r.A.To4())
		case *dns.AAAA:
			return netip.AddrFromSlice(r.AAAA)
		}
		return addr, false
	})
}

func answerOf[Record any](f *fakeDNS, kind, name string, read func(dns.RR) (Record, bool)) (sip.Answer[Record], error) {
	name = dns.Fqdn(name)
	f.asked = append(f.asked, kind+" "+name)
	answer := sip.Answer[Record]{TTL: sip.Forever}
	for _, rr := range f.records[name] {
		if record, ok := read(rr); ok {
			answer.Records = append(answer.Records, record)
			answer.TTL = min(answer.TTL, time.Duration(rr.Header().Ttl)*time.Second)
		}
	}
	return answer, f.failures[name]
}

// describe writes a location as the tables do: the groups with ";" between them, each with its transport
// and its hosts as name/weight@addresses.
func describe(l *sip.Location) string {
	var groups []string
	for _, g := range l.Groups {
		words := []string{g.Transport.String()}
		for _, h := range g.Hosts {
			var addrs []string
			for _, a := range h.Addrs {
				addrs = append(addrs, a.String())
			}
			words = append(words, fmt.Sprintf("%s/%d@%s", strings.TrimSuffix(h.Name, ".example.com"), h.Weight, strings.Join(addrs, ",")))
		}
		groups = append(groups, strings.Join(words, " "))
	}
	return strings.Join(groups, "; ")
}

// sbcs are three servers with an address each, the first with one of each family.
const sbcs = `
sbc1 A 192.0.2.1
sbc1 AAAA 2001:db8::1
sbc2 A 192.0.2.2
sbc3 A 192.0.2.3
`

type locateRow struct {
	name       string
	zone       string
	uri        string
	transports []sip.Transport
	want       string // the location, or part of the error
	asked      string // the questions, in order; not compared when empty
}

var both = []sip.Transport{sip.UDP, sip.TCP}

// locateRows are the rules of RFC 3263, 4.1 and 4.2. They hold for the fake and for a server on the
// network.
var locateRows = []locateRow{
	{"an address asks nothing", "", "sip:192.0.2.9", both, "UDP 192.0.2.9/0@192.0.2.9:5060", "none"},
	{"an IPv6 address with port and transport neither", "", "sip:[2001:db8::9]:5070;transport=tcp", both, "TCP 2001:db8::9/0@[2001:db8::9]:5070", "none"},
	{"an address with a transport has its port", "", "sip:192.0.2.9;transport=tls", both, "TLS 192.0.2.9/0@192.0.2.9:5061", "none"},
	{"a port skips NAPTR and SRV", sbcs, "sip:sbc1.example.com:5080", both, "UDP sbc1/0@192.0.2.1:5080,[2001:db8::1]:5080", "A sbc1.example.com."},
	{"a port and a transport", sbcs, "sip:sbc2.example.com:5080;transport=TCP", both, "TCP sbc2/0@192.0.2.2:5080", "A sbc2.example.com."},
	{"a transport skips NAPTR", sbcs + "_sip._tcp SRV 1 0 5066 sbc3", "sip:example.com;transport=tcp", both,
		"TCP sbc3/0@192.0.2.3:5066", "SRV _sip._tcp.example.com. A sbc3.example.com."},
	{"tls asks for _sips", sbcs + "_sips._tcp SRV 1 0 5061 sbc3", "sip:example.com;transport=tls", both,
		"TLS sbc3/0@192.0.2.3:5061", "SRV _sips._tcp.example.com. A sbc3.example.com."},
	{"a transport without SRV records", sbcs, "sip:sbc2.example.com;transport=tcp", both,
		"TCP sbc2/0@192.0.2.2:5060", "SRV _sip._tcp.sbc2.example.com. A sbc2.example.com."},
	{"WebSocket has no SRV records of its own", sbcs, "sip:sbc2.example.com;transport=wss", both, "WSS sbc2/0@192.0.2.2:443", "A sbc2.example.com."},
	{"no records but addresses", sbcs, "sip:sbc2.example.com", both, "UDP sbc2/0@192.0.2.2:5060",
		"NAPTR sbc2.example.com. SRV _sip._udp.sbc2.example.com. SRV _sip._tcp.sbc2.example.com. A sbc2.example.com."},
	{"no records but addresses, for a caller without UDP", sbcs, "sip:sbc2.example.com", []sip.Transport{sip.TCP}, "TCP sbc2/0@192.0.2.2:5060",
		"NAPTR sbc2.example.com. SRV _sip._tcp.sbc2.example.com. A sbc2.example.com."},
	{"priorities in order, weights as they are", sbcs + `
_sip._udp SRV 20 0 5062 sbc3
_sip._udp SRV 10 60 5060 sbc1
_sip._udp SRV 10 20 5061 sbc2`, "sip:example.com", nil,
		"UDP sbc1/60@192.0.2.1:5060,[2001:db8::1]:5060 sbc2/20@192.0.2.2:5061; UDP sbc3/0@192.0.2.3:5062", ""},
	{"all transports that the domain has SRV records for, preferred one first", sbcs + "_sip._udp SRV 1 1 5060 sbc1\n_sip._tcp SRV 1 1 5060 sbc2",
		"sip:example.com", []sip.Transport{sip.TCP, sip.UDP}, "TCP sbc2/1@192.0.2.2:5060; UDP sbc1/1@192.0.2.1:5060,[2001:db8::1]:5060", ""},
	{"the example of RFC 3263, 4.1", sbcs + `
@ NAPTR 50 50 "s" "SIPS+D2T" "" _sips._tcp
@ NAPTR 90 50 "s" "SIP+D2T" "" _sip._tcp
@ NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp
_sip._tcp SRV 0 1 5060 sbc1
_sip._tcp SRV 0 2 5060 sbc2`, "sip:example.com", both, "TCP sbc1/1@192.0.2.1:5060,[2001:db8::1]:5060 sbc2/2@192.0.2.2:5060",
		"NAPTR example.com. SRV _sip._tcp.example.com. A sbc1.example.com. A sbc2.example.com."},
	{"preferences of one order follow each other, flags and services in any case", sbcs + `
@ NAPTR 10 20 "S" "sip+d2u" "" udp.elsewhere
@ NAPTR 10 10 "s" "Sip+D2t" "" tcp.elsewhere
udp.elsewhere SRV 0 1 5060 sbc2
tcp.elsewhere SRV 0 1 5070 sbc3`, "sip:example.com", both, "TCP sbc3/1@192.0.2.3:5070; UDP sbc2/1@192.0.2.2:5060", ""},
	{"a domain that offers what the caller does not speak", sbcs + `@ NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp`, "sip:example.com", both,
		"the domain offers SIPS+D2T alone", "NAPTR example.com."},
	{"NAPTR records of other things count for nothing", sbcs + `
@ NAPTR 10 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .
@ NAPTR 10 20 "s" "x-sip+D2U" "" _sip._udp
_sip._udp SRV 0 1 5060 sbc2`, "sip:example.com", nil, "UDP sbc2/1@192.0.2.2:5060", ""},
	{"NAPTR records that lead to no SRV records", sbcs + `
@ NAPTR 10 10 "s" "SIP+D2T" "" nowhere
@ A 192.0.2.7`, "sip:example.com", both, "TCP example.com/0@192.0.2.7:5060", ""},
	{"a service that the domain says it does not offer", sbcs + "_sip._udp SRV 0 0 0 .\n@ A 192.0.2.7", "sip:example.com", nil,
		"the domain says that it offers no SIP over UDP", "NAPTR example.com. SRV _sip._udp.example.com."},
	{"one that it does not offer, and one that it does", sbcs + "_sip._udp SRV 0 0 0 .\n_sip._tcp SRV 0 1 5060 sbc2", "sip:example.com", both,
		"TCP sbc2/1@192.0.2.2:5060", ""},
	{"an SRV host without addresses is passed over", sbcs + "_sip._udp SRV 0 1 5060 gone\n_sip._udp SRV 1 1 5060 sbc2", "sip:example.com", nil,
		"UDP sbc2/1@192.0.2.2:5060", ""},
	{"no SRV host has an address", "_sip._udp SRV 0 1 5060 gone\n@ A 192.0.2.7", "sip:example.com", nil,
		"SRV records of _sip._udp.example.com: none of the hosts has an address", ""},
	{"nothing at all", "", "sip:nobody.example.com", nil, "locate nobody.example.com: the name has no address", ""},
	{"an SRV record that points to everybody", "_sip._udp SRV 0 1 5060 all\nall A 255.255.255.255", "sip:example.com", nil,
		"all.example.com: 255.255.255.255 is the broadcast address", ""},
	{"an SRV record without a port", sbcs + "_sip._udp SRV 0 1 0 sbc1", "sip:example.com", nil, "sbc1.example.com has port 0", ""},
	{"a name that is none", "_sip._udp SRV 0 1 5060 evil\\027name", "sip:example.com", nil, "is neither a host name nor an address", ""},
	{"more records than anybody has", sbcs + manySRV(33), "sip:example.com", nil,
		"records, at most 32 are taken", ""},
}

// manySRV are n SRV records, all different.
func manySRV(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "_sip._udp SRV 0 1 %d sbc1\n", 6000+i)
	}
	return b.String()
}

func TestLocate(t *testing.T) {
	for _, row := range locateRows {
		t.Run(row.name, func(t *testing.T) {
			f := newFakeDNS(t, row.zone)
			row.check(t, f)
			if want := strings.TrimPrefix(row.asked, "none"); row.asked != "" && strings.Join(f.asked, " ") != want {
				t.Errorf("asked %q, want %q", f.asked, row.asked)
			}
		})
	}
}

// check wants the location or the error of a row, whoever answers.
func (row *locateRow) check(t *testing.T, answers sip.DNS) {
	t.Helper()
	place, err := sip.ParsePlace(row.uri)
	if err != nil {
		t.Fatal(err)
	}
	locator := sip.Locator{DNS: answers, Transports: row.transports}
	location, err := locator.Locate(context.Background(), place)
	switch {
	case err != nil && !strings.Contains(err.Error(), row.want):
		t.Errorf("got %v\nwant %s", err, row.want)
	case err == nil && describe(location) != row.want:
		t.Errorf("got  %s\nwant %s", describe(location), row.want)
	}
}

func TestLocateSecure(t *testing.T) {
	zone := sbcs + `
@ NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp
@ NAPTR 20 10 "s" "SIPS+D2T" "" _sips._tcp
_sip._udp SRV 0 1 5060 sbc1
_sips._tcp SRV 0 1 5061 sbc2
_sips._tcp.sbc3 SRV 0 1 5071 sbc3
`
	for _, tt := range []struct {
		name  string
		place sip.Place
		want  string
	}{
		{"services without TLS are discarded", sip.Place{Host: "example.com", Secure: true}, "TLS sbc2/1@192.0.2.2:5061"},
		{"SRV records of _sips", sip.Place{Host: "sbc3.example.com", Secure: true}, "TLS sbc3/1@192.0.2.3:5071"},
		{"an address", sip.Place{Host: "192.0.2.9", Secure: true}, "TLS 192.0.2.9/0@192.0.2.9:5061"},
		{"tcp is TLS", sip.Place{Host: "192.0.2.9", Secure: true, Transport: sip.TCP, HasTransport: true}, "TLS 192.0.2.9/0@192.0.2.9:5061"},
		{"udp is not", sip.Place{Host: "192.0.2.9", Secure: true, Transport: sip.UDP, HasTransport: true}, "sips needs a transport with TLS, got UDP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			locator := sip.Locator{DNS: newFakeDNS(t, zone), Transports: []sip.Transport{sip.UDP, sip.TCP, sip.TLS}}
			location, err := locator.Locate(context.Background(), tt.place)
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %s", err, tt.want)
				}
			} else if describe(location) != tt.want {
				t.Errorf("got %s, want %s", describe(location), tt.want)
			}
		})
	}
}

func TestFamilies(t *testing.T) {
	for families, want := range map[sip.Families]string{
		sip.IPv4First: "UDP sbc1/0@192.0.2.1:5060,[2001:db8::1]:5060",
		sip.IPv6First: "UDP sbc1/0@[2001:db8::1]:5060,192.0.2.1:5060",
		sip.IPv4Only:  "UDP sbc1/0@192.0.2.1:5060",
		sip.IPv6Only:  "UDP sbc1/0@[2001:db8::1]:5060",
	} {
		locator := sip.Locator{DNS: newFakeDNS(t, sbcs), Families: families}
		location, err := locator.Locate(context.Background(), sip.Place{Host: "sbc1.example.com"})
		if err != nil || describe(location) != want {
			t.Errorf("got %v, %v, want %s", location, err, want)
		}
	}
	locator := sip.Locator{DNS: newFakeDNS(t, sbcs), Families: sip.IPv6Only}
	if _, err := locator.Locate(context.Background(), sip.Place{Host: "sbc2.example.com"}); err == nil {
		t.Error("an IPv4 host is located over IPv6")
	}
}

// TestAFailureIsNotTheAbsenceOfRecords keeps calls from going to the addresses of a domain whose SRV
// records could not be had.
func TestAFailureIsNotTheAbsenceOfRecords(t *testing.T) {
	zone := sbcs + "@ A 192.0.2.7\n_sip._udp SRV 0 1 5060 sbc1\n_sip._udp SRV 0 1 5060 sbc2"
	failure := errors.New("SERVFAIL")
	for name, want := range map[string]string{
		"example.com.":           "locate example.com: NAPTR records of example.com: SERVFAIL",
		"_sip._udp.example.com.": "locate example.com: SRV records of _sip._udp.example.com: SERVFAIL",
		"sbc2.example.com.":      "locate example.com: SRV records of _sip._udp.example.com: addresses of sbc2.example.com: SERVFAIL",
	} {
		f := newFakeDNS(t, zone)
		f.failures[name] = failure
		locator := sip.Locator{DNS: f}
		_, err := locator.Locate(context.Background(), sip.Place{Host: "example.com"})
		if !errors.Is(err, failure) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestALocationHoldsAsLongAsTheShortestAnswer(t *testing.T) {
	zone := "_sip._udp 60 SRV 0 1 5060 sbc1\nsbc1 20 A 192.0.2.1"
	locator := sip.Locator{DNS: newFakeDNS(t, zone)}
	location, err := locator.Locate(context.Background(), sip.Place{Host: "example.com"})
	if err != nil || location.TTL != 20*time.Second {
		t.Errorf("got %+v, %v, want a TTL of 20s", location, err)
	}
	location, err = locator.Locate(context.Background(), sip.Place{Host: "192.0.2.1"})
	if err != nil || location.TTL != sip.Forever {
		t.Errorf("got %+v, %v, want an address to hold for ever", location, err)
	}
}

// TestQuestionsAreBounded lets a domain name as many servers as it can.
func TestQuestionsAreBounded(t *testing.T) {
	var zone strings.Builder
	for i := range 32 {
		fmt.Fprintf(&zone, "@ NAPTR 1 %d \"s\" \"SIP+D2U\" \"\" udp%d\n", i, i)
		for j := range 32 {
			fmt.Fprintf(&zone, "udp%d SRV 0 1 5060 host%d\n", i, j)
		}
	}
	for j := range 32 {
		fmt.Fprintf(&zone, "host%d A 192.0.2.%d\n", j, j+1)
	}
	f := newFakeDNS(t, zone.String())
	locator := sip.Locator{DNS: f}
	_, err := locator.Locate(context.Background(), sip.Place{Host: "example.com"})
	if err == nil || !strings.Contains(err.Error(), "more than 64 questions to DNS") || len(f.asked) != 64 {
		t.Errorf("asked %d times, got %v", len(f.asked), err)
	}
}

func TestParsePlace(t *testing.T) {
	for text, want := range map[string]sip.Place{
		"sip:Example.com":                        {Host: "example.com"},
		"example.com:5060":                       {Host: "example.com", Port: 5060},
		"sip:alice@example.com;Transport=TCP":    {Host: "example.com", Transport: sip.TCP, HasTransport: true},
		"sip:[2001:db8::1]:5070;transport=udp":   {Host: "2001:db8::1", Port: 5070, HasTransport: true},
		"sip:example.com;x-transport=tls;user=a": {Host: "example.com"},
	} {
		if got, err := sip.ParsePlace(text); err != nil || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	if _, err := sip.ParsePlace("sip:"); err == nil {
		t.Error("a URI without a host passes")
	}
}

func ExampleLocator() {
	locator := sip.Locator{DNS: newFakeDNS(&testing.T{}, `
@ NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp
_sip._udp SRV 10 1 5060 sbc1
_sip._udp SRV 20 1 5060 sbc2
sbc1 A 192.0.2.1
sbc2 A 192.0.2.2
`)}
	place, err := sip.ParsePlace("sip:example.com")
	if err != nil {
		panic(err)
	}
	location, err := locator.Locate(context.Background(), place)
	if err != nil {
		panic(err)
	}
	for _, d := range location.All() {
		fmt.Println(d.Name, d.Addr, d.Transport)
	}
	// Output:
	// sbc1.example.com 192.0.2.1:5060 UDP
	// sbc2.example.com 192.0.2.2:5060 UDP
}
