package media

import "github.com/sipplan/sipplan/planner/quality"

// Bounds of RFC 3550 appendix A.1.
const (
	maxDropout  = 3000 // a larger step forward is a restart, not a loss
	maxMisorder = 100  // a packet further behind is of an earlier life of the source
)

// seenNumbers is how many numbers the window holds.
const seenNumbers = 128

// place says where a packet belongs in a sequence.
type place uint8

const (
	inOrder   place = iota // the next one, or one after a gap
	reordered              // one that was missing
	duplicate              // one that was here before
	outside                // too far away to belong to the sequence
)

// sequence follows the sequence numbers of one source (RFC 3550 appendix A.1 and A.3).
type sequence struct {
	first    uint32 // extended sequence number of the first packet
	highest  uint32 // highest one so far; the upper half counts the times that the lower one wrapped
	received uint64 // packets placed, duplicates included

	duplicated uint64
	reordered  uint64

	seen [2]uint64 // bit n: the packet n below the highest was received, 0 <= n < seenNumbers
	late [2]uint64 // bit n: it came too late to be played

	settled uint32         // extended number of the first packet whose fate is still open
	fates   quality.Losses // of the packets before it, those of earlier sources included

	expectedBefore, receivedBefore uint64 // at the last report, for the fraction lost
}

// begin makes the packet the first of the sequence. The fates of earlier packets are kept.
func (s *sequence) begin(number uint16) {
	n := uint32(number)
	*s = sequence{first: n, highest: n, settled: n, received: 1, seen: [2]uint64{1, 0}, fates: s.fates}
}

// place counts a packet, unless it lies outside the sequence.
func (s *sequence) place(number uint16) place {
	ahead := number - uint16(s.highest) // modulo 2^16: a wrap is a small step forward
	behind := -ahead
	switch {
	case ahead == 0 || behind <= maxMisorder && s.has(behind):
		s.received++
		s.duplicated++
		return duplicate
	case ahead < maxDropout:
		if highest := s.highest + uint32(ahead); highest-s.first >= seenNumbers {
			s.settle(highest - seenNumbers + 1)
		}
		s.highest += uint32(ahead)
		s.shift(ahead)
		s.received++
		return inOrder
	case behind <= maxMisorder:
		s.seen[behind/64] |= 1 << (behind % 64)
		s.received++
		s.reordered++
		return reordered
	}
	return outside
}

func (s *sequence) has(behind uint16) bool { return bit(&s.seen, uint32(behind)) }

func bit(window *[2]uint64, n uint32) bool { return window[n/64]>>(n%64)&1 == 1 }

// shift moves the windows n numbers up and marks the new highest one.
func (s *sequence) shift(n uint16) {
	shift(&s.seen, n)
	s.seen[0] |= 1
	if s.late != [2]uint64{} {
		shift(&s.late, n)
	}
}

func shift(window *[2]uint64, n uint16) {
	if n >= 64 {
		window[1], window[0] = window[0], 0
		n -= 64
	}
	if n >= 64 {
		window[1], n = 0, 0
	}
	window[1] = window[1]<<n | window[0]>>(64-n)
	window[0] <<= n
}

// discard notes that a packet was received too late to be played.
func (s *sequence) discard(number uint16) {
	behind := uint16(s.highest) - number
	s.late[behind/64] |= 1 << (behind % 64)
}

// settle closes the account of the packets below an extended number: nothing that comes now can be of them.
func (s *sequence) settle(to uint32) {
	for ; s.settled < to; s.settled++ {
		behind := s.highest - s.settled // huge for numbers that were jumped over
		if behind < seenNumbers && bit(&s.seen, behind) && !bit(&s.late, behind) {
			s.fates.Played()
		} else {
			s.fates.Lost()
		}
	}
}

// settleAll closes the account of all packets up to the highest one.
func (s *sequence) settleAll() { s.settle(s.highest + 1) }

// expected returns how many packets the numbers say were sent (A.3).
func (s *sequence) expected() uint64 {
	return uint64(s.highest-s.first) + 1
}

// lost returns expected less received, negative when duplicates outnumber losses (A.3).
func (s *sequence) lost() int64 {
	return int64(s.expected()) - int64(s.received)
}

// fractionLost returns the share lost since it was last asked, in 256ths (A.3).
func (s *sequence) fractionLost() uint8 {
	expected := s.expected() - s.expectedBefore
	received := s.received - s.receivedBefore
	s.expectedBefore, s.receivedBefore = s.expected(), s.received
	if expected == 0 || received >= expected {
		return 0
	}
	return uint8(min((expected-received)<<8/expected, 255))
}
