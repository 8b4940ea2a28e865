package quality_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/quality"
)

func TestConversation(t *testing.T) {
	for _, row := range []struct {
		name, codec string
		loss        float64
		scale       quality.Scale
		mos         float64
		reason      string
	}{
		{"G.711 on a clean line", "PCMU", 0, quality.Narrowband, 4.4094, ""},
		{"A-law is the same codec", "pcma", 0.01, quality.Narrowband, 4.3282, ""},
		{"G.729 without loss needs no Bpl", "G729", 0, quality.Narrowband, 4.1392, ""},
		{"G.729 under loss has no published Bpl", "G729", 0.01, "", 0, "G.729: no published Bpl, so none under loss"},
		{"G.729A with VAD under loss", "G.729A with VAD", 0.01, quality.Narrowband, 3.9465, ""},
		{"G.722 is on the wideband scale", "G722", 0, quality.Wideband, 4.3371, ""},
		{"Opus has no ITU value", "opus", 0, "", 0, "Opus: no published value"},
		{"iLBC has no ITU value", "iLBC", 0, "", 0, "iLBC: no published value"},
		{"AMR has no ITU value", "AMR", 0, "", 0, "AMR: no published value"},
	} {
		t.Run(row.name, func(t *testing.T) {
			codec, known := quality.FindCodec(row.codec)
			if !known {
				t.Fatalf("%s is unknown", row.codec)
			}
			s, reason, err := quality.Conversation(quality.Listening{Codec: codec, Loss: row.loss, Delay: 60 * time.Millisecond})
			if err != nil || reason != row.reason || s.Scale != row.scale {
				t.Fatalf("%+v, %q, %v", s, reason, err)
			}
			near(t, "MOS", s.MOS, row.mos)
		})
	}
	if _, _, err := quality.Conversation(quality.Listening{Codec: mustFind(t, "PCMU"), Loss: 1.5}); err == nil {
		t.Error("a loss of 150 % has a score")
	}
}

func mustFind(t *testing.T, name string) quality.Codec {
	t.Helper()
	c, known := quality.FindCodec(name)
	if !known {
		t.Fatalf("%s is unknown", name)
	}
	return c
}

// TestNoCodecHasASilentDefault: what is not published says so, and every value names its source.
func TestNoCodecHasASilentDefault(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range quality.Codecs() {
		if seen[c.Name] || c.Source == "" {
			t.Errorf("%s is listed twice or has no source", c.Name)
		}
		seen[c.Name] = true
		if (c.Ie == nil || c.Bpl == nil) != strings.Contains(c.Source, "no published") {
			t.Errorf("%s: %q does not say what is published", c.Name, c.Source)
		}
	}
	if _, known := quality.FindCodec("EVS"); known {
		t.Error("a codec that is not in the table was found")
	}
}

func TestLookAheadIsThatOfTheCodecs(t *testing.T) {
	for _, c := range quality.Codecs() {
		want := time.Duration(0)
		switch {
		case strings.HasPrefix(c.Name, "G.729"):
			want = 5 * time.Millisecond
		case strings.HasPrefix(c.Name, "G.723.1"):
			want = 7500 * time.Microsecond
		case c.Name == "Opus":
			want = 6500 * time.Microsecond
		}
		if got := c.LookAhead(); got != want {
			t.Errorf("%s looks %v ahead, want %v", c.Name, got, want)
		}
	}
}
