package call

import (
	"hash/maphash"
	"math/bits"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// incoming finds the call of a request that does not carry our tag yet: a repeated INVITE, or its CANCEL.
// An INVITE stays known for 64·T1 after its call has ended, so that a copy that arrives late is not taken
// for a new call (Timer L of RFC 6026).
type incoming struct {
	slots map[uint64]int32
	over  []retiredInvite // in the order of their ends, from first on
	first int
	seed  maphash.Seed
}

// retired stands for the slot of an INVITE whose call is over.
const retired = -1

type retiredInvite struct {
	key   uint64
	until time.Duration
}

func newIncoming() incoming {
	return incoming{slots: map[uint64]int32{}, seed: maphash.MakeSeed()}
}

// key hashes what an INVITE, its repeats and its CANCEL have in common. The number of the CSeq is part of
// it: an INVITE that is sent again with credentials is another one.
func (in *incoming) key(r *sip.Message) uint64 {
	const odd = 0x9E3779B97F4A7C15 // spreads small numbers over all bits
	return maphash.Bytes(in.seed, r.CallID) ^ bits.RotateLeft64(maphash.Bytes(in.seed, r.FromTag), 1) ^ uint64(r.CSeq)*odd
}

// hash returns the hash of a branch, which tells an INVITE from a copy that came another way.
func (in *incoming) hash(branch []byte) uint64 { return maphash.Bytes(in.seed, branch) }

// retire marks an INVITE as belonging to a call that is over.
func (in *incoming) retire(key uint64, until time.Duration) {
	in.slots[key] = retired
	in.over = append(in.over, retiredInvite{key, until})
}

// forget drops the INVITEs whose time is over.
func (in *incoming) forget(now time.Duration) {
	for in.first < len(in.over) && in.over[in.first].until <= now {
		if key := in.over[in.first].key; in.slots[key] == retired {
			delete(in.slots, key)
		}
		in.first++
	}
	if in.first > len(in.over)/2 {
		in.over = in.over[:copy(in.over, in.over[in.first:])]
		in.first = 0
	}
}
