package erlang

import "fmt"

// Class is one kind of calls on a link that carries several.
type Class struct {
	Traffic float64 // erlangs of calls
	Width   int     // units of capacity that each call occupies: kbit/s, channels
}

// KaufmanRoberts returns the blocking of each class on a link of capacity units that all share completely; a call that
// finds less than its width free is lost. With q(c) the relative probability that c units are occupied,
//
//	c·q(c) = Σ_k A_k·w_k·q(c-w_k),  B_k = Σ_{c > C-w_k} q(c) / Σ_c q(c)
//
// A wide class starves long before the narrow ones notice: on 2 Mbit/s, 12 erlangs of voice at 97 kbit/s and 10 at 45
// lose 14 % and 6 %, one erlang of video at 460 kbit/s loses 62 %.
// Domain: capacity and widths positive and, divided by their greatest common divisor, at most 10 million; traffic from 0
// to [MaxSize] erlangs; at least one class; else an error that wraps [ErrDomain]. A class wider than the link is always
// blocked. The cost is one step for each unit and class. A blocking below 1e-250 may come out as 0.
//
// Kaufman, IEEE Transactions on Communications 29 (1981); Roberts, in Performance of Data Communication Systems (1981).
func KaufmanRoberts(capacity int, classes []Class) ([]float64, error) {
	capacity, classes, err := reduceUnits(capacity, classes)
	if err != nil {
		return nil, err
	}
	occupied := occupancy(capacity, classes)
	blockings := make([]float64, len(classes))
	for k, class := range classes {
		if class.Width > capacity {
			blockings[k] = 1
			continue
		}
		for _, share := range occupied[capacity-class.Width+1:] {
			blockings[k] += share
		}
	}
	return blockings, nil
}

// occupancy returns the distribution of the occupied units.
func occupancy(capacity int, classes []Class) []float64 {
	const large = 1e250
	q := make([]float64, capacity+1)
	q[0] = 1
	sum := 1.0
	for c := 1; c <= capacity; c++ {
		var flow float64
		for _, class := range classes {
			if class.Width <= c {
				flow += class.Traffic * float64(class.Width) * q[c-class.Width]
			}
		}
		q[c] = flow / float64(c)
		if sum += q[c]; sum > large {
			scale(q[:c+1], 1/sum)
			sum = 1
		}
	}
	scale(q, 1/sum)
	return q
}

// scale multiplies all of x by factor.
func scale(x []float64, factor float64) {
	for i := range x {
		x[i] *= factor
	}
}

// reduceUnits checks the arguments and divides the capacity and the widths by the greatest common divisor of the widths.
// No class can use what is left of the capacity.
func reduceUnits(capacity int, classes []Class) (int, []Class, error) {
	if len(classes) == 0 {
		return 0, nil, fmt.Errorf("a link needs at least one class of calls: %w", ErrDomain)
	}
	if err := checkCount("capacity", capacity, 1, MaxSize); err != nil {
		return 0, nil, err
	}
	divisor := 0
	for i, class := range classes {
		err := firstError(checkCount("width", class.Width, 1, MaxSize), checkTraffic(class.Traffic))
		if err != nil {
			return 0, nil, fmt.Errorf("class %d: %w", i+1, err)
		}
		divisor = commonDivisor(divisor, class.Width)
	}
	reduced := make([]Class, len(classes))
	for i, class := range classes {
		reduced[i] = Class{Traffic: class.Traffic, Width: class.Width / divisor}
	}
	units := capacity / divisor
	return units, reduced, checkCount("capacity in common units", units, 0, maxStates)
}

// commonDivisor returns the greatest common divisor; that of 0 and b is b.
func commonDivisor(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
