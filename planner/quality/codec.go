package quality

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Scale is the scale of a score. Scores of two scales cannot be compared.
type Scale string

// The scales.
const (
	Narrowband Scale = "nb" // ITU-T G.107, telephone band: R up to 93.2 with its default values
	Wideband   Scale = "wb" // ITU-T G.107.1: R up to 129
)

// Codec is what the E-model knows of a codec: its impairment, and how well it takes loss. Nil means that no ITU value
// is published; it never stands for 0.
type Codec struct {
	Name   string
	Scale  Scale
	Ie     *float64 // equipment impairment without loss
	Bpl    *float64 // packet-loss robustness under random loss
	Source string   // of the values, or why there are none
}

func value(x float64) *float64 { return &x }

const (
	g113      = "ITU-T G.113 Appendix I"
	g113wide  = "ITU-T G.113 Appendix IV"
	noValue   = "no published value"
	g113table = "ITU-T G.113 (09/2024) Table IV.1, handset"
)

// codecs are the provisional planning values of ITU-T G.113.
var codecs = []Codec{
	{"G.711", Narrowband, value(0), value(25.1), g113 + ", with the loss concealment of G.711 Appendix I"},
	{"G.711 without concealment", Narrowband, value(0), value(4.3), g113},
	{"G.729", Narrowband, value(10), nil, g113 + "; no published Bpl without silence suppression"},
	{"G.729A", Narrowband, value(10), nil, g113 + "; no published Bpl without silence suppression"},
	{"G.729A with VAD", Narrowband, value(11), value(19), g113},
	{"G.723.1 6.3 with VAD", Narrowband, value(15), value(16.1), g113},
	{"G.723.1 5.3 with VAD", Narrowband, value(19), nil, g113 + "; no published Bpl"},
	{"GSM-EFR", Narrowband, value(5), value(10), g113},
	{"GSM-FR", Narrowband, value(20), nil, g113 + "; no published Bpl"},
	{"GSM-HR", Narrowband, value(23), nil, g113 + "; no published Bpl"},
	{"G.726 32", Narrowband, value(7), nil, g113 + "; no published Bpl"},
	{"G.726 24", Narrowband, value(25), nil, g113 + "; no published Bpl"},
	{"G.726 16", Narrowband, value(50), nil, g113 + "; no published Bpl"},
	{"G.728", Narrowband, value(7), nil, g113 + "; no published Bpl"},
	{"iLBC", Narrowband, nil, nil, noValue},
	{"AMR", Narrowband, nil, nil, noValue},
	{"Opus", Wideband, nil, nil, noValue},
	{"G.722 64", Wideband, value(13), nil, g113wide + "; no published Bpl"},
	{"G.722 56", Wideband, value(20), nil, g113wide + "; no published Bpl"},
	{"G.722 48", Wideband, value(31), nil, g113wide + "; no published Bpl"},
	{"AMR-WB 6.60", Wideband, value(41), nil, g113table + "; no published Bpl"},
	{"AMR-WB 8.85", Wideband, value(26), nil, g113table + "; no published Bpl"},
	{"AMR-WB 12.65", Wideband, value(13), nil, g113table + "; no published Bpl"},
	{"AMR-WB 14.25", Wideband, value(10), nil, g113table + "; no published Bpl"},
	{"AMR-WB 15.85", Wideband, value(7), nil, g113table + "; no published Bpl"},
	{"AMR-WB 18.25", Wideband, value(5), nil, g113table + "; no published Bpl"},
	{"AMR-WB 19.85", Wideband, value(3), nil, g113table + "; no published Bpl"},
	{"AMR-WB 23.05", Wideband, value(1), nil, g113table + "; no published Bpl"},
	{"AMR-WB 23.85", Wideband, value(8), nil, g113table + "; no published Bpl; worse than 23.05 as published"},
}

// Codecs returns all codecs that are known, those without published values included.
func Codecs() []Codec { return slices.Clone(codecs) }

// payloadFormats are the encoding names of RTP payload formats, which say less than the table, with the name in that.
var payloadFormats = [...]struct{ encoding, codec string }{
	{"PCMU", "G.711"}, {"PCMA", "G.711"}, {"G722", "G.722 64"}, {"G729", "G.729"}, {"iLBC", "iLBC"}, {"AMR", "AMR"}, {"opus", "Opus"},
	{"G728", "G.728"}, {"GSM", "GSM-FR"}, {"G726-32", "G.726 32"}, {"G726-24", "G.726 24"}, {"G726-16", "G.726 16"},
}

// FindCodec returns the codec of a name of the table, or of an RTP encoding name such as PCMU, whatever its case.
func FindCodec(name string) (Codec, bool) {
	for i := range payloadFormats {
		if f := &payloadFormats[i]; strings.EqualFold(f.encoding, name) {
			name = f.codec
			break
		}
	}
	for i := range codecs {
		if strings.EqualFold(codecs[i].Name, name) {
			return codecs[i], true
		}
	}
	return Codec{}, false
}

// Impairment returns Ie and Bpl for a share of lost packets from 0 to 1. Without loss the Bpl does not matter and may
// be missing. The reason says what is not published when the codec has no score.
func (c Codec) Impairment(loss float64) (ie, bpl float64, reason string) {
	const any = 1 // Bpl without loss
	switch {
	case c.Ie == nil:
		return 0, 0, fmt.Sprintf("%s: %s", c.Name, noValue)
	case c.Bpl != nil:
		return *c.Ie, *c.Bpl, ""
	case loss > 0:
		return 0, 0, fmt.Sprintf("%s: no published Bpl, so none under loss", c.Name)
	}
	return *c.Ie, any, ""
}

// LookAhead returns how much of the audio after a frame the codec waits for: a delay beyond the packet time. It is
// 0 where it is not known.
func (c Codec) LookAhead() time.Duration {
	switch {
	case strings.HasPrefix(c.Name, "G.729"):
		return 5 * time.Millisecond // ITU-T G.729, 2.2
	case strings.HasPrefix(c.Name, "G.723.1"):
		return 7500 * time.Microsecond // ITU-T G.723.1, 2
	case c.Name == "Opus":
		return 6500 * time.Microsecond // RFC 6716, section 2
	}
	return 0
}
