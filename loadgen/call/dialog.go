package call

import (
	"bytes"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// dialog is what requests inside a call are made of (RFC 3261, section 12): the texts stand one behind
// the other in one buffer of the machine's pool. A text that changes is written anew behind the others.
type dialog struct {
	text     []byte
	callID   span
	local    span  // our From or To value, tag included
	remote   span  // the peer's, with its tag once it is known
	tag      span  // the peer's tag
	target   span  // request URI of the next request
	auth     span  // header lines with the credentials of the INVITE, for its repeats and ACK; empty for none
	replaces span  // value of the Replaces header of our INVITE; empty for none
	errand   span  // those of the last other request
	invited  party // what the INVITE was sent to, where an early dialog has another since
	others   span  // URIs that a 3xx named and that were not tried yet, with a space behind each
	routes   span  // route set, as the value of a Route header; empty for none
	home     party // the address of record and its registrar, of a call that registers
}

// span is a piece of the dialog's text.
type span struct{ from, to uint16 }

func (d *dialog) get(s span) []byte { return d.text[s.from:s.to] }

// put writes the concatenation of parts and returns where it stands.
func (d *dialog) put(parts ...[]byte) span {
	from := len(d.text)
	for _, p := range parts {
		d.text = append(d.text, p...)
	}
	return span{uint16(from), uint16(len(d.text))}
}

// within returns where a part stands in a text that contains it, so that it takes no room of its own.
func (d *dialog) within(text span, part []byte) span {
	at := bytes.Index(d.get(text), part)
	if at < 0 {
		return d.put(part)
	}
	return span{text.from + uint16(at), text.from + uint16(at+len(part))}
}

// party is whom a request is for.
type party struct{ remote, target, routes span }

// authOf returns where the credentials of a request of a method stand.
func (d *dialog) authOf(method string) *span {
	if method == "INVITE" || method == "ACK" {
		return &d.auth
	}
	return &d.errand
}

// partOf returns whom a request is for: a CANCEL for whom the INVITE was (RFC 3261, 9.1), a REGISTER for the
// registrar, whatever dialog there is.
func (d *dialog) partOf(method string) party {
	switch {
	case method == "CANCEL" && d.invited != (party{}):
		return d.invited
	case method == "REGISTER" && d.home != (party{}):
		return d.home
	}
	return party{d.remote, d.target, d.routes}
}

// keepInvited remembers whom the INVITE was for, before an early dialog names somebody else.
func (d *dialog) keepInvited() {
	if d.invited == (party{}) {
		d.invited = party{d.remote, d.target, d.routes}
	}
}

// forgetEarly makes the next INVITE go to whom the first one did.
func (d *dialog) forgetEarly() {
	if d.invited != (party{}) {
		d.remote, d.target, d.routes = d.invited.remote, d.invited.target, d.invited.routes
		d.invited, d.tag = party{}, span{}
	}
}

// since returns the piece of the text that was written from an index on.
func (d *dialog) since(from int) span { return span{uint16(from), uint16(len(d.text))} }

// maxDialog bounds the texts of one dialog, in octets.
const maxDialog = 16 << 10

// takes tells whether the texts of a message can be taken over without exceeding maxDialog, once the texts that
// were written anew have given way.
func (d *dialog) takes(m *sip.Message) bool {
	if d.fits(m) {
		return true
	}
	d.compact()
	return d.fits(m)
}

// compact drops the texts that are in use no more. It allocates, which only dialogs of many changes make it do.
func (d *dialog) compact() {
	kept := make([]byte, 0, len(d.text))
	for _, s := range []*span{&d.callID, &d.local, &d.remote, &d.tag, &d.target, &d.auth, &d.replaces, &d.errand, &d.others, &d.routes,
		&d.invited.remote, &d.invited.target, &d.invited.routes, &d.home.remote, &d.home.target} {
		from := len(kept)
		if kept = append(kept, d.get(*s)...); len(kept) == from {
			*s = span{}
			continue
		}
		*s = span{uint16(from), uint16(len(kept))}
	}
	d.text = append(d.text[:0], kept...)
}

func (d *dialog) fits(m *sip.Message) bool {
	need := len(m.CallID) + len(m.From) + len(m.FromTag) + len(m.To) + len(m.ToTag) + len(m.Target) + 2*identityLen
	for _, r := range m.RecordRoutes[:m.NumRecordRoutes] {
		need += len(r) + len(routeSeparator)
	}
	return len(d.text)+need <= maxDialog
}

var routeSeparator = []byte(", ")

// putRoutes writes the route set of a message: in reverse at the caller (RFC 3261, 12.1.2), as it stands
// at the answerer (12.1.1).
func (d *dialog) putRoutes(m *sip.Message, reverse bool) {
	from := len(d.text)
	for i := range m.NumRecordRoutes {
		at := i
		if reverse {
			at = m.NumRecordRoutes - 1 - i
		}
		if i > 0 {
			d.text = append(d.text, routeSeparator...)
		}
		d.text = append(d.text, m.RecordRoutes[at]...)
	}
	d.routes = span{uint16(from), uint16(len(d.text))}
}

// matches tells whether a request with our tag belongs to the dialog: its Call-ID and the peer's tag are the
// dialog's (RFC 3261, 12).
func (d *dialog) matches(r *sip.Message) bool {
	return bytes.Equal(r.CallID, d.get(d.callID)) && (d.tag.to == d.tag.from || bytes.Equal(r.FromTag, d.get(d.tag)))
}

// adopt takes over what a 2xx to our INVITE says of the peer. What does not fit is not taken over as a whole: without
// its routes and Contact there is mostly enough to acknowledge the answer and to hang up.
func (d *dialog) adopt(m *sip.Message) (whole bool) {
	if whole = d.takes(m); !whole {
		if m.NumRecordRoutes, m.Target = 0, nil; !d.takes(m) {
			return false
		}
	}
	d.remote = d.put(m.To)
	d.tag = d.within(d.remote, m.ToTag)
	if len(m.Target) > 0 {
		d.target = d.put(m.Target)
	}
	d.putRoutes(m, true)
	return whole
}

// accept takes over what an INVITE that we answer says of the caller; tag is ours.
func (d *dialog) accept(m *sip.Message, tag identity) bool {
	if !d.fits(m) {
		return false
	}
	d.callID = d.put(m.CallID)
	d.local = d.put(m.To, []byte(";tag="), tag[:])
	d.remote = d.put(m.From)
	d.tag = d.within(d.remote, m.FromTag)
	d.target = d.put(m.Target)
	d.putRoutes(m, false)
	return true
}
