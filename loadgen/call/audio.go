package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/planner/measure"
)

// Observer is told what becomes of single calls, by their Call-IDs. The machine calls it from its own goroutine; it
// must not block, and must not keep what it is given.
type Observer interface {
	// Media says that the audio of a call runs on a leg.
	Media(callID []byte, leg *media.Leg)
	// Heard says what a call heard, once its audio is over.
	Heard(callID []byte, audio measure.CallAudio)
	// Ended says that a call is over; it is the last word on it.
	Ended(callID []byte, class measure.Class, dropped bool)
}

// callID returns the Call-ID of a call.
func (c *call) callID() []byte { return c.dialog.get(c.dialog.callID) }

// countAudio counts what a call heard. A call that we placed with audio and that was answered without any has
// heard nothing.
func (m *Machine) countAudio(c *call, heard *media.Stats, now time.Duration) {
	into := &m.count(c).Media
	if !heard.Started {
		if m.undescribed(c) {
			into.CountUndescribed()
			nothing := c.heardNothing(now)
			m.attribute(c, &nothing)
		}
		return
	}
	heard.AddTo(into)
	worst, audio := &into.Heard.Worst, heard.Audio()
	audio.Began = now - heard.Lasted
	m.attribute(c, &audio)
	if worst.Admits(audio) {
		audio.Call = string(c.callID()) // the only text that is made, and rarely
		if c.attempt.Trunk != nil {
			audio.Trunk = c.attempt.Trunk.Name
		}
		worst.Add(audio)
	}
}

// attribute tells the trunk of the call and the observer what it heard.
func (m *Machine) attribute(c *call, audio *measure.CallAudio) {
	if c.way.trunks != nil {
		c.tally().Hear(audio)
	}
	if m.cfg.Observer != nil {
		m.cfg.Observer.Heard(c.callID(), *audio)
	}
}

// heardNothing returns what a call heard that was answered without a description.
func (c *call) heardNothing(now time.Duration) measure.CallAudio {
	nothing := measure.CallAudio{Began: c.answered, Lasted: now - c.answered, Scored: true, Scale: "nb", MOS: 1}
	nothing.Faults.Add(measure.NoDescription, true)
	return nothing
}

// undescribed reports whether the far end answered our offer of audio without a description that we can meet.
func (m *Machine) undescribed(c *call) bool {
	return m.cfg.Audio.Engine != nil && c.leg != nil && c.answered != Never && !c.session.known &&
		!c.flags.cancelled && !c.flags.extra && !c.flags.incoming
}

// mark returns the number of the reference signal of a call: one that few calls at a time share, or at an answerer that
// of whoever calls.
func (c *call) mark() uint8 {
	if c.flags.incoming {
		return 0
	}
	return uint8(1 + c.slot%media.Marks)
}
