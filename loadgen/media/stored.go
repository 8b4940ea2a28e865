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
//go:embed frames/*.g729 frames/*.amr frames/*.opus frames/*.ilbc
var storedFiles embed.FS

// stored returns the frames of a built-in signal, together with given ones. A file is called like its signal; what stands
// before the ending tells two files of one ending apart, such as tone.20.ilbc and tone.30.ilbc.
func stored(signal string, given map[Codec][][]byte) map[Codec][][]byte {
	all := map[Codec][][]byte{}
	maps.Copy(all, given)
	files, err := storedFiles.ReadDir("frames")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, f := range files {
		if of, _, _ := strings.Cut(f.Name(), "."); of != signal {
			continue
		}
		text, _ := storedFiles.ReadFile("frames/" + f.Name())
		frames, err := readFrames(path.Ext(f.Name()), text)
		if err != nil {
			panic(f.Name() + ": " + err.Error())
		}
		maps.Copy(all, frames)
	}
	return all
}
