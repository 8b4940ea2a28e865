package media

import (
	"embed"
	"maps"
	"path"
	"strings"
)

// storedFiles are the built-in tone, speech and silence for the codecs that have no encoder here. The signals are
// those of builtins; what they are coded with is said in frames/README.md.
//
//go:embed frames/*.g729 frames/*.amr frames/*.opus
var storedFiles embed.FS

// stored returns the frames of a built-in signal, together with given ones. The frame of iLBC is made of
// zeros: valid, and silent whatever the signal is.
func stored(signal string, given map[Codec][][]byte) map[Codec][][]byte {
	all := map[Codec][][]byte{
		ILBC20: {make([]byte, ILBC20.facts().octets)},
		ILBC30: {make([]byte, ILBC30.facts().octets)},
	}
	maps.Copy(all, given)
	files, err := storedFiles.ReadDir("frames")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, f := range files {
		ending := path.Ext(f.Name())
		if strings.TrimSuffix(f.Name(), ending) != signal {
			continue
		}
		text, _ := storedFiles.ReadFile("frames/" + f.Name())
		frames, err := readFrames(ending, text)
		if err != nil {
			panic(f.Name() + ": " + err.Error())
		}
		maps.Copy(all, frames)
	}
	return all
}
