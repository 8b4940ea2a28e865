package media

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// endings are the endings of the files that ReadAudio knows.
var endings = append([]string{".wav", ".pcap", ".pcapng"}, frameEndings...)

// FileKinds lists the endings of the files that ReadAudio knows.
func FileKinds() string { return strings.Join(endings, " ") }

// KnowsEnding tells whether ReadAudio knows files of an ending, in lower case and with its dot.
func KnowsEnding(ending string) bool { return slices.Contains(endings, ending) }

// ReadAudio returns the audio of a file by the ending of its name: .wav (PCM of 8 to 32 bits, floating point,
// A-law, mu-law; 4 to 192 kHz), .pcap and .pcapng (the RTP stream with the most packets, with its payloads,
// pauses and telephone events, on its own packet time), or frames encoded already: .ulaw, .alaw, .g722,
// .g729, .amr, .ilbc, .opus. What is sent of it depends on the codec of a call: see Prepare. The error names
// the file.
func ReadAudio(name string, content []byte) (*Audio, error) {
	return readAs(name, strings.ToLower(filepath.Ext(name)), content)
}

// readAs reads what files of an ending hold, in lower case.
func readAs(name, ending string, content []byte) (*Audio, error) {
	a := &Audio{name: name}
	var err error
	switch {
	case ending == ".wav":
		a.pcm, err = readWAV(content)
	case ending == ".pcap" || ending == ".pcapng":
		a.capture, err = readCapture(content)
	case slices.Contains(frameEndings, ending):
		a.frames, err = readFrames(ending, content)
	default:
		err = fmt.Errorf("must end in one of %s", FileKinds())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

// ErrTwice is what JoinAudio returns when two files say what a codec sends.
var ErrTwice = errors.New("more than one file for")

// JoinAudio returns audio that has renditions for several codecs: one file of samples for those that are
// encoded here, and files of frames for others. It returns ErrTwice when two files claim a codec.
func JoinAudio(files ...*Audio) (*Audio, error) {
	if len(files) == 1 {
		return files[0], nil
	}
	all := &Audio{frames: map[Codec][][]byte{}}
	var names []string
	for _, f := range files {
		names = append(names, f.name)
		if f.capture != nil {
			return nil, fmt.Errorf("%s: a capture cannot be joined with other files", f.name)
		}
		if len(f.pcm.samples) > 0 {
			if len(all.pcm.samples) > 0 {
				return nil, fmt.Errorf("%s: %w the codecs encoded from samples", f.name, ErrTwice)
			}
			all.pcm = f.pcm
		}
		for c, frames := range f.frames {
			if all.frames[c] != nil {
				return nil, fmt.Errorf("%s: %w %s", f.name, ErrTwice, c)
			}
			all.frames[c] = frames
		}
	}
	all.name = strings.Join(names, " + ")
	return all, nil
}

// Library reads audio files once, however many calls play them and under however many names: files of the
// same content and ending are one Audio. It may be used from any goroutine.
type Library struct {
	read func(name string) ([]byte, error)

	mutex     sync.Mutex
	byName    map[nameKey]*Audio
	byContent map[contentKey]*Audio
	replays   map[string]*Replay
}

type nameKey struct{ name, ending string }

type contentKey struct {
	ending string
	sum    [sha256.Size]byte
}

// NewLibrary returns a library that reads files with a function, such as os.ReadFile.
func NewLibrary(read func(name string) ([]byte, error)) *Library {
	return &Library{read: read, byName: map[nameKey]*Audio{}, byContent: map[contentKey]*Audio{}, replays: map[string]*Replay{}}
}

// Open returns the audio of a file. It reads the file the first time that the name is asked for: ask ahead
// of the calls. The error is that of reading, or of ReadAudio.
func (l *Library) Open(name string) (*Audio, error) {
	return l.OpenAs(name, strings.ToLower(filepath.Ext(name)))
}

// OpenAs is Open for a file whose name does not say what it holds: what files of an ending do, in lower case and
// with its dot.
func (l *Library) OpenAs(name, ending string) (*Audio, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	known := nameKey{name, ending}
	if a := l.byName[known]; a != nil {
		return a, nil
	}
	content, err := l.read(name)
	if err != nil {
		return nil, err
	}
	key := contentKey{ending, sha256.Sum256(content)}
	a := l.byContent[key]
	if a == nil {
		if a, err = readAs(name, ending, content); err != nil {
			return nil, err
		}
		l.byContent[key] = a
	}
	l.byName[known] = a
	return a, nil
}

// Replay returns the datagrams of a capture, which it reads the first time that the name is asked for.
func (l *Library) Replay(name string) (*Replay, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if r := l.replays[name]; r != nil {
		return r, nil
	}
	content, err := l.read(name)
	if err != nil {
		return nil, err
	}
	r, err := ReadReplay(name, content)
	if err == nil {
		l.replays[name] = r
	}
	return r, err
}
