package routing

import "slices"

// Call is what a decision depends on beside the route.
type Call struct {
	Priority Priority
	Codec    uint8 // place in Network.Codecs
	Bypass   bool  // media bypass: the media does not go through facilities that are MediaOnly
}

// Priority is the right of way of a call.
type Priority uint8

// The priorities. Each has the rights of those before it.
const (
	Ordinary  Priority = iota // leaves the reserved circuits free
	High                      // takes reserved circuits
	Emergency                 // is sent over trunks too that are put aside
)

// Attempt is a call on its way through a route. Whoever offers it sets Route and Call.
type Attempt struct {
	Route int // place in Network.Routes
	Call  Call

	causes Causes
	at     uint16 // route at hand: Route, or what it overflowed to
	place  uint16 // ordered route: where to look for the next trunk
	held   Held
	tried  trunkSet
}

// Held returns what the call holds, for Router.Release.
func (a *Attempt) Held() Held { return a.held }

// Tried returns the number of trunks that the call was sent over.
func (a *Attempt) Tried() int { return int(a.tried.n) }

// WasOn tells whether the call was sent over the trunk at a place in Network.Trunks.
func (a *Attempt) WasOn(trunk int) bool { return a.tried.has(uint16(trunk)) }

// Held is what a call holds on its trunk, in four bytes for whoever keeps it for millions of calls. The
// zero value is nothing.
type Held struct {
	packed uint32 // place of the trunk + 1, 16 bits; bypass, 8 bits; codec, 8 bits
}

func holding(trunk uint16, c Call) Held {
	packed := (uint32(trunk)+1)<<16 | uint32(c.Codec)
	if c.Bypass {
		packed |= 1 << 8
	}
	return Held{packed}
}

// Trunk returns the place of the trunk in Network.Trunks, NoTrunk for nothing held.
func (h Held) Trunk() int { return int(h.packed>>16) - 1 }

func (h Held) codec() uint8 { return uint8(h.packed) }

func (h Held) bypass() bool { return h.packed&(1<<8) != 0 }

// trunkSet is the set of the trunks that a call was sent over: hardly ever more than two or three, of
// however many there are. It allocates from the seventh on.
type trunkSet struct {
	n     uint16
	first [6]uint16
	more  []uint16
}

func (s *trunkSet) add(trunk uint16) {
	if int(s.n) < len(s.first) {
		s.first[s.n] = trunk
		s.n++
		return
	}
	s.addMore(trunk)
}

func (s *trunkSet) addMore(trunk uint16) {
	s.more = append(s.more, trunk)
	s.n++
}

func (s *trunkSet) clear() {
	if int(s.n) > len(s.first) {
		s.more = nil
	}
	s.n = 0
}

func (s *trunkSet) has(trunk uint16) bool {
	first := s.first[:min(int(s.n), len(s.first))]
	return slices.Contains(first, trunk) || slices.Contains(s.more, trunk)
}
