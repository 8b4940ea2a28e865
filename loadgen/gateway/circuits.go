package gateway

import "time"

// circuits are the ports of a gateway: any free one will do (full availability, as Erlang B assumes).
type circuits struct {
	all, busy, most int
	closed          bool // by a drill: no call gets one
}

// Seize takes a circuit and tells whether there was one.
func (c *circuits) Seize(time.Duration) bool {
	if c.closed || c.busy >= c.all {
		return false
	}
	c.busy++
	c.most = max(c.most, c.busy)
	return true
}

// Release gives a circuit back.
func (c *circuits) Release(time.Duration) { c.busy-- }
