package sip

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

func TestMessagesGoAndComeBackInFrames(t *testing.T) {
	ca := newAuthority(t)
	for _, transport := range []Transport{WS, WSS} {
		t.Run(transport.String(), func(t *testing.T) {
			eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
				client, server := ca.client(), ca.server("127.0.0.1")
				client.Transport, server.Transport = transport, transport
				caller, answerer := open(client), open(server)
				const n = 2*Batch + 9
				for i := range n {
					caller.Queue(request(i, i*i), answerer.Local())
				}
				for i, d := range collect(t, n, answerer, caller) {
					if !bytes.Equal(d.Data, request(i, i*i)) {
						t.Fatalf("message %d has %d octets", i, len(d.Data))
					}
					answerer.Queue(d.Data, d.From)
				}
				collect(t, n, caller, answerer)
				if n := answerer.Connections(); n.Accepted != 1 || n.Handshakes != 1 {
					t.Errorf("%+v", n)
				}
				_ = caller.Close()
				until(t, "close frame", func() bool { answerer.Read(); return answerer.Connections().ClosedByPeer == 1 }, answerer)
			})
		})
	}
}

// TestAnotherImplementationCallsAndAnswers has gobwas/ws at the far end, in both roles.
func TestAnotherImplementationCallsAndAnswers(t *testing.T) {
	answerer := openTest(t, StreamConfig{Transport: WS, Listen: true}, newPoller)
	dialer := ws.Dialer{Protocols: []string{"other", "sip"}}
	type result struct {
		conn net.Conn
		err  error
	}
	dialed := make(chan result)
	go func() {
		conn, _, hand, err := dialer.Dial(context.Background(), "ws://"+answerer.Local().String()+"/any")
		if err == nil && hand.Protocol != "sip" {
			err = errors.New("agreed on " + hand.Protocol)
		}
		dialed <- result{conn, err}
	}()
	r := <-dialed
	if r.err != nil {
		t.Fatal(r.err)
	}
	defer r.conn.Close()
	echoed := make(chan error)
	go func() {
		err := wsutil.WriteClientText(r.conn, request(1, 200))
		if err == nil {
			var back []byte
			if back, err = wsutil.ReadServerText(r.conn); err == nil && !bytes.Equal(back, request(1, 200)) {
				err = errors.New("came back as " + string(back))
			}
		}
		echoed <- err
	}()
	until(t, "echo", func() bool { return echo(answerer, echoed, t) }, answerer)

	peer := newPlainPeer(t, "127.0.0.1:0")
	go func() {
		conn := peer.accept()
		_, err := ws.Upgrader{Protocol: func(p []byte) bool { return string(p) == "sip" }}.Upgrade(conn)
		if err == nil {
			var message []byte
			if message, err = wsutil.ReadClientText(conn); err == nil {
				err = wsutil.WriteServerText(conn, message)
			}
		}
		echoed <- err
	}()
	caller := openTest(t, StreamConfig{Transport: WS}, newPoller)
	caller.Queue(request(2, 70), peer.address())
	if got := collect(t, 1, caller); !bytes.Equal(got[0].Data, request(2, 70)) {
		t.Errorf("came back as %q", got[0].Data)
	}
	if err := <-echoed; err != nil {
		t.Error(err)
	}
}

// echo sends back what came in and tells whether the far end is content.
func echo(s *Streams, done chan error, t *testing.T) bool {
	for i := range s.Read() {
		s.Queue(s.Datagram(i).Data, s.Datagram(i).From)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
		return true
	default:
		return false
	}
}

// TestAcceptKeyOfTheStandard is the example of RFC 6455, 1.3.
func TestAcceptKeyOfTheStandard(t *testing.T) {
	if got := acceptKey("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Errorf("got %s", got)
	}
}

// goodRequest is the handshake of RFC 7118, 4.2.
const goodRequest = "GET / HTTP/1.1\r\nHost: sip-ws.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://www.example.com\r\n" +
	"Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n"

func TestHandshakeOfAClientIsChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		request string
		status  string // of the response; empty for none at all
	}{
		"as in the standard":         {goodRequest, "101"},
		"other case, several values": {strings.NewReplacer("Upgrade: websocket", "upgrade: WebSocket", "Connection: Upgrade", "Connection: keep-alive, upgrade", "Protocol: sip", "Protocol: other, SIP").Replace(goodRequest), "101"},
		"no subprotocol":             {strings.Replace(goodRequest, "Protocol: sip", "Protocol: chat", 1), "400"},
		"no key":                     {strings.Replace(goodRequest, "Key: d", "Quay: d", 1), "400"},
		"a short key":                {strings.Replace(goodRequest, "dGhlIHNhbXBsZSBub25jZQ==", "dGhl", 1), "400"},
		"another version":            {strings.Replace(goodRequest, "13", "8", 1), "426"},
		"no upgrade":                 {strings.Replace(goodRequest, "Upgrade: websocket", "X: y", 1), "426"},
		"another method":             {strings.Replace(goodRequest, "GET", "POST", 1), "405"},
		"a body":                     {strings.Replace(goodRequest, "Host", "Content-Length: 5\r\nHost", 1), "400"},
		"no HTTP":                    {"OPTIONS sip:a SIP/2.0\r\n\r\n", ""},
		"headers without an end":     {"GET / HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", maxHandshake/6), ""},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := net.Pipe()
			defer far.Close()
			done := make(chan error, 1)
			go func() {
				_, err := acceptWebSocket(near)
				_ = near.Close()
				done <- err
			}()
			go func() { _, _ = io.WriteString(far, tt.request) }()
			answer, _ := io.ReadAll(far)
			err := <-done
			if tt.status != "" && !strings.HasPrefix(string(answer), "HTTP/1.1 "+tt.status+" ") || tt.status == "" && len(answer) > 0 {
				t.Errorf("answer is %q, want status %q", answer, tt.status)
			}
			if (err == nil) != (tt.status == "101") {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestHandshakeOfAServerIsChecked(t *testing.T) {
	const good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: KEY\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
	for name, tt := range map[string]struct {
		response string
		want     string // what the error says; empty for none
	}{
		"as in the standard":               {good, ""},
		"another status":                   {strings.Replace(good, "101 Switching Protocols", "403 Forbidden", 1), "403"},
		"no upgrade":                       {strings.Replace(good, "Upgrade: w", "X: w", 1), "does not change"},
		"a key of another":                 {strings.Replace(good, "KEY", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 1), "has not read our key"},
		"no subprotocol":                   {strings.Replace(good, "Sec-WebSocket-Protocol: sip\r\n", "", 1), "subprotocol"},
		"an extension that nobody offered": {strings.Replace(good, "Upgrade", "Sec-WebSocket-Extensions: permessage-deflate\r\nUpgrade", 1), "extension"},
		"no HTTP":                          {"SIP/2.0 400 Bad Request\r\n\r\n", "malformed"},
		"headers without an end":           {"HTTP/1.1 101 Switching Protocols\r\n" + strings.Repeat("X: y\r\n", maxHandshake/6), "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := net.Pipe()
			defer near.Close()
			go func() {
				defer far.Close()
				request, err := http.ReadRequest(bufio.NewReader(far))
				if err != nil {
					return
				}
				key := acceptKey(request.Header.Get("Sec-WebSocket-Key"))
				_, _ = io.WriteString(far, strings.Replace(tt.response, "KEY", key, 1)+"behind")
			}()
			rest, err := requestWebSocket(near, "example.com", "/sip")
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if err == nil && string(rest) != "behind" {
				t.Errorf("what came behind the handshake is %q", rest)
			}
		})
	}
}

// TestFrameBehindTheHandshakeIsNotLost: a server may send at once.
func TestFrameBehindTheHandshakeIsNotLost(t *testing.T) {
	peer := newPlainPeer(t, "127.0.0.1:0")
	caller := openTest(t, StreamConfig{Transport: WS}, newPoller)
	caller.Queue(request(1, 0), peer.address())
	conn := peer.accept()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		t.Fatal(err)
	}
	write(t, conn, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
		acceptKey(r.Header.Get("Sec-WebSocket-Key"))+"\r\nSec-WebSocket-Protocol: sip\r\n\r\n"+fromServer(0x81, string(request(2, 0)))))
	if got := collect(t, 1, caller); !bytes.Equal(got[0].Data, request(2, 0)) {
		t.Errorf("got %q", got[0].Data)
	}
}

func TestBadFrameEndsTheConnectionWithItsCode(t *testing.T) {
	s := openTest(t, StreamConfig{Transport: WS, Listen: true}, newPoller)
	conn := dialPlain(t, s)
	write(t, conn, []byte(goodRequest))
	r := bufio.NewReader(conn)
	if response, err := http.ReadResponse(r, nil); err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(response, err)
	}
	write(t, conn, []byte(wsFrame(0x82, testKey, "")[:1]+"\xff\x00\x00\x01\x00\x00\x00\x00\x00")) // 1 TiB
	until(t, "end of the connection", func() bool { s.Read(); return s.Connections().FramingErrors == 1 }, s)
	if farewell, _ := io.ReadAll(r); string(farewell) != fromServer(0x88, "\x03\xf1") {
		t.Errorf("the end was told as %x", farewell)
	}
}

func TestHostOfAHandshake(t *testing.T) {
	for _, tt := range []struct {
		name, peer string
		transport  Transport
		want       string
	}{
		{"example.com", "192.0.2.1:80", WS, "example.com"},
		{"example.com", "192.0.2.1:8080", WS, "example.com:8080"},
		{"2001:db8::1", "[2001:db8::1]:443", WSS, "[2001:db8::1]"},
		{"2001:db8::1", "[2001:db8::1]:80", WSS, "[2001:db8::1]:80"},
	} {
		if got := hostHeader(tt.name, netip.MustParseAddrPort(tt.peer), tt.transport); got != tt.want {
			t.Errorf("%s at %s over %s: got %s, want %s", tt.name, tt.peer, tt.transport, got, tt.want)
		}
	}
}
