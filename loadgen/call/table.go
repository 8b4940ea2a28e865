package call

// table holds the calls of a machine in slots that are used over and over, in chunks that never move.
type table struct {
	chunks []*[chunkSize]call
	gens   []uint32 // generation of each slot's current or last call
	free   []int32
	busy   int
	wheel  wheel
	texts  buffers   // of dialogs
	large  buffers   // copies of INVITEs
	leases []*leases // free ones
}

const (
	chunkSize = 256
	// textSize is room for the texts of a dialog with a peer that uses a hundred octets for an address; one that
	// uses more gets more. With the call itself it is nearly all of what one that talks takes.
	textSize  = 320
	largeSize = 2048 // of an INVITE
)

func (t *table) at(slot int32) *call { return &t.chunks[slot/chunkSize][slot%chunkSize] }

// take returns a fresh call in a free slot.
func (t *table) take(machine uint64) *call {
	if len(t.free) == 0 {
		t.grow()
	}
	slot := t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	t.gens[slot]++
	t.busy++
	c := t.at(slot)
	*c = call{
		id: newIdentity(slot, t.gens[slot], machine), slot: slot, busy: true,
		resume: Never, keep: nothingKept, glare: noGlare, responded: Never, answered: Never, hungUp: Never,
	}
	c.dialog.text = t.texts.take(nil)
	return c
}

func (t *table) grow() {
	first := int32(len(t.chunks) * chunkSize)
	t.chunks = append(t.chunks, new([chunkSize]call))
	t.gens = append(t.gens, make([]uint32, chunkSize)...)
	t.wheel.timers = append(t.wheel.timers, make([]timer, chunkSize)...)
	for i := first + chunkSize - 1; i >= first; i-- {
		t.free = append(t.free, i)
	}
}

// takeLeases returns what a call keeps its binding and its subscription in.
func (t *table) takeLeases() *leases {
	if len(t.leases) == 0 {
		return &leases{nothingKept, nothingKept}
	}
	l := t.leases[len(t.leases)-1]
	t.leases = t.leases[:len(t.leases)-1]
	*l = leases{nothingKept, nothingKept}
	return l
}

// release gives the slot of a finished call back.
func (t *table) release(c *call) {
	t.wheel.cancel(c.slot)
	t.texts.give(c.dialog.text)
	t.large.give(c.request)
	if c.leases != nil {
		t.leases = append(t.leases, c.leases)
	}
	c.busy = false
	t.busy--
	t.free = append(t.free, c.slot)
}

// find returns the call of an identity that this machine wrote: nil with over set when that call has
// ended, nil without when it never was.
func (t *table) find(slot int32, generation uint32) (c *call, over bool) {
	if slot < 0 || int(slot) >= len(t.gens) || generation == 0 || generation > t.gens[slot] {
		return nil, false
	}
	if c = t.at(slot); c.busy && generation == t.gens[slot] {
		return c, false
	}
	return nil, true
}

// callRef names another call of the same machine, which may end before the one that holds it. The zero value
// names none.
type callRef struct {
	slot       int32
	generation uint32
}

// refer returns the name of a call.
func (t *table) refer(c *call) callRef { return callRef{c.slot, t.gens[c.slot]} }

// linked returns the call that a callRef names, nil when it has ended.
func (t *table) linked(l callRef) *call {
	c, _ := t.find(l.slot, l.generation)
	return c
}

// each calls do for each call in progress; do may end it.
func (t *table) each(do func(*call)) {
	for _, chunk := range t.chunks {
		for i := range chunk {
			if chunk[i].busy {
				do(&chunk[i])
			}
		}
	}
}

// buffers is a pool of byte slices. Its zero value makes small ones.
type buffers struct {
	idle [][]byte
	size int
}

// take returns an empty buffer: the one that is at hand already, one that was given back, or a new one.
func (p *buffers) take(atHand []byte) []byte {
	if atHand != nil {
		return atHand[:0]
	}
	if n := len(p.idle); n > 0 {
		b := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return b
	}
	return make([]byte, 0, max(p.size, textSize))
}

// give takes a buffer back.
func (p *buffers) give(b []byte) {
	if b != nil {
		p.idle = append(p.idle, b[:0])
	}
}
