package media

import "testing"

func TestNamesOfSourcesAndCodecs(t *testing.T) {
	for source, want := range map[Source]string{
		Tone: "tone", Speech: "speech", Silence: "silence", Echo: "echo", None: "none", Play: "play", Reference: "reference", Mirror: "mirror", Mirror + 1: "unknown",
	} {
		if got := source.String(); got != want {
			t.Errorf("source %d is called %q, want %q", source, got, want)
		}
	}
	// RFC 3551 table 4.
	if PCMU.String() != "PCMU" || PCMU.PayloadType() != 0 || PCMA.String() != "PCMA" || PCMA.PayloadType() != 8 {
		t.Error("a codec has another name or number than RFC 3551 gives it")
	}
}
