package scenarios

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/planner"
)

// Keyword is a place in a message that each call fills with its own value.
type Keyword uint8

// The keywords, in the order of keywordNames. Names that SIPp's users know mean what they mean there.
const (
	Literal              Keyword = iota
	RequestURI                   // remote target: the number called, then the peer's Contact
	Transport                    // UDP
	LocalIP                      // address of our socket, IPv6 in brackets
	LocalPort                    //
	Branch                       // new for each request, the INVITE's own for CANCEL and for the ACK of a refusal
	CallID                       //
	CSeqNumber                   // of the request being sent
	LocalTag                     //
	LocalParty                   // our From or To value with tag
	RemoteParty                  // the peer's From or To value with its tag once known
	LocalURI                     // our Contact URI
	UserAgent                    // sipplan/version
	BodyLength                   //
	SDP                          // offer in a request, answer in a response
	AnsweredFrom                 // From value of the request that a response answers
	AnsweredTo                   // its To value, with our tag added when it has none
	AnsweredCallID               // its Call-ID
	AnsweredCSeq                 // its CSeq value
	AnsweredRequire              // its Require value
	AnsweredVias                 // whole lines: its Via headers, with received and rport filled in
	AnsweredRecordRoutes         // whole lines: its Record-Route headers
	Authentication               // whole lines: the credentials of the request, where the target wants some
	Routes                       // whole line: the dialog's route set
	SessionTimer                 // whole lines: the session timer of the call, where it has one (RFC 4028)
	Reliability                  // whole lines: what makes a provisional response reliable, where the caller knows how (RFC 3262)
	Acknowledged                 // value of the RAck of a PRACK
	Lifetime                     // seconds that a binding or subscription is asked for
	Binding                      // whole lines: the binding that a 200 to REGISTER confirms
	ReportState                  // value of the Subscription-State of such a NOTIFY
	ReplacesURI                  // URI that a REFER of an attended transfer sends the peer to
	Replaces                     // whole line: the call that an INVITE takes the place of (RFC 3891)
	Challenges                   // whole lines: what asks for credentials
	ReferReport                  // body of a NOTIFY about a REFER: the status line of the call that followed it
)

var keywordNames = map[string]Keyword{
	"request_uri": RequestURI, "transport": Transport, "local_ip": LocalIP, "local_port": LocalPort,
	"branch": Branch, "call_id": CallID, "cseq": CSeqNumber,
	"local_tag": LocalTag, "local_party": LocalParty, "remote_party": RemoteParty, "local_uri": LocalURI,
	"user_agent": UserAgent, "len": BodyLength, "sdp": SDP,
	"last_From": AnsweredFrom, "last_To": AnsweredTo, "last_Call-ID": AnsweredCallID, "last_CSeq": AnsweredCSeq, "last_Require": AnsweredRequire, "last_Via": AnsweredVias,
	"last_Record-Route": AnsweredRecordRoutes, "authentication": Authentication, "routes": Routes,
	"session_timer": SessionTimer, "reliability": Reliability, "rack": Acknowledged, "expires": Lifetime,
	"binding": Binding, "subscription_state": ReportState, "replaces": Replaces, "replaces_uri": ReplacesURI, "challenges": Challenges, "refer_report": ReferReport,
}

// NameOf returns the name of a keyword as files write it in brackets; "" for what has none.
func NameOf(k Keyword) string {
	for name, other := range keywordNames {
		if other == k {
			return name
		}
	}
	return ""
}

// wholeLine tells the keywords that stand for complete header lines, or for none.
func wholeLine(k Keyword) bool {
	switch k {
	case AnsweredVias, AnsweredRecordRoutes, Authentication, Routes, SessionTimer, Reliability, Binding, Replaces, Challenges:
		return true
	}
	return false
}

// Segment is a piece of a message: fixed bytes, or a keyword.
type Segment struct {
	Keyword   Keyword
	Text      []byte     // of a Literal
	Reference *Reference // what the name of a keyword does not say, nil for nothing
}

// Message is a SIP message with places to fill in: requests name a Method, responses a Status.
type Message struct {
	Method string
	Status int
	Head   []Segment // start line and headers, with the empty line that ends them
	Body   []Segment

	Ends     bool // ends the binding or subscription that it names
	Reliable bool // a provisional response that is repeated until its PRACK comes in (RFC 3262)
}

// ParseMessage compiles the text of a message. Lines may end in LF or CRLF, a keyword stands in square
// brackets, a body follows an empty line. Square brackets around anything else, as of an IPv6 address,
// stay as they are.
func ParseMessage(text string) (*Message, error) {
	text = strings.ReplaceAll(strings.TrimLeft(text, "\r\n"), "\r\n", "\n")
	head, body, _ := strings.Cut(text, "\n\n")
	head = strings.TrimRight(head, "\n") + "\n"
	m := &Message{}
	if err := m.parseStartLine(head); err != nil {
		return nil, err
	}
	m.Head = append(segments(head), Segment{Text: []byte("\r\n")})
	m.Head = merge(m.Head)
	if body = strings.TrimRight(body, "\n"); body != "" {
		if body[0] != '[' || strings.Contains(body, "\n") {
			body += "\n"
		}
		m.Body = segments(body)
	}
	return m, nil
}

func (m *Message) parseStartLine(head string) error {
	line, _, _ := strings.Cut(head, "\n")
	words := strings.Fields(line)
	switch {
	case len(words) >= 2 && words[0] == "SIP/2.0":
		status, err := strconv.Atoi(words[1])
		if err != nil || status < 100 || status > 699 {
			return fmt.Errorf("message: status %q is not a number from 100 to 699", words[1])
		}
		m.Status = status
	case len(words) == 3 && words[2] == "SIP/2.0":
		m.Method = words[0]
	default:
		return fmt.Errorf("message: %q is neither a request line nor a status line", line)
	}
	return nil
}

// segments splits text at its keywords and ends its lines in CRLF.
func segments(text string) []Segment {
	list := make([]Segment, 0, 2*strings.Count(text, "[")+2)
	for text != "" {
		open := strings.IndexByte(text, '[')
		if column, before, after, ok := namedCell(text); ok && (open < 0 || len(before) < open) {
			list = append(list, literal(before), Segment{Keyword: Field, Reference: &Reference{Name: column}})
			text = after
			continue
		}
		if open < 0 {
			break
		}
		name, rest, closed := strings.Cut(text[open+1:], "]")
		k, known := keywordNames[name]
		if !closed || !known {
			list = append(list, literal(text[:open+1]))
			text = text[open+1:]
			continue
		}
		if wholeLine(k) {
			rest = strings.TrimPrefix(rest, "\n")
		}
		list = append(list, literal(text[:open]), Segment{Keyword: k})
		text = rest
	}
	return merge(append(list, literal(text)))
}

// namedCell finds the first column that is named in double braces: {{ caller }}.
func namedCell(text string) (column, before, after string, ok bool) {
	before, rest, opened := strings.Cut(text, "{{")
	column, after, closed := strings.Cut(rest, "}}")
	column = strings.TrimSpace(column)
	return column, before, after, opened && closed && column != "" && !strings.ContainsAny(column, "\r\n{")
}

// checkText refuses text in which a name in braces or brackets is not what its writer took it for: what is no
// keyword stays as it is, but not where it is nearly one.
func checkText(text string) error {
	for rest := text; strings.Contains(rest, "{{"); {
		_, before, after, ok := namedCell(rest)
		if !ok || strings.Contains(before, "{{") {
			return fmt.Errorf("%q: a variable or a column stands in double braces, {{ name }}", rest[strings.Index(rest, "{{"):])
		}
		rest = after
	}
	for _, name := range bracketed.FindAllString(text, -1) {
		name = strings.Trim(name, "[]")
		if _, known := keywordNames[name]; known {
			continue
		}
		if near := planner.Nearest(name, slices.Sorted(maps.Keys(keywordNames))); near != "" {
			return fmt.Errorf("[%s]: no such keyword; did you mean [%s]?", name, near)
		}
	}
	return nil
}

var bracketed = regexp.MustCompile(`\[[A-Za-z_-]{4,}\]`)

// ParseText compiles text with keywords that is no whole message.
func ParseText(text string) []Segment { return segments(text) }

func literal(text string) Segment {
	return Segment{Text: []byte(strings.ReplaceAll(text, "\n", "\r\n"))}
}

// Bind returns the message with the keywords of fixed replaced by their values, so that rendering
// fills in only what differs from call to call.
func (m *Message) Bind(fixed map[Keyword]string) *Message {
	bound := *m
	bound.Head, bound.Body = bind(m.Head, fixed), bind(m.Body, fixed)
	return &bound
}

func bind(list []Segment, fixed map[Keyword]string) []Segment {
	bound := make([]Segment, 0, len(list))
	for _, s := range list {
		if value, ok := fixed[s.Keyword]; ok && s.Keyword != Literal {
			s = Segment{Text: []byte(value)}
		}
		bound = append(bound, s)
	}
	return merge(bound)
}

// merge joins neighbouring literals and drops empty ones, in the list itself.
func merge(list []Segment) []Segment {
	merged := list[:0]
	for _, s := range list {
		last := len(merged) - 1
		switch {
		case s.Keyword != Literal:
			merged = append(merged, s)
		case len(s.Text) == 0:
		case last >= 0 && merged[last].Keyword == Literal:
			merged[last].Text = append(bytes.Clone(merged[last].Text), s.Text...)
		default:
			merged = append(merged, s)
		}
	}
	return merged
}
