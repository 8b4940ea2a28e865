package loadgen

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// soundOf returns audio from a file.
func soundOf(t *testing.T, name string, content []byte) *media.Audio {
	t.Helper()
	a, err := media.ReadAudio(name, content)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestMediaThatCannotBeSentIsRefused(t *testing.T) {
	ulaw, short := soundOf(t, "a.ulaw", make([]byte, 160)), soundOf(t, "b.ilbc", append([]byte("#!iLBC20\n"), make([]byte, 76)...))
	for _, row := range []struct {
		name  string
		media Media
		want  string // empty: nothing is wrong
	}{
		{"nothing said", Media{}, ""},
		{"a file in the codec of its frames", Media{Source: media.Play, Sound: ulaw, Codecs: []sip.Codec{sip.PCMU}}, ""},
		{"a file that lacks one of two codecs", Media{Source: media.Play, Sound: ulaw}, "play: a.ulaw: cannot be sent as PCMA"},
		{"a codec that the file has in one of its payload formats", Media{Source: media.Play, Sound: short, Codecs: []sip.Codec{sip.ILBC}}, ""},
		{"to play, but no file", Media{Source: media.Play}, "play: needs a file"},
		{"a row whose file lacks a codec", Media{Rows: []*media.Audio{nil, ulaw, ulaw}, Codecs: []sip.Codec{sip.G722}}, "play: a.ulaw: cannot be sent as G722"},
		{"a packet time that is no whole milliseconds", Media{Ptime: 20500 * time.Microsecond}, "ptime: must be whole milliseconds from 10ms to 60ms, got 20.5ms"},
		{"signalling alone needs none of it", Media{Off: true, Source: media.Play}, ""},
	} {
		err := row.media.Validate()
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.HasPrefix(err.Error(), row.want)) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
		if err != nil && strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: said twice: %v", row.name, err)
		}
	}
}
