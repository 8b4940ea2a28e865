package media

import (
	"testing"
	"time"
)

func TestLegsSpreadEvenlyOverThePacketTime(t *testing.T) {
	w := newWheel(20 * time.Millisecond)
	legs := make([]*Leg, 1000)
	for i := range legs {
		legs[i] = &Leg{}
		w.add(legs[i], 7*time.Millisecond)
	}
	for slot, in := range w.slots {
		if len(in) != 50 {
			t.Errorf("slot %d has %d of 1000 legs, want 50", slot, len(in))
		}
	}
	gone := legs[3].slot
	w.remove(legs[3])
	w.remove(w.slots[gone][0])
	again := &Leg{}
	w.add(again, 7*time.Millisecond)
	if again.slot != gone {
		t.Errorf("a new leg went to slot %d, want %d, where two have left", again.slot, gone)
	}
}

// A wake-up costs as much as several packets: few legs share few slots, which lie apart.
func TestFewLegsCostFewWakeUps(t *testing.T) {
	for _, packetTime := range []time.Duration{10, 20, 30, 33, 60} {
		w := newWheel(packetTime * time.Millisecond)
		for range 4 * group {
			w.add(&Leg{}, 0)
		}
		var used []int
		for slot, in := range w.slots {
			if len(in) > 0 {
				used = append(used, slot)
			}
		}
		if len(used) != 4 {
			t.Fatalf("%d ms: %d legs are in the slots %v, want four", packetTime, w.legs, used)
		}
		for i, slot := range used {
			next := used[(i+1)%4]
			if gap := (next - slot + len(w.slots)) % len(w.slots); gap < len(w.slots)/8 {
				t.Errorf("%d ms: the slots %v are not apart", packetTime, used)
			}
		}
	}
}

func TestWheelKnowsWhoSitsWhere(t *testing.T) {
	w := newWheel(10 * time.Millisecond)
	var legs []*Leg
	for range 25 {
		l := &Leg{}
		w.add(l, 0)
		legs = append(legs, l)
	}
	for i, l := range legs {
		if i%2 == 0 {
			w.remove(l)
		} else {
			w.move(l, time.Duration(i)*time.Millisecond)
		}
	}
	if w.legs != 12 {
		t.Errorf("%d legs, want 12", w.legs)
	}
	for slot, in := range w.slots {
		for i, l := range in {
			if l.slot != slot || l.index != i || l.wheel != w {
				t.Errorf("leg in slot %d at %d believes to be in %d at %d", slot, i, l.slot, l.index)
			}
		}
	}
}

func TestWheelWakesWhenAnOccupiedSlotComesRound(t *testing.T) {
	w := newWheel(20 * time.Millisecond)
	if _, ok := w.wake(); ok {
		t.Error("an empty wheel wants to be woken")
	}
	l := &Leg{}
	w.add(l, 107500*time.Microsecond)
	due := w.due(l.slot, 107500*time.Microsecond)
	if next, ok := w.wake(); !ok || next != due || due < 108*time.Millisecond || due >= 128*time.Millisecond {
		t.Errorf("wakes at %v for a packet due at %v, want it within a packet time", next, due)
	}
	w.next = int64(due/time.Millisecond) + 1 // swept
	if next, _ := w.wake(); next != due+20*time.Millisecond {
		t.Errorf("wakes at %v, want one packet time after %v", next, due)
	}
}
