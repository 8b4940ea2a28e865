package media

// track is audio as one codec and one packet time carry it: a payload for each packet time, made once,
// shared by all legs and never written afterwards. No packet is put together while calls run.
type track struct {
	payloads []byte
	slots    []slot
	marked   bool // its own markers tell where talkspurts begin
}

// slot is one packet time of a track.
type slot struct {
	offset, length uint32 // of the payload; length 0: nothing is sent
	lag            uint32 // clock units by which the timestamp lies before the slot: a telephone event's
	kind           slotKind
	payloadType    uint8 // of a foreign payload, and of an event where none was agreed on
	marker         bool
}

// slotKind says which payload type a slot has.
type slotKind uint8

const (
	voice   slotKind = iota // that of the stream's codec
	noise                   // comfort noise (RFC 3389)
	event                   // a telephone event (RFC 4733), as the far end numbers them
	foreign                 // as in the capture that the track was made of
)

// add appends a slot with a payload, which is copied.
func (t *track) add(s slot, payload []byte) {
	s.offset, s.length = uint32(len(t.payloads)), uint32(len(payload))
	t.payloads = append(t.payloads, payload...)
	t.slots = append(t.slots, s)
}

// payload returns what a slot carries.
func (t *track) payload(s *slot) []byte {
	return t.payloads[s.offset : s.offset+s.length]
}
