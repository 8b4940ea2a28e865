package sim

import (
	"math/bits"
	"slices"
	"time"
)

// agenda holds the events behind the horizon of a calendar, in pages of equal time without order. An event is written down on
// its page and looked at again when its page comes, in good company: a heap would compare it with several others, most of
// which have to be fetched from memory where there are a million.
//
// The calendar lays out the pages by itself, whenever a day gets long: about as many as there are events, for meansInRound
// times the mean time until one, so that few lie behind the last page. A page of the day has about eight then, and is put in
// order without much ado.
//
// Brown, Communications of the ACM 31 (1988): calendar queues.
type agenda struct {
	shift uint      // a page is 2^shift ns
	pages [][]event // a ring; empty while there is no agenda
	next  int       // the page that begins at the horizon
	later []event   // behind the last page, looked through once in a round
	count int       // events on the pages
	spare [][]event // empty pages to write on: no more than have been in use at a time
}

const (
	meansInRound = 8
	fewestPages  = 1 << 6
	mostPages    = 1 << 14 // more do not fit in the caches beside the rest
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

// remove takes out the events that are gone.
func (a *agenda) remove(gone func(e event) bool) {
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

// advance turns the pages of an empty day, until there is an event or the horizon is later than a time. Where all pages are
// empty it goes on to the first event behind them at once.
func (c *calendar) advance(by time.Duration) {
	a := &c.agenda
	for len(c.day) == 1 && c.horizon <= by {
		if a.count == 0 {
			c.skip(by)
		} else {
			c.turnPage()
		}
		c.order()
	}
	if len(c.day) > c.long {
		c.tune()
	}
}

// turnPage makes the first page of the agenda that of the day, out of order.
func (c *calendar) turnPage() {
	a := &c.agenda
	page := a.pages[a.next]
	c.begin(c.horizon + 1<<a.shift)
	c.day = append(c.day, page...)
	a.count -= len(page)
	a.tearOff(a.next)
	if a.next++; a.next == len(a.pages) {
		a.next = 0
		c.sortLater()
	}
}

// skip turns to the page of the first event behind all pages, which are empty, or to that of a time before it.
func (c *calendar) skip(by time.Duration) {
	a := &c.agenda
	horizon := min(by, a.earliestLater())>>a.shift<<a.shift + 1<<a.shift
	if horizon < 0 {
		horizon = never // the end of time
	}
	c.begin(horizon)
	a.next = 0
	c.sortLater()
}

// sortLater puts what is behind the last page where it belongs now: on a page, or in the day, out of order.
func (c *calendar) sortLater() {
	later := c.agenda.later
	c.agenda.later = later[:0] // what is put back there stands before what is still to be read
	for _, e := range later {
		if e.at < c.horizon {
			c.day = append(c.day, e)
		} else {
			c.agenda.put(e, c.horizon)
		}
	}
}

// earliestLater returns the time of the first event behind the last page, never for none.
func (a *agenda) earliestLater() time.Duration {
	first := never
	for i := range a.later {
		first = min(first, a.later[i].at)
	}
	return first
}

// tune lays out the pages anew, by the time that the events are ahead: when half of them are due within m, the mean is m/ln 2
// if they end like calls of exponential length.
func (c *calendar) tune() {
	a := &c.agenda
	a.later = append(a.later, c.day[1:]...)
	for i := range a.pages {
		a.later = append(a.later, a.pages[i]...)
		a.tearOff(i)
	}
	a.layOut(len(a.later))
	now := a.earliestLater()
	mean := 1.44 * float64(a.median()-now)
	a.shift = uint(bits.Len64(uint64(meansInRound*mean/float64(len(a.pages)))+1024) - 1)
	c.begin((now>>a.shift + 1) << a.shift)
	c.sortLater()
	c.order()
	c.long = max(longDay, 2*len(c.day)) // so many may be due at the same instant
}

// layOut makes about as many empty pages as there are events.
func (a *agenda) layOut(events int) {
	pages := min(max(fewestPages, 1<<bits.Len(uint(events))), mostPages)
	a.pages = slices.Grow(a.pages[:0], pages)[:pages]
	a.next, a.count = 0, 0
}

// median returns about the time before which half of the events behind the last page happen, from some of them.
func (a *agenda) median() time.Duration {
	var some [256]time.Duration
	n := 0
	for i := 0; i < len(a.later); i += len(a.later)/255 + 1 {
		some[n] = a.later[i].at
		n++
	}
	slices.Sort(some[:n])
	return some[n/2]
}
