package reports

import (
	"math"
	"strings"

	"github.com/sipplan/sipplan/planner/measure"
)

// Health is the generator's own state. Limited says that it was the bottleneck, so that the run proves
// nothing about the target; MediaLimited says so of RTP alone.
type Health struct {
	Limited      bool    `json:"limited"`
	MediaLimited bool    `json:"media_limited"`
	Accounting   string  `json:"accounting"` // "closes", or what does not add up
	Checks       []Check `json:"checks"`
}

// Check is one detector of generator health.
type Check struct {
	Name  string   `json:"name"`
	State string   `json:"state"` // ok, limited or unavailable
	Value *float64 `json:"value"` // null when unavailable
	Unit  string   `json:"unit"`
	Limit float64  `json:"limit"`
	Media bool     `json:"media"` // affects figures of RTP only
	Why   string   `json:"why"`
}

const accountingCloses = "closes"

func newHealth(h measure.Health, accounting error) Health {
	health := Health{Accounting: accountingCloses, Checks: make([]Check, len(h))}
	if accounting != nil {
		health.Accounting = strings.ReplaceAll(accounting.Error(), "\n", "; ")
	}
	for i, c := range h {
		health.Checks[i] = Check{
			Name: c.Name, State: c.State.String(), Value: known(finite(c.Value), c.State != measure.Unavailable),
			Unit: c.Unit, Limit: finite(c.Limit), Media: c.Media, Why: printable(c.Why),
		}
	}
	health.Limited, health.MediaLimited = len(h.OfCalls().Limited()) > 0, len(h.OfMedia().Limited()) > 0
	return health
}

// why returns a sentence for everything that makes the run prove nothing.
func (h Health) why() []string {
	var sentences []string
	if h.Accounting != accountingCloses {
		sentences = append(sentences, "The accounting does not close: "+h.Accounting+".")
	}
	for _, c := range h.Checks {
		if c.State == measure.Limited.String() && !c.Media {
			sentences = append(sentences, "The generator was the limit: "+c.Why+".")
		}
	}
	return sentences
}

// mediaWhy returns a sentence for everything that makes the figures of RTP prove nothing.
func (h Health) mediaWhy() []string {
	var sentences []string
	for _, c := range h.Checks {
		if c.State == measure.Limited.String() && c.Media {
			sentences = append(sentences, "The figures of RTP prove nothing about the target: "+c.Why+".")
		}
	}
	return sentences
}

// finite returns a number that JSON can hold.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return rounded(x)
}
