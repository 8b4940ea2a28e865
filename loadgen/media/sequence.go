package media

// Bounds of RFC 3550 appendix A.1.
const (
	maxDropout  = 3000 // a larger step forward is a restart, not a loss
	maxMisorder = 100  // a packet further behind is of an earlier life of the source
)

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

	seen [2]uint64 // bit n: the packet n below the highest was received, 0 <= n < 128

	expectedBefore, receivedBefore uint64 // at the last report, for the fraction lost
}

// begin makes the packet the first of the sequence.
func (s *sequence) begin(number uint16) {
	*s = sequence{first: uint32(number), highest: uint32(number), received: 1, seen: [2]uint64{1, 0}}
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

func (s *sequence) has(behind uint16) bool {
	return s.seen[behind/64]>>(behind%64)&1 == 1
}

// shift moves the window n numbers up and marks the new highest one.
func (s *sequence) shift(n uint16) {
	if n >= 64 {
		s.seen[1], s.seen[0] = s.seen[0], 0
		n -= 64
	}
	if n >= 64 {
		s.seen[1], n = 0, 0
	}
	s.seen[1] = s.seen[1]<<n | s.seen[0]>>(64-n)
	s.seen[0] = s.seen[0]<<n | 1
}

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
