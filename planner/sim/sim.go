// Package sim answers by discrete events what formulas cannot: callers who try again, overflow in chains,
// trunks that fail, busy hours that move. It draws calls from the arrival processes and holding-time laws of
// package traffic, sends them where package routing says, and counts what becomes of them; the live generator
// uses the same two, so that formula, simulation and live calls answer one question.
//
// A Model is what is simulated, FromPlan makes one of a plan file, Run simulates it, Compare sets two models
// beside each other with the same calls.
//
// Nothing here reads a clock. The same model, seed and settings give the same result, whatever the number of
// workers.
package sim

import (
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// Model is a network with the traffic that it is offered.
type Model struct {
	Network    routing.Network
	Groups     []Group     // trunk groups, which the result is about; each trunk of the network is in one
	Sources    []Source    // who calls
	Components []Component // facilities that fail by chance
	Drills     []routing.Drill
	Answers    []Answer // parts that refuse a share of the calls
	// Conversations is how many recorded ones give the sources their holding times; 0 where laws do.
	Conversations int
	// TimerB is how long an INVITE without any response is waited for where the route gives no time;
	// 0 for 32 s (RFC 3261, 17.1.1.2).
	TimerB time.Duration
}

// Group is a trunk group: trunks that carry the same calls.
type Group struct {
	Name   string
	Trunks []string // of the network, by name
	// Circuits are the calls that all of them carry together; 0 for no limit. Where facilities hold fewer
	// at a time, because some have failed, the group counts as full when these are all in use.
	Circuits int
	// Promised is the share of the calls that may be blocked; 0 for no promise.
	Promised float64
	// Formula is what a formula says about the blocking; nil where there is none.
	Formula *float64
	// FormulaName says whose formula it is, such as "Erlang B".
	FormulaName string
}

// Source is calls of one kind: of a site, a codec, a priority.
type Source struct {
	Name  string
	Route string // of the network
	Calls Process
	// DayToDay is the variance of a day's traffic by the square of its mean; each replication is a day.
	DayToDay float64

	Holding traffic.Law // time of a conversation
	SetUp   traffic.Law // time that a call holds its circuit before it: set-up and ringing; nil for none
	// Answered is the share of the calls that are answered: above 0 to 1. The others give their circuit back
	// after Ringing, or after SetUp where that is nil.
	Answered float64
	Ringing  traffic.Law

	Priority routing.Priority
	Codec    string  // of the network; "" for its first
	Bypass   float64 // share of the calls whose media bypasses facilities that are MediaOnly

	Retry  routing.Retry // of callers whose call was blocked
	Redial routing.Retry // of callers whose call a failure ended; each calls again once, whatever Most is
	Queue  *Queue        // where blocked calls wait for a circuit; nil for nowhere

	Registration *Registration
}

// Process is when the calls of a source arrive. Exactly one of New, Users and Trace is set.
type Process struct {
	// New returns the process of a replication whose rate is factor times the mean; it draws from random. It is
	// called from several goroutines.
	New func(factor float64, random Random) (traffic.Arrivals, error)
	// Users is a number of callers each of whom makes one call at a time and, between two calls, thinks for a
	// time drawn from Think (Engset).
	Users int
	Think traffic.Law
	// Trace is calls as they were recorded, with their holding times.
	Trace traffic.Trace
}

// Poisson returns the process of independent calls at the given rate per second.
func Poisson(caps float64) Process {
	return Process{New: func(factor float64, random Random) (traffic.Arrivals, error) {
		return traffic.NewArrivals(traffic.Poisson, caps*factor, random)
	}}
}

// Queue is where calls wait that find no circuit, in order of arrival.
type Queue struct {
	Places   int         // calls that can wait; 0 for no limit
	Patience traffic.Law // time after which a waiting caller gives up; nil for never
}

// Registration is what the calls of a source need beside a trunk: a registrar that they can reach.
type Registration struct {
	Needs []string // facilities; with one of them failed nobody can call by the source's route
	// FailOver is the time until users have registered elsewhere (300 s by default of Skype for Business).
	FailOver time.Duration
	// Route is the one that they take then, such as that of a Survivable Branch Appliance; "" for none.
	Route string
}

// Component is a facility that fails by chance and is repaired.
type Component struct {
	Facility    string
	Between     traffic.Law // time from a repair to the next failure (MTBF)
	Repair      traffic.Law // time that it is failed (MTTR)
	Mode        routing.FailureMode
	Detected    time.Duration // after which this side sends it no calls
	KnownAtOnce bool          // this side sends it none from the start
}

// Answer is a part that ends a share of the calls with an outcome instead of carrying them: what a target
// does whose limits this side does not know.
type Answer struct {
	Part    string  // facility or trunk; of several on one way, the last of the list answers
	Share   float64 // 0 to 1
	Outcome routing.Outcome
	After   time.Duration // from INVITE to the response
}
