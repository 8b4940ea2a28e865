package media

import "time"

// tick is the width of a slot: legs whose packets are due in the same millisecond are swept together.
const tick = time.Millisecond

// wheel holds the running legs of one packet time, in as many slots as it has milliseconds. The slot of
// number n comes round at every tick whose number is n modulo the slots.
type wheel struct {
	slots [][]*Leg
	legs  int
	next  int64 // first tick that was not swept yet
}

func newWheel(packetTime time.Duration) *wheel {
	return &wheel{slots: make([][]*Leg, packetTime/tick)}
}

// period returns the time of a turn.
func (w *wheel) period() time.Duration {
	return time.Duration(len(w.slots)) * tick
}

// group is how many legs share a slot before another one is used. A wake-up costs as much as sending some
// ten packets, and the packets of a group leave within a twentieth of a millisecond.
const group = 16

// add puts a leg into a slot: of those in use the one with the fewest legs, as long as it has less than a
// group, else the unused one that lies farthest from the others. So the sends of all legs spread evenly over
// the packet time, and few legs cost few wake-ups.
func (w *wheel) add(l *Leg, now time.Duration) {
	w.rest(now)
	if w.legs == 0 {
		w.insert(l, w.slotOf(max(w.next, ceilTick(now))))
		return
	}
	best := -1
	for s, legs := range w.slots {
		if n := len(legs); n > 0 && (best < 0 || n < len(w.slots[best])) {
			best = s
		}
	}
	if len(w.slots[best]) >= group {
		if unused, any := w.farthest(); any {
			best = unused
		}
	}
	w.insert(l, best)
}

// farthest returns the unused slot with the most slots between it and any that is used, false when all are.
func (w *wheel) farthest() (slot int, any bool) {
	n, most := len(w.slots), 0
	for s := range w.slots {
		near := 0
		for near < n && len(w.slots[(s+near)%n]) == 0 && len(w.slots[(s-near+n)%n]) == 0 {
			near++
		}
		if near > most {
			slot, most = s, near
		}
	}
	return slot, most > 0
}

// remove takes a leg out.
func (w *wheel) remove(l *Leg) {
	s := w.slots[l.slot]
	last := len(s) - 1
	s[l.index] = s[last]
	s[l.index].index = l.index
	s[last] = nil
	w.slots[l.slot] = s[:last]
	w.legs--
	l.wheel = nil
}

// move puts a leg into the slot of a run time.
func (w *wheel) move(l *Leg, to time.Duration) {
	w.remove(l)
	w.insert(l, w.slotOf(int64(to/tick)))
}

func (w *wheel) insert(l *Leg, slot int) {
	l.wheel, l.slot, l.index = w, slot, len(w.slots[slot])
	w.slots[slot] = append(w.slots[slot], l)
	w.legs++
}

// due returns the first instant, not before now, at which the slot comes round.
func (w *wheel) due(slot int, now time.Duration) time.Duration {
	t := max(w.next, ceilTick(now))
	ahead := (int64(slot) - t) % int64(len(w.slots))
	if ahead < 0 {
		ahead += int64(len(w.slots))
	}
	return time.Duration(t+ahead) * tick
}

// first returns the first tick that a sweep up to the last one has to do: it visits no slot twice.
func (w *wheel) first(last int64) int64 {
	return max(w.next, last-int64(len(w.slots))+1)
}

// wake returns the next instant at which a slot with legs comes round.
func (w *wheel) wake() (time.Duration, bool) {
	if w.legs == 0 {
		return 0, false
	}
	t := w.next
	for len(w.slots[w.slotOf(t)]) == 0 {
		t++
	}
	return time.Duration(t) * tick, true
}

// rest moves an empty wheel to now: nobody swept it.
func (w *wheel) rest(now time.Duration) {
	if w.legs == 0 {
		w.next = max(w.next, ceilTick(now))
	}
}

func (w *wheel) slotOf(t int64) int {
	return int(t % int64(len(w.slots)))
}

// ceilTick returns the number of the first tick that is not before now.
func ceilTick(now time.Duration) int64 {
	return int64((now + tick - 1) / tick)
}
