package media

import (
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// replayWindow is how far behind the newest a packet may be (RFC 3711 section 3.3.2 wants 64 at least).
const replayWindow = 128

// shield protects the packets of one leg as SRTP and SRTCP (RFC 3711). The zero value lets them through as
// they are.
type shield struct {
	out, in *srtp.Context // nil: plain
	keys    *bothKeys     // nil: plain both ways
	failed  bool          // keys were given that cannot be used: nothing is sent or heard
}

// bothKeys are the keys of a shield.
type bothKeys struct{ sending, receiving Keys }

// Rekey changes the keys of a running leg (RFC 4568 section 7.1.4); the same keys change nothing.
func (l *Leg) Rekey(sending, receiving Keys) {
	l.stream.Send, l.stream.Receive = sending, receiving
	l.shield.set(sending, receiving)
}

// set gives the shield keys. Those that it has already go on, with their packet indexes.
func (s *shield) set(sending, receiving Keys) {
	had, failed := bothKeys{}, s.failed
	if s.keys != nil {
		had = *s.keys
	}
	if sending != had.sending || failed {
		s.out = nil
		if sending.suite != Plain {
			s.out, _ = sending.context()
		}
	}
	if receiving != had.receiving || failed {
		s.in = nil
		if receiving.suite != Plain {
			s.in, _ = receiving.context(srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow))
		}
	}
	s.keys = nil
	if sending != (Keys{}) || receiving != (Keys{}) {
		s.keys = &bothKeys{sending, receiving}
	}
	s.failed = (s.out == nil) != (sending.suite == Plain) || (s.in == nil) != (receiving.suite == Plain)
}

// seal returns an RTP packet, or with control an RTCP compound, as it is sent: in dst when it had to be
// encrypted. header is room for reading that of an RTP packet. False: it must not be sent.
func (s *shield) seal(dst, plain []byte, header *rtp.Header, control bool) ([]byte, bool) {
	if s.failed {
		return nil, false
	}
	if s.out == nil {
		return plain, true
	}
	if control {
		b, err := s.out.EncryptRTCP(dst, plain, nil)
		return b, err == nil
	}
	b, err := s.out.EncryptRTP(dst, plain, header)
	return b, err == nil
}

// open returns a received packet as it was before it was protected. False: it is not of who has the key,
// changed on the way, or a replay (RFC 3711 section 3.3). header is as for seal.
func (s *shield) open(dst, sealed []byte, header *rtp.Header, control bool) ([]byte, bool) {
	if s.failed {
		return nil, false
	}
	if s.in == nil {
		return sealed, true
	}
	if control {
		b, err := s.in.DecryptRTCP(dst, sealed, nil)
		return b, err == nil
	}
	b, err := s.in.DecryptRTP(dst, sealed, header)
	return b, err == nil
}
