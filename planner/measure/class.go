package measure

// Class is the final result of one offered call. Every arrival that was scheduled ends in exactly
// one class, so that offered is always the sum over the classes.
//
// The classes follow the trunk key figures of ITU-T E.411 and E.425 read for SIP: who or what ended
// the attempt, not which number it was ended with.
type Class uint8

// The classes, in the order in which reports print them.
const (
	Answered    Class = iota // 2xx to the INVITE
	User                     // the called user: 480, 486, 600, 603, 607, 608, 487 after our own CANCEL
	Number                   // the number: 404, 410, 484, 485, 604, Q.850 1, 22, 28
	Blocked                  // no capacity: 503, or Q.850 34, 38, 41, 42, 43, 44, 46, 47
	Redirected               // 3xx that was not followed
	Policy                   // refused by rule: 401/407 after credentials, 402, 403, 405, 406, 415, 420, 488, ...
	TargetError              // the target failed: 500, 501, 502, 504, 505, 513, 580, other 6xx
	Timeout                  // 408 received, or no final answer within Timer B
	Unreachable              // ICMP or transport error: nothing listens there
	Unexpected               // the target did otherwise than the scenario allows, or a check of the scenario failed
	NotStarted               // the generator could not send the call: never part of a target's ratio
	Aborted                  // the run was stopped while the call was in flight

	NumClasses = int(Aborted) + 1
)

var classNames = [NumClasses]string{
	"answered", "user", "number", "blocked", "redirected", "policy",
	"target_error", "timeout", "unreachable", "unexpected", "not_started", "aborted",
}

// String returns the name of the class as reports and JSON write it.
func (c Class) String() string { return name(classNames[:], int(c)) }
