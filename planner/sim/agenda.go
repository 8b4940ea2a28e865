package sim

import (
	"math/bits"
	"slices"
	"time"
)

// agenda holds the events behind the horizon of a calendar, in pages of equal time without order. An event of a million is
// written down on its page and looked at again when its page comes, in good company: a heap of a million would fetch most
// of its levels from memory for each event.
//
// The calendar tunes the pages by itself: whenever its heap gets long, so that a page has about eventsOnPage events then.
type agenda struct {
	shift uint      // a page is 2^shift ns
	pages [][]event // a ring; empty while there is no agenda
	next  int       // the page that begins at the horizon
	later []event   // behind the last page, looked through once in a round
	count int       // events on the pages
	spare [][]event // empty pages to write on: no more than have been in use at a time
}

const (
	longHeap     = 4096    // events in the heap that call for an agenda, or for shorter pages
	eventsOnPage = 128     // about as many as a heap takes at its best
	pagesInRing  = 1 << 14 // enough that most calls end within a round
)

func (a *agenda) reset() {
	for i := range a.pages {
		a.tearOff(i)
	}
	a.later, a.next, a.count = a.later[:0], 0, 0
}

// tearOff leaves nothing on a page.
func (a *agenda) tearOff(page int) {
	if a.pages[page] != nil {
		a.spare = append(a.spare, a.pages[page][:0])
		a.pages[page] = nil
	}
}

// put writes an event down that is not before the horizon.
func (a *agenda) put(e event, horizon time.Duration) {
	page := int((e.at - horizon) >> a.shift)
	if page >= len(a.pages) {
		a.later = append(a.later, e)
		return
	}
	if page += a.next; page >= len(a.pages) {
		page -= len(a.pages)
	}
	if last := len(a.spare) - 1; a.pages[page] == nil && last >= 0 {
		a.pages[page], a.spare = a.spare[last], a.spare[:last]
	}
	a.pages[page] = append(a.pages[page], e)
	a.count++
}

// remove takes out the events that drop says.
func (a *agenda) remove(drop func(e *event) bool) {
	gone := func(e event) bool { return drop(&e) }
	a.count = 0
	for i := range a.pages {
		a.pages[i] = slices.DeleteFunc(a.pages[i], gone)
		a.count += len(a.pages[i])
	}
	a.later = slices.DeleteFunc(a.later, gone)
}

func (a *agenda) copyState(from *agenda) {
	a.shift, a.next, a.count = from.shift, from.next, from.count
	if len(a.pages) != len(from.pages) {
		a.pages = make([][]event, len(from.pages))
	}
	for i := range a.pages {
		a.pages[i] = append(a.pages[i][:0], from.pages[i]...)
	}
	a.later = append(a.later[:0], from.later...)
}

// advance moves the horizon of an empty heap on, page by page, until there is an event or the horizon is later than a time.
// Where all pages are empty it goes on to the first event behind them at once.
func (c *calendar) advance(by time.Duration) {
	a := &c.agenda
	for c.n == top && c.horizon <= by {
		if a.count == 0 {
			c.horizon = min(by, a.earliestLater())>>a.shift<<a.shift + 1<<a.shift
			if c.horizon < 0 {
				c.horizon = never // the end of time
			}
			a.next = 0
			c.sortLater()
			continue
		}
		page := a.pages[a.next]
		for _, e := range page {
			c.append(e)
		}
		a.count -= len(page)
		a.tearOff(a.next)
		c.horizon += 1 << a.shift
		if a.next++; a.next == len(a.pages) {
			a.next = 0
			c.sortLater()
		}
		c.order()
	}
}

// sortLater puts what is behind the last page where it belongs now: on a page, or in the heap, which is not put in order.
func (c *calendar) sortLater() {
	later := c.agenda.later
	c.agenda.later = later[:0] // what is put back there stands before what is still to be read
	for _, e := range later {
		if e.at < c.horizon {
			c.append(e)
		} else {
			c.agenda.put(e, c.horizon)
		}
	}
	c.order()
}

// earliestLater returns the time of the first event behind the last page, never for none.
func (a *agenda) earliestLater() time.Duration {
	first := never
	for i := range a.later {
		first = min(first, a.later[i].at)
	}
	return first
}

// tune lays out the pages anew, by the time that the events are ahead: when there are n, and half of them are due within m,
// then n·ln 2/m are due in a unit of time, if they end like calls of exponential length.
func (c *calendar) tune(now time.Duration) {
	if c.hole {
		c.fill()
	}
	a := &c.agenda
	all := slices.Clone(c.events[top:c.n])
	for i := range a.pages {
		all = append(all, a.pages[i]...)
	}
	all = append(all, a.later...)
	c.reset()
	if a.pages == nil {
		a.pages = make([][]event, pagesInRing)
	}
	a.shift = uint(bits.Len64(uint64(eventsOnPage*float64(median(all, now))*1.44/float64(len(all)))+1024) - 1)
	c.horizon = (now>>a.shift + 1) << a.shift
	a.later = all
	c.sortLater()
	c.long = max(longHeap, 2*c.n) // so many may be due at the same instant
}

// median returns about the time within which half of the events happen, from some of them.
func median(all []event, now time.Duration) time.Duration {
	var some []time.Duration
	for i := 0; i < len(all); i += len(all)/255 + 1 {
		some = append(some, all[i].at-now)
	}
	slices.Sort(some)
	return some[len(some)/2]
}
