package sip_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// dnsServer is a name server on a loopback address, over UDP and TCP.
type dnsServer struct {
	addr    netip.AddrPort
	records []dns.RR
	spoil   spoiler // nil for none
	asked   chan string
}

// spoiler changes the reply to a question; nil is no reply.
type spoiler func(question, reply *dns.Msg) *dns.Msg

// silent never replies.
func silent(_, _ *dns.Msg) *dns.Msg { return nil }

func newDNSServer(t *testing.T, zone string, spoil spoiler) *dnsServer {
	t.Helper()
	s := &dnsServer{records: parseZone(t, zone), spoil: spoil, asked: make(chan string, 1000)}
	packets, connections := listenTwice(t)
	s.addr = netip.MustParseAddrPort(packets.LocalAddr().String())
	for _, server := range []*dns.Server{{PacketConn: packets, Handler: s}, {Listener: connections, Handler: s}} {
		done := make(chan error, 1)
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { done <- server.ActivateAndServe() }()
		<-started
		t.Cleanup(func() {
			if err := errors.Join(server.Shutdown(), <-done); err != nil {
				t.Error(err)
			}
		})
	}
	return s
}

// listenTwice listens on a port of loopback that is free for both UDP and TCP.
func listenTwice(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for attempt := 1; ; attempt++ {
		packets, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		connections, err := net.Listen("tcp", packets.LocalAddr().String())
		if err == nil {
			return packets, connections
		}
		_ = packets.Close()
		if attempt == 20 {
			t.Fatal(err)
		}
	}
}

// ServeDNS answers from the zone and follows aliases in it, as a recursive server does.
func (s *dnsServer) ServeDNS(w dns.ResponseWriter, question *dns.Msg) {
	asked := question.Question[0]
	name := dns.CanonicalName(asked.Name)
	s.asked <- dns.TypeToString[asked.Qtype] + " " + name
	reply := new(dns.Msg)
	reply.SetReply(question)
	exists := false
	wanted := name
	for range 4 { // aliases, at most
		at := wanted
		wanted = ""
		for _, rr := range s.records {
			if dns.CanonicalName(rr.Header().Name) != at {
				continue
			}
			exists = true
			if cname, ok := rr.(*dns.CNAME); ok {
				wanted = dns.CanonicalName(cname.Target)
			} else if rr.Header().Rrtype != asked.Qtype {
				continue
			}
			reply.Answer = append(reply.Answer, rr)
		}
	}
	if !exists {
		reply.Rcode = dns.RcodeNameError
	}
	if len(reply.Answer) == 0 {
		for _, rr := range s.records {
			if rr.Header().Rrtype == dns.TypeSOA {
				reply.Ns = append(reply.Ns, rr)
			}
		}
	}
	if s.spoil != nil {
		reply = s.spoil(question, reply)
	}
	if reply == nil {
		return
	}
	if opt := question.IsEdns0(); w.RemoteAddr().Network() == "udp" && opt != nil {
		reply.Truncate(int(opt.UDPSize()))
	}
	w.WriteMsg(reply)
}

// questions returns what was asked up to now.
func (s *dnsServer) questions() (asked []string) {
	for {
		select {
		case question := <-s.asked:
			asked = append(asked, question)
		default:
			return asked
		}
	}
}

func newClient(t *testing.T, cfg sip.DNSConfig, servers ...*dnsServer) *sip.DNSClient {
	t.Helper()
	for _, s := range servers {
		cfg.Servers = append(cfg.Servers, s.addr)
	}
	client, err := sip.NewDNSClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestLocateOverTheNetwork(t *testing.T) {
	for _, row := range locateRows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.check(t, newClient(t, sip.DNSConfig{}, newDNSServer(t, row.zone, nil)))
		})
	}
}

// TestAnswersTooLongForADatagram has 32 hosts with long names: some 3,000 octets.
func TestAnswersTooLongForADatagram(t *testing.T) {
	var zone strings.Builder
	for i := range 32 {
		zone.WriteString("_sip._udp SRV 0 1 5060 " + strings.Repeat("x", 60) + "." + strings.Repeat("y", 20+i) + "\n")
	}
	server := newDNSServer(t, zone.String(), nil)
	answer, err := newClient(t, sip.DNSConfig{}, server).SRV(context.Background(), "_sip._udp.example.com")
	if err != nil || len(answer.Records) != 32 {
		t.Fatalf("%d records, %v, want 32", len(answer.Records), err)
	}
	if asked := server.questions(); len(asked) != 2 {
		t.Errorf("asked %q, want one question over UDP and one over TCP", asked)
	}
}

func TestTheNextServerIsAsked(t *testing.T) {
	const zone = "sbc1 A 192.0.2.1"
	for name, fail := range map[string]spoiler{
		"when one is silent": silent,
		"when one has failed": func(_, reply *dns.Msg) *dns.Msg {
			reply.Answer, reply.Rcode = nil, dns.RcodeServerFailure
			return reply
		},
		"when one refuses": func(_, reply *dns.Msg) *dns.Msg {
			reply.Answer, reply.Rcode = nil, dns.RcodeRefused
			return reply
		},
		"when one answers another question": func(_, reply *dns.Msg) *dns.Msg {
			reply.Question[0].Name = "sbc2.example.com."
			return reply
		},
		"when one sends the question back": func(question, _ *dns.Msg) *dns.Msg { return question },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad, good := newDNSServer(t, zone, fail), newDNSServer(t, zone, nil)
			answer, err := newClient(t, sip.DNSConfig{Timeout: 100 * time.Millisecond}, bad, good).Addresses(context.Background(), "sbc1.example.com")
			if err != nil || !slices.Equal(answer.Records, []netip.Addr{netip.MustParseAddr("192.0.2.1")}) {
				t.Errorf("got %v, %v", answer, err)
			}
			if len(bad.questions()) == 0 {
				t.Error("the first server was not asked")
			}
		})
	}
}

func TestNoServerAnswers(t *testing.T) {
	server := newDNSServer(t, "", silent)
	client := newClient(t, sip.DNSConfig{Timeout: 20 * time.Millisecond, Attempts: 3}, server)
	_, err := client.SRV(context.Background(), "sbc1.example.com")
	if want := "DNS server " + server.addr.String() + ": no reply"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if asked := server.questions(); len(asked) != 3 {
		t.Errorf("asked %d times, want 3", len(asked))
	}
}

// TestCancelEndsAQuestion cancels once the server has the question, long before any timer.
func TestCancelEndsAQuestion(t *testing.T) {
	server := newDNSServer(t, "", silent)
	locator := sip.Locator{DNS: newClient(t, sip.DNSConfig{Timeout: time.Hour}, server)}
	stopped := errors.New("the run was stopped")
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	go func() {
		<-server.asked
		cancel(stopped)
	}()
	if _, err := locator.Locate(ctx, sip.Place{Host: "example.com"}); !errors.Is(err, stopped) {
		t.Errorf("got %v, want %v", err, stopped)
	}
}

func TestDNSAnswers(t *testing.T) {
	const soa = "@ 900 SOA ns1 admin 1 7200 900 1209600 120\n"
	addrs := func(texts ...string) (addrs []netip.Addr) {
		for _, text := range texts {
			addrs = append(addrs, netip.MustParseAddr(text))
		}
		return addrs
	}
	for _, tt := range []struct {
		name  string
		zone  string
		spoil spoiler
		want  []netip.Addr
		ttl   time.Duration
		err   string
	}{
		{"both families, and the shorter of their times", "sbc1 60 A 192.0.2.1\nsbc1 30 AAAA 2001:db8::1", nil, addrs("192.0.2.1", "2001:db8::1"), 30 * time.Second, ""},
		{"one family, and for how long there is no other", soa + "sbc1 600 A 192.0.2.1", nil, addrs("192.0.2.1"), 2 * time.Minute, ""},
		{"no such name, for the time in the SOA record", soa, nil, nil, 2 * time.Minute, ""},
		{"no such name, for no time given", "", nil, nil, 0, ""},
		{"an alias counts with its own time", soa + "sbc1 10 CNAME sbc2\nsbc2 600 A 192.0.2.2\nsbc2 600 AAAA 2001:db8::2", nil,
			addrs("192.0.2.2", "2001:db8::2"), 10 * time.Second, ""},
		{"an alias that the server does not follow", "sbc1 CNAME sbc2\nsbc2 CNAME sbc3\nsbc3 A 192.0.2.3\nsbc3 AAAA 2001:db8::3",
			func(_, reply *dns.Msg) *dns.Msg {
				reply.Answer = reply.Answer[:1]
				return reply
			}, addrs("192.0.2.3", "2001:db8::3"), 5 * time.Minute, ""},
		{"an alias of itself", "sbc1 CNAME sbc1", func(_, reply *dns.Msg) *dns.Msg {
			reply.Answer = nil
			reply.Answer = append(reply.Answer, &dns.CNAME{Hdr: dns.RR_Header{Name: "sbc1.example.com.", Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "sbc1.example.com."})
			return reply
		}, nil, 0, "more than 8 aliases"},
		{"one family fails, the other is enough", "sbc1 A 192.0.2.1", func(question, reply *dns.Msg) *dns.Msg {
			if question.Question[0].Qtype == dns.TypeAAAA {
				reply.Rcode = dns.RcodeServerFailure
			}
			return reply
		}, addrs("192.0.2.1"), 0, ""},
		{"one family fails, and there is no other", soa + "sbc1 TXT none", func(question, reply *dns.Msg) *dns.Msg {
			if question.Question[0].Qtype == dns.TypeAAAA {
				reply.Rcode = dns.RcodeServerFailure
			}
			return reply
		}, nil, 0, "SERVFAIL"},
		{"a server that does not know the type", "sbc1 A 192.0.2.1", func(question, reply *dns.Msg) *dns.Msg {
			if question.Question[0].Qtype == dns.TypeAAAA {
				reply.Rcode = dns.RcodeNotImplemented
			}
			return reply
		}, addrs("192.0.2.1"), 0, ""},
		{"records of other names and classes do not count", "sbc1 A 192.0.2.1", func(_, reply *dns.Msg) *dns.Msg {
			stranger := &dns.A{Hdr: dns.RR_Header{Name: "sbc2.example.com.", Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(192, 0, 2, 66)}
			chaos := &dns.A{Hdr: dns.RR_Header{Name: "sbc1.example.com.", Rrtype: dns.TypeA, Class: dns.ClassCHAOS}, A: net.IPv4(192, 0, 2, 67)}
			reply.Answer = append([]dns.RR{stranger, chaos}, reply.Answer...)
			return reply
		}, addrs("192.0.2.1"), 0, ""},
		{"a TTL above 31 bits is 0", "sbc1 A 192.0.2.1\nsbc1 AAAA 2001:db8::1", func(_, reply *dns.Msg) *dns.Msg {
			for i, rr := range reply.Answer {
				reply.Answer[i] = dns.Copy(rr)
				reply.Answer[i].Header().Ttl = 1 << 31
			}
			return reply
		}, addrs("192.0.2.1", "2001:db8::1"), 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := newDNSServer(t, tt.zone, tt.spoil)
			answer, err := newClient(t, sip.DNSConfig{Attempts: 1}, server).Addresses(context.Background(), "SBC1.example.com")
			switch {
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("got %v, want %s", err, tt.err)
			case tt.err == "" && (err != nil || !slices.Equal(answer.Records, tt.want) || answer.TTL != tt.ttl):
				t.Errorf("got %v, %v, want %v for %s", answer, err, tt.want, tt.ttl)
			}
		})
	}
}

// hosts is a hosts file.
type hosts map[string]netip.Addr

func (h hosts) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if addr, ok := h[host]; ok {
		return []netip.Addr{addr}, nil
	}
	return nil, errors.New("not there")
}

// TestTheHostsFileGoesFirst keeps a load that was diverted to a laboratory in the hosts file from the
// servers that DNS names.
func TestTheHostsFileGoesFirst(t *testing.T) {
	server := newDNSServer(t, sbcs, nil)
	lab := netip.MustParseAddr("10.0.0.1")
	client := newClient(t, sip.DNSConfig{Hosts: hosts{"sbc1.example.com": lab}}, server)
	answer, err := client.Addresses(context.Background(), "sbc1.example.com")
	if err != nil || !slices.Equal(answer.Records, []netip.Addr{lab}) || len(server.questions()) != 0 {
		t.Errorf("got %v, %v, want the address of the hosts file and no question", answer, err)
	}
	if answer, err := client.Addresses(context.Background(), "sbc2.example.com"); err != nil || answer.Records[0] != netip.MustParseAddr("192.0.2.2") {
		t.Errorf("got %v, %v, want what DNS says", answer, err)
	}
}

// TestHostsFileKnowsThisMachine asks the hosts file that is there; hardly one lacks localhost.
func TestHostsFileKnowsThisMachine(t *testing.T) {
	addrs, err := sip.HostsFile().LookupNetIP(context.Background(), "ip", "localhost")
	if err != nil {
		if file, _ := os.ReadFile("/etc/hosts"); strings.Contains(string(file), "localhost") {
			t.Fatal(err)
		}
		t.Skip("this machine's hosts file has no localhost:", err)
	}
	if !addrs[0].IsLoopback() {
		t.Errorf("localhost is %v", addrs)
	}
	if addrs, err := sip.HostsFile().LookupNetIP(context.Background(), "ip", "not-there.example.com"); err == nil {
		t.Errorf("a name that is not in the file is %v", addrs)
	}
}

func TestSearchDomainsAreForShortNames(t *testing.T) {
	server := newDNSServer(t, "@ 900 SOA ns1 admin 1 7200 900 1209600 120\ngw1.lab A 192.0.2.1\ngw1.lab AAAA 2001:db8::1", nil)
	client := newClient(t, sip.DNSConfig{Search: []string{"site.example.com", "lab.example.com"}}, server)
	answer, err := client.Addresses(context.Background(), "gw1")
	if err != nil || len(answer.Records) != 2 {
		t.Errorf("got %v, %v, want gw1.lab.example.com", answer, err)
	}
	want := []string{"A gw1.site.example.com.", "AAAA gw1.site.example.com.", "A gw1.lab.example.com.", "AAAA gw1.lab.example.com."}
	if asked := server.questions(); !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	if _, err := client.SRV(context.Background(), "gw1"); err != nil {
		t.Error(err)
	}
	if asked := server.questions(); !slices.Equal(asked, []string{"SRV gw1."}) {
		t.Errorf("asked %q, want services of the name alone", asked)
	}
	answer, err = client.Addresses(context.Background(), "gw9")
	if err != nil || len(answer.Records) != 0 || answer.TTL != 2*time.Minute {
		t.Errorf("got %v, %v, want no address for 2m0s", answer, err)
	}
}

func TestParseResolvConf(t *testing.T) {
	cfg, err := sip.ParseResolvConf("# comment\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch a.example.com example.com\noptions ndots:2 timeout:3 attempts:4\n")
	if err != nil {
		t.Fatal(err)
	}
	servers := []netip.AddrPort{netip.MustParseAddrPort("192.0.2.53:53"), netip.MustParseAddrPort("[2001:db8::53]:53")}
	if !slices.Equal(cfg.Servers, servers) || len(cfg.Search) != 2 || cfg.Dots != 2 || cfg.Timeout != 3*time.Second || cfg.Attempts != 4 {
		t.Errorf("got %+v", cfg)
	}
	if _, err := sip.ParseResolvConf("nameserver ns1.example.com"); err == nil || err.Error() != `resolv.conf: nameserver "ns1.example.com" is not an address` {
		t.Errorf("got %v", err)
	}
	if _, err := sip.NewDNSClient(sip.DNSConfig{}); err == nil {
		t.Error("a client without servers")
	}
}
