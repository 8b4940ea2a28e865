package reports

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/sipplan/sipplan/planner/records"
)

// The week's plot, in pixels.
const (
	plotWidth, plotHeight   = 1120.0, 420.0
	plotLeft, plotRight     = 64.0, 16.0
	plotTop, plotBottom     = 64.0, 56.0
	plotInner, plotVertical = plotWidth - plotLeft - plotRight, plotHeight - plotTop - plotBottom
	plotSlots               = 7 * 96 // quarters of an hour
)

const plotStyle = `<style>
.grid{stroke:#d8dde3}
.axis{fill:#444}
.busy{fill:#f4b942;opacity:.25}
.highest{fill:none;stroke:#9db4cc;stroke-width:1}
.mean{fill:none;stroke:#1f5fa8;stroke-width:1.8}
.area{fill:#1f5fa8;opacity:.15}
.ports{stroke:#b3261e;stroke-width:1.5;stroke-dasharray:6 4}
</style>
`

// weekPlot draws the traffic of a week.
type weekPlot struct {
	page bytes.Buffer
	top  float64 // erlangs at the top of the scale
	u    records.Usage
}

// WriteUsagePlot draws the traffic of the week as SVG: the mean and the highest of each quarter of an hour, the busy
// hour and its ports.
func WriteUsagePlot(w io.Writer, u records.Usage) error {
	p := &weekPlot{u: u}
	for i := range u.Week.Highest {
		for _, carried := range u.Week.Highest[i] {
			p.top = math.Max(p.top, carried)
		}
	}
	if p.hasPorts() {
		p.top = math.Max(p.top, float64(u.BusyHours[0].Ports))
	}
	step := tick(p.top)
	p.top = math.Max(1, math.Ceil(p.top/step)) * step
	p.head()
	p.scale(step)
	p.busyHour()
	p.line("highest", u.Week.Highest, false)
	p.line("mean", u.Week.Carried, true)
	p.ports()
	p.page.WriteString("</svg>\n")
	_, err := w.Write(p.page.Bytes())
	return err
}

// hasPorts says whether the line of the ports fits on the scale without pressing the traffic down.
func (p *weekPlot) hasPorts() bool {
	return len(p.u.BusyHours) > 0 && p.u.BusyHours[0].Ports > 0 && float64(p.u.BusyHours[0].Ports) <= 2.5*math.Max(p.top, 1)
}

// tick returns a step of 1, 2 or 5 times a power of ten that divides a range in four to ten parts.
func tick(most float64) float64 {
	if !(most > 0) {
		return 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, factor := range []float64{5, 2} {
		if step*factor <= most/4 {
			return step * factor
		}
	}
	return step
}

func (p *weekPlot) x(slot int) float64 { return plotLeft + plotInner*float64(slot)/plotSlots }

func (p *weekPlot) y(erlangs float64) float64 { return plotTop + plotVertical*(1-erlangs/p.top) }

// head writes the style, the title and the legend.
func (p *weekPlot) head() {
	fmt.Fprintf(&p.page, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" `+
		`font-family="sans-serif" font-size="13">`+"\n",
		plotWidth, plotHeight, plotWidth, plotHeight)
	title, detail := "Carried traffic of the week", "no calls"
	if len(p.u.BusyHours) > 0 {
		b := p.u.BusyHours[0]
		detail = fmt.Sprintf("%s to %s, hours of %s. Busy hour %s: %s offered, %s for %s.", p.u.First.Format("2006-01-02"),
			p.u.Last.Format("2006-01-02"), p.u.Zone, hourOfDay(b.From), erlangs(b.Traffic.Offered), plural(b.Ports, "port"), percent(p.u.GoS))
	}
	fmt.Fprintf(&p.page, "<title>%s</title>\n<desc>%s</desc>\n", escapeXML(title), escapeXML(detail))
	p.page.WriteString(plotStyle)
	fmt.Fprintf(&p.page, `<rect width="%g" height="%g" fill="#fff"/>`+"\n", plotWidth, plotHeight)
	p.text(plotLeft, 24, `start" font-size="17" font-weight="bold`, title)
	p.text(plotLeft, 44, "start", detail)
	for i, entry := range []struct{ class, name string }{{"mean", "mean"}, {"highest", "highest of any day"}} {
		x := plotWidth - plotRight - 260 + 90*float64(i)
		fmt.Fprintf(&p.page, `<line class="%s" x1="%.1f" x2="%.1f" y1="20" y2="20"/>`+"\n", entry.class, x, x+24)
		p.text(x+30, 24, "start", entry.name)
	}
}

func (p *weekPlot) text(x, y float64, anchor, text string) {
	fmt.Fprintf(&p.page, `<text class="axis" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, escapeXML(text))
}

// scale draws the grid, the erlangs and the days.
func (p *weekPlot) scale(step float64) {
	for i := 0; float64(i)*step <= p.top*(1+1e-9); i++ {
		y := p.y(float64(i) * step)
		fmt.Fprintf(&p.page, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`+"\n", plotLeft, plotWidth-plotRight, y, y)
		p.text(plotLeft-8, y+4, "end", decimal(float64(i)*step, 6))
	}
	p.text(plotLeft-8, plotTop-12, "end", "erlangs")
	for i, d := range p.u.Week.Days {
		x := p.x(i * 96)
		fmt.Fprintf(&p.page, `<line class="grid" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`+"\n", x, x, plotTop, plotHeight-plotBottom)
		p.text(p.x(i*96+48), plotHeight-plotBottom+34, "middle", fmt.Sprintf("%s (%s)", d.Day, plural(d.Measured, "day")))
		for _, hour := range []int{6, 12, 18} {
			p.text(p.x(i*96+hour*4), plotHeight-plotBottom+16, `middle" font-size="10`, fmt.Sprintf("%02d", hour))
		}
	}
}

// busyHour shades the busy hour on the days that it was looked for on.
func (p *weekPlot) busyHour() {
	if len(p.u.BusyHours) == 0 {
		return
	}
	from := p.u.BusyHours[0].From / 15
	for i, d := range p.u.Week.Days {
		if d.Measured > 0 && p.u.Days.Set.HasDay(d.Day) {
			fmt.Fprintf(&p.page, `<rect class="busy" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n",
				p.x(i*96+from), plotTop, p.x(4)-p.x(0), plotVertical)
		}
	}
}

// line draws the quarters of the week as steps, and the area below them.
func (p *weekPlot) line(class string, week [7][96]float64, area bool) {
	var path strings.Builder
	fmt.Fprintf(&path, "M%.1f %.1f", p.x(0), p.y(week[0][0]))
	for slot := range plotSlots {
		fmt.Fprintf(&path, "V%.1fH%.1f", p.y(week[slot/96][slot%96]), p.x(slot+1))
	}
	if area {
		fmt.Fprintf(&p.page, `<path class="area" d="%sV%.1fH%.1fZ"/>`+"\n", path.String(), p.y(0), p.x(0))
	}
	fmt.Fprintf(&p.page, `<path class="%s" d="%s"/>`+"\n", class, path.String())
}

// ports draws the ports that the busy hour needs.
func (p *weekPlot) ports() {
	if !p.hasPorts() {
		return
	}
	n := p.u.BusyHours[0].Ports
	y := p.y(float64(n))
	fmt.Fprintf(&p.page, `<line class="ports" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>`+"\n", plotLeft, plotWidth-plotRight, y, y)
	p.text(plotWidth-plotRight-4, y-5, "end", fmt.Sprintf("%s for %s in the busy hour", plural(n, "port"), percent(p.u.GoS)))
}

func escapeXML(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(printable(text))) // a buffer takes everything
	return b.String()
}
