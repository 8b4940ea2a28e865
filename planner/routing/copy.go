package routing

import "math/rand/v2"

// CopyState makes the router one that has done what another of the same network and shard has done, and that draws from
// random from here on. Simulations of rare events split a run in two so.
func (r *Router) CopyState(from *Router, random *rand.Rand) {
	r.random = random
	for i := range r.trunks {
		way := r.trunks[i].way
		r.trunks[i] = from.trunks[i]
		r.trunks[i].way = way
	}
	for i, f := range from.facilities {
		*r.facilities[i] = *f
	}
	for i := range r.routes {
		r.routes[i].turn = from.routes[i].turn
		copy(r.routes[i].credit, from.routes[i].credit)
	}
}
