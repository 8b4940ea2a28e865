package media

import "math"

// loudness follows how loud the audio of a G.711 stream is. Until something was heard every packet counts, then one of
// a few: it costs next to nothing.
type loudness struct {
	packets uint64
	judged  uint64
	sum     float64 // of the mean squares
	loudest float64
}

const (
	loudnessStride  = 5  // of the samples of a packet one of so many is enough for its level; odd, for periodic tones
	loudnessPackets = 16 // and one of so many packets, once something was heard

	// audible is the level from which a packet is no silence, in dBov: 24 dB below active speech (ITU-T P.56), above
	// comfort noise.
	audible = -50.0
)

// audibleSquare is that level as a mean square of samples of 16 bits.
var audibleSquare = 32768 * 32768 * math.Pow(10, audible/10)

// squares holds the square of what each code of the two laws stands for.
var squares = func() (s [2][256]float32) {
	for _, c := range []Codec{PCMU, PCMA} {
		for code := range 256 {
			x := float32(c.Decode(byte(code)))
			s[c][code] = x * x
		}
	}
	return s
}()

// hear takes the payload of a packet.
func (l *loudness) hear(c Codec, payload []byte) {
	l.packets++
	if l.loudest >= audibleSquare && l.packets%loudnessPackets != 0 || c > PCMA || len(payload) == 0 {
		return
	}
	mean := meanSquare(c, payload)
	l.judged++
	l.sum += mean
	l.loudest = max(l.loudest, mean)
}

// meanSquare returns the mean square of the samples of a payload of G.711, by some of them.
func meanSquare(c Codec, payload []byte) float64 {
	table, sum, n := &squares[c], float32(0), 0
	for i := 0; i < len(payload); i += loudnessStride {
		sum += table[payload[i]]
		n++
	}
	return float64(sum) / float64(n)
}

// silent reports whether everything that was heard was silence; false for what cannot be decoded.
func (l *loudness) silent() bool { return l.judged > 0 && l.loudest < audibleSquare }

// level returns the mean level in dBov, false where nothing was judged.
func (l *loudness) level() (dBov float64, known bool) {
	if l.judged == 0 {
		return 0, false
	}
	return 10 * math.Log10(max(l.sum/float64(l.judged), 1)/(32768*32768)), true
}
