package sip

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// authority is a certification authority of a test.
type authority struct {
	t           testing.TB
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{t, certificate, key, writePEM(t, "CERTIFICATE", der, 0o644)}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t testing.TB, kind string, der []byte, mode os.FileMode) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
		t.Fatal(err)
	}
	return name
}

// issue writes a certificate for names and addresses, and its key.
func (a *authority) issue(names ...string) (certFile, keyFile string) {
	a.t.Helper()
	key := newKey(a.t)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour)}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	return writePEM(a.t, "CERTIFICATE", der, 0o644), writePEM(a.t, "PRIVATE KEY", keyDER, 0o600)
}

// server returns the configuration of a side that accepts connections for the given names.
func (a *authority) server(names ...string) StreamConfig {
	cfg := StreamConfig{Transport: TLS, Listen: true}
	cfg.TLS.CertFile, cfg.TLS.KeyFile = a.issue(names...)
	return cfg
}

// client returns the configuration of a side that trusts the authority.
func (a *authority) client() StreamConfig {
	return StreamConfig{Transport: TLS, TLS: TLSConfig{CAFile: a.file}}
}

func TestMessagesGoAndComeBackEncrypted(t *testing.T) {
	ca := newAuthority(t)
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		caller, answerer := open(ca.client()), open(ca.server("127.0.0.1"))
		const n = 2*Batch + 9
		for i := range n {
			caller.Queue(request(i, i*i), answerer.Local()) // several records
		}
		for i, d := range collect(t, n, answerer, caller) {
			if !bytes.Equal(d.Data, request(i, i*i)) {
				t.Fatalf("message %d has %d octets", i, len(d.Data))
			}
			answerer.Queue(d.Data, d.From)
		}
		collect(t, n, caller, answerer)
		a, b := caller.Connections(), answerer.Connections()
		if a.Dialed != 1 || b.Accepted != 1 || a.Handshakes != 1 || b.Handshakes != 1 || a.HandshakeTime <= 0 || a.LongestHandshake != a.HandshakeTime {
			t.Errorf("caller %+v, answerer %+v", a, b)
		}
		if sent := caller.Stats().Sent; sent != n {
			t.Errorf("%d sent, want %d", sent, n)
		}
		_ = caller.Close()
		until(t, "close_notify", func() bool { answerer.Read(); return answerer.Connections().ClosedByPeer == 1 }, answerer)
	})
}

func TestCertificateOfThePeerIsVerified(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	good := ca.server("127.0.0.1", "sip.example.com")
	for name, tt := range map[string]struct {
		trust    string
		name     string // of the peer
		insecure bool
		refused  any // the error that is wanted
	}{
		"address in the certificate":        {trust: ca.file},
		"name in the certificate":           {trust: ca.file, name: "sip.example.com"},
		"another name":                      {trust: ca.file, name: "sip.example.org", refused: new(x509.HostnameError)},
		"another authority":                 {trust: other.file, refused: new(x509.UnknownAuthorityError)},
		"the system knows no such":          {refused: new(x509.UnknownAuthorityError)},
		"not verified by explicit wish":     {trust: other.file, name: "sip.example.org", insecure: true},
		"insecure, without any authorities": {insecure: true},
	} {
		t.Run(name, func(t *testing.T) {
			answerer := openTest(t, good, newPoller)
			cfg := StreamConfig{Transport: TLS, TLS: TLSConfig{CAFile: tt.trust, Insecure: tt.insecure}}
			if tt.name != "" {
				cfg.Names = map[netip.AddrPort]string{answerer.Local(): tt.name}
			}
			caller := openTest(t, cfg, newPoller)
			caller.Queue(request(1, 0), answerer.Local())
			if tt.refused == nil {
				collect(t, 1, answerer, caller)
				return
			}
			if cause := reported(t, caller, answerer.Local()); !errors.As(cause, tt.refused) {
				t.Errorf("cause is %v, want a %T", cause, tt.refused)
			}
			until(t, "refusal", func() bool { answerer.Read(); return answerer.Connections().Refused == 1 }, answerer)
			if n := caller.Connections(); n.DialFailures != 1 || n.Undelivered != 1 || answerer.Stats().Received != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestCertificateOfTheClientIsVerifiedWhereRequired(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	server := ca.server("127.0.0.1")
	server.TLS.CAFile, server.TLS.RequireClient = ca.file, true
	for name, tt := range map[string]struct {
		issuer *authority
		taken  bool
	}{
		"of the authority": {ca, true},
		"of another":       {other, false},
		"none":             {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			answerer := openTest(t, server, newPoller)
			cfg := ca.client()
			if tt.issuer != nil {
				cfg.TLS.CertFile, cfg.TLS.KeyFile = tt.issuer.issue("client.example.com")
			}
			caller := openTest(t, cfg, newPoller)
			caller.Queue(request(1, 0), answerer.Local())
			if tt.taken {
				collect(t, 1, answerer, caller)
				return
			}
			// With TLS 1.3 the client learns of it when it reads.
			cause := reported(t, caller, answerer.Local())
			if n := answerer.Connections(); n.Accepted != 0 || answerer.Stats().Received != 0 {
				t.Errorf("%+v: want no connection; the caller got %v", n, cause)
			}
		})
	}
}

func TestFilesOfTLSAreChecked(t *testing.T) {
	ca := newAuthority(t)
	certFile, keyFile := ca.issue("127.0.0.1")
	otherCert, _ := ca.issue("127.0.0.1")
	readable := filepath.Join(t.TempDir(), "key.pem")
	text, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(readable, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(readable, 0o640); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		cfg    TLSConfig
		listen bool
		want   string // empty for no error
	}{
		"nothing, to call":                     {TLSConfig{}, false, ""},
		"nothing, to be called":                {TLSConfig{}, true, "needed to accept"},
		"all":                                  {TLSConfig{CAFile: ca.file, CertFile: certFile, KeyFile: keyFile, RequireClient: true}, true, ""},
		"a certificate without its key":        {TLSConfig{CertFile: certFile}, false, "needs its key"},
		"a key without its certificate":        {TLSConfig{KeyFile: keyFile}, false, "needs its key"},
		"a key of another certificate":         {TLSConfig{CertFile: otherCert, KeyFile: keyFile}, false, "does not match"},
		"a key that others can read":           {TLSConfig{CertFile: certFile, KeyFile: readable}, false, "mode 0640"},
		"no such certificate":                  {TLSConfig{CertFile: certFile + "x", KeyFile: keyFile}, false, "no such file"},
		"no such key":                          {TLSConfig{CertFile: certFile, KeyFile: keyFile + "x"}, false, "no such file"},
		"a CA that is a folder":                {TLSConfig{CAFile: t.TempDir()}, false, "must be a regular file"},
		"no such CA":                           {TLSConfig{CAFile: ca.file + "x"}, false, "no such file"},
		"a CA file without a certificate":      {TLSConfig{CAFile: keyFile}, false, "no certificate in"},
		"clients required, but nobody vouches": {TLSConfig{CertFile: certFile, KeyFile: keyFile, RequireClient: true}, true, "a CA file is needed"},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(tt.want, "mode") {
				t.Skip("Windows has no such modes")
			}
			_, _, err := tt.cfg.load(tt.listen)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "PRIVATE") {
				t.Errorf("%v shows the key", err)
			}
		})
	}
}

func TestSessionKeysAreWrittenWhereAsked(t *testing.T) {
	ca := newAuthority(t)
	var keys bytes.Buffer
	cfg := ca.client()
	cfg.TLS.KeyLog = &keys
	caller, answerer := openTest(t, cfg, newPoller), openTest(t, ca.server("127.0.0.1"), newPoller)
	caller.Queue(request(1, 0), answerer.Local())
	collect(t, 1, answerer, caller)
	if !strings.Contains(keys.String(), "CLIENT_TRAFFIC_SECRET_0 ") {
		t.Errorf("wrote %d octets of session keys", keys.Len())
	}
	client, server, err := ca.server("127.0.0.1").TLS.load(true)
	if err != nil {
		t.Fatal(err)
	}
	for _, cfg := range []*tls.Config{client, server} {
		if cfg.KeyLogWriter != nil || cfg.MinVersion != tls.VersionTLS12 || cfg.InsecureSkipVerify {
			t.Errorf("by default: key log %v, oldest version %x, insecure %v", cfg.KeyLogWriter, cfg.MinVersion, cfg.InsecureSkipVerify)
		}
	}
}

// TestRecordsThatComeOctetByOctet puts a relay between that passes on single octets, so that reads see
// parts of records everywhere.
func TestRecordsThatComeOctetByOctet(t *testing.T) {
	ca := newAuthority(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			caller, answerer := openTest(t, ca.client(), newPoller), openTest(t, ca.server("127.0.0.1"), newPoller)
			caller.client.MaxVersion = version
			relay := newPlainPeer(t, "127.0.0.1:0")
			caller.Queue(request(1, 700), relay.address())
			caller.Queue(request(2, 10), relay.address())
			near := relay.accept()
			far, err := net.Dial("tcp", answerer.Local().String())
			if err != nil {
				t.Fatal(err)
			}
			defer far.Close()
			for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
				go func() {
					_, _ = io.CopyBuffer(struct{ io.Writer }{way[1]}, struct{ io.Reader }{way[0]}, make([]byte, 1))
				}()
			}
			got := collect(t, 2, answerer, caller)
			if !bytes.Equal(got[0].Data, request(1, 700)) || !bytes.Equal(got[1].Data, request(2, 10)) {
				t.Errorf("got %q and %q", got[0].Data, got[1].Data)
			}
			answerer.Queue(request(3, 500), got[0].From)
			if back := collect(t, 1, caller, answerer); !bytes.Equal(back[0].Data, request(3, 500)) {
				t.Errorf("back came %q", back[0].Data)
			}
		})
	}
}

func TestRecordThatWasChangedOnTheWayEndsTheConnection(t *testing.T) {
	ca := newAuthority(t)
	caller, answerer := openTest(t, ca.client(), newPoller), openTest(t, ca.server("127.0.0.1"), newPoller)
	relay := newPlainPeer(t, "127.0.0.1:0")
	caller.Queue(request(1, 0), relay.address())
	near := relay.accept()
	far, err := net.Dial("tcp", answerer.Local().String())
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	go func() { _, _ = io.Copy(far, near) }()
	go func() { _, _ = io.Copy(near, far) }()
	collect(t, 1, answerer, caller)
	write(t, far, []byte("\x17\x03\x03\x00\x20 this record was not encrypted by us"))
	until(t, "end of the connection", func() bool { answerer.Read(); return answerer.Connections().Resets == 1 }, answerer)
	if cause := reported(t, caller, relay.address()); !strings.Contains(cause.Error(), "bad record MAC") {
		t.Errorf("the caller was told %v", cause)
	}
}

func TestOneSideWithoutTLSIsRefused(t *testing.T) {
	ca := newAuthority(t)
	answerer := openTest(t, ca.server("127.0.0.1"), newPoller)
	plain := openTest(t, StreamConfig{}, newPoller)
	plain.Queue(request(1, 0), answerer.Local())
	reported(t, plain, answerer.Local())
	until(t, "refusal", func() bool { answerer.Read(); return answerer.Connections().Refused == 1 }, answerer)

	listener := openTest(t, StreamConfig{Listen: true}, newPoller)
	caller := openTest(t, ca.client(), newPoller)
	caller.Queue(request(1, 0), listener.Local())
	until(t, "end of the connection", func() bool { listener.Read(); caller.Read(); return listener.Connections().FramingErrors == 1 }, listener, caller)
	reported(t, caller, listener.Local())
}

// TestPeerThatNeverShakesHandsIsGivenUp: it must hold neither a file nor the closing.
func TestPeerThatNeverShakesHandsIsGivenUp(t *testing.T) {
	ca := newAuthority(t)
	server, client := ca.server("127.0.0.1"), ca.client()
	server.DialTimeout, client.DialTimeout = 50*time.Millisecond, 50*time.Millisecond
	answerer, caller := openTest(t, server, newPoller), openTest(t, client, newPoller)
	conn := dialPlain(t, answerer)
	until(t, "refusal", func() bool { answerer.Read(); return answerer.Connections().Refused == 1 }, answerer)
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still there")
	}
	silent := newPlainPeer(t, "127.0.0.1:0")
	caller.Queue(request(1, 0), silent.address())
	if cause := reported(t, caller, silent.address()); !errors.Is(cause, context.DeadlineExceeded) {
		t.Errorf("cause is %v", cause)
	}

	patient := openTest(t, ca.server("127.0.0.1"), newPoller)
	dialPlain(t, patient)
	_ = patient.Close() // does not wait for the handshake to time out, or the test does
}
