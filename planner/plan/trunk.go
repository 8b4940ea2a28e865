package plan

// Gateway is a PSTN gateway or session border controller that may be bought: a model of the catalogue, or its own
// limits. Nil is not documented, never unlimited.
type Gateway struct {
	Model              string   `yaml:"model" need:"true" doc:"a name of the catalogue, or your own with its limits"`
	Kind               string   `yaml:"kind" enum:"analog|e1|t1|sbc" doc:"lines that it terminates"`
	Ports              *int     `yaml:"ports" min:"1" max:"100000" doc:"simultaneous PSTN calls"`
	Sessions           *int     `yaml:"sessions" min:"1" max:"10000000" doc:"simultaneous calls"`
	TranscodedSessions *int     `yaml:"transcoded_sessions" min:"0" max:"10000000" doc:"simultaneous calls whose codec it changes"`
	CAPS               *float64 `yaml:"caps" min:"0.001" max:"100000" doc:"call attempts per second"`
	SBA                *bool    `yaml:"sba" doc:"can be a Survivable Branch Appliance"`
	Countries          []string `yaml:"countries" doc:"where it is certified"`
	Price              *Money   `yaml:"price" doc:"of one"`
	MTBF               *Hours   `yaml:"mtbf" doc:"mean time between failures"`
	MTTR               *Hours   `yaml:"mttr" doc:"mean time to repair"`
}

// ITSP is a provider of SIP trunks.
type ITSP struct {
	Name      string   `yaml:"name" need:"true" doc:"unique"`
	Countries []string `yaml:"countries" doc:"that it serves; every country by default"`
	Channels  *int     `yaml:"channels" min:"1" max:"10000000" doc:"the most that it sells on a trunk"`
	CAPS      *float64 `yaml:"caps" min:"0.001" max:"100000" doc:"call attempts per second that it takes on a trunk"`
	Transport string   `yaml:"transport" enum:"udp|tcp|tls" doc:"tls by default"`
	Resilient bool     `yaml:"resilient" doc:"each trunk has two independent points of interconnection: one may fail"`
	MTBF      *Hours   `yaml:"mtbf" doc:"mean time between failures of a trunk"`
	MTTR      *Hours   `yaml:"mttr" doc:"mean time to repair"`
}

// Trunk is a trunk group of a fixed size.
type Trunk struct {
	Name     string `yaml:"name" need:"true" doc:"unique"`
	Site     string `yaml:"site" need:"true" doc:"where it ends"`
	Ports    int    `yaml:"ports" need:"true" min:"1" max:"10000000" doc:"simultaneous calls"`
	Reserved *int   `yaml:"reserved" min:"0" max:"10000" doc:"ports kept for emergency calls"`
}

// Route is the order in which the calls of sites try trunk groups.
type Route struct {
	Name   string   `yaml:"name" need:"true" doc:"unique"`
	Sites  []string `yaml:"sites" need:"true" doc:"whose calls take it"`
	Trunks []string `yaml:"trunks" need:"true" doc:"in order; what finds the first full overflows to the next"`
}

// NumberRange is a range of direct inward dialling numbers.
type NumberRange struct {
	Site  string `yaml:"site" need:"true" doc:"whose users have them"`
	First Number `yaml:"first" need:"true" doc:"E.164 with its +, such as +4951112340000"`
	Last  Number `yaml:"last" need:"true" doc:"of the same length"`
}

// Emergency is how emergency calls leave the enterprise.
type Emergency struct {
	Provider  string     `yaml:"provider" enum:"sip|elin" doc:"sip: a provider who is told the location; elin: by the calling number of a gateway"`
	Share     *Share     `yaml:"share" doc:"of the calls out; 0.1% by default"`
	Locations []Location `yaml:"locations" doc:"emergency response locations"`
}

// Location is a place that emergency services can be sent to.
type Location struct {
	Name  string   `yaml:"name" need:"true" doc:"of at most 20 characters"`
	Site  string   `yaml:"site" need:"true" doc:"that it belongs to"`
	ELINs []Number `yaml:"elins" doc:"numbers by which the location is found and called back"`
}

// WANTariff is the kind of tariffs for the bandwidth of the WAN.
const WANTariff = "wan"

// Tariff is what a line or channel and its minutes cost.
type Tariff struct {
	Name      string   `yaml:"name" need:"true" doc:"unique"`
	Kind      string   `yaml:"kind" need:"true" enum:"pri|bri|analog|sip-channel|sip-bandwidth|wan" doc:"what the rent is for; wan is for the bandwidth of the WAN that calls to the PSTN take"`
	Countries []string `yaml:"countries" doc:"where it applies; everywhere by default"`
	Monthly   Money    `yaml:"monthly" doc:"rent of a line, a channel or an increment of bandwidth"`
	Once      Money    `yaml:"once" doc:"for setting one up"`
	Minute    Money    `yaml:"minute" doc:"of a call out"`
	Increment BitRate  `yaml:"increment" doc:"of bandwidth that the rent is for"`
}
