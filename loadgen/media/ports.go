package media

import "fmt"

// PortRange is a range of UDP ports, both ends included. It is used in pairs: RTP on an even port, RTCP
// on the odd one above it (RFC 3550 section 11). The zero value holds no pair.
type PortRange struct {
	First, Last uint16
}

// Pairs returns how many even and odd pairs lie whole within the range: the legs that can run at once.
func (r PortRange) Pairs() int {
	first := r.firstPair()
	if first == 0 || int(r.Last) < first+1 {
		return 0
	}
	return (int(r.Last) - first + 1) / 2
}

// Split cuts the range into n ranges that share no pair, one for each shard. Their sizes differ by one
// pair at most; where there are fewer pairs than shards the last ranges are empty. Splitting into less
// than one range gives none.
func (r PortRange) Split(n int) []PortRange {
	if n < 1 {
		return nil
	}
	ranges := make([]PortRange, n)
	pairs, first := r.Pairs(), r.firstPair()
	for i := range ranges {
		size := pairs / n
		if i < pairs%n {
			size++
		}
		if size > 0 {
			ranges[i] = PortRange{First: uint16(first), Last: uint16(first + 2*size - 1)}
		}
		first += 2 * size
	}
	return ranges
}

// String returns the range as a user writes it.
func (r PortRange) String() string {
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// firstPair returns the first even port, 0 for a range that starts at port 0. It is 65536 when First
// is 65535.
func (r PortRange) firstPair() int {
	return (int(r.First) + 1) &^ 1
}

// after returns the range without the pair at port and those below it.
func (r PortRange) after(port uint16) PortRange {
	return PortRange{First: port + 2, Last: r.Last} // past 65534 this is 0, which holds no pair
}

// Overlap returns the ports that both ranges have, the zero range when there are none.
func (r PortRange) Overlap(other PortRange) PortRange {
	both := PortRange{First: max(r.First, other.First), Last: min(r.Last, other.Last)}
	if both.First > both.Last {
		return PortRange{}
	}
	return both
}
