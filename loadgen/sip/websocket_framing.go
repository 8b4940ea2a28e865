package sip

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"unicode/utf8"
)

// The kinds of WebSocket frames (RFC 6455, 5.2).
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA

	finalBit = 0x80
	maskBit  = 0x80
	// maxControl is the longest payload of a control frame.
	maxControl = 125
)

// The codes that say why a connection is closed (RFC 6455, 7.4.1).
const (
	closeNormal   = 1000
	closeProtocol = 1002
	closeNotUTF8  = 1007
	closeTooBig   = 1009
)

var (
	errBadFrame  = &FramingError{"WebSocket frame of a kind that is not defined or not agreed on"}
	errControl   = &FramingError{"WebSocket control frame too long or in pieces"}
	errMask      = &FramingError{"WebSocket frame of a client without a mask, or of a server with one"}
	errFragments = &FramingError{"WebSocket message begins within another, or goes on without a beginning"}
	errNotUTF8   = &FramingError{"WebSocket text is not UTF-8"}
)

// webSocketFraming is the framing of RFC 6455: one SIP message in each WebSocket message (RFC 7118, 5).
type webSocketFraming struct {
	client  bool // this side opened the connection: what it sends is masked
	kind    byte // opText or opBinary while a message comes in pieces, else 0
	pieces  []byte
	answers []byte
}

// frameHead is the head of a frame.
type frameHead struct {
	final  bool
	op     byte
	mask   []byte // 4 octets; nil for none
	size   int    // of the head
	length int    // of the payload
}

// next returns the next frame. The length of a frame is checked before its octets are waited for.
func (f *webSocketFraming) next(b []byte) (frame, error) {
	h, err := f.head(b)
	if err != nil || h.size == 0 || len(b) < h.size+h.length {
		return frame{}, err
	}
	payload := b[h.size : h.size+h.length : h.size+h.length]
	if h.mask != nil {
		maskOctets(payload, binary.LittleEndian.Uint32(h.mask))
	}
	result := frame{size: h.size + h.length}
	f.answers = f.answers[:0]
	switch h.op {
	case opPing:
		f.answers = f.appendFrame(f.answers, opPong, payload)
	case opPong:
	case opClose:
		// The echo of a close frame ends the connection (RFC 6455, 5.5.1).
		f.answers = f.appendFrame(f.answers, opClose, payload[:min(2, len(payload))])
		result.last = true
	default:
		if result.message, err = f.assemble(h, payload); err != nil {
			return frame{}, err
		}
		result.message = f.keepAlive(result.message)
	}
	result.reply = f.answers
	return result, nil
}

// head reads the head of a frame and checks it; size 0 asks for more octets.
func (f *webSocketFraming) head(b []byte) (h frameHead, err error) {
	if len(b) < 2 {
		return h, nil
	}
	h.final, h.op = b[0]&finalBit != 0, b[0]&0x0f
	size, length := 2, uint64(b[1]&^maskBit)
	switch length {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	masked := b[1]&maskBit != 0
	if err := f.checkHead(b[0], length, masked); err != nil {
		return h, err
	}
	if len(b) < size {
		return h, nil
	}
	switch size {
	case 4:
		length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		length = binary.BigEndian.Uint64(b[2:])
	}
	if length > MaxStreamMessage || len(f.pieces)+int(length) > MaxStreamMessage {
		return h, errLongMessage
	}
	if masked {
		if len(b) < size+4 {
			return h, nil
		}
		h.mask = b[size : size+4]
		size += 4
	}
	h.size, h.length = size, int(length)
	return h, nil
}

// checkHead checks what the first two octets of a frame tell; length is as written there.
func (f *webSocketFraming) checkHead(first byte, length uint64, masked bool) error {
	op, final := first&0x0f, first&finalBit != 0
	switch {
	case first&0x70 != 0 || op > opBinary && op < opClose || op > opPong:
		return errBadFrame
	case masked == f.client:
		return errMask // RFC 6455, 5.1
	case op >= opClose && (length > maxControl || !final):
		return errControl // RFC 6455, 5.5
	case op < opClose && (op == opContinuation) == (f.kind == 0):
		return errFragments // RFC 6455, 5.4
	}
	return nil
}

// assemble returns a message that is whole, nil while pieces are missing.
func (f *webSocketFraming) assemble(h frameHead, payload []byte) ([]byte, error) {
	kind := h.op
	if kind == opContinuation {
		kind = f.kind
	}
	if !h.final {
		f.kind, f.pieces = kind, append(f.pieces, payload...)
		return nil, nil
	}
	if h.op == opContinuation {
		payload = append(f.pieces, payload...)
		f.kind, f.pieces = 0, nil // the message keeps the buffer
	}
	if kind == opText && !utf8.Valid(payload) {
		return nil, errNotUTF8 // RFC 6455, 8.1
	}
	return payload, nil
}

// keepAlive takes a message of nothing but line ends out, and answers one of two (RFC 5626, 4.4.1).
func (f *webSocketFraming) keepAlive(message []byte) []byte {
	if len(message) > 4 || len(skipLineEnds(message)) > 0 {
		return message
	}
	if len(message) == 4 {
		f.answers = f.appendFrame(f.answers, opText, []byte("\r\n"))
	}
	return nil
}

// appendMessage appends a message in a frame: text where it is UTF-8, as most peers expect.
func (f *webSocketFraming) appendMessage(dst, message []byte) []byte {
	if utf8.Valid(message) {
		return f.appendFrame(dst, opText, message)
	}
	return f.appendFrame(dst, opBinary, message)
}

// appendFarewell appends a close frame that tells the cause.
func (f *webSocketFraming) appendFarewell(dst []byte, cause error) []byte {
	var framing *FramingError
	code := uint16(closeNormal)
	switch {
	case errors.Is(cause, errLongMessage):
		code = closeTooBig
	case errors.Is(cause, errNotUTF8):
		code = closeNotUTF8
	case errors.As(cause, &framing):
		code = closeProtocol
	case !errors.Is(cause, errClosing):
		return dst
	}
	return f.appendFrame(dst, opClose, binary.BigEndian.AppendUint16(nil, code))
}

// appendFrame appends one frame. The mask of a client keeps what it sends from looking like something
// else on the way (RFC 6455, 10.3).
func (f *webSocketFraming) appendFrame(dst []byte, op byte, payload []byte) []byte {
	var masked byte
	if f.client {
		masked = maskBit
	}
	dst = append(dst, finalBit|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, masked|byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, masked|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, masked|127), uint64(n))
	}
	if !f.client {
		return append(dst, payload...)
	}
	key := rand.Uint32()
	dst = binary.LittleEndian.AppendUint32(dst, key)
	start := len(dst)
	dst = append(dst, payload...)
	maskOctets(dst[start:], key)
	return dst
}

// maskOctets covers or uncovers octets, which is the same (RFC 6455, 5.3); key has the first octet lowest.
func maskOctets(b []byte, key uint32) {
	wide := uint64(key)<<32 | uint64(key)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(key >> (8 * (i % 4)))
	}
}
