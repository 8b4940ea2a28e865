package records

import (
	"math"
	"math/bits"
)

// distinct counts how many different texts it was given, in 4 KiB and with a standard error of 1.6 %.
//
// Flajolet, Fusy, Gandouet and Meunier, HyperLogLog (2007); small counts by linear counting, as there.
type distinct struct {
	ranks [1 << distinctBits]uint8
}

const distinctBits = 12

func (d *distinct) add(text []byte) {
	if len(text) == 0 {
		return
	}
	hash := uint64(14695981039346656037) // FNV-1a
	for _, c := range text {
		hash = (hash ^ uint64(c)) * 1099511628211
	}
	hash ^= hash >> 33 // FNV leaves the high bits of short texts alike: the finalizer of MurmurHash3
	hash *= 0xff51afd7ed558ccd
	hash ^= hash >> 33
	hash *= 0xc4ceb9fe1a85ec53
	hash ^= hash >> 33
	rank := &d.ranks[hash>>(64-distinctBits)]
	*rank = max(*rank, uint8(bits.LeadingZeros64(hash<<distinctBits|1<<(distinctBits-1)))+1)
}

// count returns how many texts were different, not counting empty ones.
func (d *distinct) count() int64 {
	const m = 1 << distinctBits
	sum, empty := 0.0, 0
	for _, rank := range d.ranks {
		sum += math.Ldexp(1, -int(rank))
		if rank == 0 {
			empty++
		}
	}
	estimate := 0.7213 / (1 + 1.079/m) * m * m / sum
	if estimate <= 2.5*m && empty > 0 {
		estimate = m * math.Log(m/float64(empty))
	}
	return int64(math.Round(estimate))
}
