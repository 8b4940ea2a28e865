package records

import (
	"math"
	"math/bits"
	"time"
)

// durations adds durations up: their number, sum and logarithms exactly, and how they are distributed in classes of
// a second up to 34 minutes and of at most 0.1 % beyond.
type durations struct {
	zero    int64 // calls that lasted no time
	count   int64 // of the others
	sum     int64 // microseconds
	longest int64
	logs    float64 // sum of ln seconds, and of its square
	squares float64
	classes [classes]int64
}

const (
	linear  = 1 << 11                   // classes of one second
	octaves = 6                         // up to 36 h, beyond the longest call that is taken
	classes = linear + octaves*linear/2 // each octave in half as many
)

func (d *durations) add(micros int64) {
	if micros == 0 {
		d.zero++
		return
	}
	d.count++
	d.sum += micros
	d.longest = max(d.longest, micros)
	log := math.Log(float64(micros) / 1e6)
	d.logs += log
	d.squares += log * log
	d.classes[class((micros+5e5)/1e6)]++
}

// class returns the class of a duration in whole seconds.
func class(seconds int64) int {
	if seconds < linear {
		return int(seconds)
	}
	octave := bits.Len64(uint64(seconds)) - bits.Len(linear) + 1 // from 1
	within := int(seconds>>octave) - linear/2
	return min(linear+(octave-1)*linear/2+within, classes-1)
}

// bounds returns the seconds between which the durations of a class lie: those that round to a whole second lie
// half a second around it.
func bounds(class int) (low, high float64) {
	if class < linear {
		return math.Max(0, float64(class)-0.5), float64(class) + 0.5
	}
	octave, within := (class-linear)/(linear/2)+1, (class-linear)%(linear/2)
	first := int64(linear/2+within) << octave
	return float64(first) - 0.5, float64(first+1<<octave) - 0.5
}

// all returns the number of durations.
func (d *durations) all() int64 { return d.zero + d.count }

// mean returns the mean in seconds, those of no time included.
func (d *durations) mean() float64 {
	if d.all() == 0 {
		return 0
	}
	return float64(d.sum) / 1e6 / float64(d.all())
}

// quantile returns the seconds that the given share of the durations does not exceed, to the class's precision.
func (d *durations) quantile(share float64) float64 {
	rank := int64(math.Ceil(share * float64(d.all())))
	if rank <= d.zero {
		return 0
	}
	seen := d.zero
	for i, n := range d.classes {
		if seen += n; seen >= rank {
			low, high := bounds(i)
			return math.Min(math.Floor((low+high)/2+0.5), float64(d.longest)/1e6)
		}
	}
	return float64(d.longest) / 1e6
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
