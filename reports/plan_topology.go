package reports

import (
	"fmt"
	"math"
	"strings"

	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/design"
)

// topology is the drawing of a variant: the sites that a place serves, its Mediation Servers, its gateways, and their
// trunks to the PSTN.
type topology struct {
	Name          string
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
	Head bool
}

type wire struct {
	X1, X2, Y        int
	TX, Above, Below int
	Thick            string
	Label, Note      string
}

// The columns of the drawing: where boxes begin and how wide they are.
const (
	sitesX, sitesW     = 10, 190
	placeX, placeW     = 340, 190
	gatewayX, gatewayW = 640, 210
	pstnX, pstnW       = 1010, 130
	rowHeight, boxTall = 118, 88
)

// drawnPlaces is how many places are drawn; the tables have all.
const drawnPlaces = 12

// newTopology draws the places of the chosen variant, a row each.
func newTopology(d *design.Design) topology {
	v := d.Variant()
	t := topology{Name: v.Peer, Width: 1150}
	places := v.Locations
	if rest := len(places) - drawnPlaces; rest > 0 {
		t.More = plural(rest, "more place") + " in the table below."
		places = places[:drawnPlaces]
	}
	for i, l := range places {
		t.place(d, l, 12+i*rowHeight)
	}
	t.Height = 12 + len(places)*rowHeight
	return t
}

// place draws one place from its sites to the PSTN.
func (t *topology) place(d *design.Design, l design.Location, y int) {
	pstn, kind := "PSTN "+l.Country, strings.ToUpper(string(l.Lines))+" lines"
	if l.Lines == catalog.SBC {
		pstn, kind = "ITSP "+l.Country, "SIP trunk"
	}
	var served []int
	for _, site := range l.Serves {
		if site != l.Site {
			served = append(served, site)
		}
	}
	if len(served) > 0 {
		t.box("site", sitesX, y, sitesW, namesOf(d, served)...)
		t.wire(sitesX+sitesW, placeX, y, 2, bandwidthOf(d, l.Site, served), "over the WAN")
	}
	own := d.Sites[l.Site]
	servers, trunks := poolAt(d, l.Site)
	t.box("place", placeX, y, placeW, shorten(own.Name, 26), plural(own.Load.Users, "user"), servers)
	t.wire(placeX+placeW, gatewayX, y, 2, trunks, map[bool]string{true: "M:N", false: "1:1"}[d.Trunks.MByN])
	if l.Mix.Units == 0 {
		t.box("place", gatewayX, y, gatewayW, "peer by direct SIP", "no gateway")
	} else {
		t.box("place", gatewayX, y, gatewayW, append([]string{plural(l.Mix.Units, "unit")}, boughtLines(l.Mix)...)...)
	}
	t.wire(gatewayX+gatewayW, pstnX, y, 1+math.Log10(float64(1+l.Trunk)), plural(l.Trunk, "port"), percent(l.Blocking)+" blocked")
	t.box("pstn", pstnX, y, pstnW, pstn, kind, erlangs(l.Load.Erlangs))
}

// namesOf lists sites with their users.
func namesOf(d *design.Design, sites []int) []string {
	users := 0
	for _, i := range sites {
		users += d.Sites[i].Load.Users
	}
	lines := []string{plural(users, "user") + " at"}
	for _, i := range sites[:min(2, len(sites))] {
		lines = append(lines, shorten(d.Sites[i].Name, 26))
	}
	if rest := len(sites) - 1; rest > 1 {
		lines[2] = fmt.Sprintf("and %s more", plural(rest, "site"))
	}
	return lines
}

// bandwidthOf returns what the calls of the sites that a place serves take of its WAN link.
func bandwidthOf(d *design.Design, hub int, served []int) string {
	for _, l := range d.Links {
		if l.Site == hub && l.Kind == "WAN" && l.BitsPerSecond > 0 {
			return bitRate(l.BitsPerSecond)
		}
	}
	return plural(len(served), "site")
}

// poolAt returns the Mediation Servers of a place and their trunks to gateways.
func poolAt(d *design.Design, site int) (servers, trunks string) {
	for i, pool := range d.Servers.Pools {
		if pool.Site == site {
			return plural(pool.Servers, "Mediation Server"), plural(d.Trunks.Pairs[i].Trunks, "trunk")
		}
	}
	return "servers at " + shorten(d.Sites[d.Sites[site].Hub].Name, 15), ""
}

// boughtLines lists the units of a mix, a line each.
func boughtLines(m design.Mix) []string {
	var lines []string
	for _, b := range m.Bought {
		lines = append(lines, shorten(fmt.Sprintf("%s x %s", count(b.Count), b.Model), 30))
	}
	return lines
}

// box draws a box whose first line is a heading.
func (t *topology) box(class string, x, y, w int, lines ...string) {
	b := box{Class: class, X: x, Y: y, W: w, H: boxTall}
	for i, text := range lines {
		b.Lines = append(b.Lines, boxLine{x + 12, y + 26 + 21*i, text, i == 0})
	}
	t.Boxes = append(t.Boxes, b)
}

// wire draws a line between two boxes, with a label above and a note below it.
func (t *topology) wire(from, to, y int, thick float64, label, note string) {
	middle := y + boxTall/2
	if label == "" {
		note = ""
	}
	t.Wires = append(t.Wires, wire{from, to, middle, (from + to) / 2, middle - 8, middle + 19, decimal(thick, 1), label, note})
}

// shorten cuts a text that would leave its box.
func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
