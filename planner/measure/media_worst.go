package measure

import (
	"cmp"
	"slices"
	"time"
)

// WorstKept is how many calls a Worst holds at the most.
const WorstKept = 20

// CallAudio is what one call heard, in numbers.
type CallAudio struct {
	Call   string        // its Call-ID
	Trunk  string        // where it went
	Began  time.Duration // its audio, since the start of the run
	Lasted time.Duration

	Scored bool    // false: the codec has no published value, or the call was too short to hear anything
	Scale  string  // of the score: nb or wb
	MOS, R float64 // valid if Scored

	Expected, Received, Discarded, Duplicated, Reordered uint64
	Lost                                                 int64
	Missing                                              float64 // share lost or discarded
	BurstR                                               float64

	Jitter, MeanJitter, MaxJitter time.Duration // RFC 3550: at the end, over the call, at its worst
	RTT                           time.Duration // 0: not known
	FirstPacket, LongestGap       time.Duration
	Faults                        MediaFaults
}

// Compare orders calls from the worst on. Calls without a score come last; what differs in nothing is the same call.
func (c CallAudio) Compare(other CallAudio) int {
	return cmp.Or(
		cmp.Compare(c.rank(), other.rank()),
		-cmp.Compare(c.Missing, other.Missing),
		-cmp.Compare(c.LongestGap, other.LongestGap),
		-cmp.Compare(c.MaxJitter, other.MaxJitter),
		cmp.Compare(c.Began, other.Began),
		cmp.Compare(c.Call, other.Call),
		cmp.Compare(c.Trunk, other.Trunk),
	)
}

func (c CallAudio) rank() float64 {
	const noScore = 6
	if !c.Scored {
		return noScore
	}
	return c.MOS
}

// Worst holds the calls that sounded worst, the worst first. Its zero value is empty and ready.
type Worst struct {
	calls []CallAudio
}

// Admits reports whether Add would keep the call.
func (w *Worst) Admits(c CallAudio) bool {
	return len(w.calls) < WorstKept || c.Compare(w.calls[len(w.calls)-1]) < 0
}

// Add keeps the call if it is among the worst.
func (w *Worst) Add(c CallAudio) {
	if !w.Admits(c) {
		return
	}
	i, _ := slices.BinarySearchFunc(w.calls, c, CallAudio.Compare)
	if len(w.calls) == WorstKept {
		w.calls = w.calls[:WorstKept-1]
	}
	w.calls = slices.Insert(w.calls, i, c)
}

// Merge keeps the worst of both. It is commutative and associative: the worst of a whole are among the worst of
// its parts.
func (w *Worst) Merge(other *Worst) {
	for _, c := range other.calls {
		w.Add(c)
	}
}

// Calls returns the calls, the worst first.
func (w *Worst) Calls() []CallAudio { return slices.Clone(w.calls) }

func (w *Worst) clone() Worst { return Worst{calls: slices.Clone(w.calls)} }
