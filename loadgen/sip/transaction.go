package sip

import "time"

// Timers are the base values of RFC 3261, section 17.1.1.1, for one run. The zero value stands for the
// values of the RFC.
type Timers struct {
	T1 time.Duration // round-trip estimate, 500 ms
	T2 time.Duration // longest interval between repeats of anything but INVITE, 4 s
	// Reliable says that the transport loses nothing: only a 2xx to INVITE is repeated then, because proxies
	// on its way may forward it over one that does (RFC 3261, 13.3.1.4 and 17.1.1.2).
	Reliable bool
}

// WithDefaults returns the timers with the values of RFC 3261 where none is set.
func (t Timers) WithDefaults() Timers {
	if t.T1 == 0 {
		t.T1 = 500 * time.Millisecond
	}
	if t.T2 == 0 {
		t.T2 = 4 * time.Second
	}
	return t
}

// GiveUp is the time after which an unanswered transaction is over: Timers B, F, H, L and M, 64·T1.
func (t Timers) GiveUp() time.Duration { return 64 * t.T1 }

// Never is the instant of a timer that is not running.
const Never = time.Duration(1<<63 - 1)

// Due says what a transaction wants when one of its timers has fired.
type Due uint8

// What can be due.
const (
	Nothing  Due = iota
	Repeat       // send the message again
	TimedOut     // nobody answered: the transaction is over
)

// Transaction is the timer state of one transaction: when to repeat its message and when to give up. It sends nothing and reads no clock; the call that owns it does.
//
// The same schedule serves all four machines of RFC 3261, section 17, and RFC 6026. INVITE requests
// double their interval without bound (Timer A); other requests (Timer E), refusals of an INVITE (Timer
// G) and its 2xx (section 13.3.1.4) double it up to T2. The zero value is a transaction that is over.
type Transaction struct {
	repeatAt time.Duration
	giveUpAt time.Duration
	interval micros // between repeats; 0 for a transaction that is over
	bound    micros // of the interval
}

// micros is a length of time in microseconds, up to unbounded: a call has three transactions, and memory for many calls.
type micros uint32

const unbounded = ^micros(0) // more than an hour, where T1 is less than a second

func microsOf(d time.Duration) micros {
	return micros(min(max(d, time.Microsecond)/time.Microsecond, time.Duration(unbounded-1)))
}

// Open starts the timers of a message that was first sent at now. Unbounded doubling is for INVITE
// requests alone.
func (x *Transaction) Open(now time.Duration, t Timers, invite bool) {
	*x = Transaction{repeatAt: now + t.T1, giveUpAt: now + t.GiveUp(), interval: microsOf(t.T1), bound: microsOf(t.T2)}
	if invite {
		x.bound = unbounded
	}
	if t.Reliable {
		x.repeatAt = Never
	}
}

// Bound makes a transaction without any response give up after a time, where that is sooner than its timers
// do; 0 leaves it to them.
func (x *Transaction) Bound(now, patience time.Duration) {
	if patience > 0 {
		x.giveUpAt = min(x.giveUpAt, now+patience)
	}
}

// OpenAnswer starts the timers of a 2xx to an INVITE, which is repeated over every transport until its ACK
// comes in.
func (x *Transaction) OpenAnswer(now time.Duration, t Timers) {
	t.Reliable = false
	x.Open(now, t, false)
}

// Proceed notes a provisional response: an INVITE is not repeated any more and waits without limit (RFC
// 3261, 17.1.1.2, Proceeding); another request is repeated once more when it was due and then every T2
// (17.1.2.2) until it gives up.
func (x *Transaction) Proceed() {
	if !x.Running() {
		return
	}
	if x.bound == unbounded {
		x.repeatAt, x.giveUpAt = Never, Never
		return
	}
	x.interval = x.bound
}

// Rest ends the repeats of a CANCEL that is answered. What it withdraws has the rest of 64·T1 to end (RFC 3261,
// 9.1).
func (x *Transaction) Rest() { x.repeatAt = Never }

// Close ends the transaction: the answer is in.
func (x *Transaction) Close() { *x = Transaction{} }

// Running tells whether the answer is still awaited.
func (x *Transaction) Running() bool { return x.interval != 0 }

// Next returns the instant of the next timer, Never when none runs.
func (x *Transaction) Next() time.Duration {
	if !x.Running() {
		return Never
	}
	return min(x.repeatAt, x.giveUpAt)
}

// Fire advances the timers to now and says what is due. A clock that jumped past several repeats
// yields one: repeats that nobody sent in time are not made up for.
func (x *Transaction) Fire(now time.Duration) Due {
	switch {
	case !x.Running() || now < x.Next():
		return Nothing
	case now >= x.giveUpAt:
		x.Close()
		return TimedOut
	}
	for x.repeatAt <= now {
		x.interval = micros(min(2*uint64(x.interval), uint64(x.bound)))
		x.repeatAt += time.Duration(x.interval) * time.Microsecond
	}
	return Repeat
}
