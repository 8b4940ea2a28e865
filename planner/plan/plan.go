// Package plan is the plan file: what an enterprise says about its sites, users, trunks, gateways and promises,
// read strictly from YAML. It says what is wrong with a file, by line and column; package design works a
// plan out.
package plan

import "time"

// Plan is a plan file. Everything but one site has a default; nil is what was not given.
type Plan struct {
	Version    int              `yaml:"version" min:"1" max:"1" doc:"version of this form, 1"`
	Name       string           `yaml:"name" doc:"what the plan is called in reports"`
	Currency   string           `yaml:"currency" doc:"of all amounts, such as EUR"`
	Years      int              `yaml:"years" min:"1" max:"30" doc:"over which costs are counted; 5 by default"`
	Topology   string           `yaml:"topology" enum:"auto|per-site-gateways|central-gateways|direct-sip|central-sip-trunk|distributed-sip-trunks" doc:"the variant to work out; auto takes the best that is possible"`
	Demand     Demand           `yaml:"demand" doc:"what all users have in common"`
	Promise    Promise          `yaml:"promise" doc:"what the trunks must hold"`
	Media      Media            `yaml:"media" doc:"codec, headers and media bypass"`
	Classes    []Class          `yaml:"classes" doc:"classes of users beside light, moderate and heavy"`
	Sites      []Site           `yaml:"sites" need:"true" doc:"where the users are"`
	PBXs       []PBX            `yaml:"pbxs" doc:"exchanges that stay, or from which users are moved"`
	Phases     []Phase          `yaml:"phases" doc:"of the migration, by date"`
	Gateways   []Gateway        `yaml:"gateways" doc:"to choose from; by default every generic size of the country's lines"`
	Mediation  Mediation        `yaml:"mediation" doc:"the Mediation Servers"`
	SBCs       []Gateway        `yaml:"sbcs" doc:"session border controllers to choose from for SIP trunks"`
	ITSPs      []ITSP           `yaml:"itsps" doc:"providers of SIP trunks"`
	Trunks     []Trunk          `yaml:"trunks" doc:"trunk groups of fixed size, to be judged"`
	Routes     []Route          `yaml:"routes" doc:"which trunk groups the calls of a site try, in order"`
	Numbers    []NumberRange    `yaml:"numbers" doc:"direct inward dialling (DID) numbers"`
	Emergency  Emergency        `yaml:"emergency" doc:"emergency calls"`
	Tariffs    []Tariff         `yaml:"tariffs" doc:"rents and minutes"`
	Simulation Simulation       `yaml:"simulation" doc:"what formulas leave out, for sipplan simulate"`
	Prices     map[string]Money `yaml:"prices" doc:"of hardware by the name of its model; mediation-server, sba, sbs, standard-edition and pool for servers"`

	read file // where it was read from
}

// Demand is what all users have in common.
type Demand struct {
	BusyHour BusyHour      `yaml:"busy_hour" doc:"share of a day's calls in its busy hour: flat (calls per hour are those of the busy hour), westbay (17%), microsoft (31.25%) or a share"`
	AHT      time.Duration `yaml:"aht" doc:"mean time of a conversation; 180s by default"`
	SetUp    time.Duration `yaml:"setup" min:"0s" doc:"time that a call holds its port before the conversation: set-up and ringing"`
	Inbound  *Share        `yaml:"inbound" doc:"share of the calls that come in; 50% by default"`
	Growth   Share         `yaml:"growth" doc:"of the traffic in a year"`
	Horizon  int           `yaml:"horizon" min:"0" max:"30" doc:"years of growth that the plan has room for"`
	DayToDay string        `yaml:"day_to_day" enum:"none|low|medium|high" doc:"how much busy hours differ from day to day (ITU-T E.521)"`
	WorkDays float64       `yaml:"work_days" min:"1" max:"31" doc:"working days in a month; 21 by default"`
}

// Class is a class of users.
type Class struct {
	Name         string        `yaml:"name" need:"true" doc:"as sites use it"`
	CallsPerHour float64       `yaml:"calls_per_hour" min:"0" max:"3600" doc:"of one user"`
	CallsPerDay  float64       `yaml:"calls_per_day" min:"0" max:"86400" doc:"of one user; the busy-hour rule says how many fall into the busy hour"`
	AHT          time.Duration `yaml:"aht" doc:"mean time of a conversation of this class"`
	External     *Share        `yaml:"external" doc:"share of the calls that use the PSTN; 100% by default"`
}

// Promise is what the trunks must hold. GoS are shares of busy-hour calls that find no port.
type Promise struct {
	GoS          *Share   `yaml:"gos" doc:"grade of service with everything up; 1% by default"`
	FailureGoS   *Share   `yaml:"failure_gos" doc:"grade of service with one thing failed; the same by default"`
	EmergencyGoS *Share   `yaml:"emergency_gos" doc:"grade of service of emergency calls; 0.1% by default"`
	Availability *Share   `yaml:"availability" doc:"share of the time in which calls are possible, such as 99.99%"`
	CAPS         *float64 `yaml:"caps" min:"0.001" max:"100000" doc:"call attempts per second that must be taken; by default those of the busy hour"`
	MOS          *float64 `yaml:"mos" min:"1" max:"5" doc:"mean opinion score of the voice"`
}

// Media is how voice crosses the network.
type Media struct {
	Codec      string        `yaml:"codec" doc:"a codec of the catalogue; G.711 by default"`
	BitRate    BitRate       `yaml:"bit_rate" doc:"voice alone, for a codec without a fixed rate such as Opus"`
	PacketTime time.Duration `yaml:"ptime" min:"1ms" max:"200ms" such:"20ms" doc:"voice in one packet; 20ms by default"`
	Profile    string        `yaml:"profile" enum:"headers|ms-sfb" doc:"headers counts the octets; ms-sfb takes the rows of Microsoft's table"`
	IPVersion  int           `yaml:"ip" enum:"4|6" doc:"4 or 6"`
	SRTP       bool          `yaml:"srtp" doc:"encrypted media: 10 octets more in a packet"`
	VLAN       bool          `yaml:"vlan" doc:"tagged frames: 4 octets more"`
	FEC        bool          `yaml:"fec" doc:"forward error correction: the voice twice"`
	Link       string        `yaml:"link" enum:"ethernet|ethernet-wire|ppp|ip" doc:"whose octets count beside those of IP; ethernet by default"`
	Bypass     *Share        `yaml:"bypass" doc:"share of the calls whose media bypasses the Mediation Servers; 65% by default"`
	Transcoded Share         `yaml:"transcoded" doc:"share of the calls whose codec a gateway has to change"`
}

// Mediation says what Mediation Servers there are.
type Mediation struct {
	Release        int    `yaml:"release" enum:"2015|2019" doc:"of Skype for Business Server; 2015 by default"`
	HyperThreading bool   `yaml:"hyper_threading" doc:"is switched on"`
	Collocated     bool   `yaml:"collocated" doc:"on the Front Ends"`
	Calls          int    `yaml:"calls" min:"1" max:"1000000" doc:"without media bypass that one server takes; by default as documented"`
	Trunks         string `yaml:"trunks" enum:"m:n|1:1" doc:"m:n (every server of a pool with every gateway) by default, or 1:1"`
	MTBF           *Hours `yaml:"mtbf" doc:"mean time between failures"`
	MTTR           *Hours `yaml:"mttr" doc:"mean time to repair"`
}
