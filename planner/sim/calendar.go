package sim

import (
	"math"
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

// calendar holds events, the earliest on top of a heap with four children to a node. A taken event leaves its place on top
// to the next one that is pushed: in a full group a call ends and another begins, and then the heap is put in order once
// for both. No operation allocates once the calendar has been as long before.
//
// The four children of a node are one cache line: the top is at place 3, the children of place i are at 4(i-2) to
// 4(i-2)+3. Free places up to the end of a line hold never, so that the earliest of four is found without branches, which
// a processor would guess wrongly.
//
// A long calendar keeps only the near future in the heap; what is behind its horizon waits in an agenda.
type calendar struct {
	events []event
	n      int // places in use, those before the top included
	hole   bool
	// least is the place of the earliest event below a free top, 0 when it has not been looked for.
	least   int
	horizon time.Duration // events from here on are in the agenda; never where there is none
	agenda  agenda
	long    int // a heap of more events is tuned
}

const (
	top      = 3
	children = 4
	never    = time.Duration(math.MaxInt64)
)

// reset empties the calendar.
func (c *calendar) reset() {
	if c.events == nil {
		c.events = make([]event, children)
	}
	for i := range c.events {
		c.events[i].at = never
	}
	c.n, c.hole, c.least, c.horizon, c.long = top, false, 0, never, longHeap
	c.agenda.reset()
}

// push adds an event, which happens before the end of time.
func (c *calendar) push(e event) {
	e.at = min(e.at, never-1)
	if e.at >= c.horizon {
		c.agenda.put(e, c.horizon)
		return
	}
	if c.hole {
		c.hole = false
		if c.least == 0 {
			c.sink(top, e)
			return
		}
		c.sinkBelow(top, c.least, e)
		return
	}
	i := c.n
	c.append(e)
	events := c.events
	for i > top {
		parent := i/children + 2
		if events[parent].at <= e.at {
			break
		}
		events[i] = events[parent]
		i = parent
	}
	events[i] = e
}

// append puts an event at the end, out of order.
func (c *calendar) append(e event) {
	if c.n++; c.n > len(c.events) {
		c.events = append(c.events, event{at: never}, event{at: never}, event{at: never}, event{at: never})
	}
	c.events[c.n-1] = e
}

// due returns the earliest event, which is taken, if it is not later than a time.
func (c *calendar) due(by time.Duration) (e event, ok bool) {
	if c.hole && c.n > top+1 {
		if c.least == 0 {
			c.least = earliest((*[children]event)(c.events[children:])) + children
		}
		if c.events[c.least].at > by {
			return e, false
		}
	}
	if c.hole {
		c.fill()
	}
	if c.n == top && c.horizon <= by {
		c.advance(by)
	}
	if c.events[top].at > by {
		return e, false
	}
	c.hole, c.least = true, 0
	return c.events[top], true
}

// fill puts the last event in the free place on top, or rather lets it move down from there.
func (c *calendar) fill() {
	c.hole = false
	c.n--
	last := c.events[c.n]
	c.events[c.n].at = never
	switch {
	case c.n == top:
	case c.least == 0 || c.least == c.n:
		c.sink(top, last)
	default:
		c.sinkBelow(top, c.least, last)
	}
}

// sink puts an event at a place from which it moves down.
func (c *calendar) sink(i int, e event) {
	if first := (i - 2) * children; first < c.n {
		c.sinkBelow(i, first+earliest((*[children]event)(c.events[first:])), e)
		return
	}
	c.events[i] = e
}

// sinkBelow puts an event at a place from which it moves down; the earliest of the children there is known.
func (c *calendar) sinkBelow(i, least int, e event) {
	events := c.events
	for events[least].at < e.at {
		events[i] = events[least]
		i = least
		first := (i - 2) * children
		if first >= c.n {
			break
		}
		least = first + earliest((*[children]event)(events[first:]))
	}
	events[i] = e
}

// earliest returns the place of the earliest of four events. Differences of times that are not negative cannot overflow, so
// that their sign says which is less.
func earliest(four *[children]event) int {
	a, b, c, d := four[0].at, four[1].at, four[2].at, four[3].at
	left := uint64(b-a) >> 63
	right := 2 + uint64(d-c)>>63
	right -= left
	return int(left + right&-(uint64(min(c, d)-min(a, b))>>63))
}

// remove takes out the events that drop says, which is asked for each once, and puts the rest in order.
func (c *calendar) remove(drop func(e *event) bool) {
	if c.hole {
		c.fill()
	}
	kept := top
	for i := top; i < c.n; i++ {
		if !drop(&c.events[i]) {
			c.events[kept] = c.events[i]
			kept++
		}
	}
	for i := kept; i < c.n; i++ {
		c.events[i].at = never
	}
	c.n = kept
	c.order()
	c.agenda.remove(drop)
}

// order puts events in order that are in none.
func (c *calendar) order() {
	for i := (c.n-1)/children + 2; i >= top; i-- {
		if i < c.n {
			c.sink(i, c.events[i])
		}
	}
}
