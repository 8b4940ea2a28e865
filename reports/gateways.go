package reports

import (
	"fmt"
	"strconv"

	"github.com/sipplan/sipplan/planner/measure"
)

// Gateways is what emulated gateways counted while they answered.
type Gateways struct {
	Schema   string    `json:"schema"` // sipplan.gateway/1
	Gateways []Gateway `json:"gateways"`
}

// Gateway is what one emulated gateway counted. Offered is the sum of the outcomes below it.
type Gateway struct {
	Address            string `json:"address"`
	Scenario           string `json:"scenario,omitempty"` // what it answered by, where that is no gateway
	Ports              int    `json:"ports"`
	BusiestPorts       int    `json:"busiest_ports"` // most circuits in use at a time
	Offered            uint64 `json:"offered"`
	Answered           uint64 `json:"answered"`
	Blocked            uint64 `json:"blocked"`
	Withdrawn          uint64 `json:"withdrawn"` // cancelled by the caller, or refused as a busy user does
	Other              uint64 `json:"other"`
	NoRTPPort          uint64 `json:"no_rtp_port"`      // those of the other that were refused for want of an RTP port pair
	RepeatedAnswers    uint64 `json:"repeated_answers"` // 2xx sent again, because no ACK came
	Challenged         uint64 `json:"challenged"`       // requests that were asked for credentials, in no outcome
	Bound              int    `json:"bound"`            // addresses of record that were bound at the end
	Lapsed             uint64 `json:"lapsed"`           // bindings that were not refreshed in time
	RTPSentPackets     uint64 `json:"rtp_sent_packets"`
	RTPReceivedPackets uint64 `json:"rtp_received_packets"`
	RTPLostPackets     int64  `json:"rtp_lost_packets"`
	Audio              *Audio `json:"audio"` // what its calls heard of their callers; null when none ran media
}

// NewGateways returns a report without gateways.
func NewGateways() Gateways { return Gateways{Schema: "sipplan.gateway/1", Gateways: []Gateway{}} }

// Add adds what one gateway counted: about has what the measurement does not say.
func (g *Gateways) Add(about Gateway, m *measure.Measurement) {
	o := &m.Outcomes
	g.Gateways = append(g.Gateways, Gateway{
		Address: about.Address, Scenario: about.Scenario, Ports: about.Ports, BusiestPorts: about.BusiestPorts, NoRTPPort: about.NoRTPPort,
		Bound: about.Bound, Lapsed: m.Lapsed + about.Lapsed, Challenged: m.Challenged, Offered: m.Offered,
		Answered: o[measure.Answered], Blocked: o[measure.Blocked], Withdrawn: o[measure.User],
		Other:           m.Offered - o[measure.Answered] - o[measure.Blocked] - o[measure.User],
		RepeatedAnswers: m.Retransmissions[measure.Sent][measure.Response2xx],
		RTPSentPackets:  m.Media.Sent, RTPReceivedPackets: m.Media.Received, RTPLostPackets: m.Media.Lost,
		Audio: newAudio(&m.Media),
	})
}

// Document returns the report for people.
func (g *Gateways) Document() Document {
	if len(g.Gateways) > 0 && g.Gateways[0].Scenario != "" {
		return g.answerers()
	}
	table := Table{Title: "Gateways", Columns: []Column{{Name: "gateway"}}}
	for _, name := range []string{"ports", "busiest", "calls", "answered", "blocked", "withdrawn", "other", "no RTP port", "RTP sent", "RTP received", "RTP lost", "MOS p5"} {
		table.Columns = append(table.Columns, Column{Name: name, Right: true})
	}
	var calls, blocked, withoutPort uint64
	for _, r := range g.Gateways {
		calls, blocked, withoutPort = calls+r.Offered, blocked+r.Blocked, withoutPort+r.NoRTPPort
		row := []string{r.Address, strconv.Itoa(r.Ports), strconv.Itoa(r.BusiestPorts)}
		for _, n := range []uint64{r.Offered, r.Answered, r.Blocked, r.Withdrawn, r.Other, r.NoRTPPort, r.RTPSentPackets, r.RTPReceivedPackets} {
			row = append(row, strconv.FormatUint(n, 10))
		}
		table.Rows = append(table.Rows, append(row, strconv.FormatInt(r.RTPLostPackets, 10), r.Audio.low()))
	}
	answer := []string{fmt.Sprintf("%d calls came in; %d of them found all circuits busy.", calls, blocked)}
	if withoutPort > 0 {
		answer = append(answer, fmt.Sprintf("%d calls failed with 500 because no RTP port could be opened on this machine: look at --rtp-ports and at the limit of open files.", withoutPort))
	}
	return Document{Answer: answer, Tables: []Table{table}}
}

// answerers returns the report of what answered by a scenario: it has no circuits to count.
func (g *Gateways) answerers() Document {
	table := Table{Title: "Answered", Columns: []Column{{Name: "address"}, {Name: "scenario"}}}
	for _, name := range []string{"requests", "2xx", "503", "withdrawn or busy", "other", "challenged", "bound", "lapsed", "RTP sent", "RTP received", "RTP lost", "MOS p5"} {
		table.Columns = append(table.Columns, Column{Name: name, Right: true})
	}
	var offered, answered, lapsed uint64
	bound := 0
	for _, r := range g.Gateways {
		offered, answered, bound, lapsed = offered+r.Offered, answered+r.Answered, bound+r.Bound, lapsed+r.Lapsed
		row := []string{r.Address, r.Scenario}
		for _, n := range []uint64{r.Offered, r.Answered, r.Blocked, r.Withdrawn, r.Other, r.Challenged, uint64(r.Bound), r.Lapsed, r.RTPSentPackets, r.RTPReceivedPackets} {
			row = append(row, strconv.FormatUint(n, 10))
		}
		table.Rows = append(table.Rows, append(row, strconv.FormatInt(r.RTPLostPackets, 10), r.Audio.low()))
	}
	answer := []string{fmt.Sprintf("%s that open calls came in; %s were answered with 2xx.", plural(int(offered), "request"), count(answered))}
	if bound > 0 || lapsed > 0 {
		answer = append(answer, fmt.Sprintf("%s at the end; %s lapsed because nobody refreshed them.", plural(bound, "binding"), count(lapsed)))
	}
	return Document{Answer: answer, Tables: []Table{table}}
}
