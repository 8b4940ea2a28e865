// Package traffic says when calls arrive and how long they last: arrival processes, holding-time laws
// and the seeded random streams that both draw from.
//
// The simulator and the call generator use the same processes with the same seed, so that they offer
// the same calls. Nothing here reads a clock: an arrival process returns instants counted from the
// start of the run.
package traffic

import "math/rand/v2"

// Stream returns the random stream number n of a seed. Streams of different numbers are independent;
// the same seed and number give the same draws on every machine.
func Stream(seed, n uint64) *rand.Rand {
	return rand.New(rand.NewPCG(splitmix(seed), splitmix(n)))
}

// splitmix spreads neighbouring seeds and stream numbers over the whole range (Steele, Lea and Flood,
// 2014), because PCG streams whose numbers differ in few bits start out alike.
func splitmix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
