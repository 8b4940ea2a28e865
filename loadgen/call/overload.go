package call

import (
	"bytes"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
)

// throttle is what a trunk asks for by overload control with the algorithm "loss" (RFC 7339).
type throttle struct {
	loss     int           // percent of the calls that are to be kept from it
	until    time.Duration // when that ends
	sequence float64       // of the response that said so
}

// supportsOverload is what the Via of a request says for it (RFC 7339, 5.1).
const supportsOverload = `;oc;oc-algo="loss"`

// overloadValidity is how long a restriction holds that does not say so (RFC 7339, 4.3), in milliseconds.
const overloadValidity = 500

var (
	overloadLoss  = []byte(";oc=")
	overloadValid = []byte(";oc-validity=")
	overloadSeq   = []byte(";oc-seq=")
)

// heedOverload takes over what the topmost Via of a response asks for. Older responses that come late say
// nothing (RFC 7339, 4.4).
func (m *Machine) heedOverload(c *call, via []byte, at time.Duration) {
	if !m.cfg.ObeyOverload || c.way.trunks == nil {
		return
	}
	loss, known := viaNumber(via, overloadLoss)
	if !known || loss > 100 {
		return
	}
	validity, known := viaNumber(via, overloadValid)
	if !known {
		validity = overloadValidity
	}
	t := &c.way.trunks.throttles[c.way.place]
	sequence, _ := viaNumber(via, overloadSeq)
	if sequence < t.sequence {
		return
	}
	*t = throttle{loss: int(loss), until: at + time.Duration(validity*float64(time.Millisecond)), sequence: sequence}
}

// viaNumber returns the number behind a parameter of a Via.
func viaNumber(via, name []byte) (value float64, known bool) {
	_, rest, found := bytes.Cut(via, name)
	if !found {
		return 0, false
	}
	if end := bytes.IndexByte(rest, ';'); end >= 0 {
		rest = rest[:end]
	}
	value, err := strconv.ParseFloat(string(bytes.TrimSpace(rest)), 64)
	return value, err == nil && value >= 0
}

// throttled draws whether a call is kept from a trunk because that asked for fewer (RFC 7339, 5.10.2).
func (m *Machine) throttled(t *Trunks, place int, warmUp bool, now time.Duration) bool {
	if !m.cfg.ObeyOverload {
		return false
	}
	if limit := &t.throttles[place]; now >= limit.until || m.cfg.Random.IntN(100) >= limit.loss {
		return false
	}
	if warmUp {
		t.warmUp[place].Throttled++
	} else {
		t.steady[place].Throttled++
	}
	return true
}

// spared passes over trunks that asked for fewer calls, as over full ones.
func (m *Machine) spared(c *call, t *Trunks, d routing.Decision, now time.Duration) (routing.Decision, measure.Reason) {
	why := measure.NoTrunk
	if d.Causes.Blocked() {
		why = measure.TrunkLimit
	}
	for d.Taken() && m.throttled(t, d.Trunk, c.warmUp, now) {
		why = measure.Throttled
		d = t.Router.Next(&c.way.attempt, now, routing.NoCircuit, 0)
	}
	return d, why
}
