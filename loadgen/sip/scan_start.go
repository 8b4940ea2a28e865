package sip

import "bytes"

// version is the protocol version that every start line carries.
const version = "SIP/2.0"

// startLine reads a request line or a status line (RFC 3261, 7.1 and 7.2). It returns false when the
// line shows that the datagram is not SIP, so that nothing more is worth reading.
func (s *scanner) startLine(line []byte) bool {
	line = trimRight(line)
	if len(line) > 4 && equalFold(line[:4], "SIP/") {
		return s.statusLine(line)
	}
	return s.requestLine(line)
}

// statusLine reads "SIP/2.0 200 OK"; the phrase may be missing with its space.
func (s *scanner) statusLine(line []byte) bool {
	if len(line) < len(version)+4 || !equalFold(line[:len(version)], version) || line[len(version)] != ' ' {
		s.fail(errStatusLine)
		return false
	}
	rest := trim(line[len(version):])
	if len(rest) < 3 || len(rest) > 3 && rest[3] != ' ' {
		s.fail(errStatusLine)
		return false
	}
	status, ok := number(rest[:3], 699)
	if !ok || status < 100 {
		s.fail(errStatusLine)
		return false
	}
	s.m.Status, s.m.Phrase = int(status), trim(rest[3:])
	return true
}

// requestLine reads "INVITE sip:user@host SIP/2.0". Extra spaces between the three are harmless; one
// within the URI is not, for nobody can say which part was meant.
func (s *scanner) requestLine(line []byte) bool {
	first, last := bytes.IndexByte(line, ' '), bytes.LastIndexByte(line, ' ')
	if first <= 0 || first == last {
		s.fail(errRequestLine)
		return false
	}
	protocol := line[last+1:]
	if len(protocol) < 4 || !equalFold(protocol[:4], "SIP/") {
		s.fail(errRequestLine)
		return false
	}
	if !equalFold(protocol, version) {
		s.fail(errVersion)
	}
	m, uri := s.m, trim(line[first:last])
	m.Request, m.MethodName, m.RequestURI = true, line[:first], uri
	m.Method = MethodOf(m.MethodName)
	if len(uri) == 0 || uri[0] == '<' || bytes.IndexByte(uri, ' ') >= 0 || bytes.IndexByte(uri, '\t') >= 0 {
		s.fail(errRequestURI)
	}
	return true
}
