package call

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// keeping is one thing that a call keeps alive: a session with a timer (RFC 4028), a binding at a registrar (RFC
// 3261, 10.2.4) or a subscription (RFC 6665, 4.1.2). It lives until the program ends it.
type keeping struct {
	life       time.Duration // asked for or granted; 0 for none
	at         time.Duration // when we refresh it; Never
	until      time.Duration // when it lapses unless the peer refreshes it; Never
	message    *scenarios.Message
	refreshing bool // a refresh is under way
}

var nothingKept = keeping{at: Never, until: Never}

func (k *keeping) next() time.Duration { return min(k.at, k.until) }

// leases are what others keep for a call: few calls have any.
type leases struct{ binding, subscription keeping }

func (l *leases) next() time.Duration {
	if l == nil {
		return Never
	}
	return min(l.binding.next(), l.subscription.next())
}

// kept returns what a request of a method asks for, or refreshes: a binding, a subscription, else the session.
func (m *Machine) kept(c *call, method string) *keeping {
	if method != "REGISTER" && method != "SUBSCRIBE" {
		return &c.keep
	}
	if c.leases == nil {
		c.leases = m.table.takeLeases()
	}
	if method == "REGISTER" {
		return &c.leases.binding
	}
	return &c.leases.subscription
}

// fireKeeping refreshes what is due, and ends what the peer has let lapse.
func (m *Machine) fireKeeping(c *call, now time.Duration) {
	m.fireKept(c, &c.keep, now)
	l := c.leases
	if l != nil && c.busy {
		m.fireKept(c, &l.binding, now)
	}
	if l != nil && c.busy {
		m.fireKept(c, &l.subscription, now)
	}
}

func (m *Machine) fireKept(c *call, k *keeping, now time.Duration) {
	switch {
	case k.until <= now:
		m.lapse(c, k, now)
	case k.at <= now:
		m.refresh(c, k, now)
	}
}

// refreshRetry is how long a refresh waits while another transaction of the call is under way.
const refreshRetry = time.Second

func (m *Machine) refresh(c *call, k *keeping, now time.Duration) {
	if c.errand.Running() || c.invite.Running() {
		k.at = now + refreshRetry
		return
	}
	k.at, k.refreshing, c.trial = Never, true, sip.Trial{}
	if k.message.Method == "INVITE" {
		m.sendInvite(c, k.message, now)
		return
	}
	m.sendErrand(c, k.message, refreshing, now)
}

// onRefreshed goes on keeping, for as long as the answer grants.
func (m *Machine) onRefreshed(c *call, k *keeping, r *sip.Message, at time.Duration) {
	if r.Status >= 300 {
		m.onRefreshRefused(c, k, r.Status, sip.RetryAfter(r.RetryAfter), at)
		return
	}
	k.refreshing = false
	m.count(c).Refreshes++
	if k == &c.keep {
		m.keepSession(c, r, at)
	} else {
		m.keepRequested(c, r, at)
	}
}

// onRefreshRefused goes on with what lives, until its time is over, though it was not refreshed. Nobody knows it any more
// after 481, and a session after 408 (RFC 4028, 10; RFC 6665, 4.1.2.2). The refresh of a binding or a subscription that
// the other end could not serve now, or did not answer, is tried again: after the time that it named, else after a
// quarter of what is left.
func (m *Machine) onRefreshRefused(c *call, k *keeping, status int, after, now time.Duration) {
	m.count(c).RefreshesRefused++
	session := k == &c.keep
	k.refreshing = false
	switch {
	case status == 481, session && status == 408:
		m.lapse(c, k, now)
	case session:
		k.until = now + k.life/2 - k.margin()
	case status == 408, status >= 500 && status < 600 && status != 501:
		if after == 0 {
			after = max((k.until-now)/4, refreshRetry)
		}
		k.at = now + after
	}
}

// lapse ends a call whose session is gone, or the binding or subscription that it consisted of. A call with a session
// goes on without those.
func (m *Machine) lapse(c *call, k *keeping, now time.Duration) {
	session := c.opening() == sip.INVITE
	if session && k != &c.keep {
		*k = nothingKept
		return
	}
	c.flags.dropped, c.flags.completed = true, false
	if !session {
		m.finish(c, now)
		return
	}
	m.hangUp(c, now)
}

// keepSession starts the session timer that a 2xx to our INVITE or UPDATE names. Who refreshes it does so at
// half time; who does not hangs up a little before the end (RFC 4028, 7.2 and 10).
func (m *Machine) keepSession(c *call, r *sip.Message, at time.Duration) {
	seconds, params, ok := sip.DeltaSeconds(r.SessionExpires)
	if !ok || seconds == 0 {
		c.keep.at, c.keep.until = Never, Never
		return
	}
	m.timeSession(c, seconds, !bytes.EqualFold(sip.Parameter(params, "refresher"), uas), at)
	if c.keep.message == nil {
		c.keep.message = m.standard.reinvite
		if r.Lists("Allow", 0, "UPDATE") {
			c.keep.message = m.standard.update
		}
	}
}

var uas, uac = []byte("uas"), []byte("uac")

// timeSession sets the timers of a session of which we are the refresher, or the peer.
func (m *Machine) timeSession(c *call, seconds uint32, ours bool, at time.Duration) {
	c.keep.life = time.Duration(seconds) * time.Second
	c.keep.at, c.keep.until = Never, Never
	if ours {
		c.keep.at = at + c.keep.life/2
	} else {
		c.keep.until = at + c.keep.life - c.keep.margin()
	}
}

// margin is how long before its end a session counts as lapsed (RFC 4028, 10).
func (k *keeping) margin() time.Duration { return min(32*time.Second, k.life/3) }

// keepServed starts the session timer of a session that the peer's INVITE or UPDATE asks for, as our answer
// grants it.
func (m *Machine) keepServed(c *call, r *sip.Message, at time.Duration) {
	seconds, ours, ok := granted(r)
	if !ok {
		c.keep.at, c.keep.until = Never, Never // our answer will name none: RFC 4028, 7.2
		return
	}
	m.timeSession(c, seconds, ours, at)
	c.keep.message = m.standard.update
	if !r.Lists("Allow", 0, "UPDATE") {
		c.keep.message = m.standard.reinvite
	}
}

// granted returns the session timer that we grant a request, and whether we are its refresher: who the
// request names, else the caller if it knows session timers, else we (RFC 4028, 9).
func granted(r *sip.Message) (seconds uint32, ours, ok bool) {
	seconds, params, ok := sip.DeltaSeconds(r.SessionExpires)
	if !ok || seconds < minSession { // of a caller without session timers: others were told that it is too short
		return 0, false, false
	}
	if named := sip.Parameter(params, "refresher"); named != nil {
		return seconds, bytes.EqualFold(named, uas), true
	}
	return seconds, !r.Lists("Supported", 'k', "timer"), true
}

// minSession is the shortest session timer that is granted (RFC 4028, 4).
const minSession = 90

// tooShort tells whether a request asks for a session timer that is refused with 422.
func tooShort(r *sip.Message) bool {
	seconds, _, ok := sip.DeltaSeconds(r.SessionExpires)
	return ok && seconds < minSession && r.Lists("Supported", 'k', "timer")
}

// appendSessionTimer writes the session timer of a request of ours, or the one that we grant.
func (c *call) appendSessionTimer(dst []byte, answered *sip.Message) []byte {
	if answered != nil {
		seconds, ours, ok := granted(answered)
		if !ok {
			return dst
		}
		refresher := uac
		if ours {
			refresher = uas
		} else {
			dst = append(dst, "Require: timer\r\n"...)
		}
		return appendSessionExpires(dst, seconds, refresher)
	}
	if c.keep.life == 0 || c.opening() != sip.INVITE {
		return dst
	}
	seconds := uint32(c.keep.life / time.Second)
	dst = append(dst, "Supported: timer\r\n"...)
	if c.retries > 0 { // a 422 named the least that is granted
		dst = append(appendUint(append(dst, "Min-SE: "...), seconds), "\r\n"...)
	}
	if c.keep.until != Never { // the peer refreshes, and goes on doing so: RFC 4028, 7.4
		return appendSessionExpires(dst, seconds, uas)
	}
	return appendSessionExpires(dst, seconds, uac)
}

func appendSessionExpires(dst []byte, seconds uint32, refresher []byte) []byte {
	dst = appendUint(append(dst, "Session-Expires: "...), seconds)
	return append(append(append(dst, ";refresher="...), refresher...), "\r\n"...)
}

// keepRequested keeps the binding or the subscription alive that the answer to a request grants: refreshed at
// half its life, or ten minutes before the end of a long one.
func (m *Machine) keepRequested(c *call, r *sip.Message, at time.Duration) {
	method := c.errand.message.Method
	if method == "UPDATE" {
		m.keepSession(c, r, at)
		return
	}
	if c.errand.message.Ends || method != "REGISTER" && method != "SUBSCRIBE" {
		if c.errand.message.Ends {
			*m.kept(c, method) = nothingKept
		}
		return
	}
	if method == "SUBSCRIBE" && !c.established() {
		m.adopt(c, r)
	}
	seconds, ok := grantedTo(r, m.lineOf(c).texts[scenarios.LocalURI])
	if !ok || seconds == 0 {
		return
	}
	life := time.Duration(seconds) * time.Second
	k := m.kept(c, method)
	k.life, k.message = life, c.errand.message
	k.at, k.until = at+max(life/2, life-10*time.Minute), at+life
}

// grantedTo returns the seconds that a 2xx grants a Contact of ours, which may stand among those of others who have
// registered the same address (RFC 3261, 10.2.4).
func grantedTo(r *sip.Message, ours string) (seconds uint32, ok bool) {
	for contact := range r.Values("Contact", 'm') {
		if uri, _, found := sip.AddressParameters(contact); found && string(uri) == ours {
			return contactLife(r, contact)
		}
	}
	return contactLife(r, r.Contact) // a registrar that writes it otherwise
}

// contactLife returns the seconds that a message names for a Contact, else for all of them.
func contactLife(r *sip.Message, contact []byte) (seconds uint32, ok bool) {
	if _, params, found := sip.AddressParameters(contact); found {
		if value := sip.Parameter(params, "expires"); value != nil {
			seconds, _, ok = sip.DeltaSeconds(value)
			return seconds, ok
		}
	}
	seconds, _, ok = sip.DeltaSeconds(r.Expires)
	return seconds, ok
}

// Bounds of what a target may ask for: it cannot keep a call asking again for ever.
const (
	maxRetries = 3
	maxLife    = 24 * time.Hour
)

// longer tells whether a request is worth another try with the longer life that a 422 or 423 asks for.
func (m *Machine) longer(c *call, r *sip.Message) bool {
	value := r.MinSE
	if r.Status == 423 {
		value = r.MinExpires
	}
	if r.Status != 422 && r.Status != 423 || c.retries == maxRetries {
		return false
	}
	seconds, _, ok := sip.DeltaSeconds(value)
	least := time.Duration(seconds) * time.Second
	k := m.kept(c, r.Method.String())
	if !ok || least <= k.life || least > maxLife {
		return false
	}
	c.retries++
	k.life = least
	return true
}

// appendLife writes the seconds of an Expires header.
func (c *call) appendLife(dst []byte, method string) []byte {
	life := defaultLife
	switch {
	case c.leases == nil:
	case method == "REGISTER" && c.leases.binding.life > 0:
		life = c.leases.binding.life
	case method == "SUBSCRIBE" && c.leases.subscription.life > 0:
		life = c.leases.subscription.life
	}
	return strconv.AppendInt(dst, int64(life/time.Second), 10)
}

// defaultLife is what is asked for where the program names no time (RFC 3261, 10.2.1.1 recommends an hour).
const defaultLife = time.Hour

// putRegistrar writes the request URI of a REGISTER: the target without a number (RFC 3261, 10.2).
func (d *dialog) putRegistrar(target string) span {
	begin := len(d.text)
	if _, domain, found := strings.Cut(target, "@"); found {
		d.text, target = append(d.text, "sip:"...), domain
	}
	d.text = append(d.text, target...)
	return d.since(begin)
}
