package sip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// sippLogsIn is a SIPp scenario that registers, is challenged, and registers again.
const sippLogsIn = `<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="log in">
<send><![CDATA[
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:alice@example.com>;tag=[call_number]
To: <sip:alice@example.com>
Call-ID: [call_id]
CSeq: 1 REGISTER
Content-Length: 0

]]></send>
<recv response="401" auth="true"/>
<send><![CDATA[
REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
From: <sip:alice@example.com>;tag=[call_number]
To: <sip:alice@example.com>
Call-ID: [call_id]
CSeq: 2 REGISTER
[authentication username=alice password=s3cret]
Content-Length: [len]

hello
]]></send>
<recv response="200"/>
</scenario>`

// sippChecks is a SIPp scenario that challenges an INVITE and answers the second one with 200 if its
// credentials are right, else with 403.
const sippChecks = `<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="check">
<recv request="INVITE"/>
<send><![CDATA[
SIP/2.0 401 Unauthorized
[last_Via:]
[last_From:]
[last_To:];tag=1
[last_Call-ID:]
[last_CSeq:]
WWW-Authenticate: %s
Content-Length: 0

]]></send>
<recv request="INVITE"><action><verifyauth assign_to="right" username="alice" password="%s"/></action></recv>
<nop next="1" test="right"/>
<send next="2"><![CDATA[
SIP/2.0 403 Forbidden
[last_Via:]
[last_From:]
[last_To:];tag=1
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="1"/>
<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=1
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="2"/>
</scenario>`

// sipp starts SIPp with a scenario and stops it with the test.
func sipp(t *testing.T, scenario string, args ...string) {
	t.Helper()
	program := testbed.Peer(t, "sipp", "sip-tester")
	dir := t.TempDir()
	file := filepath.Join(dir, "scenario.xml")
	if err := os.WriteFile(file, []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	cmd := exec.CommandContext(ctx, program, append([]string{"-sf", file, "-m", "1", "-i", "127.0.0.1", "-nostdin"}, args...)...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			cancel()
		}
		err := cmd.Wait()
		cancel()
		if t.Failed() || err != nil && !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("sipp: %v\n%s", err, out.Bytes())
		}
	})
}

// loopback returns a UDP socket that reads for five seconds at most.
func loopback(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

var authenticationLine = regexp.MustCompile(`(?im)^(Proxy-)?(?:Authorization|Authenticate|WWW-Authenticate): *(.*?)\r$`)

// authenticationsOf finds the header lines of digest authentication in a message.
func authenticationsOf(text []byte) (values []Authentication) {
	for _, match := range authenticationLine.FindAllSubmatch(text, -1) {
		values = append(values, Authentication{len(match[1]) > 0, match[2]})
	}
	return values
}

func TestSIPpLogsInAtOurRealm(t *testing.T) {
	for _, qop := range []Qop{QopNone, QopAuth, QopAuthInt} { // SIPp 3.6 of Debian knows MD5 alone
		t.Run("qop "+qop.String(), func(t *testing.T) {
			conn := loopback(t)
			r := newRealm(t, RealmConfig{Name: "example.com", Algorithms: []Algorithm{MD5}, Qops: qop})
			sipp(t, sippLogsIn, conn.LocalAddr().String())
			for _, want := range []DigestVerdict{DigestMissing, DigestAccepted} {
				answerRegister(t, conn, r, want)
			}
		})
	}
}

// answerRegister reads a REGISTER, wants a verdict on it and answers accordingly.
func answerRegister(t *testing.T, conn *net.UDPConn, r *Realm, want DigestVerdict) {
	t.Helper()
	buffer := make([]byte, MaxDatagram)
	n, from, err := conn.ReadFromUDPAddrPort(buffer)
	if err != nil {
		t.Fatal(err)
	}
	var m Message
	if err := Scan(buffer[:n], &m); err != nil {
		t.Fatal(err)
	}
	_, verdict := r.Verify(0, authenticationsOf(buffer[:n]), Covered{string(m.MethodName), nil, m.Body})
	if verdict != want {
		t.Fatalf("%v, want %v, of\n%s", verdict, want, buffer[:n])
	}
	status, lines := "200 OK", ""
	if verdict == DigestMissing {
		status, lines = "401 Unauthorized", string(r.AppendChallenges(nil, 0, false))
	}
	response := fmt.Sprintf("SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=1\r\nCall-ID: %s\r\nCSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
		status, m.Vias[0], m.From, m.To, m.CallID, m.CSeqValue, lines)
	if _, err := conn.WriteToUDPAddrPort([]byte(response), from); err != nil {
		t.Fatal(err)
	}
}

func TestSIPpChecksOurCredentials(t *testing.T) {
	for _, row := range []struct {
		name, challenge, password string
		want                      int
	}{
		{"MD5", `Digest realm="example.com", nonce="n1"`, "s3cret", 200},
		{"MD5, auth", `Digest realm="example.com", nonce="n1", qop="auth", algorithm=MD5`, "s3cret", 200},
		{"MD5, auth-int", `Digest realm="example.com", nonce="n1", qop="auth-int", algorithm=MD5`, "s3cret", 200},
		{"another password", `Digest realm="example.com", nonce="n1", qop="auth", algorithm=MD5`, "other", 403},
	} {
		t.Run(row.name, func(t *testing.T) {
			conn, free := loopback(t), loopback(t)
			to := free.LocalAddr().(*net.UDPAddr)
			_ = free.Close()
			sipp(t, fmt.Sprintf(sippChecks, row.challenge, row.password), "-p", fmt.Sprint(to.Port))
			k := NewKeyring(alice, rand.NewPCG(1, 2))
			var trial Trial
			if status, text := offerInvite(t, conn, to, 1, k, &trial); status != 401 || k.Challenged(&trial, authenticationsOf(text)) != LoginRetry {
				t.Fatalf("status %d of\n%s", status, text)
			}
			if status, text := offerInvite(t, conn, to, 2, k, &trial); status != row.want {
				t.Fatalf("status %d, want %d, of\n%s", status, row.want, text)
			}
		})
	}
}

// offerInvite sends an INVITE with the credentials of a keyring until it is answered.
func offerInvite(t *testing.T, conn *net.UDPConn, to *net.UDPAddr, cseq int, k *Keyring, trial *Trial) (status int, text []byte) {
	t.Helper()
	request := Covered{"INVITE", []byte("sip:+15550100@" + to.String()), []byte("hello\r\n")}
	message := fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d\r\nFrom: <sip:alice@example.com>;tag=1\r\nTo: <%s>\r\n"+
		"Call-ID: x@127.0.0.1\r\nCSeq: %d INVITE\r\n%sContent-Length: %d\r\n\r\n%s",
		request.Method, request.URI, conn.LocalAddr(), cseq, request.URI, cseq, k.AppendHeaders(nil, trial, request), len(request.Body), request.Body)
	text = make([]byte, MaxDatagram)
	for range 25 {
		if _, err := conn.WriteTo([]byte(message), to); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Log(err) // nobody listens yet
		}
		if err := conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		var m Message
		n, err := conn.Read(text)
		if err == nil && Scan(text[:n], &m) == nil && int(m.CSeq) == cseq {
			return m.Status, text[:n]
		}
	}
	t.Fatal("no answer")
	return 0, nil
}

// TestCurlLogsInAtOurRealm has an HTTP client for what SIPp does not know: digest is the same there.
func TestCurlLogsInAtOurRealm(t *testing.T) {
	curl := testbed.Peer(t, "curl", "curl")
	for name, algorithms := range map[string][]Algorithm{
		"SHA-256": {SHA256}, "SHA-256-sess": {SHA256Sess}, "MD5-sess": {MD5Sess}, "SHA-256 before MD5": {SHA256, MD5},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRealm(t, RealmConfig{Name: "example.com", Algorithms: algorithms, Replays: 1})
			var verdicts []DigestVerdict
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
				body, _ := io.ReadAll(request.Body)
				_, verdict := r.Verify(0, []Authentication{{Value: []byte(request.Header.Get("Authorization"))}},
					Covered{request.Method, []byte(request.RequestURI), body})
				verdicts = append(verdicts, verdict)
				if verdict == DigestAccepted {
					return
				}
				for _, challenge := range authenticationsOf(r.AppendChallenges(nil, 0, false)) {
					w.Header().Add("WWW-Authenticate", string(challenge.Value))
				}
				w.WriteHeader(http.StatusUnauthorized)
			}))
			defer server.Close()
			out, err := exec.CommandContext(t.Context(), curl, "--noproxy", "*", "-sS", "-f", "--max-time", "5", "--digest", "-u", "alice:s3cret", server.URL+"/a?b=c").CombinedOutput()
			if err != nil || len(verdicts) != 2 || verdicts[1] != DigestAccepted {
				t.Errorf("verdicts %v, %v\n%s", verdicts, err, out)
			}
		})
	}
}
