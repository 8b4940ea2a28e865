package media

import "time"

// timestampRestart is the step from which a timestamp is a new origin and not a delay.
const timestampRestart = 10 * time.Second

// jitter is the interarrival jitter of RFC 3550 section 6.4.1 and appendix A.8, kept in time instead of
// clock units, so that an interval of less than a sample is not lost:
//
//	D(i,j) = (Rj - Ri) - (Sj - Si)
//	J     += (|D| - J) / 16
//
// R is the arrival of a packet and S its timestamp. A step of the timestamps that no network delay
// explains starts the comparison anew and leaves J alone.
type jitter struct {
	estimate  float64 // nanoseconds
	sum, most float64 // of the estimates after each packet but the first
	packets   uint64
	arrival   time.Duration
	timestamp uint32
	primed    bool
}

// update takes the next packet in the order of arrival, at the RTP clock in Hz. It returns how much longer
// the packet was on its way than the one before it, and false where their timestamps cannot be compared.
func (j *jitter) update(arrival time.Duration, timestamp uint32, clock int) (longer time.Duration, comparable bool) {
	longer = arrival - j.arrival - mediaTime(int32(timestamp-j.timestamp), clock)
	comparable = j.primed && longer.Abs() < timestampRestart
	if comparable {
		j.estimate += (float64(longer.Abs()) - j.estimate) / 16
		j.sum += j.estimate
		j.most = max(j.most, j.estimate)
		j.packets++
	}
	j.arrival, j.timestamp, j.primed = arrival, timestamp, true
	return longer, comparable
}

// duration returns J as a time.
func (j *jitter) duration() time.Duration {
	return time.Duration(j.estimate)
}

// mean returns the mean of J over the packets but the first.
func (j *jitter) mean() time.Duration {
	return time.Duration(j.sum / float64(max(1, j.packets)))
}

// units returns J in units of the RTP clock, as reports carry it.
func (j *jitter) units(clock int) uint32 {
	return uint32(j.estimate * float64(clock) / float64(time.Second))
}

// mediaTime returns what units of an RTP clock last.
func mediaTime(units int32, clock int) time.Duration {
	return time.Duration(units) * time.Second / time.Duration(clock)
}
