package sim

import (
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

// calendar is a heap of events with four children to a node, the earliest on top. A taken event leaves its
// place on top to the next one that is pushed: in a full group a call ends and another begins, and then the
// heap is put in order once for both. No operation allocates once the calendar has been as long before.
type calendar struct {
	events []event
	hole   bool // the place on top is free
}

const children = 4

// reset empties the calendar.
func (c *calendar) reset() { c.events, c.hole = c.events[:0], false }

// push adds an event.
func (c *calendar) push(e event) {
	if c.hole {
		c.hole = false
		c.sink(0, e)
		return
	}
	i := len(c.events)
	c.events = append(c.events, e)
	events := c.events
	for i > 0 {
		parent := (i - 1) / children
		if events[parent].at <= e.at {
			break
		}
		events[i] = events[parent]
		i = parent
	}
	events[i] = e
}

// due returns the earliest event, which is taken, if it is not later than a time.
func (c *calendar) due(by time.Duration) (e event, ok bool) {
	if c.hole {
		if !c.anyChild(by) {
			return e, false
		}
		c.fill()
	}
	if len(c.events) == 0 || c.events[0].at > by {
		return e, false
	}
	c.hole = true
	return c.events[0], true
}

// anyChild tells whether one of the events below the free top is not later than a time.
func (c *calendar) anyChild(by time.Duration) bool {
	below := c.events[1:min(len(c.events), 1+children)]
	for i := range below {
		if below[i].at <= by {
			return true
		}
	}
	return false
}

// fill puts the last event in the free place on top.
func (c *calendar) fill() {
	c.hole = false
	last := len(c.events) - 1
	e := c.events[last]
	c.events = c.events[:last]
	if last > 0 {
		c.sink(0, e)
	}
}

// sink puts an event at a place from which it moves down.
func (c *calendar) sink(i int, e event) {
	events := c.events
	for {
		first := i*children + 1
		if first >= len(events) {
			break
		}
		least := first
		if first+children <= len(events) {
			at := events[first].at
			four := (*[children]event)(events[first:])
			if four[1].at < at {
				least, at = first+1, four[1].at
			}
			if four[2].at < at {
				least, at = first+2, four[2].at
			}
			if four[3].at < at {
				least = first + 3
			}
		} else {
			for j := first + 1; j < len(events); j++ {
				if events[j].at < events[least].at {
					least = j
				}
			}
		}
		if events[least].at >= e.at {
			break
		}
		events[i] = events[least]
		i = least
	}
	events[i] = e
}

// remove takes out the events that drop says, which is asked for each once, and puts the rest in order.
func (c *calendar) remove(drop func(e *event) bool) {
	if c.hole {
		c.fill()
	}
	kept := c.events[:0]
	for i := range c.events {
		if !drop(&c.events[i]) {
			kept = append(kept, c.events[i])
		}
	}
	c.events = kept
	for i := (len(kept) - 2) / children; i >= 0 && len(kept) > 1; i-- {
		c.sink(i, kept[i])
	}
}
