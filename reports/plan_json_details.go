package reports

import "github.com/sipplan/sipplan/planner/design"

type exchangeObject struct {
	Name     string            `json:"pbx"`
	Site     string            `json:"site"`
	InFront  bool              `json:"voice_system_in_front" doc:"all PSTN calls arrive at the gateway, not at the PBX"`
	PBXUsers int               `json:"users_on_pbx"`
	EVUsers  int               `json:"users_on_voice_system"`
	Groups   []portGroupObject `json:"trunk_groups"`
	Reason   string            `json:"reason"`
}

type portGroupObject struct {
	Name    string  `json:"trunk_group"`
	Erlangs float64 `json:"offered_erlangs"`
	Ports   int     `json:"ports"`
}

type phaseObject struct {
	Date  string           `json:"from" doc:"a day, or start"`
	Moved float64          `json:"moved_ratio" doc:"of the users of a PBX"`
	PBXs  []exchangeObject `json:"pbxs"`
}

type trunkObject struct {
	Name       string   `json:"trunk_group"`
	Site       string   `json:"site"`
	Ports      int      `json:"ports"`
	Reserved   *int     `json:"reserved_ports" doc:"kept for emergency calls"`
	Direct     float64  `json:"first_choice_erlangs"`
	Overflow   float64  `json:"overflow_erlangs" doc:"from other trunk groups"`
	Peakedness float64  `json:"overflow_peakedness"`
	Blocking   float64  `json:"blocking_ratio" doc:"by Erlang B, or Wilkinson where calls come in clumps"`
	Hayward    float64  `json:"hayward_blocking_ratio"`
	Emergency  *float64 `json:"emergency_blocking_ratio"`
}

type routeObject struct {
	Name    string   `json:"route"`
	Trunks  []string `json:"trunk_groups" doc:"in order"`
	Erlangs float64  `json:"offered_erlangs"`
	Lost    float64  `json:"lost_ratio"`
	Hayward float64  `json:"hayward_lost_ratio"`
}

type analogObject struct {
	Site           string       `json:"site"`
	Lines          int          `json:"analog_lines"`
	Buy            []unitObject `json:"buy"`
	Voicemail      float64      `json:"voicemail_erlangs"`
	VoicemailPorts int          `json:"voicemail_ports"`
}

type emergencyObject struct {
	Site      string   `json:"site"`
	Numbers   []string `json:"dialled"`
	Erlangs   float64  `json:"offered_erlangs"`
	Reserved  int      `json:"reserved_ports"`
	Blocking  float64  `json:"blocking_ratio"`
	Others    float64  `json:"other_calls_blocking_ratio"`
	Locations int      `json:"locations"`
	ELINs     int      `json:"elins"`
	Holds     bool     `json:"promise_kept"`
	Reason    string   `json:"reason"`
}

type numbersObject struct {
	Site    string `json:"site"`
	Users   int    `json:"users"`
	Numbers int    `json:"numbers"`
	Foreign int    `json:"foreign_numbers" doc:"that do not belong to the country of the site"`
	Reason  string `json:"reason"`
}

type testObject struct {
	Function string `json:"function"`
	SIP      string `json:"sip"`
	How      string `json:"shows"`
}

func (p planPage) exchange(e design.Exchange) exchangeObject {
	groups := all(e.Groups, func(g design.PortGroup) portGroupObject { return portGroupObject(g) })
	return exchangeObject{e.Name, p.site(e.Site), e.InFront, e.PBXUsers, e.EVUsers, groups, e.Reason}
}

func (p planPage) phase(phase design.PhaseLoad) phaseObject {
	return phaseObject{string(phase.Date), phase.Moved, all(phase.Exchanges, p.exchange)}
}

func newTrunkObject(t design.TrunkResult) trunkObject {
	return trunkObject{t.Name, t.Site, t.Ports, t.Reserved, t.Direct, t.Overflow.Mean, t.Overflow.Peakedness(), t.Blocking, t.Hayward, t.Emergency}
}

func newRouteObject(r design.RouteResult) routeObject {
	return routeObject{r.Name, append([]string{}, r.Trunks...), r.Erlangs, r.Lost, r.Hayward}
}

func (p planPage) analogGroup(g design.AnalogGroup) analogObject {
	return analogObject{p.site(g.Site), g.Lines, units(g.Mix), g.Voicemail, g.VoicemailPorts}
}

func (p planPage) emergencyGroup(g design.EmergencyGroup) emergencyObject {
	return emergencyObject{p.site(g.Site), append([]string{}, g.Numbers...), g.Erlangs, g.Reserved, g.Blocking, g.Others, g.Locations, g.ELINs, g.Holds, g.Reason}
}

func (p planPage) numberCount(n design.NumberCount) numbersObject {
	return numbersObject{p.site(n.Site), n.Users, n.Numbers, n.Foreign, n.Reason}
}
