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

// add puts a leg into the slot with the fewest legs, of these the one that comes round first, so that
// the sends of all legs spread evenly over the packet time.
func (w *wheel) add(l *Leg, now time.Duration) {
	w.rest(now)
	first := max(w.next, ceilTick(now))
	best := w.slotOf(first)
	for i := range w.slots {
		if s := w.slotOf(first + int64(i)); len(w.slots[s]) < len(w.slots[best]) {
			best = s
		}
	}
	w.insert(l, best)
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
