package call

import (
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/scenarios"
)

// digitsTurn is how often a call that waits for digits or audio looks whether they have come in.
const digitsTurn = 20 * time.Millisecond

// dial sends digits inside the audio, and lets the program go on when they are sent. It is false for a call that
// has no audio, or no telephone events in it.
func (m *Machine) dial(c *call, step *scenarios.Step, now time.Duration) bool {
	if c.leg == nil || c.leg.Dial(now, step.Digits, media.Dialing{}) != nil {
		return false
	}
	c.resume = now + media.Dialing{}.Lasts(step.Digits)
	return true
}

// hears tells whether the digits that came in end in those of a step; a step without any wants audio.
func (c *call) hears(step *scenarios.Step) bool {
	if step.Digits == "" {
		return c.leg != nil && c.leg.Heard()
	}
	return c.leg != nil && strings.HasSuffix(c.leg.Dialled(), strings.ToUpper(step.Digits))
}
