package erlang

// Reservation returns the blocking of calls with and without a right of way on one group: a call with it takes any free
// circuit, one without it only while more than reserved circuits are free. Both have the same mean holding time.
//
// With H and L erlangs, λ(j) = H + L for j < N-r and λ(j) = H above, and E(n) the share of the time in which n circuits
// would all be busy,
//
//	E(n) = λ(n-1)·E(n-1) / (n + λ(n-1)·E(n-1)),  high = E(N)
//
// and low is the share of the time in which at most r of the N are free. A few reserved circuits protect emergency calls
// at almost no price to the others.
// Domain: servers from 0 to [MaxSize], reserved from 0 to servers, traffic from 0 to MaxSize erlangs; else an error that
// wraps [ErrDomain]. Special case: with reserved = servers no call without the right of way is accepted.
//
// Akimaru and Kawashima, Teletraffic (1993).
func Reservation(servers, reserved int, highTraffic, lowTraffic float64) (high, low float64, err error) {
	err = firstError(checkCount("servers", servers, 0, MaxSize), checkCount("reserved", reserved, 0, max(servers, 0)),
		checkTraffic(highTraffic), checkTraffic(lowTraffic))
	if err != nil {
		return 0, 0, err
	}
	full, closed := 1.0, 1.0 // of n = 0 circuits: all are busy, at most r are free
	for n := 1; n <= servers; n++ {
		arriving := highTraffic
		if n <= servers-reserved {
			arriving += lowTraffic
		}
		full = addCircuit(full, float64(n), arriving)
		if n <= servers-reserved {
			closed = full
		} else {
			closed = full + (1-full)*closed
		}
	}
	return full, closed, nil
}
