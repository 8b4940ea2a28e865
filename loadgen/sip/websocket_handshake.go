package sip

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha1" // RFC 6455 demands it; it protects nothing
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// subprotocol is SIP over WebSocket (RFC 7118, 4.1). A handshake without it fails.
const subprotocol = "sip"

// maxHandshake is the longest handshake that is read, in octets.
const maxHandshake = 16 << 10

// acceptSuffix is hashed behind the key of the client (RFC 6455, 1.3).
const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

var errNoSubprotocol = errors.New("peer does not offer the WebSocket subprotocol sip")

// hostHeader returns the Host of a handshake.
func hostHeader(name string, peer netip.AddrPort, t Transport) string {
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	if peer.Port() == t.DefaultPort() {
		return name
	}
	return name + ":" + strconv.Itoa(int(peer.Port()))
}

// requestWebSocket does the handshake of a client and returns the octets that came behind it.
func requestWebSocket(conn net.Conn, host, path string) (rest []byte, err error) {
	if path == "" {
		path = "/"
	}
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	key := base64.StdEncoding.EncodeToString(nonce)
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: "+subprotocol+"\r\nSec-WebSocket-Version: 13\r\n\r\n", path, host, key)
	if err != nil {
		return nil, fmt.Errorf("WebSocket handshake: %w", err)
	}
	r := bufio.NewReader(io.LimitReader(conn, maxHandshake))
	response, err := http.ReadResponse(r, nil)
	if err != nil {
		return nil, fmt.Errorf("WebSocket handshake: %w", err)
	}
	if err := checkResponse(response, key); err != nil {
		return nil, fmt.Errorf("WebSocket handshake: %w", err)
	}
	return buffered(r), nil
}

// checkResponse checks the answer of a server (RFC 6455, 4.1).
func checkResponse(r *http.Response, key string) error {
	switch {
	case r.StatusCode != http.StatusSwitchingProtocols:
		return fmt.Errorf("server answers %q", r.Status)
	case !hasToken(r.Header, "Upgrade", "websocket") || !hasToken(r.Header, "Connection", "upgrade"):
		return errors.New("server does not change to WebSocket")
	case r.Header.Get("Sec-WebSocket-Accept") != acceptKey(key):
		return errors.New("server has not read our key")
	case r.Header.Get("Sec-WebSocket-Extensions") != "":
		return errors.New("server uses an extension that was not offered")
	case r.Header.Get("Sec-WebSocket-Protocol") != subprotocol:
		return errNoSubprotocol
	}
	return nil
}

// acceptWebSocket does the handshake of a server and returns the octets that came behind it. A client that
// wants something else is told by a status.
func acceptWebSocket(conn net.Conn) (rest []byte, err error) {
	r := bufio.NewReader(io.LimitReader(conn, maxHandshake))
	request, err := http.ReadRequest(r)
	if err != nil {
		return nil, fmt.Errorf("WebSocket handshake: %w", err)
	}
	if status, err := checkRequest(request); err != nil {
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nSec-WebSocket-Version: 13\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
			status, http.StatusText(status))
		return nil, fmt.Errorf("WebSocket handshake: %w", err)
	}
	_, err = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: "+subprotocol+"\r\n\r\n",
		acceptKey(request.Header.Get("Sec-WebSocket-Key")))
	return buffered(r), err
}

// checkRequest checks what a client asks for (RFC 6455, 4.2.1) and returns the status of a refusal.
func checkRequest(r *http.Request) (status int, err error) {
	key, keyErr := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	switch {
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed, fmt.Errorf("client sends %s", r.Method)
	case !hasToken(r.Header, "Upgrade", "websocket") || !hasToken(r.Header, "Connection", "upgrade"):
		return http.StatusUpgradeRequired, errors.New("client does not ask for WebSocket")
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return http.StatusUpgradeRequired, errors.New("client speaks another version")
	case keyErr != nil || len(key) != 16:
		return http.StatusBadRequest, errors.New("client has no key")
	case r.ContentLength != 0:
		return http.StatusBadRequest, errors.New("client sends a body")
	case !hasToken(r.Header, "Sec-WebSocket-Protocol", subprotocol):
		return http.StatusBadRequest, errNoSubprotocol
	}
	return 0, nil
}

// acceptKey returns what a server makes of the key of a client (RFC 6455, 4.2.2).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + acceptSuffix))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// hasToken tells whether one of the comma-separated values of a header field is a token, in any case.
func hasToken(h http.Header, name, token string) bool {
	for _, line := range h.Values(name) {
		for value := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(value), token) {
				return true
			}
		}
	}
	return false
}

// buffered returns the octets that a reader holds.
func buffered(r *bufio.Reader) []byte {
	b, _ := r.Peek(r.Buffered())
	return bytes.Clone(b)
}
