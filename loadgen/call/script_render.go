package call

import (
	"bytes"
	"net/netip"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// rendering is what a message of a script is written from.
type rendering struct {
	c       *call
	st      *scriptCall
	message *scenarios.Message // nil for another text
	at      int                // step of the message
	now     time.Duration
	body    []byte
	head    int // where the message begins in what it is appended to
}

// render appends a message of a call. at is the step that it stands for, in its branch above all.
func (s *scripts) render(dst []byte, c *call, st *scriptCall, message *scenarios.Message, at int, now time.Duration) []byte {
	r := rendering{c: c, st: st, message: message, at: at, now: now, head: len(dst)}
	s.body = s.appendText(s.body[:0], &r, message.Body)
	r.body = s.body
	dst = s.appendText(dst, &r, message.Head)
	if !bytes.HasSuffix(dst, headEnd) {
		dst = append(dst, lineEnd...) // a line that was left out took it along, as it does in SIPp
	}
	return append(dst, r.body...)
}

// text appends a text of a script that is no message.
func (s *scripts) text(dst []byte, c *call, st *scriptCall, list []scenarios.Segment, now time.Duration) []byte {
	r := rendering{c: c, st: st, at: c.step, now: now}
	return s.appendText(dst, &r, list)
}

// appendText appends segments. Behind a value that leaves the text at the beginning of a line, because it is nothing or
// ends in a line end of its own, white space is left out, as in SIPp: no empty line takes its place.
func (s *scripts) appendText(dst []byte, r *rendering, list []scenarios.Segment) []byte {
	start, omit := len(dst), false
	for i := range list {
		segment := &list[i]
		if segment.Keyword == scenarios.Literal {
			text := segment.Text
			if omit {
				text = bytes.TrimLeft(text, whiteSpace)
				omit = false
			}
			dst = append(dst, text...)
			continue
		}
		before := len(dst)
		dst = s.appendKeyword(dst, r, segment)
		omit = mayEndLine(segment.Keyword, len(dst) == before) && beginsLine(dst, start, r.message != nil)
	}
	return dst
}

// beginsLine tells whether what is appended next begins a line; what begins at start follows one in a message.
func beginsLine(dst []byte, start int, message bool) bool {
	if len(dst) == start {
		return message
	}
	return dst[len(dst)-1] == '\n'
}

const whiteSpace = " \t\r\n\v\f" // of C

var lineEnd, headEnd = []byte("\r\n"), []byte("\r\n\r\n")

// mayEndLine tells the keywords that make whole lines: some whatever they hold, some when they hold nothing.
func mayEndLine(k scenarios.Keyword, nothing bool) bool {
	switch k {
	case scenarios.LastHeader, scenarios.Variable, scenarios.Field:
		return true
	case scenarios.Routes, scenarios.Authentication:
		return nothing
	}
	return false
}

// appendKeyword appends the value of a keyword that differs from message to message.
func (s *scripts) appendKeyword(dst []byte, r *rendering, segment *scenarios.Segment) []byte {
	c, st := r.c, r.st
	switch segment.Keyword {
	case scenarios.Branch:
		return appendScriptBranch(dst, c, r.at+offsetOf(segment))
	case scenarios.CallNumber:
		return strconv.AppendUint(dst, st.number, 10) // SIPp takes [call_number+1] and leaves its offset out
	case scenarios.CallID:
		return append(dst, s.callID(c)...)
	case scenarios.RemoteIP:
		return append(dst, s.remote.of(farEnd(c)).host...)
	case scenarios.RemotePort:
		if offset := offsetOf(segment); offset != 0 {
			return strconv.AppendInt(dst, int64(farEnd(c).Port())+int64(offset), 10)
		}
		return append(dst, s.remote.of(farEnd(c)).port...)
	case scenarios.BodyLength:
		return strconv.AppendInt(dst, int64(len(r.body)+offsetOf(segment)), 10)
	case scenarios.CSeqNumber:
		return strconv.AppendInt(dst, int64(st.cseq)+int64(offsetOf(segment)), 10)
	case scenarios.PeerTagParam:
		return appendNamed(dst, ";tag=", st.peerTag)
	case scenarios.LastHeader:
		return s.appendLast(dst, st, segment.Reference.Name)
	case scenarios.Variable:
		return s.value(st, segment.Reference.Index).Append(dst)
	case scenarios.Field:
		return s.appendCell(dst, r, segment.Reference)
	case scenarios.Routes:
		return appendNamed(dst, "Route: ", st.routes)
	case scenarios.Authentication:
		return s.appendLogin(dst, r, segment.Reference)
	case scenarios.MediaPort, scenarios.AutoMediaPort, scenarios.StreamPort:
		return strconv.AppendInt(dst, int64(s.portOf(c, st, segment)+offsetOf(segment)), 10)
	}
	return s.appendRare(dst, r, segment)
}

// appendNamed appends a value behind its name, nothing for an empty one.
func appendNamed(dst []byte, name string, value []byte) []byte {
	if len(value) == 0 {
		return dst
	}
	return append(append(dst, name...), value...)
}

func offsetOf(segment *scenarios.Segment) int {
	if segment.Reference == nil {
		return 0
	}
	return segment.Reference.Offset
}

// farEnd returns the address that a call names as the far end's: that of the target, wherever setdest led since.
func farEnd(c *call) netip.AddrPort {
	if c.way.trunk != nil {
		return c.way.trunk.Address
	}
	return c.peer
}

// appendRare appends the keywords that few scripts use.
func (s *scripts) appendRare(dst []byte, r *rendering, segment *scenarios.Segment) []byte {
	st := r.st
	switch segment.Keyword {
	case scenarios.NextURL:
		if len(st.target) > 0 {
			return append(dst, st.target...)
		}
		return append(dst, st.lastRequestURI()...)
	case scenarios.LastRequestURI:
		return append(dst, st.lastRequestURI()...)
	case scenarios.LastCSeqNumber:
		number, _, _ := bytes.Cut(headerValue(st.last, nameCSeq), []byte{' '})
		n, _ := strconv.Atoi(string(number))
		return strconv.AppendInt(dst, int64(n+offsetOf(segment)), 10)
	case scenarios.LastMessage:
		return append(dst, st.last...)
	case scenarios.RemoteHost:
		return append(dst, s.remote.of(farEnd(r.c)).host...)
	case scenarios.MessageIndex:
		return strconv.AppendInt(dst, int64(r.at), 10)
	case scenarios.ClockTick:
		return strconv.AppendInt(dst, int64(r.now/time.Millisecond), 10)
	case scenarios.Timestamp:
		return appendTimestamp(dst, time.Now())
	case scenarios.Date:
		return time.Now().UTC().AppendFormat(dst, "Mon, 02 Jan 2006 15:04:05 GMT")
	case scenarios.UserID:
		return strconv.AppendInt(dst, int64(st.user), 10)
	case scenarios.DynamicID:
		return s.appendDynamic(dst)
	case scenarios.Fill:
		return appendFill(dst, segment.Reference.Name, s.value(st, segment.Reference.Index).Number())
	case scenarios.FileText:
		return s.appendFile(dst, r, segment.Reference)
	case scenarios.CryptoTag, scenarios.CryptoSuite, scenarios.CryptoKey:
		return s.appendCrypto(dst, st, segment)
	}
	return dst
}

// The dynamic identifiers run from 10000 to 18000 in steps of 4, as in SIPp.
const (
	firstDynamic = 10000
	lastDynamic  = 18000
	stepDynamic  = 4
)

func (s *scripts) appendDynamic(dst []byte) []byte {
	dst = strconv.AppendInt(dst, int64(s.dynamic), 10)
	if s.dynamic += stepDynamic; s.dynamic > lastDynamic {
		s.dynamic = firstDynamic
	}
	return dst
}

// maxFill bounds what [fill] writes.
const maxFill = 64 << 10

// appendTimestamp appends a time as SIPp does: the date, the time of day, and the seconds since 1970.
func appendTimestamp(dst []byte, at time.Time) []byte {
	dst = at.AppendFormat(dst, "2006-01-02\t15:04:05.000000\t")
	dst = strconv.AppendInt(dst, at.Unix(), 10)
	return at.AppendFormat(dst, ".000000")
}

func appendFill(dst []byte, text string, length float64) []byte {
	n := int(max(0, min(length, maxFill)))
	for i := range n {
		dst = append(dst, text[i%len(text)])
	}
	return dst
}

// appendScriptBranch writes a branch that tells the call and the step (RFC 3261, 8.1.1.7).
func appendScriptBranch(dst []byte, c *call, at int) []byte {
	dst = append(append(append(dst, sip.MagicCookie...), c.id[:]...), '-')
	return strconv.AppendInt(dst, int64(at), 10)
}

// callID returns the identifier of a call: our own, or the one that it came in with.
func (s *scripts) callID(c *call) []byte {
	if id := c.dialog.get(c.dialog.callID); len(id) > 0 {
		return id
	}
	return c.id[:]
}

// appendLast writes a header of the last message whole: its name as the script has it, and all its values.
func (s *scripts) appendLast(dst []byte, st *scriptCall, name string) []byte {
	before := len(dst)
	dst = append(append(dst, name...), ": "...)
	if s.current == st {
		if value, known := s.scanned(name); known {
			if value == nil {
				return dst[:before]
			}
			return append(dst, value...)
		}
	}
	written := dst[before : len(dst)-2]
	dst, found := appendHeaders(dst, st.last, written)
	if !found {
		return dst[:before]
	}
	return dst
}

// scanned returns the value of a header of the message at hand, if it is one of those that were read.
func (s *scripts) scanned(name string) (value []byte, known bool) {
	m := &s.message
	switch name {
	case "From":
		return m.From, true
	case "To":
		return m.To, true
	case "Call-ID":
		return m.CallID, true
	case "CSeq":
		return m.CSeqValue, true
	case "Via":
		return s.joined(m.Vias[:m.NumVias]), true
	case "Record-Route":
		return s.joined(m.RecordRoutes[:m.NumRecordRoutes]), true
	}
	return nil, false
}

// joined writes values with commas between them.
func (s *scripts) joined(values [][]byte) []byte {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	s.vias = s.vias[:0]
	for i, value := range values {
		if i > 0 {
			s.vias = append(s.vias, ", "...)
		}
		s.vias = append(s.vias, value...)
	}
	return s.vias
}

// appendCell writes a cell of a table: of the call's own row, or of the one that the keyword names.
func (s *scripts) appendCell(dst []byte, r *rendering, ref *scenarios.Reference) []byte {
	row := 0
	if len(r.st.rows) > ref.Table {
		row = r.st.rows[ref.Table]
	}
	if ref.Row != nil {
		text := s.appendText(s.scratch[2][:0], r, ref.Row)
		s.scratch[2] = text
		number, err := strconv.ParseFloat(string(bytes.TrimSpace(text)), 64)
		if row = int(number); err != nil {
			row = -1
		}
	}
	before := len(dst)
	dst = s.tables[ref.Table].AppendCell(dst, row, ref.Index)
	if at := bytes.Index(dst[before:], loginKeyword); at >= 0 {
		return s.appendCellLogin(dst, r, before+at)
	}
	return dst
}

// appendFile writes the text of a file.
func (s *scripts) appendFile(dst []byte, r *rendering, ref *scenarios.Reference) []byte {
	if s.cfg.Host == nil {
		return dst
	}
	name := s.appendText(s.scratch[2][:0], r, ref.Row)
	s.scratch[2] = name
	text, err := s.cfg.Host.Text(string(name))
	if err != nil {
		s.warn(err.Error())
		return dst
	}
	return append(dst, text...)
}

// remoteText keeps the texts of the address that calls go to, which hardly ever changes.
type remoteText struct {
	address    netip.AddrPort
	host, port []byte
}

func (t *remoteText) of(address netip.AddrPort) *remoteText {
	if t.address != address {
		t.address = address
		t.host = append(t.host[:0], hostText(address.Addr())...)
		t.port = strconv.AppendUint(t.port[:0], uint64(address.Port()), 10)
	}
	return t
}
