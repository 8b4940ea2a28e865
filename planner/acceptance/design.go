package acceptance

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"gonum.org/v1/gonum/stat/distuv"
)

// Design is a test that is long enough to be answered. Its calls, warm-up and length follow from the
// traffic and the promise; holding times can be compressed, because blocking depends on the erlangs
// and not on the mean holding time.
type Design struct {
	Ports   int     // circuits under test
	Offered float64 // erlangs
	Promise Promise // with its defaults filled in

	Expected  float64 // blocking by Erlang B, when the trunk is what it says
	Inflation float64 // calls that are worth one independent call
	Calls     uint64  // calls to be counted after the warm-up, at the most if there are looks
	Looks     int     // by which it may end early; 0 for none

	Hold     time.Duration // mean time that a call holds a circuit, set-up and ringing included, compressed
	Compress float64       // by how much Hold is shorter than in the busy hour; 1 is not at all
	CAPS     float64       // calls started per second
	Warmup   time.Duration // calls of this time are not counted
	Length   time.Duration // time in which the calls to be counted arrive
}

// NewDesign returns the test of ports circuits that are offered the given erlangs by calls which hold a
// circuit for the mean time hold. It counts the calls that a score test needs to tell the promised
// blocking p from the tolerated one q, whichever of them is the truth:
//
//	n = ((z·√(q(1-q)v_q) + w·√(p(1-p)v_p)) / (q-p))²   so that p is seen to be below q
//	n = ((z·√(p(1-p)v_p) + w·√(q(1-q)v_q)) / (q-p))²   so that q is seen to be above p
//
// the larger of them, with z the two-sided normal quantile of the confidence, w the one-sided one of the
// power and v the inflation of the variance by bursts, at the offered erlangs on as many circuits as
// give p or q. Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 2003, section 2.3.
func NewDesign(ports int, offered float64, hold time.Duration, promise Promise) (Design, error) {
	if err := validate(ports, offered, hold, promise); err != nil {
		return Design{}, err
	}
	d := Design{Ports: ports, Offered: offered, Promise: promise.filled(), Hold: hold, Compress: 1}
	var err error
	if d.Expected, err = erlang.B(float64(ports), offered); err != nil {
		return Design{}, err
	}
	if err := d.countCalls(); err != nil {
		return Design{}, err
	}
	return d.Compressed(1)
}

func validate(ports int, offered float64, hold time.Duration, promise Promise) error {
	var problems []error
	if ports < 1 {
		problems = append(problems, fmt.Errorf("ports: must be at least 1, got %d", ports))
	}
	if !(offered > 0) || math.IsInf(offered, 0) {
		problems = append(problems, fmt.Errorf("offered: must be a positive number of erlangs, got %g", offered))
	}
	if hold <= 0 {
		problems = append(problems, fmt.Errorf("hold: must be longer than 0, got %s", hold))
	}
	return errors.Join(append(problems, promise.Validate())...)
}

// countCalls sets the calls that the promise takes.
func (d *Design) countCalls() error {
	p, q := d.Promise.Blocking, d.Promise.Tolerated
	vp, errP := inflationAt(d.Offered, p)
	vq, errQ := inflationAt(d.Offered, q)
	if err := errors.Join(errP, errQ); err != nil {
		return err
	}
	z, w := quantile(d.Promise.Confidence), distuv.UnitNormal.Quantile(d.Promise.Power)
	promised, tolerated := math.Sqrt(p*(1-p)*vp), math.Sqrt(q*(1-q)*vq)
	root := math.Max(z*tolerated+w*promised, z*promised+w*tolerated) / (q - p)
	d.Calls = uint64(math.Ceil(root * root))
	d.Inflation = math.Max(vp, vq)
	return nil
}

// Compressed returns the design with holding times that are shorter by the given factor than those it
// was made for: as many times more calls start per second, and the test is as many times shorter. A
// factor below 1 makes holding times longer.
func (d Design) Compressed(factor float64) (Design, error) {
	if !(factor > 0) || math.IsInf(factor, 0) {
		return Design{}, fmt.Errorf("compress: must be a positive number, got %g", factor)
	}
	busyHour := d.busyHourHold()
	d.Hold = time.Duration(math.Round(float64(busyHour) / factor))
	if d.Hold <= 0 {
		return Design{}, fmt.Errorf("compress: %g leaves nothing of a holding time of %s", factor, busyHour)
	}
	d.Compress = factor
	d.CAPS = d.Offered / d.Hold.Seconds()
	d.Warmup = time.Duration(warmupHolds(d.Offered) * float64(d.Hold))
	d.Length = time.Duration(float64(d.Calls) / d.CAPS * float64(time.Second))
	return d, nil
}

// busyHourHold returns the mean holding time before compression.
func (d Design) busyHourHold() time.Duration {
	return time.Duration(math.Round(float64(d.Hold) * d.Compress))
}

// Limits bound the compression of holding times.
type Limits struct {
	MinHold time.Duration // shortest mean holding time; 0 stands for 200 ms, ten packets of speech
	MaxCAPS float64       // most calls per second that the generator or the trunk takes; 0 is unlimited
}

// Fit returns the design with holding times compressed by the smallest whole factor with which warm-up
// and test fit into the wished time, or by the largest that the limits allow. It never makes holding
// times longer than those of the busy hour.
func (d Design) Fit(wish time.Duration, limits Limits) (Design, error) {
	if wish <= 0 {
		return Design{}, fmt.Errorf("duration: must be longer than 0, got %s", wish)
	}
	plain, err := d.Compressed(1)
	if err != nil {
		return Design{}, err
	}
	needed := math.Ceil(float64(plain.Total()) / float64(wish))
	return plain.Compressed(math.Max(1, math.Min(needed, limits.most(plain))))
}

// Total returns the time from the first call to the last one: warm-up and length.
func (d Design) Total() time.Duration { return d.Warmup + d.Length }

// warmupHolds returns after how many mean holding times a trunk that started empty counts as full. The
// traffic then still lacks A·e^-t erlangs; the warm-up ends when that is a tenth of the traffic's own
// standard deviation √A, and after 5 holding times at the earliest, for a share of the calls is long.
func warmupHolds(offered float64) float64 {
	const least, ofDeviation = 5, 10
	return math.Max(least, math.Ceil(math.Log(ofDeviation*math.Sqrt(offered))))
}
