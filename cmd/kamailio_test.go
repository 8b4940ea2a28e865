package cmd

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// The account that the proxy of the tests knows.
const (
	proxyUser     = "pbx"
	proxyPassword = "not for production"
)

// TestCallsGoThroughAStatefulProxy puts Kamailio between caller and gateway: it wants credentials, and all
// that follows an INVITE has to come by its Record-Route. All three must count the same calls.
func TestCallsGoThroughAStatefulProxy(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "kamailio", "kamailio kamailio-tls-modules")
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			const calls = 300
			p := startProxy(t, path, transport, "--ports", "500", "--rtp-ports", map[string]string{"udp": "35000-35999", "tcp": "36000-36999", "tls": "37000-37999"}[transport])
			args := []string{"--caps", "100", "--calls", "300", "--aht", "300ms", "--rtp-ports", map[string]string{"udp": "38000-38999", "tcp": "39000-39999", "tls": "40000-40999"}[transport]}
			run := p.blast(t, proxyPassword, args...)
			run.closes(t)
			run.counts(t, map[string]int{
				"totals.offered": calls, "totals.answered": calls, "totals.completed": calls, "totals.dropped": 0, "sip.malformed": 0, "sip.final_codes.200": calls,
			})
			if run.count(t, "rtp.packets_received") == 0 {
				t.Error("no RTP came through")
			}
			p.gatewayCounts(t, map[string]int{"gateways.0.offered": calls, "gateways.0.answered": calls, "gateways.0.blocked": 0, "gateways.0.other": 0})
			// One nonce serves many calls (RFC 2617, 3.2.2): those that begin before the first challenge is in
			// are challenged too.
			if n := p.logged(t, "challenged: INVITE", 1, true); n >= calls/2 {
				t.Errorf("%d of %d calls were challenged: the nonce is not used again", n, calls)
			}
			// Over UDP a message may come twice; the proxy's own transactions absorb a repeated INVITE.
			p.logged(t, "relayed: INVITE", calls, false)
			p.logged(t, "inside the dialog: ACK", calls, transport == "udp")
			p.logged(t, "inside the dialog: BYE", calls, transport == "udp")
			p.logged(t, "without a route", 0, false)
		})
	}
}

// TestProxyRefusesTheWrongPassword: a refused login is a call that policy refused, and never reaches the gateway.
func TestProxyRefusesTheWrongPassword(t *testing.T) {
	t.Parallel()
	p := startProxy(t, testbed.Peer(t, "kamailio", "kamailio kamailio-tls-modules"), "udp", "--ports", "50", "--media", "none")
	run := p.blast(t, "guessed", "--caps", "50", "--calls", "20", "--aht", "10ms", "--media", "none")
	run.closes(t)
	run.counts(t, map[string]int{"totals.offered": 20, "totals.policy": 20, "sip.final_codes.407": 20})
	p.gatewayCounts(t, map[string]int{"gateways.0.offered": 0})
}

// TestBlockingBehindAProxyIsTold: a proxy turns the gateway's 503 into a 500 (RFC 3261, 16.7, step 6), which
// --busy-codes makes blocking again.
func TestBlockingBehindAProxyIsTold(t *testing.T) {
	t.Parallel()
	p := startProxy(t, testbed.Peer(t, "kamailio", "kamailio kamailio-tls-modules"), "udp", "--ports", "5", "--media", "none")
	run := p.blast(t, proxyPassword, "--caps", "100", "--calls", "200", "--aht", "200ms", "--media", "none", "--busy-codes", "500")
	run.closes(t)
	answered, blocked := run.count(t, "totals.answered"), run.count(t, "totals.blocked")
	if answered+blocked != 200 || blocked == 0 {
		t.Errorf("%d calls answered and %d blocked, of 200 at 20 erlangs on 5 circuits", answered, blocked)
	}
	p.gatewayCounts(t, map[string]int{"gateways.0.offered": 200, "gateways.0.answered": answered, "gateways.0.blocked": blocked, "gateways.0.busiest_ports": 5})
}

// proxy is Kamailio in front of an emulated gateway.
type proxy struct {
	*peer
	gateway *session
	target  string   // URI to call
	trust   []string // flags with which its certificate is believed
}

// proxyForm is what is written into the proxy's configuration.
type proxyForm struct {
	Transport, Listen, Gateway, Password string
	Certificate, Key                     string // files, over TLS
	Relay                                string // address that rtpengine takes commands on, "" for none
	Offer                                string // what becomes of the caller's description, in words of rtpengine
}

// startProxy starts both, over one transport.
func startProxy(t *testing.T, path, transport string, gatewayArgs ...string) *proxy {
	t.Helper()
	return startProxyWith(t, path, proxyForm{Transport: transport}, gatewayArgs...)
}

// startProxyWith starts both and writes what the form lacks: addresses, files and the password.
func startProxyWith(t *testing.T, path string, form proxyForm, gatewayArgs ...string) *proxy {
	t.Helper()
	folder, transport := t.TempDir(), form.Transport
	p := &proxy{}
	if transport == "tls" {
		form.Certificate, form.Key = certificateFiles(t, folder)
		gatewayArgs = append(gatewayArgs, "--tls-cert", form.Certificate, "--tls-key", form.Key)
		p.trust = []string{"--tls-ca", form.Certificate}
	}
	gatewayArgs = append([]string{"gateway", "--listen", transport + ":127.0.0.1:0", "--output", "json"}, gatewayArgs...)
	p.gateway = startSession(t, gatewayArgs...)
	form.Gateway = p.gateway.says(t, `gateway (\S+) answers`)[1]
	form.Listen, form.Password = "127.0.0.1:"+freePort(t), proxyPassword
	p.target = "sip:+15550100@" + form.Listen + ";transport=" + transport
	p.peer = startKamailio(t, path, folder, form)
	if transport == "udp" {
		awaitListener(t, p.peer, form.Listen)
	} else {
		awaitStream(t, p.peer, form.Listen)
	}
	return p
}

// startKamailio writes the configuration and starts Kamailio with it. It is several processes, which end
// together when the first is asked to.
func startKamailio(t *testing.T, path, folder string, values proxyForm) *peer {
	t.Helper()
	form, err := template.ParseFiles("testdata/kamailio/proxy.cfg")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := form.Execute(&text, values); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "proxy.cfg")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startPeer(t, path, "-f", file, "-DD", "-E", "-m", "64", "-Y", folder)
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-p.ended:
		case <-time.After(patience):
			t.Errorf("Kamailio has not ended after %s", patience)
		}
	})
	return p
}

// awaitStream waits until a peer accepts connections.
func awaitStream(t *testing.T, p *peer, address string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-p.ended:
			t.Fatalf("%s ended with %d; it said:\n%s", p.name, p.code, p.tail())
		case <-time.After(5 * time.Millisecond):
		}
	}
	t.Fatalf("nothing listens on %s after %s; %s said:\n%s", address, patience, p.name, p.tail())
}

// blast calls through the proxy.
func (p *proxy) blast(t *testing.T, password string, args ...string) document {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"blast", p.target, "--auth-user", proxyUser, "--auth-password-file", file, "--output", "json"}, args...)
	code, stdout, stderr := commandLine(append(args, p.trust...)...)
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s\nKamailio:\n%s", code, stderr, p.tail())
	}
	return parseDocument(t, stdout)
}

// gatewayCounts ends the gateway and requires counts of its report.
func (p *proxy) gatewayCounts(t *testing.T, want map[string]int) {
	t.Helper()
	p.gateway.interrupt()
	p.gateway.leaves(t)
	parseDocument(t, p.gateway.stdout.String()).counts(t, want)
}

// logged requires how often the proxy has logged a line, or, with atLeast, that it was so often or more, and
// returns how often it was. The proxy's processes write when they please: what is missing is waited for.
func (p *proxy) logged(t *testing.T, line string, want int, atLeast bool) (got int) {
	t.Helper()
	timeout := time.After(patience)
	for {
		text, more := p.output.read()
		switch got = strings.Count(text, line); {
		case got > want && !atLeast:
			t.Errorf("the proxy logged %q %d times, want %d", line, got, want)
			return got
		case got >= want:
			return got
		}
		select {
		case <-more:
		case <-timeout:
			t.Errorf("the proxy logged %q %d times, want %d; it said:\n%s", line, got, want, p.tail())
			return got
		}
	}
}
