package sim

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
)

// event is something that is going to happen, in 16 octets so that four fill a cache line.
type event struct {
	at   time.Duration
	held routing.Held // what a call gives back that ends
	what uint32       // kind in the low bits, above it the place of whom it is about
}

// kind says what happens.
type kind uint32

const (
	callEnds      kind = iota // of a source, which gives back what is held
	callerCalls               // of a source: one of its users has thought
	callerRetries             // call
	trunkAnswers              // call: the outcome of its trunk arrives
	callerLeaves              // call: patience in the queue is over
	partFails                 // component
	partWorks                 // component
	partNoticed               // component: this side knows that it has failed
	drillBegins               // drill
	drillEnds                 // drill
	usersRegister             // source: its users have found another registrar
	kindBits      = 4
)

func (e *event) kind() kind { return kind(e.what & (1<<kindBits - 1)) }

func (e *event) place() int32 { return int32(e.what >> kindBits) }

func about(k kind, place int32) uint32 { return uint32(place)<<kindBits | uint32(k) }

// calendar holds events. What happens next stands in order on the page of the day; what is behind its horizon waits in an
// agenda, page by page and without order, until its page is the day's. A page has so few events that the cost of one hardly
// depends on how many there are. No operation allocates once the calendar has been as long before.
//
// Of events of the same instant, any may be the first: the same whenever the same are added.
type calendar struct {
	day     []event       // the latest first; at its bottom is the horizon itself, which no event passes
	horizon time.Duration // events from here on are in the agenda; never where there is none
	agenda  agenda
	long    int // a longer day calls for shorter pages
}

// never is the end of time.
const never = time.Duration(math.MaxInt64)

// longDay is the number of events in a day that call for shorter pages: to find the place of one among so many costs about
// as much as to write it on a page.
const longDay = 48

// reset empties the calendar.
func (c *calendar) reset() {
	c.agenda.reset()
	c.long = longDay
	c.begin(never)
}

// begin begins an empty day.
func (c *calendar) begin(horizon time.Duration) {
	c.horizon = horizon
	c.day = append(c.day[:0], event{at: horizon})
}

// push adds an event, which happens before the end of time.
func (c *calendar) push(e event) {
	e.at = min(e.at, never-1)
	if e.at >= c.horizon {
		c.agenda.put(e, c.horizon)
		return
	}
	if len(c.day) > c.long {
		c.agenda.later = append(c.agenda.later, e)
		c.tune()
		return
	}
	c.insert(e)
}

// insert puts an event in its place in the day.
func (c *calendar) insert(e event) {
	c.day = append(c.day, e)
	c.settle(len(c.day)-1, e)
}

// settle puts an event behind those of the day that are later, which are in order up to a place that is free.
func (c *calendar) settle(i int, e event) {
	day := c.day[:i+1]
	for ; i > 0 && day[i-1].at < e.at; i-- {
		day[i] = day[i-1]
	}
	day[i] = e
}

// order puts the events of the day in order.
func (c *calendar) order() {
	if len(c.day) > longDay {
		slices.SortFunc(c.day[1:], func(a, b event) int { return cmp.Compare(b.at, a.at) })
		return
	}
	for i := 2; i < len(c.day); i++ {
		c.settle(i, c.day[i])
	}
}

// first returns no later time than that of the earliest event.
func (c *calendar) first() time.Duration { return c.day[len(c.day)-1].at }

// due returns the earliest event, which is taken, if it is not later than a time, and nil otherwise. It stays what it is until
// the next is added.
func (c *calendar) due(by time.Duration) *event {
	last := len(c.day) - 1
	if last == 0 || c.day[last].at > by {
		return c.turn(by)
	}
	e := &c.day[last]
	c.day = c.day[:last]
	return e
}

// turn turns to the next page with an event that is due.
func (c *calendar) turn(by time.Duration) *event {
	if c.advance(by); c.first() > by {
		return nil
	}
	return c.due(by)
}

// exchange adds an event and takes the earliest.
func (c *calendar) exchange(e event) event {
	if e.at < c.first() {
		return e
	}
	return c.pushAndTake(e)
}

func (c *calendar) pushAndTake(e event) event {
	c.push(e)
	return *c.due(never - 1)
}

// remove takes out the events that drop says, which is asked for each once.
func (c *calendar) remove(drop func(e *event) bool) {
	gone := func(e event) bool { return drop(&e) }
	day := c.day[1:]
	c.day = c.day[:1+len(slices.DeleteFunc(day, gone))]
	c.agenda.remove(gone)
}
