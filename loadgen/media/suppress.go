package media

import (
	"math"
	"time"
)

// Suppression says what becomes of the silent packets of audio that is made of samples. Speech coded
// ahead of time carries the silence suppression of its encoder.
type Suppression uint8

// The ways to treat silence.
const (
	EveryPacket  Suppression = iota // silence is sent like speech
	Gaps                            // silence is not sent (RFC 3551 section 4.1)
	ComfortNoise                    // a comfort noise packet (RFC 3389) now and then stands for it
)

const (
	silenceLevel  = -50.0                  // dBov, below which a packet is silent
	hangover      = 200 * time.Millisecond // how long silence is sent before it is suppressed
	noiseInterval = 200 * time.Millisecond // between two comfort noise packets
	quietestNoise = 78                     // -dBov of the comfort noise of a perfect silence
	faintestLevel = 127                    // -dBov, the lowest that RFC 3389 has
)

// suppress takes the silent packets out of a track made of samples.
func (t *track) suppress(audio pcm, k trackKey) {
	silent := time.Duration(0) // for how long it has been
	payload := make([]byte, 1)
	for i := range t.slots {
		level := audio.level(time.Duration(i)*k.packetTime, k.packetTime)
		if level >= silenceLevel {
			silent = 0
			continue
		}
		quiet := silent - hangover // how long silence was suppressed
		silent += k.packetTime
		switch {
		case quiet < 0:
		case k.suppress == ComfortNoise && quiet%noiseInterval < k.packetTime:
			payload[0] = noiseLevel(level)
			t.replace(i, slot{kind: noise}, payload)
		default:
			t.slots[i] = slot{}
		}
	}
}

// replace gives a slot another payload.
func (t *track) replace(i int, s slot, payload []byte) {
	s.offset, s.length = uint32(len(t.payloads)), uint32(len(payload))
	t.payloads = append(t.payloads, payload...)
	t.slots[i] = s
}

// noiseLevel returns a level in dBov as a comfort noise packet has it: its negative (RFC 3389 section 3.1).
func noiseLevel(level float64) byte {
	if math.IsInf(level, -1) {
		return quietestNoise
	}
	return byte(min(max(-level, 0), faintestLevel))
}
