package media

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// What reading a file of encoded frames finds wrong.
var (
	errNoFrames  = errors.New("holds no frame")
	errCutFrame  = errors.New("ends within a frame")
	errAMRType   = errors.New("holds a frame of a type that AMR does not have")
	errNoMagic   = errors.New("does not begin as its kind of file does")
	errOpusToc   = errors.New("holds a packet of other than one frame of 20 ms")
	errOpusMixed = errors.New("holds frames of more than one configuration")
	errPageShort = errors.New("ends within an Ogg page")
)

// readFrames returns the frames of a file of encoded audio, by the ending of its name: raw G.711 (.ulaw,
// .alaw), G.722 and G.729, AMR (RFC 4867 section 5) and iLBC (RFC 3952) storage, Opus in Ogg (RFC 7845).
func readFrames(ending string, b []byte) (map[Codec][][]byte, error) {
	switch ending {
	case ".ulaw":
		return rawFrames(PCMU, b)
	case ".alaw":
		return rawFrames(PCMA, b)
	case ".g722":
		return rawFrames(G722, b)
	case ".g729":
		return rawFrames(G729, b)
	case ".amr":
		f, err := readAMR(b)
		return framesOf(f, err, AMR, AMRAligned)
	case ".ilbc":
		if rest, ok := bytes.CutPrefix(b, []byte("#!iLBC20\n")); ok {
			return rawFrames(ILBC20, rest)
		}
		if rest, ok := bytes.CutPrefix(b, []byte("#!iLBC30\n")); ok {
			return rawFrames(ILBC30, rest)
		}
		return nil, errNoMagic
	case ".opus":
		f, err := readOpus(b)
		return framesOf(f, err, Opus)
	}
	return nil, fmt.Errorf("%q is no ending of a file of encoded frames", ending)
}

// rawFrames cuts a file that is nothing but frames of a codec.
func rawFrames(c Codec, b []byte) (map[Codec][][]byte, error) {
	size := c.facts().octets
	if c.encodes() {
		b = b[:len(b)/size*size] // a millisecond that is not whole is nobody's loss
	}
	f, err := equalFrames(b, size)
	return framesOf(f, err, c)
}

// framesOf gives each of the codecs the frames that were read, and refuses none.
func framesOf(frames [][]byte, err error, codecs ...Codec) (map[Codec][][]byte, error) {
	if err == nil && len(frames) == 0 {
		err = errNoFrames
	}
	if err != nil {
		return nil, err
	}
	m := map[Codec][][]byte{}
	for _, c := range codecs {
		m[c] = frames
	}
	return m, nil
}

// frameEndings are the endings that readFrames knows.
var frameEndings = []string{".ulaw", ".alaw", ".g722", ".g729", ".amr", ".ilbc", ".opus"}

// equalFrames cuts a file without a header into frames.
func equalFrames(b []byte, size int) ([][]byte, error) {
	if len(b)%size != 0 {
		return nil, fmt.Errorf("%w of %d octets", errCutFrame, size)
	}
	return slices.Collect(slices.Chunk(b, size)), nil
}

// readAMR reads the storage format of narrow-band AMR with one channel.
func readAMR(b []byte) (frames [][]byte, err error) {
	b, ok := bytes.CutPrefix(b, []byte("#!AMR\n"))
	if !ok {
		return nil, errNoMagic
	}
	for len(b) > 0 {
		kind := amrType(b)
		if kind > 8 && kind != 15 { // 9 to 14: other codecs' comfort noise, and what is for the future
			return nil, errAMRType
		}
		size := 1 + (amrBits[kind]+7)/8
		if len(b) < size {
			return nil, errCutFrame
		}
		frames, b = append(frames, b[:size]), b[size:]
	}
	return frames, nil
}

// readOpus returns the audio packets of an Ogg Opus file of one stream: those after the two headers.
func readOpus(b []byte) ([][]byte, error) {
	packets, err := readOgg(b)
	if err != nil {
		return nil, err
	}
	if len(packets) < 2 || !bytes.HasPrefix(packets[0], []byte("OpusHead")) {
		return nil, errNoMagic
	}
	for _, p := range packets[2:] {
		if len(p) == 0 || p[0]&3 != 0 || !opus20(p[0]>>3) {
			return nil, errOpusToc
		}
	}
	return packets[2:], nil
}

// opus20 reports whether a configuration has frames of 20 ms (RFC 6716 table 2).
func opus20(configuration byte) bool {
	switch {
	case configuration < 12:
		return configuration%4 == 1
	case configuration < 16:
		return configuration%2 == 1
	}
	return configuration%4 == 3
}

// readOgg returns the packets of an Ogg file (RFC 3533): each is a run of segments of 255 octets and a
// shorter one.
func readOgg(b []byte) (packets [][]byte, err error) {
	const header, segments = 27, 26
	var packet []byte
	for len(b) > 0 {
		if !bytes.HasPrefix(b, []byte("OggS")) {
			return nil, errNoMagic
		}
		if len(b) < header || len(b) < header+int(b[segments]) {
			return nil, errPageShort
		}
		table := b[header : header+int(b[segments])]
		b = b[header+len(table):]
		for _, size := range table {
			if len(b) < int(size) {
				return nil, errPageShort
			}
			packet, b = append(packet, b[:size]...), b[size:]
			if size < 255 {
				packets, packet = append(packets, packet), nil
			}
		}
	}
	return packets, nil
}
