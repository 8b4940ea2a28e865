package reports

import (
	"fmt"
	"math"
	"strings"

	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/design"
)

// topology is the drawing of a variant: the sites that a place serves, the place, and its trunks to the PSTN.
type topology struct {
	Width, Height int
	Boxes         []box
	Wires         []wire
	More          string
}

type box struct {
	Class      string
	X, Y, W, H int
	Lines      []boxLine
}

type boxLine struct {
	X, Y int
	Text string
}

type wire struct {
	X1, Y1, X2, Y2 int
	TX, TY         int
	Thick          string
	Label          string
}

// drawnPlaces is how many places are drawn; the tables have all.
const drawnPlaces = 12

// newTopology draws the places of the chosen variant, a row each.
func newTopology(d *design.Design) topology {
	const row = 110
	t := topology{Width: 1100}
	places := d.Variant().Locations
	if rest := len(places) - drawnPlaces; rest > 0 {
		t.More = fmt.Sprintf("%s more places are in the table below.", count(rest))
		places = places[:drawnPlaces]
	}
	for i, l := range places {
		y := 20 + i*row
		pstn := "PSTN " + l.Country
		if l.Lines == catalog.SBC {
			pstn = "ITSP " + l.Country
		}
		t.box("place", 20, y, 230, served(d, l)...)
		t.box("place", 430, y, 250, d.Sites[l.Site].Name, shorten(bought(l.Mix), 36), "traffic "+erlangs(l.Load.Erlangs))
		t.box("pstn", 930, y, 150, pstn, lineKind(l))
		t.wire(250, 430, y, 2, plural(len(l.Serves), "site"))
		t.wire(680, 930, y, 1+math.Log10(float64(1+l.Trunk)), fmt.Sprintf("%s, %s blocked", plural(l.Trunk, "port"), percent(l.Blocking)))
	}
	t.Height = 30 + len(places)*row
	return t
}

func lineKind(l design.Location) string {
	if l.Lines == catalog.SBC {
		return "SIP trunk"
	}
	return strings.ToUpper(string(l.Lines)) + " lines"
}

func (t *topology) box(class string, x, y, w int, lines ...string) {
	b := box{Class: class, X: x, Y: y, W: w, H: 80}
	for i, text := range lines {
		b.Lines = append(b.Lines, boxLine{x + 12, y + 24 + 20*i, text})
	}
	t.Boxes = append(t.Boxes, b)
}

func (t *topology) wire(from, to, y int, thick float64, label string) {
	t.Wires = append(t.Wires, wire{from, y + 40, to, y + 40, (from + to) / 2, y + 32, decimal(thick, 1), label})
}

// shorten cuts a text that would leave its box.
func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// served names the sites whose calls a place carries.
func served(d *design.Design, l design.Location) []string {
	lines := []string{plural(l.Load.Users, "user") + " at"}
	for _, i := range l.Serves[:min(2, len(l.Serves))] {
		lines = append(lines, shorten(d.Sites[i].Name, 30))
	}
	if rest := len(l.Serves) - 2; rest > 0 {
		lines[2] += fmt.Sprintf(" and %s more", count(rest))
	}
	return lines
}
