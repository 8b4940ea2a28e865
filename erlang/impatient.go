package erlang

import "math"

// ImpatientQueue describes calls that wait for a circuit and hang up when it takes too long: Poisson arrivals,
// exponential holding times and patience, first come first served (Erlang A, M/M/N+M). Times are in mean holding times.
type ImpatientQueue struct {
	Wait      float64 // probability that a call has to wait at all
	Abandon   float64 // probability that a call hangs up while it waits
	MeanWait  float64 // mean over all calls, those that need not wait or hang up included
	MeanQueue float64 // calls that wait, in the mean over time
}

// NewImpatientQueue returns the equilibrium of servers circuits that are offered traffic erlangs, when waiting calls hang
// up at the rate impatience: the mean holding time divided by the mean patience. With
//
//	S = Σ_{k≥0} Π_{i=1..k} A/(N + i·θ)
//
// for the states with k calls waiting, relative to the one with all circuits busy and none waiting, and B = B(N, A),
//
//	Wait = B·S / (1 + B·(S-1)),  θ·MeanQueue = A·Abandon = (A-N)·Wait + N·Wait/S
//
// Impatience towards 0 leads to [C], towards infinity to [B]; at 1 Wait is Molina's P(X ≥ N). There is always an
// equilibrium. The cost is some 10·√(A/θ) operations, or fewer.
// Domain: servers from 1 to [MaxSize], traffic from 0 to MaxSize, impatience from 1e-6 to MaxSize; else an error that
// wraps [ErrDomain].
//
// Palm, Tele 9 (1957); Garnett, Mandelbaum and Reiman, Manufacturing & Service Operations Management 4 (2002).
func NewImpatientQueue(servers int, traffic, impatience float64) (ImpatientQueue, error) {
	err := firstError(checkCount("servers", servers, 1, MaxSize), checkTraffic(traffic),
		checkRange("impatience", "per mean holding time", impatience, 1e-6, MaxSize))
	if err != nil {
		return ImpatientQueue{}, err
	}
	if traffic == 0 {
		return ImpatientQueue{}, nil
	}
	if n := float64(servers); traffic <= n {
		return patientCrowd(n, traffic, impatience), nil
	}
	return impatientCrowd(float64(servers), traffic, impatience), nil
}

// patientCrowd sums the states with waiting calls, whose probabilities fall because a ≤ n.
func patientCrowd(n, a, theta float64) ImpatientQueue {
	const negligible = 1e-17
	states, waiting, term := 1.0, 0.0, 1.0
	for k := 1.0; term*k > negligible*waiting; k++ {
		term *= a / (n + k*theta)
		states += term
		waiting += k * term
	}
	b := blocking(n, a)
	scale := b / (1 + b*(states-1))
	queue := scale * waiting
	return ImpatientQueue{
		Wait: scale * states, Abandon: theta * queue / a, MeanWait: queue / a, MeanQueue: queue,
	}
}

// impatientCrowd is for a > n, where the sum over the states can be astronomical: it is the upper tail of a Poisson law
// with mean a/θ from n/θ on, in units of its first term.
func impatientCrowd(n, a, theta float64) ImpatientQueue {
	x, y := n/theta, a/theta
	logStates := logAtLeast(x, y) - logPoisson(x, y)
	b := blocking(n, a)
	empty := math.Exp(-logStates) // the share of the waiting states in which nobody waits
	wait := b / (empty*(1-b) + b)
	abandon := wait * ((a-n)/a + n/a*empty)
	queue := a * abandon / theta
	return ImpatientQueue{Wait: wait, Abandon: abandon, MeanWait: queue / a, MeanQueue: queue}
}
