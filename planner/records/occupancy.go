package records

import (
	"cmp"
	"slices"
)

// occupancy puts the beginnings and ends of calls in order, a quarter of an hour of one group of calls at a time.
// Records come in the order in which calls ended, or any other. The events of a quarter are kept until room is
// needed; then the quarters that were written to least recently are worked out and forgotten. An event that comes
// for such a quarter is late: it still counts in everything but the highest number of calls in progress and its
// variance.
//
// Memory is bounded: events are kept in chunks of 128 octets, at most maxChunks of them.
type occupancy struct {
	slabs     [][]chunk
	used      int
	freeChunk uint32
	free      int // chunks in the list that begins at freeChunk

	pages     []page
	freePages []uint32
	limit     int // of chunks
	clock     uint64
	sorted    []uint32
}

// chunk is a link in the list of the events of one cell. An event is its time in microseconds within the quarter,
// doubled, plus 1 for the beginning of a call: at the same instant calls end before others begin.
type chunk struct {
	events [chunkEvents]uint32
	before uint32 // the chunk that was filled before this one
}

const (
	chunkEvents = 31
	slabChunks  = 1 << 12
	maxChunks   = 240_000 // 31 MB, 7 million events
)

// page are the events of one cell.
type page struct {
	cell    *cell
	last    uint32 // chunk
	count   int    // events
	touched uint64
}

func newOccupancy(limit int) *occupancy { return &occupancy{limit: limit, pages: make([]page, 1)} }

// begin notes that a call begins so many microseconds into the cell; end that one ends. They return false for an
// event that is late.
func (o *occupancy) begin(c *cell, at int64) bool { return o.note(c, uint32(at)<<1|1, 1) }
func (o *occupancy) end(c *cell, at int64) bool   { return o.note(c, uint32(at)<<1, -1) }

func (o *occupancy) note(c *cell, event uint32, step int32) bool {
	if c.page == done {
		c.net += step
		return false
	}
	if c.page == 0 {
		o.open(c)
	}
	p := &o.pages[c.page]
	slot := p.count % chunkEvents
	if slot == 0 {
		fresh := o.take()
		if c.page == done { // making room took this very page
			c.net += step
			o.release(fresh)
			return false
		}
		o.chunk(fresh).before, p.last = p.last, fresh
	}
	o.chunk(p.last).events[slot] = event
	p.count++
	o.clock++
	p.touched = o.clock
	return true
}

func (o *occupancy) open(c *cell) {
	if n := len(o.freePages); n > 0 {
		c.page = o.freePages[n-1]
		o.freePages = o.freePages[:n-1]
	} else {
		c.page = uint32(len(o.pages))
		o.pages = append(o.pages, page{})
	}
	o.pages[c.page] = page{cell: c, touched: o.clock}
}

func (o *occupancy) chunk(i uint32) *chunk { return &o.slabs[i/slabChunks][i%slabChunks] }

// take returns a chunk, after making room when there is none.
func (o *occupancy) take() uint32 {
	if o.free == 0 && o.used == o.limit {
		o.makeRoom()
	}
	if o.free > 0 {
		i := o.freeChunk
		o.freeChunk = o.chunk(i).before
		o.free--
		return i
	}
	if o.used == len(o.slabs)*slabChunks {
		o.slabs = append(o.slabs, make([]chunk, slabChunks))
	}
	o.used++
	return uint32(o.used - 1)
}

func (o *occupancy) release(i uint32) {
	o.chunk(i).before = o.freeChunk
	o.freeChunk = i
	o.free++
}

// makeRoom works out the pages that were not touched for longest, until half of the chunks are free.
func (o *occupancy) makeRoom() {
	var open []*page
	for i := range o.pages {
		if o.pages[i].cell != nil && o.pages[i].count > 0 {
			open = append(open, &o.pages[i])
		}
	}
	slices.SortFunc(open, func(a, b *page) int { return cmp.Compare(a.touched, b.touched) })
	for _, p := range open {
		if o.free >= o.limit/2 {
			return
		}
		o.finish(p.cell)
	}
}

// finishAll works out every page.
func (o *occupancy) finishAll() {
	for i := range o.pages {
		if c := o.pages[i].cell; c != nil {
			o.finish(c)
		}
	}
}

// finish works out the page of a cell, if it has one, and frees it.
func (o *occupancy) finish(c *cell) {
	if c.page == 0 || c.page == done {
		return
	}
	p := &o.pages[c.page]
	o.sorted = o.sorted[:0]
	for left, i := p.count, p.last; left > 0; {
		filled := (left-1)%chunkEvents + 1
		o.sorted = append(o.sorted, o.chunk(i).events[:filled]...)
		left -= filled
		next := o.chunk(i).before
		o.release(i)
		i = next
	}
	slices.Sort(o.sorted)
	c.sweep(o.sorted)
	o.freePages = append(o.freePages, c.page)
	*p = page{}
	c.page = done
}

// sweep goes through the events of the quarter in order.
func (c *cell) sweep(events []uint32) {
	var level, before, minute int64
	var inMinute uint64
	for _, event := range events {
		at, begins := int64(event>>1), event&1 == 1
		c.square += float64(level*level) * float64(at-before)
		before = at
		if !begins {
			level--
			continue
		}
		level++
		if level > int64(c.top) {
			c.top, c.topAt = int32(level), uint32(at)
		}
		if at/60e6 != minute {
			c.minute += inMinute * inMinute
			minute, inMinute = at/60e6, 0
		}
		inMinute++
	}
	c.minute += inMinute * inMinute
	c.square += float64(level*level) * float64(quarter-before)
	c.net = int32(level)
}
