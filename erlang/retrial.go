package erlang

import "fmt"

// Retrial describes a group whose blocked callers try again after a while, until they get through or give up.
type Retrial struct {
	Blocking float64 // probability that a first attempt is blocked: the share of the time in which all circuits are busy
	Attempts float64 // probability that an attempt, first or repeated, is blocked
	Waiting  float64 // callers between two attempts, in the mean over time
	Lost     float64 // share of the calls that are never made
}

// NewRetrial returns the equilibrium of servers circuits that are offered traffic erlangs of new calls, when the share
// persistence of the blocked attempts is repeated, each after an exponential time: retryRate times in a mean holding time.
// It is exact (the M/M/c/c retrial queue), where [ExtendedB] takes all attempts for a Poisson stream.
//
// The states are the busy circuits and the callers between two attempts. The number of those grows only when all circuits
// are busy, so an excursion to more of them begins in one state, and one sweep over their numbers, from the largest that
// matters down, gives the time spent in each state of an excursion. No term is subtracted.
// Domain: servers from 1 to 10,000, traffic above 0 and at most 100,000 erlangs, persistence from 0 to 1, retryRate from
// 1e-3 to 1e6; else, or when more callers wait than can be calculated with, an error that wraps [ErrDomain]. With
// persistence = 1, traffic ≥ servers gives an error that wraps [ErrUnstable].
//
// Falin and Templeton, Retrial Queues (1997), chapter 2.
func NewRetrial(servers int, traffic, persistence, retryRate float64) (Retrial, error) {
	err := firstError(checkCount("servers", servers, 1, 10_000), checkPositive("traffic", "erlangs", traffic, 1e5),
		checkShare("persistence", persistence),
		checkRange("rate of retries", "per mean holding time", retryRate, 1e-3, 1e6))
	if err != nil {
		return Retrial{}, err
	}
	if persistence == 1 && traffic >= float64(servers) {
		return Retrial{}, fmt.Errorf("traffic must be below %d erlangs on %d servers when every blocked call is repeated, "+
			"got %g: %w", servers, servers, traffic, ErrUnstable)
	}
	r := retrials{servers: servers, traffic: traffic, persistence: persistence, rate: retryRate}
	const mostLevels, mostStates = 1 << 19, maxStates
	for levels := 64; levels <= mostLevels && levels*servers <= mostStates; levels *= 2 {
		if result, settled := r.solve(levels); settled {
			return result, nil
		}
	}
	return Retrial{}, fmt.Errorf("%g erlangs on %d servers leave too many callers waiting: %w", traffic, servers, ErrDomain)
}

// retrials holds the rates of a retrial queue.
type retrials struct {
	servers                    int
	traffic, persistence, rate float64
}

// level is the mean time that an excursion spends with a certain number of waiting callers.
type level struct {
	full float64 // all circuits busy
	all  float64
}

// solve cuts the number of waiting callers off and reports whether what is beyond does not matter.
func (r retrials) solve(levels int) (Retrial, bool) {
	e := newExcursion(r)
	visits := make([]level, levels+1)
	for waiting := levels; waiting >= 0; waiting-- {
		visits[waiting] = e.descend(float64(waiting))
	}
	return r.sum(visits)
}

// sum weighs the levels: the rate at which an excursion to the next one begins is that of the blocked calls that persist.
// Only the ratios of the sums count, so they are scaled down before they overflow.
func (r retrials) sum(visits []level) (Retrial, bool) {
	const negligible, large = 1e-17, 1e200
	var time, full, waiting, waitingFull, last float64
	weight := 1.0
	for k, visit := range visits {
		last = weight * visit.all
		time += last
		full += weight * visit.full
		waiting += float64(k) * last
		waitingFull += float64(k) * weight * visit.full
		weight *= r.traffic * r.persistence * visit.full
		if waiting > large {
			for _, x := range []*float64{&time, &full, &waiting, &waitingFull, &last, &weight} {
				*x /= large
			}
		}
	}
	blocked := r.traffic*full + r.rate*waitingFull
	result := Retrial{
		Blocking: full / time,
		Attempts: blocked / (r.traffic*time + r.rate*waiting),
		Waiting:  waiting / time,
		Lost:     (1 - r.persistence) * blocked / (r.traffic * time),
	}
	return result, last*float64(len(visits)) <= negligible*waiting
}

// excursion is the time from the arrival of a waiting caller until there is one less, for one number of them after the
// other, from the largest down.
type excursion struct {
	retrials
	landing []float64 // distribution of the busy circuits when the excursion to the next larger number has ended
	times   []float64 // time with i busy circuits, in units of that with all
	leaving []float64 // e(i) below
	inflow  []float64 // w(i) below
}

func newExcursion(r retrials) *excursion {
	c := r.servers
	return &excursion{r, make([]float64, c+1), make([]float64, c+1), make([]float64, c), make([]float64, c)}
}

// descend returns the times of an excursion with so many callers waiting, of whom one goes at its end. For nobody waiting
// nothing ends, and the time with all circuits busy is 1.
//
// Eliminating the states from the emptiest up, x(i) is the time with i busy circuits and g(i) where the excursions to the
// next number come down,
//
//	x(i)·(A + e(i)) = (i+1)·x(i+1) + w(i)
//	e(i) = j·r + i·e(i-1)/(A + e(i-1)),  w(i) = A·p·g(i) + A·w(i-1)/(A + e(i-1))
func (e *excursion) descend(waiting float64) level {
	again := waiting * e.rate
	for i := range e.servers {
		e.leaving[i], e.inflow[i] = again, e.traffic*e.persistence*e.landing[i]
		if i > 0 {
			out := e.traffic + e.leaving[i-1]
			e.leaving[i] += float64(i) * e.leaving[i-1] / out
			e.inflow[i] += e.traffic * e.inflow[i-1] / out
		}
	}
	e.times[e.servers] = 1
	for i := e.servers - 1; i >= 0; i-- {
		e.times[i] = (e.times[i+1]*float64(i+1) + e.inflow[i]) / (e.traffic + e.leaving[i])
	}
	return e.land(again)
}

// land scales the times so that the excursion ends once, and says where: a caller who gets through makes one circuit more
// busy, one who gives up finds all of them busy.
func (e *excursion) land(again float64) level {
	c := e.servers
	var all, through float64
	for _, time := range e.times[:c] {
		all += time
		through += again * time
	}
	all += e.times[c]
	if again == 0 {
		return level{full: e.times[c], all: all}
	}
	givesUp := again * (1 - e.persistence) * e.times[c]
	ends := through + givesUp
	e.landing[0] = 0
	for i, time := range e.times[:c] {
		e.landing[i+1] = again * time / ends
	}
	e.landing[c] += givesUp / ends
	return level{full: e.times[c] / ends, all: all / ends}
}
