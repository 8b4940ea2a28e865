package erlang

import (
	"fmt"
	"math"
)

// C returns the Erlang C probability that a call has to wait for a free circuit, when calls that find none wait for as
// long as it takes, in the order of their arrival:
//
//	C(N, A) = B / (1 - (A/N)·(1-B)),  B = B(N, A)
//
// Domain: servers from 1 to [MaxSize], traffic from 0 to MaxSize erlangs; else an error that wraps [ErrDomain].
// With A ≥ N the queue has no equilibrium, and the error wraps [ErrUnstable].
//
// Erlang, Elektroteknikeren 13 (1917).
func C(servers int, traffic float64) (float64, error) {
	if err := checkQueue(servers, traffic); err != nil {
		return 0, err
	}
	return waiting(float64(servers), traffic), nil
}

// CServers returns the least number of circuits with which at most the share wait of the calls has to wait.
// Domain: traffic from 0 to [MaxSize] erlangs, wait between 0 and 1, both excluded; else an error that wraps
// [ErrDomain]. Special case: CServers(0, p) = 0.
func CServers(traffic, wait float64) (int, error) {
	if err := firstError(checkTraffic(traffic), checkProbability("wait", wait)); err != nil {
		return 0, err
	}
	if traffic == 0 {
		return 0, nil
	}
	return least(int(traffic)+1, func(n int) bool { return waiting(float64(n), traffic) <= wait }), nil
}

// CTraffic returns the erlangs of which exactly the share wait has to wait for one of servers circuits.
// Domain: servers from 1 to [MaxSize], wait between 0 and 1, both excluded; else an error that wraps [ErrDomain].
func CTraffic(servers int, wait float64) (float64, error) {
	if err := firstError(checkCount("servers", servers, 1, MaxSize), checkProbability("wait", wait)); err != nil {
		return 0, err
	}
	n := float64(servers)
	lossy, err := Traffic(n, wait) // more calls wait than would be lost
	if err != nil {
		return 0, err
	}
	goal := math.Log(wait)
	excess := func(a float64) float64 { return math.Log(waiting(n, a)) - goal }
	hi := math.Min(n, lossy)
	lo := hi / 2
	for lo > 0 && excess(lo) > 0 {
		hi, lo = lo, lo/2
	}
	return root(excess, lo, hi), nil
}

// waiting is C for 0 ≤ a ≤ n.
func waiting(n, a float64) float64 {
	b := blocking(n, a)
	return b / ((n-a)/n + a/n*b)
}

// checkQueue accepts a group that can serve all of its traffic.
func checkQueue(servers int, traffic float64) error {
	if err := firstError(checkCount("servers", servers, 1, MaxSize), checkTraffic(traffic)); err != nil {
		return err
	}
	if traffic >= float64(servers) {
		return fmt.Errorf("traffic must be below %d erlangs on %d servers where calls wait, got %g: %w",
			servers, servers, traffic, ErrUnstable)
	}
	return nil
}
