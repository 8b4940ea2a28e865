package media

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Audio is something that legs play: samples, encoded frames or a capture, under the name that errors
// give it. It is shared by any number of streams, engines and goroutines, and never changes. What a codec and a
// packet time make of it is worked out when it is first needed and kept: Prepare does so ahead of calls.
type Audio struct {
	name     string
	pcm      pcm                // no samples: none
	frames   map[Codec][][]byte // encoded already, one a frame time
	capture  *capture           // nil: none
	seamless bool               // the end fits the beginning: a packet may hold both

	mutex   sync.Mutex
	tracks  map[trackKey]*track
	encoded map[Codec][][]byte // samples, as frames of codecs that were asked for
}

// ErrNoRendition is wrapped by the error of Prepare when audio cannot be sent in a codec.
var ErrNoRendition = errors.New("cannot be sent as")

// trackKey says which track of an Audio is wanted.
type trackKey struct {
	codec      Codec
	packetTime time.Duration
	suppress   Suppression
}

// Name returns where the audio came from.
func (a *Audio) Name() string { return a.name }

// Prepare works out what streams of a codec and a packet time, 0 for 20 ms, will send, so that no call has
// to wait for it. The error says that the audio cannot be sent in that codec.
func (a *Audio) Prepare(c Codec, packetTime time.Duration, s Suppression) error {
	_, err := a.track(Stream{Source: Play, Audio: a, Codec: c, PacketTime: packetTime, Suppress: s}.trackKey())
	return err
}

// track returns what a stream sends.
func (a *Audio) track(k trackKey) (*track, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if t := a.tracks[k]; t != nil {
		return t, nil
	}
	t, err := a.build(k)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	if a.tracks == nil {
		a.tracks = map[trackKey]*track{}
	}
	a.tracks[k] = t
	return t, nil
}

// build makes a track: of encoded frames if there are any, else of samples, else of the capture.
func (a *Audio) build(k trackKey) (*track, error) {
	frames, encoded := a.frames[k.codec]
	sampled := !encoded && len(a.pcm.samples) > 0 && k.codec.encodes()
	switch {
	case sampled:
		frames = a.encode(k.codec)
	case !encoded && a.capture != nil:
		return a.capture.track(k)
	case !encoded:
		return nil, fmt.Errorf("%w %s: supply a capture or a file of frames of that codec", ErrNoRendition, k.codec)
	}
	perPacket := int(k.packetTime / k.codec.FrameTime())
	frames = a.whole(frames, perPacket, k.codec)
	t := &track{}
	var payload []byte
	for packet := range slices.Chunk(frames, perPacket) {
		if k.codec == Opus && !sameConfiguration(packet) {
			return nil, fmt.Errorf("%w, which cannot share a packet of %s", errOpusMixed, k.packetTime)
		}
		payload = pack(payload[:0], k.codec, packet)
		t.add(slot{}, payload)
	}
	if sampled && k.suppress != EveryPacket {
		t.suppress(a.pcm, k)
	}
	return t, nil
}

// encode returns the samples as frames of a codec, which it codes once.
func (a *Audio) encode(c Codec) [][]byte {
	frames := a.encoded[c]
	if frames == nil {
		frames = encode(c, a.pcm)
		if a.encoded == nil {
			a.encoded = map[Codec][][]byte{}
		}
		a.encoded[c] = frames
	}
	return frames
}

// whole returns the frames filled up to whole packets: what is seamless goes round until it fits, the
// rest ends in silence.
func (a *Audio) whole(frames [][]byte, perPacket int, c Codec) [][]byte {
	if a.seamless {
		turn := frames
		for len(frames)%perPacket != 0 {
			frames = append(slices.Clip(frames), turn...)
		}
		return frames
	}
	frames = slices.Clip(frames)
	filling := frames[len(frames)-1]
	if c.encodes() {
		filling = encode(c, pcm{samples: make([]int16, c.facts().sampling/1000), rate: c.facts().sampling})[0]
	}
	for len(frames)%perPacket != 0 {
		frames = append(frames, filling)
	}
	return frames
}

// encodes reports whether there is an encoder for the codec here.
func (c Codec) encodes() bool { return c == PCMU || c == PCMA || c == G722 }

// encode returns the frames of a codec that we encode ourselves, a millisecond each.
func encode(c Codec, audio pcm) [][]byte {
	samples := audio.at(c.facts().sampling)
	var octets []byte
	if c == G722 {
		octets = newG722Encoder().encode(samples)
	} else {
		octets = make([]byte, len(samples))
		for i, x := range samples {
			octets[i] = c.Encode(x)
		}
	}
	size := c.facts().octets
	return slices.Collect(slices.Chunk(octets[:len(octets)/size*size], size))
}
