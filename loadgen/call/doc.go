// Package call runs call programs: it is the machine between a program of package scenarios and the
// messages of package sip.
//
// A Machine holds any number of calls, each a plain struct with one timer, and runs them all on the
// goroutine of its shard. It reads no clock and owns no socket: the shard tells it the time, hands it
// each message that came in and gives it a Wire to send on, so that a test drives it with a fake clock
// and looks at every message it sends. Instants are durations since the start of the run.
//
// The machine does the duties of RFC 3261 that hold whatever a program says: it repeats requests and
// answers, acknowledges refusals and each repeated 2xx, answers what a finished call is still asked,
// and hangs up what was answered. It keeps nothing for a call that is over: the identifiers that it puts
// on the wire say which call they belonged to. Once warm a call allocates nothing, but for
// its keys of SRTP, a transfer that it follows, and regular expressions.
//
// Where to begin: machine places calls and fires their timers, request and response take what comes in, step and send do
// what the program says, call, dialog, table and wheel are what a call is and where it is kept. Each duty has a file:
// errand has the requests beside the INVITE, reliable PRACK, keep session timers, bindings and subscriptions, redirect and
// trunks other ways to the target, overload and drill trunks in trouble, refer and consult transfers, media, secure and
// audio what is heard. Files that begin with script run programs in SIPp's form.
package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// Never is the instant of a timer that is not running.
const Never time.Duration = sip.Never
