package call

import (
	"math/bits"
	"time"
)

// The wheel counts ticks of 2^17 ns, about 131 µs: fine enough that no wait of telephony notices, coarse
// enough that a nap of the event loop covers several.
const (
	tickShift  = 17
	wheelBits  = 12
	wheelSlots = 1 << wheelBits // ticks of the near ring, 0.54 s; blocks of the far ring, 37 min
)

// wheel holds one timer for each call: setting and cancelling one is a few stores, whatever the number
// of calls. Timers of the next 0.54 s stand in the near ring by tick; later ones in the far ring by
// block of 4,096 ticks, and move to the near ring when their block begins; what is later still waits
// in a list of its own. No timer fires early, none more than a tick late.
type wheel struct {
	now    int64 // tick up to which timers have fired
	near   ring
	far    ring
	beyond int32 // head of the timers behind the far ring
	timers []timer
}

// ring is a circle of doubly linked lists with a bitmap of those that are not empty.
type ring struct {
	head [wheelSlots]int32
	full [wheelSlots / 64]uint64
}

// timer links a call into a list. Links are indices plus one, so that the zero value is unlinked.
type timer struct {
	next, prev int32
	due        int64 // tick
	list       *int32
}

// set moves the timer of a call to an instant.
func (w *wheel) set(id int32, at time.Duration) {
	w.cancel(id)
	due := max((int64(at)+1<<tickShift-1)>>tickShift, w.now+1)
	w.timers[id].due = due
	w.insert(id)
}

func (w *wheel) insert(id int32) {
	due := w.timers[id].due
	switch {
	case due-w.now < wheelSlots:
		w.near.push(w.timers, id, due%wheelSlots)
	case due>>wheelBits-w.now>>wheelBits < wheelSlots:
		w.far.push(w.timers, id, due>>wheelBits%wheelSlots)
	default:
		link(w.timers, id, &w.beyond)
	}
}

// cancel takes the timer of a call out of its list; its bit is cleared when the slot is next looked at.
func (w *wheel) cancel(id int32) {
	t := &w.timers[id]
	if t.list == nil {
		return
	}
	if t.prev != 0 {
		w.timers[t.prev-1].next = t.next
	} else {
		*t.list = t.next
	}
	if t.next != 0 {
		w.timers[t.next-1].prev = t.prev
	}
	*t = timer{}
}

func (r *ring) push(timers []timer, id int32, slot int64) {
	link(timers, id, &r.head[slot])
	r.full[slot/64] |= 1 << (slot % 64)
}

func link(timers []timer, id int32, list *int32) {
	t := &timers[id]
	t.prev, t.next, t.list = 0, *list, list
	if *list != 0 {
		timers[*list-1].prev = id + 1
	}
	*list = id + 1
}

// next returns the instant at which expire has something to do, Never when nothing is set. It may name
// an earlier instant than the next timer, never a later one.
func (w *wheel) next() time.Duration {
	tick := w.near.first(w.now+1, wheelSlots-1)
	if tick < 0 {
		if block := w.far.first(w.now>>wheelBits+1, wheelSlots-1); block >= 0 {
			tick = block << wheelBits
		} else if w.beyond != 0 {
			tick = (w.now>>wheelBits + wheelSlots - 1) << wheelBits
		} else {
			return Never
		}
	}
	return time.Duration(tick << tickShift)
}

// first returns the first position from the given one on, at most span further, whose list is not empty,
// or -1. Bits of lists that became empty are cleared on the way.
func (r *ring) first(from, span int64) int64 {
	for at := from; at <= from+span; {
		slot := at % wheelSlots
		word := r.full[slot/64] >> (slot % 64)
		if word == 0 {
			at += 64 - slot%64
			continue
		}
		at += int64(bits.TrailingZeros64(word))
		if at > from+span {
			return -1
		}
		if slot = at % wheelSlots; r.head[slot] != 0 {
			return at
		}
		r.full[slot/64] &^= 1 << (slot % 64)
	}
	return -1
}

// expire calls fire for each call whose timer is due at now, in the order of ticks. fire may set and
// cancel timers.
func (w *wheel) expire(now time.Duration, fire func(id int32)) {
	until := int64(now) >> tickShift
	for w.now < until {
		tick := w.near.first(w.now+1, wheelSlots-1)
		boundary := (w.now>>wheelBits + 1) << wheelBits
		if tick < 0 || tick > until || tick >= boundary {
			w.now = min(until, boundary)
			if w.now == boundary {
				w.cascade()
			} else {
				return
			}
			tick = w.now
		}
		w.now = tick
		for head := &w.near.head[tick%wheelSlots]; *head != 0; {
			id := *head - 1
			w.cancel(id)
			fire(id)
		}
	}
}

// cascade moves the timers of the block that begins now to the near ring.
func (w *wheel) cascade() {
	block := w.now >> wheelBits
	w.refile(&w.far.head[block%wheelSlots])
	if block%(wheelSlots/2) == 0 {
		w.refile(&w.beyond)
	}
}

func (w *wheel) refile(list *int32) {
	id := *list
	*list = 0
	for id != 0 {
		t := &w.timers[id-1]
		next := t.next
		due := t.due
		*t = timer{due: due}
		w.insert(id - 1)
		id = next
	}
}
