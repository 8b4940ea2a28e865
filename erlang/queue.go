package erlang

import "math"

// Queue describes calls that wait for a circuit without limit, as at an operator's desk: Poisson arrivals, exponential
// holding times, first come first served (M/M/N). Times are in mean holding times.
type Queue struct {
	Servers   int
	Traffic   float64 // erlangs, below Servers
	Wait      float64 // probability that a call waits at all: Erlang C
	MeanWait  float64 // mean over all calls, those that need not wait included
	MeanQueue float64 // calls that wait, in the mean over time
}

// NewQueue returns the equilibrium of the queue. The domain and the errors are those of [C].
//
//	MeanWait = C/(N-A),  MeanQueue = A·C/(N-A)
func NewQueue(servers int, traffic float64) (Queue, error) {
	wait, err := C(servers, traffic)
	if err != nil {
		return Queue{}, err
	}
	mean := wait / (float64(servers) - traffic)
	return Queue{Servers: servers, Traffic: traffic, Wait: wait, MeanWait: mean, MeanQueue: traffic * mean}, nil
}

// ServiceLevel returns the share of the calls that wait no longer than within mean holding times:
//
//	P(W ≤ t) = 1 - C·e^(-(N-A)·t)
//
// Domain: within ≥ 0 and not NaN; else an error that wraps [ErrDomain].
func (q Queue) ServiceLevel(within float64) (float64, error) {
	if err := checkRange("within", "mean holding times", within, 0, math.MaxFloat64); err != nil {
		return 0, err
	}
	return 1 - q.Wait*math.Exp(-(float64(q.Servers)-q.Traffic)*within), nil
}

// QueueServers returns the least number of circuits with which at least the share level of the calls waits no longer
// than within mean holding times: "80 % within 20 seconds" at a holding time of 180 seconds is level 0.8, within 20/180.
// Domain: traffic from 0 to [MaxSize] erlangs, level between 0 and 1, both excluded, within ≥ 0; else an error that
// wraps [ErrDomain]. Special case: QueueServers(0, level, t) = 0.
func QueueServers(traffic, level, within float64) (int, error) {
	err := firstError(checkTraffic(traffic), checkProbability("level", level),
		checkRange("within", "mean holding times", within, 0, math.MaxFloat64))
	if err != nil || traffic == 0 {
		return 0, err
	}
	return least(int(traffic)+1, func(servers int) bool {
		n := float64(servers)
		return waiting(n, traffic)*math.Exp(-(n-traffic)*within) <= 1-level
	}), nil
}
