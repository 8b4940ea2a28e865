// Package sip is the signalling of the generator: reading and writing messages, transactions with the
// timers of the run, digest, session descriptions, the search for servers (RFC 3263), and what carries
// messages: the UDP socket that moves datagrams in batches, and the connections of TCP, TLS and WebSocket.
//
// The load path reads only the headers that route a message and decide a call, from the datagram in
// place, without allocating. sipgo reads the URIs that people write, and is the second reader that tests
// hold the scanner against. RFC 3261 and RFC 6026 rule the transactions; their timers belong to one run,
// never to the process.
package sip

// Method is a SIP request method.
type Method uint8

// The methods of RFC 3261 and its extensions. UnknownMethod is any other token.
const (
	UnknownMethod Method = iota
	INVITE
	ACK
	BYE
	CANCEL
	OPTIONS
	REGISTER
	PRACK
	UPDATE
	INFO
	MESSAGE
	SUBSCRIBE
	NOTIFY
	REFER
	PUBLISH
)

// Bounds of one message. A message that exceeds one is malformed.
const (
	MaxVias            = 64 // Via values kept for the response; the longest message of RFC 4475 has 34
	MaxRecordRoutes    = 32 // Record-Route values kept for the dialog
	MaxAuthentications = 8  // challenges or credentials kept
	MaxHeaderLines     = 200
)

// Message is one SIP message as a call needs it. Its slices point into the scanned datagram and are
// valid as long as that is; copying what must live longer is the caller's job. A Message is reused:
// Scan overwrites every field, of Vias and RecordRoutes those below the count. A header that is not
// there is nil; one that is there is not, even when empty.
type Message struct {
	Raw []byte // the datagram, headers unfolded in place

	Request    bool   // else a response
	Method     Method // of the request, or of the CSeq of a response
	MethodName []byte // as written
	RequestURI []byte // of a request
	Status     int    // of a response, 100 to 699
	Phrase     []byte // reason phrase of a response

	Vias               [MaxVias][]byte // values, topmost first; one per value, also of comma-separated lines
	NumVias            int
	Branch             []byte // branch parameter of the topmost Via
	SentBy             []byte // host[:port] of the topmost Via
	CallID             []byte
	From               []byte // value as written, tag included
	FromTag            []byte // nil when there is none
	To                 []byte // value as written, tag included
	ToTag              []byte // nil when there is none
	CSeq               uint32 // below 2^31
	CSeqValue          []byte // number and method as written
	Contact            []byte // first Contact value as written
	Target             []byte // URI of the first Contact, without brackets and header parameters
	Expires            []byte
	Reason             []byte // first Reason line with a Q.850 value, else the first (RFC 3326)
	RetryAfter         []byte
	Authentications    [MaxAuthentications]Authentication // challenges of a response, credentials of a request, topmost first
	NumAuthentications int
	Require            []byte // first Require line
	Replaces           []byte // RFC 3891
	SessionExpires     []byte // RFC 4028
	MinSE              []byte // RFC 4028
	MinExpires         []byte // of a 423
	RSeq, RAck         []byte // RFC 3262
	ContentType        []byte
	RecordRoutes       [MaxRecordRoutes][]byte // values, topmost first
	NumRecordRoutes    int
	Body               []byte
	Session            []byte // the session description in the body, nil when there is none
}

// Reset makes m an empty message. It leaves what the arrays hold beyond their counts, so that reuse
// does not clear kilobytes for each message.
func (m *Message) Reset() {
	m.Raw = nil
	m.Request, m.Method, m.MethodName, m.RequestURI = false, UnknownMethod, nil, nil
	m.Status, m.Phrase = 0, nil
	m.NumVias, m.Branch, m.SentBy = 0, nil, nil
	m.CallID = nil
	m.From, m.FromTag, m.To, m.ToTag = nil, nil, nil, nil
	m.CSeq, m.CSeqValue = 0, nil
	m.Contact, m.Target = nil, nil
	m.Expires, m.Reason, m.RetryAfter, m.Require = nil, nil, nil, nil
	m.Replaces = nil
	m.SessionExpires, m.MinSE, m.MinExpires, m.RSeq, m.RAck = nil, nil, nil, nil, nil
	m.NumAuthentications = 0
	m.NumRecordRoutes = 0
	m.ContentType, m.Body, m.Session = nil, nil, nil
}

// Answerable reports whether m holds what every response copies from its request (RFC 3261, 8.2.6.2),
// so that even a malformed one can be answered. An ACK never is.
func (m *Message) Answerable() bool {
	return m.Request && m.Method != ACK && m.NumVias > 0 && len(m.SentBy) > 0 &&
		len(m.CallID) > 0 && len(m.From) > 0 && len(m.To) > 0 && len(m.CSeqValue) > 0
}
