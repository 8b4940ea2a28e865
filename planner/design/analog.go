package design

import (
	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/plan"
	"time"
)

// AnalogGroup is what a site without a PBX needs beside its trunks: a small gateway for fax and analog telephones, and
// ports of voicemail and auto attendant.
type AnalogGroup struct {
	Site           int
	Lines          int
	Mix            Mix
	VoicemailPorts int
	Voicemail      float64 // erlangs
}

// voicemailAHT is the mean time of a call to voicemail where the plan gives none.
const voicemailAHT = 45 * time.Second

// analog sizes both. Each analog line has a port of its own.
func (d *Design) analog(c *calculator) {
	small := forLines(candidates(d.Plan, analogOf(d.Plan.Gateways), false), catalog.Analog, 0)
	for i, s := range d.Sites {
		g := AnalogGroup{Site: i, Lines: s.Analog}
		if s.Analog > 0 {
			g.Mix = c.mix(small, string(catalog.Analog)+" telephones", need{calls: s.Analog, units: 1})
		}
		if s.Voicemail.Calls > 0 {
			aht := s.Voicemail.AHT
			if aht == 0 {
				aht = voicemailAHT
			}
			g.Voicemail = s.Load.BHCA * float64(s.Voicemail.Calls) * aht.Hours()
			g.VoicemailPorts = c.ports(g.Voicemail, d.Assumptions.GoS)
		}
		if g.Lines > 0 || g.VoicemailPorts > 0 {
			d.Analog = append(d.Analog, g)
		}
	}
}

// analogOf keeps the analog gateways of a list; none leaves those of the catalogue.
func analogOf(list []plan.Gateway) []plan.Gateway {
	var some []plan.Gateway
	for _, g := range list {
		if m, _ := catalog.FindModel(g.Model); catalog.Lines(g.Kind) == catalog.Analog || m.Kind == catalog.Analog {
			some = append(some, g)
		}
	}
	return some
}
