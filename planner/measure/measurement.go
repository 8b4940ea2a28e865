// Package measure holds the one measurement that the simulator and the call generator both fill.
//
// A Measurement counts what became of the calls offered to one trunk group, how long they waited and
// how their media fared. Merging is commutative and associative, so that threads, replications and
// machines add up the same way; a histogram is never averaged.
//
// A Measurement is owned by one goroutine while it is filled. Nothing here reads a clock.
package measure

import "time"

// Reason says why an arrival was not started.
type Reason uint8

// The reasons for which the generator does not start an arrival.
const (
	NoCallSlot  Reason = iota // the limit of concurrent calls was reached
	NoMediaPort               // no RTP port pair was free
	SendFailed                // the socket refused the message
	Stopped                   // the run was stopped before the arrival was due
	TrunkLimit                // the limits that this side keeps on its trunks left none for the call
	NoTrunk                   // every trunk was put aside or out of service
	Throttled                 // the trunks had asked for fewer calls (RFC 7339), and were obeyed

	NumReasons = int(Throttled) + 1
)

var reasonNames = [NumReasons]string{"no_call_slot", "no_media_port", "send_failed", "stopped", "trunk_limit", "no_trunk", "throttled"}

// String returns the name of the reason as reports and JSON write it.
func (r Reason) String() string { return name(reasonNames[:], int(r)) }

// name returns the name at the index, or that there is none.
func name(names []string, index int) string {
	if index < len(names) {
		return names[index]
	}
	return "unknown"
}

// Delay names one of the delays that are measured, by the names of RFC 6076 where it has one.
type Delay uint8

// The delays. All start at the instant at which the arrival process wanted the call, less the
// scheduling grain of the generator, never at the instant at which a busy generator got round to it.
const (
	SRD        Delay = iota // session request delay, successful: INVITE to first non-100 response of a call that is not refused
	SRDFailed               // session request delay, failed: INVITE to the failure response
	PDD                     // post-dial delay: INVITE to first 180, or 183 with SDP
	AnswerTime              // INVITE to 200
	RRD                     // request delay of a call that opens otherwise than by INVITE: for REGISTER, the registration request delay
	SDD                     // session disconnect delay: BYE to its 200
	SDT                     // session duration: 200 to BYE
	Lateness                // actual less intended start of a call

	NumDelays = int(Lateness) + 1
)

var delayNames = [NumDelays]string{"srd", "srd_failed", "pdd", "answer_time", "rrd", "sdd", "sdt", "lateness"}

// String returns the name of the delay as reports, gates and JSON write it.
func (d Delay) String() string { return name(delayNames[:], int(d)) }

// Method is a SIP method whose retransmissions are counted.
type Method uint8

// The methods told apart; Response2xx counts repeated 2xx responses to INVITE.
const (
	Invite Method = iota
	Bye
	Cancel
	Ack
	OtherMethod
	Response2xx
	OtherResponse

	NumMethods = int(OtherResponse) + 1
)

var methodNames = [NumMethods]string{"invite", "bye", "cancel", "ack", "other", "response_2xx", "other_response"}

// String returns the name of the method as reports and JSON write it.
func (m Method) String() string { return name(methodNames[:], int(m)) }

// Direction tells what we sent from what we received.
type Direction uint8

// The two directions.
const (
	Sent Direction = iota
	Received
)

// String returns sent or received.
func (d Direction) String() string { return name([]string{"sent", "received"}, int(d)) }

// Measurement is what became of the calls of one trunk group (or, merged, of a whole run).
type Measurement struct {
	Trunk string // name of the trunk group; empty for a total

	Offered    uint64             // arrivals that the process scheduled
	Started    uint64             // arrivals whose first INVITE was sent
	OffTrunk   uint64             // those of them over no trunk: calls that came in, and those that follow a REFER or ask before a transfer
	Late       uint64             // started calls that began later than the lateness limit
	InProgress uint64             // started, final class not known yet; 0 at the end of a run
	Outcomes   [NumClasses]uint64 // final results; with InProgress they sum to Offered
	NotStarted [NumReasons]uint64 // Outcomes[NotStarted] by reason
	Completed  uint64             // answered calls whose BYE was answered (RFC 6076 SCR)
	Dropped    uint64             // answered calls that ended otherwise than planned (peer's BYE, no BYE answer)

	InvitesSent uint64      // INVITE transactions, or requests of the method that opens the calls, more than Started when calls are challenged or rerouted
	Codes       [700]uint64 // final SIP status codes of INVITEs
	Causes      [128]uint64 // Q.850 causes seen in Reason headers of final responses
	MovedOn     Refusals    // those of Codes and Causes after which the call went on: over another trunk, or where a 3xx said

	Seized      uint64        // calls that held a circuit
	CircuitTime time.Duration // sum of the times circuits were held, from INVITE sent to the planned end: a call cut by the end of the run counts whole
	BusyTime    time.Duration // circuit time that really passed inside the window: calls are cut at both of its edges

	Retransmissions [2][NumMethods]uint64 // by Direction and Method
	Provisional     uint64                // 1xx responses received, repeats included
	Challenged      uint64                // requests that came in and were asked for credentials: in no class
	Lapsed          uint64                // bindings that were not refreshed in time
	// Refreshes are those of bindings, subscriptions and session timers that were granted, RefreshesRefused those
	// that were not, or not answered.
	Refreshes, RefreshesRefused uint64
	Strays                      uint64 // messages that belong to no call
	Malformed                   uint64 // messages that could not be read
	Oversized                   uint64 // requests over 1,300 octets that left over UDP (RFC 3261, 18.1.1)

	Delays     [NumDelays]Histogram
	Media      Media
	Mismatches []Mismatch // what ended calls of the class Unexpected, in order

	Flows  []Flow  // in the order of their names; empty where all calls run the same
	Trunks []Trunk // in the order of the plan; empty where calls were not routed
	Drills []Drill // in the order of their times
}

// Refusals are final responses that ended a try, but not its call.
type Refusals struct {
	Codes  [700]uint64 // by SIP status code
	Causes [128]uint64 // by Q.850 cause
}

// Count adds a final response with a status code from 100 to 699, and its Q.850 cause if that is above 0.
func (r *Refusals) Count(code, cause int) {
	r.Codes[code]++
	if cause > 0 {
		r.Causes[cause]++
	}
}

// EndedWith returns the calls whose last INVITE was answered with one of the codes.
func (m *Measurement) EndedWith(codes ...int) (calls uint64) {
	for _, code := range codes {
		calls += m.Codes[code] - min(m.Codes[code], m.MovedOn.Codes[code])
	}
	return calls
}

// EndedWithCause returns the calls whose last final response named one of the Q.850 causes.
func (m *Measurement) EndedWithCause(causes ...int) (calls uint64) {
	for _, cause := range causes {
		calls += m.Causes[cause] - min(m.Causes[cause], m.MovedOn.Causes[cause])
	}
	return calls
}

// Media adds up the RTP streams of many calls, both directions as seen from this side.
type Media struct {
	Legs       uint64 // calls that ran media
	Silent     uint64 // legs that expected packets and received none
	Sent       uint64 // packets sent
	SendErrors uint64 // packets the socket refused
	Skipped    uint64 // packets never sent, because the generator was too far behind
	Drops      uint64 // packets that overran a receive buffer of this host: lost here, not on the way
	Received   uint64 // packets received and accepted
	Expected   uint64 // packets the sequence numbers say were sent to us
	Lost       int64  // Expected less received; negative when duplicates outnumber losses (RFC 3550 A.3)
	Duplicated uint64
	Reordered  uint64
	Foreign    uint64    // packets from another source, or no RTP at all
	Jitter     Histogram // RFC 3550 interarrival jitter at the end of each leg
	SendLate   Histogram // actual less ideal instant of each packet sent
	LegLoss    Shares    // lost by expected packets of each leg that expected any
	Heard      Heard     // what they sounded like
}
