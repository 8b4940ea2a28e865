package design

import (
	"fmt"
	"math"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/catalog"
)

// Link is a WAN link of a site or the link to a provider, with the calls to the PSTN that cross it.
type Link struct {
	Site          int
	Kind          string  // WAN or ITSP
	Erlangs       float64 // of call legs
	Streams       int     // at most in 99.9 % of the busy hour
	BitsPerSecond float64 // of these, in each direction
	Capacity      float64 // bits per second; 0 when the plan does not give one
	Admission     []Admission
	Reason        string
}

// Admission is one kind of calls under call admission control, with the share that it turns away.
type Admission struct {
	Name     string
	Limit    int // kbit/s
	Width    int // kbit/s of one call
	Erlangs  float64
	Blocking float64 // share of these calls
}

// crossing is the calls to the PSTN that cross the WAN link of a site.
type crossing struct {
	erlangs float64 // of call legs
	reason  string
}

// crossings works out what a variant puts on the WAN link of each site.
func (d *Design) crossings(v *Variant) []crossing {
	all := make([]crossing, len(d.Sites))
	ends := map[int]bool{} // sites at which trunks end
	for _, l := range v.Locations {
		ends[l.Site] = true
	}
	for i, s := range d.Sites {
		if s.Hub == i {
			continue
		}
		legs, why := d.legs(v, ends[i], i)
		all[i].erlangs += legs * s.Load.Erlangs
		all[s.Hub].erlangs += legs * s.Load.Erlangs
		all[i].reason = why
		if all[s.Hub].reason == "" {
			all[s.Hub].reason = "the calls of the sites that it serves"
		}
	}
	return all
}

// links works out what crosses each link.
func (d *Design) links(c *calculator) {
	bandwidth := CallBandwidth(d.Plan.Media)
	v := d.Variant()
	for i, crossing := range d.crossings(v) {
		wan := d.Sites[i].WAN
		if crossing.erlangs == 0 && wan.Bandwidth == 0 && len(wan.Sessions) == 0 {
			continue
		}
		l := Link{Site: i, Kind: "WAN", Erlangs: crossing.erlangs, Capacity: float64(wan.Bandwidth), Reason: crossing.reason}
		l.fill(c, bandwidth)
		l.Admission = d.admission(c, i, crossing.erlangs, bandwidth)
		d.Links = append(d.Links, l)
	}
	for _, at := range v.Locations {
		if at.Lines == catalog.SBC && v.Name != DirectSIP {
			l := Link{Site: at.Site, Kind: "ITSP", Erlangs: at.Load.Erlangs, Reason: "all calls of the trunk"}
			l.fill(c, bandwidth)
			l.Streams = min(l.Streams, at.Trunk)
			l.BitsPerSecond = float64(l.Streams) * bandwidth.BitsPerSecond
			d.Links = append(d.Links, l)
		}
	}
}

// legs returns how often the media of a call of a branch crosses its WAN link, on average over calls with and without
// bypass.
func (d *Design) legs(v *Variant, gateway bool, site int) (float64, string) {
	switch {
	case !gateway:
		return 1, "one leg to the trunks of the central site, with or without media bypass"
	case v.survivor(site) != nil:
		return 0, "the branch has its own Mediation Server: media stays local"
	}
	return 2 * (1 - d.Assumptions.Bypass), fmt.Sprintf("without bypass (%.3g %%) media goes to the central Mediation Server and back: two legs", 100*(1-d.Assumptions.Bypass))
}

// fill works out the streams and their bandwidth.
func (l *Link) fill(c *calculator, one Bandwidth) {
	if l.Erlangs > 0 {
		l.Streams = c.streams(l.Erlangs)
	}
	l.BitsPerSecond = float64(l.Streams) * one.BitsPerSecond
}

// admission works out what call admission control turns away: audio and video under limits of their own where the plan
// gives them, else together under that of the link (Kaufman-Roberts).
func (d *Design) admission(c *calculator, site int, erlangs float64, one Bandwidth) []Admission {
	wan := d.Sites[site].WAN
	limits := map[string]int{"audio": int(wan.Audio / 1000), "video": int(wan.Video / 1000)}
	together := limits["audio"] == 0 && limits["video"] == 0
	if together && len(wan.Sessions) == 0 || together && wan.Bandwidth == 0 {
		return nil
	}
	groups := map[string][]Admission{}
	add := func(kind string, a Admission) {
		if together {
			kind = "link"
		}
		if a.Limit = limits[kind]; kind == "link" {
			a.Limit = int(wan.Bandwidth / 1000)
		}
		if a.Limit > 0 {
			groups[kind] = append(groups[kind], a)
		}
	}
	if erlangs > 0 {
		add("audio", Admission{Name: "PSTN calls", Width: int(math.Ceil(one.BitsPerSecond / 1000)), Erlangs: erlangs})
	}
	for _, s := range wan.Sessions {
		kind := s.Kind
		if kind == "" {
			kind = "audio"
		}
		add(kind, Admission{Name: s.Name, Width: int(math.Ceil(float64(s.BitRate) / 1000)), Erlangs: s.Erlangs})
	}
	var all []Admission
	for _, kind := range []string{"link", "audio", "video"} {
		all = append(all, admitted(c, groups[kind])...)
	}
	return all
}

// mostUnits is how finely the limit of a link is divided: in kbit/s up to a gigabit a second, more coarsely above, with the
// calls rounded up.
const mostUnits = 1_000_000

// admitted fills in the blocking of calls under one limit.
func admitted(c *calculator, group []Admission) []Admission {
	if len(group) == 0 {
		return nil
	}
	unit := 1 + group[0].Limit/mostUnits
	var classes []erlang.Class
	for _, a := range group {
		classes = append(classes, erlang.Class{Traffic: a.Erlangs, Width: up(a.Width, unit)})
	}
	blocking := keep(c, func() ([]float64, error) { return erlang.KaufmanRoberts(group[0].Limit/unit, classes) })
	for i := range blocking {
		group[i].Blocking = blocking[i]
	}
	return group
}
