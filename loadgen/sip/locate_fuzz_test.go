package sip

import (
	"context"
	"net"
	"net/netip"
	"testing"

	"github.com/miekg/dns"
)

// replayDNS answers every question from one reply of a server, whatever it was a reply to.
type replayDNS struct{ reply *dns.Msg }

func (d replayDNS) NAPTR(_ context.Context, name string) (Answer[NAPTR], error) {
	return replay(d, name, func(rr *dns.NAPTR) NAPTR {
		return NAPTR{Order: rr.Order, Preference: rr.Preference, Flags: rr.Flags, Service: rr.Service, Regexp: rr.Regexp, Replacement: rr.Replacement}
	})
}

func (d replayDNS) SRV(_ context.Context, name string) (Answer[SRV], error) {
	return replay(d, name, func(rr *dns.SRV) SRV {
		return SRV{Priority: rr.Priority, Weight: rr.Weight, Port: rr.Port, Target: rr.Target}
	})
}

func (d replayDNS) Addresses(_ context.Context, name string) (Answer[netip.Addr], error) {
	return replay(d, name, func(rr *dns.A) netip.Addr { return addrOf(rr.A) })
}

func replay[RR dns.RR, Record any](d replayDNS, name string, read func(RR) Record) (answer Answer[Record], err error) {
	aliases := 0
	records, _, ttl, err := pick[RR](d.reply, dns.CanonicalName(name), &aliases)
	for _, rr := range records {
		answer.Records = append(answer.Records, read(rr))
	}
	answer.TTL = ttl
	return answer, err
}

// FuzzLocate has a server answer anything: whatever is located is few, callable and has a clean name, and
// is ordered without loss.
func FuzzLocate(f *testing.F) {
	for _, zone := range [][]string{
		{`example.com. 60 NAPTR 10 10 "s" "SIP+D2U" "" example.com.`, "example.com. 60 SRV 1 2 5060 example.com.", "example.com. 60 A 192.0.2.1"},
		{"example.com. 60 CNAME b.example.com.", "b.example.com. 60 CNAME example.com."},
		{"_sip._udp.example.com. 60 SRV 0 0 0 .", "example.com. 60 A 0.0.0.0"},
		{"_sip._udp.example.com. 60 SRV 0 0 5060 a\\027\\.b.example.com."},
	} {
		reply := new(dns.Msg)
		for _, text := range zone {
			rr, err := dns.NewRR(text)
			if err != nil {
				f.Fatal(err)
			}
			reply.Answer = append(reply.Answer, rr)
		}
		packed, err := reply.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed, uint8(0))
	}
	f.Fuzz(func(t *testing.T, packed []byte, flags uint8) {
		var reply dns.Msg
		if reply.Unpack(packed) != nil {
			return
		}
		locator := Locator{DNS: replayDNS{&reply}, Families: Families(flags & 3)}
		place := Place{Host: "example.com", Secure: flags&4 != 0, HasTransport: flags&8 != 0, Transport: Transport(flags >> 4 % 5)}
		location, err := locator.Locate(context.Background(), place)
		if err != nil {
			return
		}
		checkLocation(t, location)
	})
}

func checkLocation(t *testing.T, location *Location) {
	t.Helper()
	all := location.All()
	if len(all) == 0 || len(all) > mostDestinations || location.TTL < 0 {
		t.Fatalf("%d destinations for %s", len(all), location.TTL)
	}
	for _, d := range all {
		if !d.Addr.IsValid() || d.Addr.Port() == 0 || callable(d.Addr.Addr()) != nil || checkHostName(d.Name) != nil {
			t.Fatalf("located %+v", d)
		}
	}
}

// TestARecordWithoutAnAddressIsRefused sends an A record without data, which DNS updates know.
func TestARecordWithoutAnAddressIsRefused(t *testing.T) {
	header := dns.RR_Header{Name: "example.com.", Rrtype: dns.TypeA, Class: dns.ClassINET}
	for name, ip := range map[string]net.IP{"nothing": nil, "too little": {192, 0}} {
		reply := &dns.Msg{Answer: []dns.RR{&dns.A{Hdr: header, A: ip}}}
		locator := Locator{DNS: replayDNS{reply}}
		if location, err := locator.Locate(context.Background(), Place{Host: "example.com", Port: 5060}); err == nil {
			t.Errorf("%s: located %+v", name, location)
		}
	}
}
