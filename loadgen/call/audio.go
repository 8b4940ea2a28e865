package call

import (
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
)

// countAudio counts what a call heard. A call that we placed with audio and that was answered without any has
// heard nothing.
func (m *Machine) countAudio(c *call, heard *media.Stats, now time.Duration) {
	into := &m.count(c).Media
	if !heard.Started {
		if m.undescribed(c) {
			into.CountUndescribed()
		}
		return
	}
	heard.AddTo(into)
	worst, audio := &into.Heard.Worst, heard.Audio()
	audio.Began = now - heard.Lasted
	if worst.Admits(audio) {
		audio.Call = string(c.dialog.get(c.dialog.callID)) // the only text that is made, and rarely
		if c.attempt.Trunk != nil {
			audio.Trunk = c.attempt.Trunk.Name
		}
		worst.Add(audio)
	}
}

// undescribed reports whether the far end answered our offer of audio without a description that we can meet.
func (m *Machine) undescribed(c *call) bool {
	return m.cfg.Audio.Engine != nil && c.leg != nil && c.answered != Never && !c.session.known &&
		!c.flags.cancelled && !c.flags.extra && !c.flags.incoming
}
