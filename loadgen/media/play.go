package media

import "time"

// Play lets a running leg play audio from its next packet on, from the beginning, so many times, or for
// ever when plays is 0. The rest of the stream stays as it is; the packet time becomes the capture's when
// the audio is one. The error is ErrNoAudio on a leg that does not run, or that of Audio.Prepare: then the
// leg goes on as before. Prepare audio ahead of the calls, so that none of them waits for it.
func (l *Leg) Play(now time.Duration, a *Audio, plays int) error {
	if l.wheel == nil {
		return ErrNoAudio
	}
	s := l.stream
	s.Source, s.Audio, s.Plays = Play, a, plays
	if _, err := a.track(s.trackKey()); err != nil {
		return err
	}
	l.sender.track = nil // also what plays already begins anew
	l.redirect(now, s)
	return nil
}

// Playing reports whether the leg has audio of its own to send: not paused, not played to its end.
func (l *Leg) Playing() bool { return l.wheel != nil && l.sender.playing() }

// Pause stops the leg's audio where it is; digits can still be dialled. Nothing happens on a leg that does
// not run.
func (l *Leg) Pause() {
	if l.wheel != nil {
		l.sender.paused = true
	}
}

// Resume goes on where Pause stopped, with a marker. Nothing happens on a leg that is not paused.
func (l *Leg) Resume(now time.Duration) {
	if l.wheel == nil || !l.sender.paused {
		return
	}
	l.sender.paused, l.sender.marker = false, true
	if l.sender.track != nil && !l.paced && sendable(l.stream.Remote) {
		l.pace(now)
	}
}
