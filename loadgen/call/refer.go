package call

import (
	"bytes"
	"net/netip"
	"net/url"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// follow accepts the REFER at hand and calls where it says; NOTIFYs tell the peer what becomes of that call
// (RFC 3515, 2.4). A REFER to what must not be called or cannot be reached is declined.
func (m *Machine) follow(c *call, now time.Duration) {
	r := &m.message
	uri, _, ok := sip.AddressParameters(r.Lookup("Refer-To", 'r'))
	target, headers, _ := bytes.Cut(uri, []byte{'?'})
	address := sip.LiteralAddress(target)
	if !ok || len(uri) > maxReplaces || !m.callable(target) || !m.reachable(c, address) || m.flows.referred == nil {
		m.answerRequest(c, r, m.from, 603)
		return
	}
	m.answerRequest(c, r, m.from, 202)
	c.report = 100
	m.tell(c, now)
	m.begin(now, Attempt{Intended: now, Trunk: &Trunk{
		Name: "refer", Address: address, URI: string(target), From: string(uriOf(c.dialog.get(c.dialog.local))),
	}}, m.flows.referred, func(referred *call) {
		referred.referrer = m.table.refer(c)
		referred.dialog.replaces = referred.dialog.put(replacesOf(headers))
	})
}

// replacesOf returns the value of the Replaces header in the headers of a URI (RFC 3891, 6), nil for none.
func replacesOf(headers []byte) []byte {
	for more := true; more; {
		var field []byte
		field, headers, more = bytes.Cut(headers, []byte{'&'})
		name, value, _ := bytes.Cut(field, []byte{'='})
		text, err := url.PathUnescape(string(value))
		if bytes.EqualFold(name, []byte("Replaces")) && err == nil && !bytes.ContainsAny([]byte(text), "\r\n\x00") {
			return []byte(text)
		}
	}
	return nil
}

// reportOn tells the peer whose REFER a call follows how that call stands.
func (m *Machine) reportOn(c *call, status int, at time.Duration) {
	if c.referrer == (callRef{}) {
		return
	}
	referrer := m.table.linked(c.referrer)
	if status >= 200 {
		c.referrer = callRef{}
	}
	if referrer == nil || referrer.stage != talking || referrer.report >= 200 || int(referrer.report) == status {
		return
	}
	referrer.report = int16(status)
	m.tell(referrer, at)
	m.schedule(referrer)
}

// tell sends the report about the call that follows a REFER, as soon as no other request of the dialog waits for
// its answer.
func (m *Machine) tell(c *call, at time.Duration) {
	c.flags.reportDue = c.stage == talking && c.errand.Running() && c.errand.purpose != reporting
	if c.stage == talking && !c.flags.reportDue {
		m.sendErrand(c, m.standard.report, reporting, at)
	}
}

// appendReportState writes the state of the subscription that a REFER opened: over with the final report.
func (c *call) appendReportState(dst []byte) []byte {
	if c.report >= 200 {
		return append(dst, "terminated;reason=noresource"...)
	}
	return append(dst, "active;expires=60"...)
}

// appendStatusLine writes the status line that the body of a report is.
func appendStatusLine(dst []byte, status int) []byte {
	dst = appendUint(append(dst, "SIP/2.0 "...), uint32(status))
	return append(append(append(dst, ' '), phraseOf(status)...), "\r\n"...)
}

// phraseOf returns the reason phrase of a status, that of its hundred where it is not known.
func phraseOf(status int) string {
	if phrase, known := phrases[status]; known {
		return phrase
	}
	if status >= 200 && status < 300 {
		return "OK"
	}
	return "Failed"
}

// reported returns the status that the report in a NOTIFY names, 0 for none.
func reported(r *sip.Message) int {
	line, ok := bytes.CutPrefix(r.Body, []byte("SIP/2.0 "))
	if !ok || len(line) < 3 {
		return 0
	}
	status, _, ok := sip.DeltaSeconds(line[:3])
	if !ok {
		return 0
	}
	return int(status)
}

// onReplacing begins a call that takes the place of another (RFC 3891, 3): that one is hung up once the new one
// is answered.
func (m *Machine) onReplacing(r *sip.Message, replaces []byte, from netip.AddrPort, at time.Duration) {
	callID, params, _ := bytes.Cut(replaces, []byte{';'})
	slot, generation, ours := parseIdentity(sip.Parameter(params, "to-tag"), m.cfg.Machine)
	replaced, _ := m.table.find(slot, generation)
	known := ours && replaced != nil && replaced.stage == talking && bytes.Equal(bytes.TrimSpace(callID), replaced.dialog.get(replaced.dialog.callID)) &&
		bytes.Equal(sip.Parameter(params, "from-tag"), replaced.dialog.get(replaced.dialog.tag))
	if !known {
		m.reply(nil, r, from, 481)
		return
	}
	if hasFlag(params, "early-only") { // RFC 3891, 3: the call has been answered meanwhile
		m.reply(nil, r, from, 486)
		return
	}
	if c := m.serve(r, from, at, false); c != nil {
		c.replaces = m.table.refer(replaced)
		if c.stage == confirming {
			m.hangUpReplaced(c, at)
		}
	}
}

// hasFlag tells whether a parameter without a value is among others.
func hasFlag(params []byte, name string) bool {
	for parameter := range bytes.SplitSeq(params, []byte{';'}) {
		if bytes.EqualFold(bytes.TrimSpace(parameter), []byte(name)) {
			return true
		}
	}
	return false
}

// hangUpReplaced hangs up the call that an answered one takes the place of.
func (m *Machine) hangUpReplaced(c *call, at time.Duration) {
	if c.replaces == (callRef{}) {
		return
	}
	replaced := m.table.linked(c.replaces)
	c.replaces = callRef{}
	if replaced != nil && replaced.stage == talking {
		m.hangUp(replaced, at)
	}
}
