package sip

import (
	"slices"

	"github.com/sipplan/sipplan/planner/measure"
)

// Profile is what is known about the trunk behind the target. The zero value reads every status by
// its meaning in RFC 3261, where only 503 says that there is no capacity.
type Profile struct {
	// MeansBlocked lists the status codes with which this trunk also says that all of its circuits are
	// busy: carriers use 403, 480, 486, 500 and 603 for it. Counted as what RFC 3261 calls them, they
	// would hide blocking.
	MeansBlocked []int
}

// Classify returns the class of an INVITE that ended with a final status, 200 to 699, and with a Q.850
// cause from its Reason header, 0 when there was none. The cause is the network's own word and goes
// before the status (RFC 3398); causes that say nothing, such as 31 and 127, leave it to the status.
//
// A 401 or 407 is for the caller to answer; Classify is asked when it has no answer. A 487 is the end
// of our own CANCEL, because only the caller can send one. A call without a final response, aborted,
// or that could not be sent is not for Classify.
func Classify(status, q850 int, profile Profile) measure.Class {
	switch {
	case status >= 200 && status < 300:
		return measure.Answered
	case status >= 300 && status < 400:
		return measure.Redirected
	}
	if class, known := classOfCause(q850); known {
		return class
	}
	if slices.Contains(profile.MeansBlocked, status) {
		return measure.Blocked
	}
	return classOfStatus(status)
}

// classOfCause returns the class of a Q.850 cause.
func classOfCause(q850 int) (class measure.Class, known bool) {
	switch q850 {
	case 34, 38, 41, 42, 43, 44, 46, 47: // no circuit, network out of order, congestion, no resource
		return measure.Blocked, true
	case 16, 17, 18, 19, 20, 21: // cleared, busy, no response, no answer, absent, rejected
		return measure.User, true
	case 1, 2, 3, 22, 28: // unallocated, no route (404 in RFC 3398), changed, incomplete
		return measure.Number, true
	case 55, 57, 58, 65, 70, 87, 88: // barred, not authorised, bearer not allowed, incompatible
		return measure.Policy, true
	case 27, 79, 102, 111: // destination out of order, not implemented, timer expired, protocol error
		return measure.TargetError, true
	}
	return 0, false
}

// classOfStatus returns the class of a status from 400 on. One that is not registered counts as the
// x00 of its hundred (RFC 3261, 8.1.3.2).
func classOfStatus(status int) measure.Class {
	switch status {
	case 480, 486, 487, 600, 603, 607, 608:
		return measure.User
	case 404, 410, 484, 485, 604:
		return measure.Number
	case 503:
		return measure.Blocked
	case 408:
		return measure.Timeout
	case 430, 481, 482, 483, 491: // flow failed, no such call, loops, glare: the target's own affairs
		return measure.TargetError
	case 606:
		return measure.Policy
	}
	if status >= 400 && status < 500 {
		return measure.Policy
	}
	return measure.TargetError
}
