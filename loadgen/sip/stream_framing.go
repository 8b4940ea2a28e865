package sip

import (
	"bytes"
	"strings"
)

// MaxStreamMessage is the longest message that is taken from a stream, in octets. A longer one ends its
// connection.
const MaxStreamMessage = 256 << 10

// maxHeaderLine is the longest header line that is taken from a stream, in octets.
const maxHeaderLine = 8 << 10

// FramingError says why the octets of a connection cannot be cut into messages. There is no way to find
// the next message after one, so the connection ends.
type FramingError struct{ Reason string }

// Error returns the reason.
func (e *FramingError) Error() string { return "cannot tell messages apart: " + e.Reason }

var (
	errNotSIP       = &FramingError{"does not begin like a SIP message"}
	errLongMessage  = &FramingError{"message too long"}
	errLongLine     = &FramingError{"header line too long"}
	errManyLines    = &FramingError{"too many header lines"}
	errNoLength     = &FramingError{"no Content-Length"}
	errBadLength    = &FramingError{"Content-Length is not a number"}
	errDoubleLength = &FramingError{"Content-Length more than once, with different values"}
)

// framing cuts the octets that a connection received into messages, and wraps those that are sent. It
// belongs to one connection and one goroutine.
type framing interface {
	// next looks at all octets not yet done with. A frame of size 0 asks for more octets; the next call
	// gets the same ones and those. It may change the octets of a whole frame, none behind it.
	next(b []byte) (frame, error)
	// appendMessage appends a message as it is sent.
	appendMessage(dst, message []byte) []byte
	// appendFarewell appends what is sent before the connection is closed for a cause, nil for none.
	appendFarewell(dst []byte, cause error) []byte
}

// frame is what framing found.
type frame struct {
	message []byte // nil for a frame that carries none; valid as long as the octets it was cut from
	reply   []byte // to be sent back at once; valid until the next call
	size    int    // octets that are done with
	last    bool   // the peer ends the connection in good order
}

// sipFraming is the framing of RFC 3261, 18.3: Content-Length tells where a message ends. It remembers
// how far it looked, so that it looks at octets that trickle in once.
type sipFraming struct {
	looked int  // no line end is left before here
	line   int  // start of the line at hand
	lines  int  // lines read of the message at hand
	length int  // Content-Length; meaningful if known
	known  bool // Content-Length was there
	open   bool // the line read last may go on with the value of Content-Length
	body   int  // start of the body; 0 as long as the headers go on
	blank  int  // line ends since the last message
	pongs  []byte
}

// next returns the next message or keep-alive.
func (f *sipFraming) next(b []byte) (frame, error) {
	if f.looked == 0 {
		if n := f.keepAlives(b); n > 0 {
			return frame{size: n, reply: f.pongs}, nil
		}
		if len(b) > 0 && !isTokenOctet(b[0]) {
			return frame{}, errNotSIP // such as a TLS handshake
		}
	}
	if f.body == 0 {
		if err := f.headers(b); err != nil || f.body == 0 {
			return frame{}, err
		}
	}
	size := f.body + f.length
	if size > MaxStreamMessage {
		return frame{}, errLongMessage
	}
	if len(b) < size {
		return frame{}, nil
	}
	*f = sipFraming{pongs: f.pongs}
	return frame{message: b[:size:size], size: size}, nil
}

// keepAlives passes over line ends between messages (RFC 3261, 7.5). Two of them are a ping, which one of
// them answers (RFC 5626, 4.4.1).
func (f *sipFraming) keepAlives(b []byte) (n int) {
	f.pongs = f.pongs[:0]
	for n < len(b) && (b[n] == '\r' || b[n] == '\n') {
		if b[n] == '\n' {
			if f.blank++; f.blank == 2 {
				f.pongs, f.blank = append(f.pongs, "\r\n"...), 0
			}
		}
		n++
	}
	return n
}

// isTokenOctet tells whether a method or a version may begin with c (RFC 3261, 25.1).
func isTokenOctet(c byte) bool {
	return lower(c)-'a' < 26 || c-'0' < 10 || strings.IndexByte("-.!%*_+`'~", c) >= 0
}

// headers looks for the end of the headers and, on the way, for Content-Length.
func (f *sipFraming) headers(b []byte) error {
	for {
		end := bytes.IndexByte(b[f.looked:], '\n')
		if end < 0 {
			f.looked = len(b)
			return f.checkLine(len(b))
		}
		end += f.looked
		if err := f.checkLine(end); err != nil {
			return err
		}
		line := bytes.TrimSuffix(b[f.line:end], cr)
		f.looked, f.line = end+1, end+1
		if len(line) == 0 {
			return f.endHeaders(end + 1)
		}
		if err := f.header(line); err != nil {
			return err
		}
	}
}

// checkLine bounds the line at hand, which reaches to end at least, and the headers.
func (f *sipFraming) checkLine(end int) error {
	switch {
	case end-f.line > maxHeaderLine:
		return errLongLine
	case end > MaxStreamMessage:
		return errLongMessage
	case f.lines > MaxHeaderLines+1: // with the start line
		return errManyLines
	}
	return nil
}

func (f *sipFraming) endHeaders(body int) error {
	if !f.known {
		return errNoLength // mandatory on streams (RFC 3261, 20.14)
	}
	f.body = body
	return nil
}

// header looks whether a line is Content-Length or goes on with it. The start line is neither.
func (f *sipFraming) header(line []byte) error {
	first := f.lines == 0
	f.lines++
	switch {
	case first:
		return nil
	case isSpace(line[0]):
		if value := trim(line); f.open && len(value) > 0 {
			return f.contentLength(value)
		}
		return nil
	}
	f.open = false
	if line[0]|0x20 != 'c' && line[0]|0x20 != 'l' {
		return nil
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 0 || headerOf(trimRight(line[:colon])) != headerContentLength {
		return nil
	}
	f.open = true
	if value := trim(line[colon+1:]); len(value) > 0 {
		return f.contentLength(value)
	}
	return nil
}

func (f *sipFraming) contentLength(value []byte) error {
	length, ok := number(value, maxCSeq)
	switch {
	case !ok:
		return errBadLength
	case length > MaxStreamMessage:
		return errLongMessage
	case f.known && f.length != int(length):
		return errDoubleLength
	}
	f.length, f.known = int(length), true
	return nil
}

// appendMessage appends the message: a stream has no wrapping.
func (f *sipFraming) appendMessage(dst, message []byte) []byte { return append(dst, message...) }

// appendFarewell appends nothing: SIP has no word for it.
func (f *sipFraming) appendFarewell(dst []byte, _ error) []byte { return dst }
