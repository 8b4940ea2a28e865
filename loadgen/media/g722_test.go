package media

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// g722Signal is ten seconds of whole numbers that visit every part of the encoder: steps, noise of falling level,
// silence, full scale.
func g722Signal() []int16 {
	samples := make([]int16, 160000)
	state := uint32(1)
	for i := range samples {
		state = state*1664525 + 1013904223
		noise := int32(state) >> 16 >> (i / 16000) // 6 dB quieter each second
		wave := int32(i%37-18) * 400
		switch i / 4000 % 4 {
		case 0:
			samples[i] = int16(noise)
		case 1:
			samples[i] = int16(wave)
		case 2:
			samples[i] = int16(wave/2 + noise/2)
		}
	}
	for i := range 100 {
		samples[80000+i] = int16(1<<15 - 1 - i%2*(1<<16-1)) // from one end of the scale to the other
	}
	return samples
}

// The same samples through the G.722 encoder of FFmpeg 5.1 (ffmpeg -f s16le -ar 16000 -i signal -f g722 -) give these
// 80,000 octets: their digest.
func TestG722AgainstAnotherEncoder(t *testing.T) {
	const want = "14edc6e0aa03236a8facc9ee313f7742f09535a2395923cc79b36f70205d1d78"
	digest := sha256.Sum256(newG722Encoder().encode(g722Signal()))
	if got := hex.EncodeToString(digest[:]); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}
