package call

import (
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"strconv"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// standards are the messages that the machine sends of its own accord.
type standards struct {
	ack, bye, cancel   *scenarios.Message
	ackAnswer          *scenarios.Message // ACK with the answer to an offer in a 2xx
	prack, prackAnswer *scenarios.Message
	answer             *scenarios.Message
	update, reinvite   *scenarios.Message // refresh a session
	subscribed         *scenarios.Message // 200 to a SUBSCRIBE that refreshes or ends a subscription
	report             *scenarios.Message // NOTIFY about the call that follows a REFER
	responses          map[int]*scenarios.Message
	later              [11]*scenarios.Message // 500 to an INVITE that is to be sent again after as many seconds
}

// phrases are the reason phrases of the responses that the machine gives of its own accord.
var phrases = map[int]string{
	100: "Trying", 200: "OK", 202: "Accepted", 401: "Unauthorized", 407: "Proxy Authentication Required", 400: "Bad Request", 415: "Unsupported Media Type", 416: "Unsupported URI Scheme", 420: "Bad Extension", 405: "Method Not Allowed", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 491: "Request Pending",
	486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 500: "Server Internal Error", 503: "Service Unavailable",
	422: "Session Interval Too Small", 504: "Server Time-out", 603: "Decline", 505: "Version Not Supported", 513: "Message Too Large",
}

// extra are the header lines that a response of its own accord has beside the usual ones.
var extra = map[int][]string{
	200: {allow, "[session_timer]"}, 405: {allow},
	420: {"Unsupported: [last_Require]"}, 415: {"Accept: application/sdp"}, 422: {"Min-SE: 90"}, 401: {"[challenges]"}, 407: {"[challenges]"},
}

const allow = "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, MESSAGE"

func newStandards(fixed map[scenarios.Keyword]string) (s standards, err error) {
	for name, into := range map[string]**scenarios.Message{
		"ack": &s.ack, "bye": &s.bye, "cancel": &s.cancel, "answer": &s.answer, "ack-answer": &s.ackAnswer, "prack": &s.prack,
		"prack-answer": &s.prackAnswer, "update": &s.update, "invite": &s.reinvite, "report": &s.report,
	} {
		message, err := scenarios.Standard(name)
		if err != nil {
			return s, err
		}
		*into = message.Bind(fixed)
	}
	subscribed, err := scenarios.Response(200, "OK", "Expires: [expires]", "Contact: <[local_uri]>")
	if err != nil {
		return s, err
	}
	s.subscribed = subscribed.Bind(fixed)
	s.responses = map[int]*scenarios.Message{}
	for status, phrase := range phrases {
		message, err := scenarios.Response(status, phrase, extra[status]...)
		if err != nil {
			return s, err
		}
		s.responses[status] = message.Bind(fixed)
	}
	for seconds := range s.later {
		message, err := scenarios.Response(500, phrases[500], fmt.Sprintf("Retry-After: %d", seconds))
		if err != nil {
			return s, err
		}
		s.later[seconds] = message.Bind(fixed)
	}
	return s, nil
}

// fixedKeywords are the keywords whose values do not change during a run: those of the line, too, where there
// is one alone.
func (m *Machine) fixedKeywords() map[scenarios.Keyword]string {
	fixed := map[scenarios.Keyword]string{scenarios.UserAgent: m.cfg.UserAgent}
	if len(m.lines) == 1 {
		maps.Copy(fixed, m.lines[0].texts)
	}
	return fixed
}

func hostText(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

// append renders a message of a call: a request of its dialog or, with the request that it answers, a
// response.
func (m *Machine) append(dst []byte, c *call, message *scenarios.Message, answered *sip.Message) []byte {
	m.renderBody(c, message, answered)
	for i := range message.Head {
		dst = m.appendSegment(dst, c, message, answered, &message.Head[i])
	}
	return append(dst, m.body...)
}

// renderBody renders the body of a message into m.body.
func (m *Machine) renderBody(c *call, message *scenarios.Message, answered *sip.Message) {
	m.body = m.body[:0]
	for i := range message.Body {
		m.body = m.appendSegment(m.body, c, message, answered, &message.Body[i])
	}
}

func (m *Machine) appendSegment(dst []byte, c *call, message *scenarios.Message, answered *sip.Message, s *scenarios.Segment) []byte {
	switch s.Keyword {
	case scenarios.Literal:
		return append(dst, s.Text...)
	case scenarios.BodyLength:
		return strconv.AppendInt(dst, int64(len(m.body)), 10)
	case scenarios.SDP:
		if answered == nil {
			answered = m.offered
		}
		return m.appendSDP(dst, c, answered)
	case scenarios.Variable:
		return append(dst, m.variables(c)[s.Reference.Index].Text()...)
	case scenarios.Field:
		return m.pool.Table.AppendCell(dst, int(c.row), s.Reference.Index)
	case scenarios.Branch:
		if dst = appendDialog(dst, c, message, s.Keyword); m.cfg.ObeyOverload {
			dst = append(dst, supportsOverload...)
		}
		return dst
	case scenarios.Transport, scenarios.LocalIP, scenarios.LocalPort, scenarios.LocalURI:
		return append(dst, m.lineOf(c).texts[s.Keyword]...)
	case scenarios.Challenges:
		return append(dst, m.challenges...)
	case scenarios.SessionTimer:
		if c == nil {
			return dst
		}
		return c.appendSessionTimer(dst, answered)
	}
	if answered != nil {
		return appendAnswered(dst, c, answered, m.from, &m.stateless, s.Keyword)
	}
	return appendDialog(dst, c, message, s.Keyword)
}

// appendDialog fills in the keywords of a request.
func appendDialog(dst []byte, c *call, message *scenarios.Message, k scenarios.Keyword) []byte {
	switch k {
	case scenarios.RequestURI:
		return append(dst, c.dialog.requestURI(c.dialog.partOf(message.Method))...)
	case scenarios.Branch:
		return appendBranch(dst, c, message.Method)
	case scenarios.CallID:
		return append(dst, c.dialog.get(c.dialog.callID)...)
	case scenarios.CSeqNumber:
		return strconv.AppendUint(dst, uint64(c.sequence(message.Method)), 10)
	case scenarios.LocalTag:
		return append(dst, c.id[:]...)
	case scenarios.LocalParty:
		return append(dst, c.dialog.get(c.dialog.local)...)
	case scenarios.RemoteParty:
		return append(dst, c.dialog.get(c.dialog.partOf(message.Method).remote)...)
	case scenarios.Authentication:
		return append(dst, c.dialog.get(*c.dialog.authOf(message.Method))...)
	case scenarios.Acknowledged:
		return c.appendRAck(dst)
	case scenarios.Lifetime:
		return c.appendLife(dst, message.Method)
	case scenarios.ReportState:
		return c.appendReportState(dst)
	case scenarios.ReplacesURI:
		return append(dst, c.dialog.get(c.dialog.replaces)...)
	case scenarios.Replaces:
		if replaces := c.dialog.get(c.dialog.replaces); len(replaces) > 0 {
			dst = append(append(append(dst, "Replaces: "...), replaces...), "\r\n"...)
		}
	case scenarios.ReferReport:
		return appendStatusLine(dst, int(c.report))
	case scenarios.Routes:
		return c.dialog.appendRoutes(dst, c.dialog.partOf(message.Method))
	}
	return dst
}

// sequence returns the CSeq number of a request: ACK and CANCEL have the INVITE's (RFC 3261, 9.1 and
// 13.2.2.4).
func (c *call) sequence(method string) uint32 {
	if method == "INVITE" || method == "ACK" || method == "CANCEL" {
		return c.inviteCSeq
	}
	return c.errand.cseq
}

// appendBranch writes the branch of a request of a call. It depends on nothing but the call and its
// transaction, so that a repeat is the same message: CANCEL has the INVITE's own (RFC 3261, 9.1), the ACK
// of a 2xx one of its own (13.2.2.4).
func appendBranch(dst []byte, c *call, method string) []byte {
	dst = append(append(dst, sip.MagicCookie...), c.id[:]...)
	dst = append(dst, '-')
	dst = strconv.AppendUint(dst, uint64(c.sequence(method)), 10)
	if method == "ACK" {
		dst = append(dst, 'a')
	}
	return dst
}

// appendAnswered fills in the keywords of a response from the request that it answers. c is nil outside
// a call.
func appendAnswered(dst []byte, c *call, r *sip.Message, from netip.AddrPort, stateless *identity, k scenarios.Keyword) []byte {
	switch k {
	case scenarios.AnsweredCallID:
		return append(dst, r.CallID...)
	case scenarios.AnsweredRequire:
		return appendUnsupported(dst, r)
	case scenarios.AnsweredCSeq:
		return append(dst, r.CSeqValue...)
	case scenarios.AnsweredFrom:
		return append(dst, r.From...)
	case scenarios.AnsweredTo:
		dst = append(dst, r.To...)
		if r.ToTag == nil {
			dst = append(append(dst, ";tag="...), tagOf(c, stateless)...)
		}
		return dst
	case scenarios.Reliability:
		return c.appendReliability(dst, r)
	case scenarios.Binding:
		return c.appendBinding(dst, r)
	case scenarios.Lifetime:
		return appendUint(dst, c.life(r))
	case scenarios.AnsweredVias:
		return appendVias(dst, r, from)
	case scenarios.AnsweredRecordRoutes:
		for _, route := range r.RecordRoutes[:r.NumRecordRoutes] {
			dst = append(append(append(dst, "Record-Route: "...), route...), "\r\n"...)
		}
	}
	return dst
}

// tagOf returns our tag in a response: the call's, or outside of calls one that belongs to none.
func tagOf(c *call, stateless *identity) []byte {
	if c == nil {
		return stateless[:]
	}
	return c.id[:]
}

// appendVias writes the Via headers of a response.
func appendVias(dst []byte, r *sip.Message, from netip.AddrPort) []byte {
	for i, via := range r.Vias[:r.NumVias] {
		dst = append(dst, "Via: "...)
		if i == 0 {
			dst = appendTopVia(dst, via, r.SentBy, from)
		} else {
			dst = append(dst, via...)
		}
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// appendTopVia writes the topmost Via, which says where the request really came from when its sender asked
// for that with rport (RFC 3581, 4) or names another host (RFC 3261, 18.2.1).
func appendTopVia(dst, via, sentBy []byte, from netip.AddrPort) []byte {
	end := rportEnd(via)
	switch {
	case end > 0:
		dst = append(append(dst, via[:end]...), '=')
		dst = strconv.AppendUint(dst, uint64(from.Port()), 10)
		dst = from.Addr().AppendTo(append(dst, ";received="...))
		return append(dst, via[end:]...)
	case sip.HostPort(sentBy).Addr() != from.Addr():
		return from.Addr().AppendTo(append(append(dst, via...), ";received="...))
	}
	return append(dst, via...)
}

// rportEnd returns the position behind an rport parameter without a value, 0 when a Via has none.
func rportEnd(via []byte) int {
	for at := 0; at < len(via); {
		next := bytes.IndexByte(via[at:], ';')
		if next < 0 {
			return 0
		}
		at += next + 1
		name := skipSpace(via[at:])
		if len(name) < len(rport) || name[0]|0x20 != 'r' || !bytes.EqualFold(name[:len(rport)], rport) {
			continue
		}
		if behind := skipSpace(name[len(rport):]); len(behind) == 0 || behind[0] == ';' {
			return len(via) - len(name) + len(rport)
		}
	}
	return 0
}

func skipSpace(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\t') {
		text = text[1:]
	}
	return text
}

var rport = []byte("rport")
