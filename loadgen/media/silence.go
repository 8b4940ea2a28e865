package media

import "time"

// Unheard returns for how long the far end of a running leg has sent no RTP although it should, 0 for one that
// need not: it was told to send nothing, or suppresses silence.
func (l *Leg) Unheard(now time.Duration) time.Duration {
	if l.wheel == nil || l.stream.SendOnly || l.receiver.quiet {
		return 0
	}
	return max(0, now-max(l.started, l.receiver.last))
}
