package erlang

// chain is a Markov chain in continuous time with few states, each of which can be reached from each other.
type chain [][]float64 // rate from a state to another; the diagonal is not used

// maxChain bounds the states of a chain: 32 MB, and less than ten seconds when everything leads to everything.
const maxChain = 2000

// newChain returns a chain with so many states and no transitions.
func newChain(states int) chain {
	c := make(chain, states)
	cells := make([]float64, states*states)
	for i := range c {
		c[i] = cells[i*states : (i+1)*states]
	}
	return c
}

// stationary returns the share of the time that the chain spends in each state. It eliminates one state after the other
// without a subtraction, so that each share is exact to some last bits, however small: Grassmann, Taksar and Heyman,
// Operations Research 33 (1985). It overwrites the rates.
func (c chain) stationary() []float64 {
	for last := len(c) - 1; last > 0; last-- {
		c.eliminate(last)
	}
	shares := make([]float64, len(c))
	shares[0] = 1
	sum := 1.0
	for j := 1; j < len(c); j++ {
		for i := range j {
			shares[j] += shares[i] * c[i][j]
		}
		sum += shares[j]
	}
	scale(shares, 1/sum)
	return shares
}

// eliminate routes the transitions over the last state past it: c[i][last] becomes the time spent there for each unit of
// time in i. Most states lead to few others, hence the list.
func (c chain) eliminate(last int) {
	var leaving float64
	var next []int
	for j, rate := range c[last][:last] {
		if rate > 0 {
			leaving += rate
			next = append(next, j)
		}
	}
	for i := range last {
		if c[i][last] == 0 {
			continue
		}
		c[i][last] /= leaving
		for _, j := range next {
			c[i][j] += c[i][last] * c[last][j]
		}
	}
}
