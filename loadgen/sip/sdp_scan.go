package sip

import (
	"bytes"
	"errors"
	"net/netip"
	"time"
	"unsafe"
)

// What ScanSession finds wrong.
var (
	errSDPEmpty     = errors.New("session description: empty")
	errSDPSize      = errors.New("session description: more than 8192 octets")
	errSDPStart     = errors.New("session description: does not start with v=0")
	errSDPMedia     = errors.New("session description: m= line is not kind, port, protocol and formats")
	errSDPTooMany   = errors.New("session description: more than 16 m= lines")
	errSDPFormats   = errors.New("session description: more than 32 payload types in the audio line")
	errSDPPayload   = errors.New("session description: payload type of the audio line is not 0 to 127")
	errSDPNoMedia   = errors.New("session description: no m= line")
	errSDPNoAddress = errors.New("session description: audio stream without a c= line")
)

// sessionScanner is the state of one ScanSession.
type sessionScanner struct {
	s     *Session
	media bool // past the first m= line
	audio bool // the current m= line is the audio stream

	// Of the session level, where each media stream starts from.
	addr      netip.Addr
	connected bool // a c= line was there, perhaps with a host name
	direction Direction

	audioConnected bool // a c= line applies to the audio stream
}

// ScanSession reads a session description into s without allocating (RFC 8866, with the rules of
// RFC 3264 for offers and answers). It accepts line ends without CR, missing s= and t= lines and any
// order above the first m= line, and ignores lines it does not know. The first audio line with a port
// is the audio stream, else the first audio line.
func ScanSession(body []byte, s *Session) error {
	s.Reset()
	if len(body) > MaxSDP {
		return errSDPSize
	}
	text := skipLineEnds(body)
	if len(text) == 0 {
		return errSDPEmpty
	}
	if !bytes.HasPrefix(text, []byte("v=0")) {
		return errSDPStart
	}
	scan := sessionScanner{s: s}
	for len(text) > 0 {
		var line []byte
		line, text = cut(text, '\n')
		if len(line) > 0 && line[len(line)-1] == '\r' {
			line = line[:len(line)-1]
		}
		if err := scan.line(trimRight(line)); err != nil {
			return err
		}
	}
	return scan.finish()
}

// line reads one line of the description.
func (scan *sessionScanner) line(line []byte) error {
	if len(line) < 2 || line[1] != '=' {
		return nil
	}
	value := trim(line[2:])
	switch line[0] {
	case 'c':
		scan.connection(value)
	case 'm':
		return scan.mediaLine(value)
	case 'a':
		scan.attribute(value)
	}
	return nil
}

// connection reads "IN IP4 192.0.2.1", of the session or of the audio stream.
func (scan *sessionScanner) connection(value []byte) {
	if scan.media && !scan.audio {
		return
	}
	_, value = cutField(value)
	_, value = cutField(value)
	host, _ := cutField(value)
	host, _ = cut(host, '/') // multicast: time to live and count
	if scan.media {
		scan.s.Addr, scan.audioConnected = parseAddr(host), true
	} else {
		scan.addr, scan.connected = parseAddr(host), true
	}
}

// mediaLine reads "audio 49170 RTP/AVP 0 8 101". A stream that is better than the audio stream so far
// takes its place.
func (scan *sessionScanner) mediaLine(value []byte) error {
	s := scan.s
	if s.NumMedia == MaxMedia {
		return errSDPTooMany
	}
	kind, rest := cutField(value)
	portText, rest := cutField(rest)
	protocol, formats := cutField(rest)
	portText, _ = cut(portText, '/') // number of ports
	port, ok := number(portText, 65535)
	if !ok || len(protocol) == 0 || len(formats) == 0 || hasControl(value) {
		return errSDPMedia // an answer copies the line: no control may come with it
	}
	m := Media{Kind: kind, Port: uint16(port), Protocol: protocol, Formats: formats}
	s.Media[s.NumMedia] = m
	s.NumMedia++
	scan.media, scan.audio = true, false
	if !equalFold(kind, "audio") || s.Audio >= 0 && (s.usable(&s.Media[s.Audio]) || !s.usable(&m)) {
		return nil
	}
	s.Audio, scan.audio = s.NumMedia-1, true
	s.Addr, s.Direction, s.Ptime = scan.addr, scan.direction, 0
	s.Mux, s.RTCP, s.NumCrypto = false, netip.AddrPort{}, 0
	scan.audioConnected = scan.connected
	return scan.formats(formats)
}

// usable reports whether m is a stream that the generator can take part in: offered, and plain RTP or SRTP
// as the reader wants it.
func (s *Session) usable(m *Media) bool {
	plain, feedback := "RTP/AVP", "RTP/AVPF"
	if s.Secure {
		plain, feedback = "RTP/SAVP", "RTP/SAVPF"
	}
	return m.Port != 0 && (equalFold(m.Protocol, plain) || equalFold(m.Protocol, feedback))
}

// formats reads the payload types of the audio line. The static ones need no a=rtpmap (RFC 3551, 6).
func (scan *sessionScanner) formats(list []byte) error {
	s := scan.s
	s.NumFormats = 0
	for len(list) > 0 {
		var field []byte
		field, list = cutField(list)
		payloadType, ok := number(field, 127)
		switch {
		case !ok && s.usable(&s.Media[s.Audio]):
			return errSDPPayload
		case !ok:
			continue
		case s.NumFormats == MaxFormats:
			return errSDPFormats
		}
		format := Format{PayloadType: uint8(payloadType)}
		format.Codec = staticCodec(format.PayloadType)
		format.Clock = codecTable[format.Codec].clock
		s.Formats[s.NumFormats] = format
		s.NumFormats++
	}
	return nil
}

// attribute reads the a= lines of the audio stream, and the direction of the session.
func (scan *sessionScanner) attribute(value []byte) {
	name, value := cut(value, ':')
	if direction, ok := directionOf(name); ok {
		switch {
		case !scan.media:
			scan.direction = direction
		case scan.audio:
			scan.s.Direction = direction
		}
		return
	}
	if !scan.audio {
		return
	}
	switch string(name) {
	case "rtpmap":
		scan.rtpmap(value)
	case "fmtp":
		scan.fmtp(value)
	case "rtcp-mux":
		scan.s.Mux = true
	case "rtcp":
		scan.rtcp(value)
	case "crypto":
		scan.crypto(value)
	case "ptime":
		if ms, ok := number(trim(value), 1000); ok {
			scan.s.Ptime = time.Duration(ms) * time.Millisecond
		}
	}
}

// rtpmap reads "101 telephone-event/8000".
func (scan *sessionScanner) rtpmap(value []byte) {
	field, encoding := cutField(trim(value))
	payloadType, ok := number(field, 127)
	if !ok {
		return
	}
	name, rest := cut(encoding, '/')
	clockText, channels := cut(rest, '/')
	clock, _ := number(trim(clockText), 1<<32-1)
	s := scan.s
	for i := range s.Formats[:s.NumFormats] {
		if f := &s.Formats[i]; f.PayloadType == uint8(payloadType) {
			f.Name, f.Clock = name, uint32(clock)
			f.Codec = codecOf(name, f.Clock, trim(channels))
		}
	}
}

// fmtp reads "97 mode=20".
func (scan *sessionScanner) fmtp(value []byte) {
	field, parameters := cutField(trim(value))
	payloadType, ok := number(field, 127)
	if !ok {
		return
	}
	s := scan.s
	for i := range s.Formats[:s.NumFormats] {
		if f := &s.Formats[i]; f.PayloadType == uint8(payloadType) {
			f.Parameters = parameters
		}
	}
}

// rtcp reads "53020" or "53020 IN IP4 192.0.2.1" (RFC 3605).
func (scan *sessionScanner) rtcp(value []byte) {
	field, rest := cutField(trim(value))
	_, rest = cutField(rest)
	_, rest = cutField(rest)
	if port, ok := number(field, 65535); ok {
		scan.s.RTCP = netip.AddrPortFrom(parseAddr(rest), uint16(port))
	}
}

// directionOf returns the direction that an attribute names.
func directionOf(attribute []byte) (Direction, bool) {
	switch string(attribute) {
	case "sendrecv":
		return SendRecv, true
	case "sendonly":
		return SendOnly, true
	case "recvonly":
		return RecvOnly, true
	case "inactive":
		return Inactive, true
	}
	return SendRecv, false
}

// finish checks what only the whole description can show. An address of zeros is the hold of RFC 2543:
// the sender of the description wants no media (RFC 3264, 8.4).
func (scan *sessionScanner) finish() error {
	s := scan.s
	switch {
	case s.NumMedia == 0:
		return errSDPNoMedia
	case s.Audio < 0:
		return nil
	case !scan.audioConnected && s.Media[s.Audio].Port != 0:
		return errSDPNoAddress
	}
	if s.Addr.IsValid() && s.Addr.IsUnspecified() {
		switch s.Direction {
		case SendRecv:
			s.Direction = SendOnly
		case RecvOnly:
			s.Direction = Inactive
		}
	}
	return nil
}

// parseAddr returns the address that text writes, an invalid one for anything else.
func parseAddr(text []byte) netip.Addr {
	if len(text) == 0 || bytes.IndexByte(text, '%') >= 0 {
		return netip.Addr{}
	}
	// Without a zone the address keeps nothing of the string, so that it may be lent without a copy.
	addr, err := netip.ParseAddr(unsafe.String(&text[0], len(text)))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap()
}

// hasControl reports whether text has a control character.
func hasControl(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// cut returns the text before the first separator, and what follows it.
func cut(text []byte, separator byte) (before, after []byte) {
	if at := bytes.IndexByte(text, separator); at >= 0 {
		return text[:at], text[at+1:]
	}
	return text, nil
}

// cutField returns the text up to the first white space, and what follows it.
func cutField(text []byte) (field, rest []byte) {
	for i, c := range text {
		if isSpace(c) {
			return text[:i], trim(text[i:])
		}
	}
	return text, nil
}
