package call

import (
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// Attempt is one call that the arrival process wants.
type Attempt struct {
	Intended time.Duration // when it should begin, on the run clock
	Holding  time.Duration // how long the conversation lasts, from the answer on
	Trunk    *Trunk        // nil lets the machine's router choose
	WarmUp   bool          // counted apart: the system was not in its steady state yet
}

// call is one call in progress.
type call struct {
	id      identity
	slot    int32
	busy    bool // the slot is in use
	warmUp  bool
	stage   stage
	flow    *flow
	step    int
	attempt Attempt
	peer    netip.AddrPort // where the INVITE went or came from
	way     way

	dialog  dialog
	request []byte // the INVITE that came in last, or at the caller the response that came before the program waited for it
	key     uint64 // answerer: of the INVITE in the index of calls that come in

	invite sip.Transaction // the INVITE or, at the answerer, its final response
	errand errand          // our request beside the INVITE
	cancel sip.Transaction
	resume time.Duration // end of the pause or of the patience of an Expect, Never when there is none
	until  time.Duration // end of the patience for digits or audio
	keep   keeping       // the session, while it has a timer
	leases *leases       // what others keep for the call; nil for nothing
	glare  glare         // what is to be sent again

	referrer   callRef // of the call whose REFER this one follows; zero for none
	replaces   callRef // of the call that this one takes the place of once it is answered; zero for none
	consultant callRef // of the call that this one consults for; zero for none
	fork       callRef // of the call that hangs up the second answer to this one's INVITE; zero for none

	cseq       uint32             // of the last request sent in the dialog
	inviteCSeq uint32             // of our INVITE
	servedCSeq uint32             // of the INVITE that came in last
	remoteCSeq uint32             // highest of the peer's requests in the dialog
	branch     uint64             // hash of the branch of the INVITE that came in
	version    uint64             // of our last session description
	codec      sip.Codec          // the only one in our descriptions; OtherCodec for those of the run
	direction  sip.Direction      // of media in our descriptions
	report     int16              // status of the call that follows the peer's REFER
	heard      int16              // status of a response that came before the program waited for one, 0 for none
	replied    uint16             // status of our answer to the peer's last request in the dialog, 0 for none or a message of its own
	repliedTo  sip.Method         // of that request
	row        int32              // of the data of the call
	rseq       uint32             // of the last reliable provisional response; 0 before it
	retries    uint8              // of requests whose times the target found too short
	lastSent   *scenarios.Message // answerer: the last response to the INVITE, to repeat

	trial sip.Trial // what the target has said of the credentials of the last request

	status, cause int16 // of the final response to the INVITE, 0 before it
	started       time.Duration
	responded     time.Duration // first non-100 response, Never before it
	answered      time.Duration // Never before the answer
	hungUp        time.Duration // our BYE or the peer's, Never before it

	leg     *media.Leg
	sound   *media.Audio // that a step named; nil for what the run plays
	session sdpChoice
	secrets *secrets // of SRTP; nil for plain RTP
	flags   flags
}

// stage is how far a call has come, as the duties of the machine see it.
type stage uint8

const (
	calling    stage = iota // INVITE sent or received, no final response
	refused                 // answerer: refused, waiting for the ACK
	confirming              // answerer: 200 sent, waiting for the ACK
	talking                 // answered and acknowledged
	leaving                 // BYE sent
)

// flags are what a call has to remember beside its stage.
type flags struct {
	provisional bool // a 1xx came in: CANCEL may be sent
	rang        bool // 180, or 183 with a description, came in
	seized      bool // holds a circuit of the emulated gateway
	stopping    bool // the run ends: hang up as soon as the dialog allows
	outside     bool // left the program: the machine hangs up by itself
	cancelled   bool // the caller withdrew the call
	incoming    bool // the peer began the call
	explained   bool // what ended the call is counted
	unexpected  bool // the scenario did not allow what happened
	withdrawn   bool // the scenario gave the call up: CANCEL as soon as that is allowed
	serving     bool // the INVITE being answered came in: at the answerer, or a re-INVITE
	extra       bool // a second answer to a forked INVITE: hung up at once, in no account
	cut         bool // ended by the end of the run, before its time
	completed   bool // the BYE was answered with 2xx
	forked      bool // several ends answered our INVITE with reliable provisional responses
	unheard     bool // answerer: the PRACK of the last reliable provisional response has not come in
	overtook    bool // a NOTIFY came before the answer to the SUBSCRIBE that asked for it
	reportDue   bool // the peer has to be told how the call stands that follows its REFER
	dropped     bool // the far end hung up, or did not answer the BYE
	called      bool // an INVITE of ours began the call proper, behind requests of other methods
	described   bool // our answer to the peer's last request in the dialog had a description
}

// opening returns the method of the request by whose final response the call is judged: that which began it, and
// INVITE as soon as the program calls.
func (c *call) opening() sip.Method {
	if c.flags.called {
		return sip.INVITE
	}
	return c.flow.opening
}

// next returns the instant of the call's next timer.
func (c *call) next() time.Duration {
	return min(c.invite.Next(), c.errand.Next(), c.cancel.Next(), c.resume, c.keep.next(), c.leases.next(), c.glare.at)
}

// begin returns the instant from which delays count: the intended one, unless the start was late by no
// more than the scheduling grain of the event loop, which is no delay of the target's.
func (c *call) begin(grain time.Duration) time.Duration {
	if c.started-c.attempt.Intended <= grain {
		return c.started
	}
	return c.attempt.Intended
}
