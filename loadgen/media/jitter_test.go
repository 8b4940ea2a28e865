package media

import (
	"math"
	"testing"
	"time"
)

// The vector of RFC 3550 A.8 computed in two ways: 20 ms packets of 8 kHz arriving at 0, 20, 43, 60, 85
// and 100 ms.
// sampleTime is one unit of the RTP clock of G.711.
const sampleTime = time.Second / clockRate

func TestJitterVector(t *testing.T) {
	var j jitter
	for i, row := range []struct {
		arrival time.Duration
		units   float64
		reports uint32
	}{
		{0, 0, 0},
		{20 * time.Millisecond, 0, 0},
		{43 * time.Millisecond, 1.5, 1},
		{60 * time.Millisecond, 2.90625, 2},
		{85 * time.Millisecond, 5.224609375, 5},
		{100 * time.Millisecond, 7.398071289, 7},
	} {
		j.update(row.arrival, uint32(math.MaxUint32-200)+uint32(i)*160, clockRate) // the timestamps wrap on the way
		if got := j.estimate / float64(sampleTime); math.Abs(got-row.units) > 1e-6 {
			t.Errorf("packet %d: jitter %v units, want %v", i, got, row.units)
		}
		if j.units(clockRate) != row.reports {
			t.Errorf("packet %d: reports %d, want %d", i, j.units(clockRate), row.reports)
		}
	}
	if got, want := j.duration(), 924759*time.Nanosecond; (got - want).Abs() > time.Nanosecond {
		t.Errorf("jitter %v, want %v", got, want)
	}
}

func TestJitterIsNotAboutNewTimestampOrigins(t *testing.T) {
	var j jitter
	j.update(0, 1000, clockRate)
	j.update(20*time.Millisecond, 1160, clockRate)
	j.update(40*time.Millisecond, 3_000_000_000, clockRate)
	j.update(60*time.Millisecond, 3_000_000_160, clockRate)
	if j.estimate != 0 {
		t.Errorf("a peer that restarted its timestamps has jitter %v, want none", j.duration())
	}
}

func TestJitterIgnoresSilenceSuppression(t *testing.T) {
	var j jitter
	j.update(0, 0, clockRate)
	j.update(2*time.Second, 16000, clockRate)
	if j.estimate != 0 {
		t.Errorf("a pause of two seconds in arrival and timestamps has jitter %v, want none", j.duration())
	}
}
