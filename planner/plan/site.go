package plan

import "time"

// Site is a place with users.
type Site struct {
	Name       string         `yaml:"name" need:"true" doc:"unique"`
	Country    string         `yaml:"country" need:"true" doc:"two letters of ISO 3166, in capitals"`
	Users      map[string]int `yaml:"users" min:"0" max:"10000000" doc:"by class: light, moderate, heavy or one of classes"`
	Measured   *Measured      `yaml:"measured" doc:"traffic of the busy hour from call records, in place of that worked out from the users"`
	Central    bool           `yaml:"central" doc:"may carry the trunks of other sites"`
	ServedBy   string         `yaml:"served_by" doc:"central site whose trunks it uses; by default one of its country"`
	Resilience string         `yaml:"resilience" enum:"none|n+1|local" doc:"n+1 (default): one gateway may fail; none: not; local: calls go on when the WAN fails"`
	WAN        WAN            `yaml:"wan" doc:"the link to the other sites"`
	Analog     int            `yaml:"analog" min:"0" max:"100000" doc:"fax machines and analog telephones"`
	Voicemail  Voicemail      `yaml:"voicemail" doc:"calls that end at voicemail or an auto attendant"`
}

// Measured is the traffic of a site's trunks as sipplan usage import found it.
type Measured struct {
	Erlangs      float64 `yaml:"erlangs" need:"true" min:"0" max:"1000000" doc:"offered in the busy hour"`
	CallsPerHour float64 `yaml:"calls_per_hour" need:"true" min:"0" max:"100000000" doc:"call attempts in the busy hour"`
}

// WAN is the link between a site and the others.
type WAN struct {
	Bandwidth BitRate   `yaml:"bandwidth" doc:"of the link"`
	Audio     BitRate   `yaml:"audio" doc:"limit of call admission control for audio"`
	Video     BitRate   `yaml:"video" doc:"limit of call admission control for video"`
	Sessions  []Session `yaml:"sessions" doc:"other traffic on the link"`
	Resilient bool      `yaml:"resilient" doc:"two independent paths"`
	MTBF      *Hours    `yaml:"mtbf" doc:"mean time between failures"`
	MTTR      *Hours    `yaml:"mttr" doc:"mean time to repair"`
}

// Session is one kind of calls inside the enterprise that share a WAN link with those to the PSTN.
type Session struct {
	Name    string  `yaml:"name" need:"true" doc:"such as video"`
	Kind    string  `yaml:"kind" enum:"audio|video" doc:"whose limit counts; audio by default"`
	Erlangs float64 `yaml:"erlangs" min:"0" max:"1000000" doc:"in the busy hour"`
	BitRate BitRate `yaml:"bit_rate" need:"true" doc:"of one call"`
}

// Voicemail is the port group of voicemail and auto attendants.
type Voicemail struct {
	Calls Share         `yaml:"calls" doc:"share of the site's calls that end there"`
	AHT   time.Duration `yaml:"aht" doc:"mean time; 45s by default"`
}

// PBX is an exchange beside the voice system, with users of its own.
type PBX struct {
	Name     string         `yaml:"name" need:"true" doc:"unique"`
	Site     string         `yaml:"site" need:"true" doc:"where it stands"`
	Users    map[string]int `yaml:"users" min:"0" max:"10000000" doc:"by class, who are on it before the first phase"`
	Position string         `yaml:"position" enum:"behind|in-front" doc:"of the voice system: behind the PBX (all PSTN calls arrive at the PBX; default) or in front of it (they arrive at the gateway)"`
	Tie      Share          `yaml:"tie" doc:"calls between users of the PBX and of the voice system, as a share of the PSTN calls of the smaller group"`
	// DirectSIP: the peer is certified, and no gateway stands between it and the Mediation Servers.
	DirectSIP bool `yaml:"direct_sip" doc:"is a certified IP-PBX: no gateway between it and the Mediation Servers"`
}

// Phase is a step of the migration: from its date on, that share of the PBX users is on the voice system.
type Phase struct {
	Date  Date   `yaml:"date" need:"true" doc:"such as 2027-03-01"`
	Moved Share  `yaml:"moved" doc:"share of all PBX users moved so far"`
	PBX   string `yaml:"pbx" doc:"the only PBX that it is about; all by default"`
}
