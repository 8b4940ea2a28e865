package media

import "time"

// sampleTime is one unit of the RTP clock.
const sampleTime = time.Second / clockRate

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
	arrival   time.Duration
	timestamp uint32
	primed    bool
}

// update takes the next packet in the order of arrival.
func (j *jitter) update(arrival time.Duration, timestamp uint32) {
	media := time.Duration(int32(timestamp-j.timestamp)) * sampleTime
	d := (arrival - j.arrival - media).Abs()
	if j.primed && d < timestampRestart {
		j.estimate += (float64(d) - j.estimate) / 16
	}
	j.arrival, j.timestamp, j.primed = arrival, timestamp, true
}

// duration returns J as a time.
func (j *jitter) duration() time.Duration {
	return time.Duration(j.estimate)
}

// units returns J in units of the RTP clock, as reports carry it.
func (j *jitter) units() uint32 {
	return uint32(j.estimate / float64(sampleTime))
}
