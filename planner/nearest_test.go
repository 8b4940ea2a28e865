package planner

import "testing"

func TestNearestNamesWhatWasMostLikelyMeant(t *testing.T) {
	classes := []string{"light", "moderate", "heavy"}
	for word, want := range map[string]string{
		"hevy":      "heavy",
		"Heavy":     "heavy",
		"modarate":  "moderate",
		"lihgt":     "light",
		"lgiht":     "light",
		"lxxxt":     "",
		"medium":    "",
		"x":         "",
		"":          "",
		"moderate!": "moderate",
	} {
		if got := Nearest(word, classes); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
