package media

import "time"

// Leg is one call's media on one port pair: from Open to Stop it belongs to the call, afterwards it is
// the engine's again and must not be touched.
type Leg struct {
	port uint16
}

// Port returns the RTP port; RTCP is on the next one.
func (l *Leg) Port() uint16 {
	return l.port
}

// Start runs a stream from the run time now: the first packet goes out within a packet time. What
// waited in the sockets belongs to an earlier call and is thrown away.
//
// On a leg that runs already Start redirects it (a re-INVITE): SSRC, sequence, timestamps and statistics
// go on, the rest is as s says.
func (l *Leg) Start(now time.Duration, s Stream) {
}

// Stop ends the stream, says goodbye over RTCP if the leg ever sent anything, returns the pair to the
// engine and tells what became of the media. On a leg that was never started it only returns the pair.
func (l *Leg) Stop(now time.Duration) Stats {
	return Stats{}
}
