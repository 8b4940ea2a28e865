package sip

import (
	"bytes"
	"errors"
)

// ErrKeepAlive is what Scan returns for a datagram of nothing but line ends, as clients send them to
// keep a NAT binding open (RFC 5626, 3.5.1; RFC 3261, 7.5). It is no message and wants no answer.
var ErrKeepAlive = errors.New("keep-alive, no message")

// MalformedError says what is wrong with a message. The values are constants of the package, so that
// bad input costs no memory; compare them with errors.As.
type MalformedError struct {
	Status int    // the response that a server gives: 400 or 505
	Reason string // what is wrong, fit for a reason phrase
}

// Error returns the reason.
func (e *MalformedError) Error() string { return "malformed message: " + e.Reason }

// scanner is the state of one Scan. It lives on the stack.
type scanner struct {
	text    []byte // the datagram from the start line on
	next    int    // where the next line starts
	returns int    // carriage returns that end a line
	length  int    // Content-Length, -1 when there is none
	m       *Message
	problem *MalformedError // the first one found
}

// Scan reads one UDP datagram into m without allocating. It unfolds header lines in place, so the
// datagram changes, and the slices of m point into it.
//
// It reads what it can frame: any case, compact names, white space, folding, several values in a line
// or in many, line ends without CR. Header fields that no call needs are passed over unread. The first
// thing that is wrong makes a *MalformedError; the scan goes on, so that m is filled as far as known
// and a server can answer what is Answerable.
func Scan(datagram []byte, m *Message) error {
	m.Reset()
	m.Raw = datagram
	s := scanner{text: skipLineEnds(datagram), length: -1, m: m}
	if len(s.text) == 0 {
		return ErrKeepAlive
	}
	line, _ := s.line()
	if !s.startLine(line) {
		return s.problem
	}
	for lines := 0; ; lines++ {
		line, complete := s.line()
		if !complete {
			s.fail(errNoEmptyLine)
			break
		}
		if len(line) == 0 {
			break
		}
		if lines == MaxHeaderLines {
			s.fail(errTooManyLines)
			break
		}
		s.header(line)
	}
	s.checkReturns()
	s.checkMandatory()
	s.body()
	if s.problem != nil {
		return s.problem
	}
	return nil
}

// line returns the next line without its end, continuation lines joined to it (RFC 3261, 7.3.1), and
// whether it was complete.
func (s *scanner) line() (line []byte, complete bool) {
	start := s.next
	end := bytes.IndexByte(s.text[start:], '\n')
	if end < 0 {
		s.next = len(s.text)
		return s.text[start:], false
	}
	end += start
	for end > start && end+1 < len(s.text) && isSpace(s.text[end+1]) {
		if end == start+1 && s.text[start] == '\r' {
			break // the empty line: what follows is the body
		}
		more := bytes.IndexByte(s.text[end+1:], '\n')
		if more < 0 {
			s.next = len(s.text)
			return s.text[start:end], false
		}
		if s.text[end-1] == '\r' {
			s.text[end-1] = ' '
		}
		s.text[end] = ' '
		end += 1 + more
	}
	s.next = end + 1
	if end > start && s.text[end-1] == '\r' {
		s.returns++
		end--
	}
	return s.text[start:end], true
}

// header stores one header field, or passes over it.
func (s *scanner) header(line []byte) {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		s.fail(errNoColon)
		return
	}
	m, value := s.m, trim(line[colon+1:])
	switch h := headerOf(trimRight(line[:colon])); h {
	case headerVia:
		s.vias(value)
	case headerFrom:
		s.address(&m.From, &m.FromTag, value, errTwoFroms)
	case headerTo:
		s.address(&m.To, &m.ToTag, value, errTwoTos)
	case headerCallID:
		s.single(&m.CallID, value, errTwoCallIDs)
	case headerCSeq:
		s.cseq(value)
	case headerContact:
		s.contact(value)
	case headerRecordRoute:
		s.recordRoutes(value)
	case headerContentLength:
		s.contentLength(value)
	case headerReason:
		s.reason(value)
	case headerAuthenticate:
		s.authentication(value, false)
	case headerProxyAuthenticate:
		s.authentication(value, true)
	default:
		if field := m.plain(h); field != nil {
			keepFirst(field, value)
		}
	}
}

// plain returns where the value of a header field goes that is kept as it first stands, nil for another one.
func (m *Message) plain(h header) *[]byte {
	switch h {
	case headerContentType:
		return &m.ContentType
	case headerExpires:
		return &m.Expires
	case headerRetryAfter:
		return &m.RetryAfter
	case headerRequire:
		return &m.Require
	case headerSessionExpires:
		return &m.SessionExpires
	case headerMinSE:
		return &m.MinSE
	case headerMinExpires:
		return &m.MinExpires
	case headerRSeq:
		return &m.RSeq
	case headerRAck:
		return &m.RAck
	case headerReplaces:
		return &m.Replaces
	}
	return nil
}

// authentication keeps a challenge or credentials; those beyond the bound are passed over.
func (s *scanner) authentication(value []byte, proxy bool) {
	if m := s.m; m.NumAuthentications < MaxAuthentications {
		m.Authentications[m.NumAuthentications] = Authentication{Proxy: proxy, Value: value}
		m.NumAuthentications++
	}
}

// body cuts the body to Content-Length. Over UDP a missing one means the rest of the datagram, octets
// beyond it are ignored, and a shortfall is an error (RFC 3261, 18.3).
func (s *scanner) body() {
	rest := s.text[s.next:]
	if s.length > len(rest) {
		s.fail(errShortBody)
	} else if s.length >= 0 {
		rest = rest[:s.length]
	}
	s.m.Body = rest
	s.m.Session = sessionPart(s.m.ContentType, rest)
}

// checkReturns makes spaces of carriage returns within header lines, so that no value that a response
// copies can end a line, and calls them an error: no element of the grammar has one.
func (s *scanner) checkReturns() {
	head := s.text[:s.next]
	if bytes.Count(head, cr) == s.returns {
		return
	}
	s.fail(errBareReturn)
	for i, c := range head {
		if c == '\r' && (i+1 == len(head) || head[i+1] != '\n') {
			head[i] = ' '
		}
	}
}

// checkMandatory wants the header fields of RFC 3261, 8.1.1, but for Max-Forwards: RFC 2543 did not
// have it, and nothing here forwards.
func (s *scanner) checkMandatory() {
	switch m := s.m; {
	case m.NumVias == 0:
		s.fail(errNoVia)
	case m.From == nil:
		s.fail(errNoFrom)
	case m.To == nil:
		s.fail(errNoTo)
	case m.CallID == nil:
		s.fail(errNoCallID)
	case m.CSeqValue == nil:
		s.fail(errNoCSeq)
	}
}

// fail records the first problem.
func (s *scanner) fail(problem *MalformedError) {
	if s.problem == nil {
		s.problem = problem
	}
}
