package routing_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
)

func TestParseDrill(t *testing.T) {
	for _, tt := range []struct {
		text string
		want routing.Drill
	}{
		{"fail gateway-2 at 30s for 20s", routing.Drill{Name: "gateway-2", At: 30 * time.Second, For: 20 * time.Second}},
		{"fail gateway-2 at 100:00:59", routing.Drill{Name: "gateway-2", At: 100*time.Hour + 59*time.Second}},
		{"fail gateway-2 at 00:20 for 15m", routing.Drill{Name: "gateway-2", At: 20 * time.Minute, For: 15 * time.Minute}},
		{"  fail  ms1/gw1  at 01:02:03", routing.Drill{Name: "ms1/gw1", At: time.Hour + 2*time.Minute + 3*time.Second}},
		{"fail a at 0s for 1s by silent", routing.Drill{Name: "a", For: time.Second}},
		{"fail a at 5s for 1s by 503", routing.Drill{Name: "a", At: 5 * time.Second, For: time.Second, Mode: routing.Refusing}},
		{"fail a at 5s by closed", routing.Drill{Name: "a", At: 5 * time.Second, Mode: routing.Closed}},
	} {
		got, err := routing.ParseDrill(tt.text)
		if err != nil || got != tt.want {
			t.Errorf("%q is %+v, %v; want %+v", tt.text, got, err, tt.want)
		}
		again, err := routing.ParseDrill(got.String())
		if err != nil || again != got {
			t.Errorf("%q reads back as %+v, %v; want %+v", got, again, err, got)
		}
	}
}

func TestParseDrillSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "want 'fail NAME",
		"fail":                          "want 'fail NAME",
		"fail a":                        "want 'fail NAME",
		"fail a at":                     "want 'fail NAME",
		"stop a at 1s":                  "want 'fail NAME",
		"fail a at 1s for":              "want 'fail NAME",
		"fail a at soon":                `at: must be a time from 0s to 168 hours such as 30s, 15m or 00:20, got "soon"`,
		"fail a at -1s":                 `got "-1s"`,
		"fail a at 00:60":               `got "00:60"`,
		"fail a at 0:1":                 `got "0:1"`,
		"fail a at x:10":                `got "x:10"`,
		"fail a at 00:xx":               `got "00:xx"`,
		"fail a at 300:00":              `got "300:00"`,
		"fail a at 1:2:3:4":             `got "1:2:3:4"`,
		"fail a at 169h":                `got "169h"`,
		"fail a at 1s for 0s":           "for: must be more than 0s",
		"fail a at 1s for 2s by fire":   `by: must be one of silent, 503, closed, got "fire"`,
		"fail a at 1s by 503 for 2s":    `"for": want 'fail NAME`,
		"fail a at 1s for 2s until end": `"until": want 'fail NAME`,
	} {
		if d, err := routing.ParseDrill(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %+v, %v; want an error with %q", text, d, err, want)
		}
	}
}

func TestDrillWithoutEndOutlastsAnyRun(t *testing.T) {
	if end := (routing.Drill{At: time.Second}).End(); end < 1000*time.Hour {
		t.Errorf("it ends at %s", end)
	}
	if end := (routing.Drill{At: time.Second, For: time.Minute}).End(); end != 61*time.Second {
		t.Errorf("it ends at %s, want 61s", end)
	}
}

// FuzzParseDrill wants of all that is accepted that it reads back as itself.
func FuzzParseDrill(f *testing.F) {
	f.Add("fail gateway-2 at 30s for 20s by 503")
	f.Add("fail gateway-2 at 00:20")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := routing.ParseDrill(text)
		if err != nil {
			return
		}
		if again, err := routing.ParseDrill(d.String()); err != nil || again != d {
			t.Errorf("%q is %+v and reads back as %+v, %v", text, d, again, err)
		}
	})
}
