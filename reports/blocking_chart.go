package reports

import _ "embed"

//go:embed blocking.html
var blockingTemplate string

var blockingPage = newPage(blockingTemplate)

// blockingChart sets shares of blocked calls beside each other, with their intervals and what was promised.
type blockingChart struct {
	Title, Legend string
	Height        int
	Bars          []blockingBar
	Promises      []promiseLine

	most float64 // share at the right end
}

// blockingBar is the blocking that one instrument says of one trunk group.
type blockingBar struct {
	Label, Value, Class          string
	Y, TY, Middle, Bottom, W, VX int
	Whisker                      bool
	X1, X2                       int // of the interval
}

// promiseLine is a promise across the bars of a trunk group.
type promiseLine struct{ X, Top, Bottom int }

// Places in the chart.
const (
	barsFrom  = 330
	barsWidth = 400
	barHeight = 16
	barPitch  = 22
	groupGap  = 12
)

// newBlockingChart returns an empty chart for shares up to the largest one.
func newBlockingChart(most float64) *blockingChart {
	return &blockingChart{
		Title:  "Blocked calls: formula, simulation and live calls",
		Legend: "Grey: formula. Amber: simulation. Blue: live calls. Whiskers: intervals. Dashed: what was promised.",
		most:   max(most, 1e-6),
	}
}

func (c *blockingChart) x(share float64) int {
	return barsFrom + int(min(share/c.most, 1)*barsWidth)
}

// add puts a bar below the others. An interval that is not known has no whiskers.
func (c *blockingChart) add(label, class string, value, low, high *float64) {
	if value == nil {
		return
	}
	b := blockingBar{Label: shorten(label, 46), Class: class, Value: percent(*value), Y: c.Height, TY: c.Height + 13, W: max(1, c.x(*value)-barsFrom)}
	b.Middle, b.Bottom, b.VX = b.Y+barHeight/2, b.Y+barHeight, c.x(*value)+8
	if low != nil && high != nil {
		b.Whisker, b.X1, b.X2 = true, c.x(*low), c.x(*high)
		b.VX = max(b.VX, b.X2+8)
	}
	c.Bars = append(c.Bars, b)
	c.Height += barPitch
}

// group ends the bars of a trunk group, which began at a height, and draws its promise across them.
func (c *blockingChart) group(from int, promised float64) {
	if promised > 0 && promised <= c.most && c.Height > from {
		c.Promises = append(c.Promises, promiseLine{c.x(promised), from - 3, c.Height - 3})
	}
	c.Height += groupGap
}

// largest returns the largest share that is known, 0 for none.
func largest(shares ...*float64) float64 {
	most := 0.0
	for _, s := range shares {
		if s != nil {
			most = max(most, *s)
		}
	}
	return most
}
