package catalog

import (
	"strings"
	"testing"
)

func TestF15CountriesSayHowTheirGatewaysAreConfigured(t *testing.T) {
	for _, tt := range []struct {
		code      string
		lines     Lines
		framing   string
		isdn      string
		emergency string
	}{
		{"DE", E1, "CRC4", "NET5", "112"},
		{"US", T1, "ESF", "NI2", "911"},
		{"CA", T1, "ESF", "NI2", "911"},
		{"NO", E1, "CRC4", "NET5", "112"},
		{"GB", E1, "CRC4", "NET5", "999"},
	} {
		c, ok := FindCountry(tt.code)
		if !ok {
			t.Errorf("%s is missing", tt.code)
			continue
		}
		if c.Lines != tt.lines || c.Framing != tt.framing || !strings.HasPrefix(c.ISDN, tt.isdn) ||
			!strings.Contains(strings.Join(c.Emergency, " "), tt.emergency) {
			t.Errorf("%s: %+v, want %+v", tt.code, c, tt)
		}
	}
	for _, c := range Countries() {
		if c.Source == "" || c.Dated == "" || c.CallingCode == "" || len(c.Code) != 2 {
			t.Errorf("%+v is incomplete", c)
		}
	}
}

func TestModelsStateTheirSourceAndNeverAZeroLimit(t *testing.T) {
	names := map[string]bool{}
	for _, m := range Models() {
		if m.Source == "" || m.Dated == "" || names[m.Name] {
			t.Errorf("%s: no source, no date, or named twice", m.Name)
		}
		names[m.Name] = true
		for _, limit := range []*int{m.Ports, m.Sessions, m.TranscodedSessions, m.Registrations} {
			if limit != nil && *limit < 1 {
				t.Errorf("%s has a limit of %d; what is not documented is null", m.Name, *limit)
			}
		}
		if m.Quality == Listed && (m.Ports != nil || m.Sessions != nil) {
			t.Errorf("%s is only listed, and has limits", m.Name)
		}
	}
	if m, _ := FindModel("AudioCodes Mediant 1000"); m.Sessions != nil || m.CallsPerSecond != nil {
		t.Errorf("Mediant 1000 has limits that nobody retrieved: %+v", m)
	}
	if m, _ := FindModel("Ribbon SWe Lite 1 vCPU"); *m.Sessions != 300 || *m.CallsPerSecond != 10 || *m.TranscodedSessions != 100 {
		t.Errorf("SWe Lite: %+v", m)
	}
}

func TestCodecsAndMediationServersAreThoseOfTheDocuments(t *testing.T) {
	g711, ok := FindCodec("G.711")
	if !ok || *g711.PayloadBitsPerSecond != 64000 || g711.MSSfB.SRTP != 92 || *g711.MSSfB.Maximum != 97 {
		t.Errorf("G.711: %+v", g711)
	}
	if opus, _ := FindCodec("Opus"); opus.PayloadBitsPerSecond != nil || opus.MSSfB != nil {
		t.Errorf("Opus has figures that nobody documents: %+v", opus)
	}
	for _, want := range []MediationServer{{2015, false, false, 1100}, {2015, false, true, 1500}, {2015, true, false, 150},
		{2019, false, false, 1500}, {2019, false, true, 2000}, {2019, true, false, 200}} {
		if got, _ := FindMediationServer(want.Release, want.Collocated, want.HyperThreading); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}
