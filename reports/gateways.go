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
	Ports              int    `json:"ports"`
	BusiestPorts       int    `json:"busiest_ports"` // most circuits in use at a time
	Offered            uint64 `json:"offered"`
	Answered           uint64 `json:"answered"`
	Blocked            uint64 `json:"blocked"`
	Withdrawn          uint64 `json:"withdrawn"` // cancelled by the caller
	Other              uint64 `json:"other"`
	NoRTPPort          uint64 `json:"no_rtp_port"`      // those of the other that were refused for want of an RTP port pair
	RepeatedAnswers    uint64 `json:"repeated_answers"` // 2xx sent again, because no ACK came
	RTPSentPackets     uint64 `json:"rtp_sent_packets"`
	RTPReceivedPackets uint64 `json:"rtp_received_packets"`
	RTPLostPackets     int64  `json:"rtp_lost_packets"`
}

// NewGateways returns a report without gateways.
func NewGateways() Gateways { return Gateways{Schema: "sipplan.gateway/1", Gateways: []Gateway{}} }

// Add adds what one gateway counted. withoutPort are the calls for which no RTP port could be opened.
func (g *Gateways) Add(address string, ports, busiest int, withoutPort uint64, m *measure.Measurement) {
	o := &m.Outcomes
	g.Gateways = append(g.Gateways, Gateway{
		Address: address, Ports: ports, BusiestPorts: busiest, Offered: m.Offered,
		Answered: o[measure.Answered], Blocked: o[measure.Blocked], Withdrawn: o[measure.User],
		Other:           m.Offered - o[measure.Answered] - o[measure.Blocked] - o[measure.User],
		NoRTPPort:       withoutPort,
		RepeatedAnswers: m.Retransmissions[measure.Sent][measure.Response2xx],
		RTPSentPackets:  m.Media.Sent, RTPReceivedPackets: m.Media.Received, RTPLostPackets: m.Media.Lost,
	})
}

// Document returns the report for people.
func (g *Gateways) Document() Document {
	table := Table{Title: "Gateways", Columns: []Column{{Name: "gateway"}}}
	for _, name := range []string{"ports", "busiest", "calls", "answered", "blocked", "withdrawn", "other", "no RTP port", "RTP sent", "RTP received", "RTP lost"} {
		table.Columns = append(table.Columns, Column{Name: name, Right: true})
	}
	var calls, blocked, withoutPort uint64
	for _, r := range g.Gateways {
		calls, blocked, withoutPort = calls+r.Offered, blocked+r.Blocked, withoutPort+r.NoRTPPort
		row := []string{r.Address, strconv.Itoa(r.Ports), strconv.Itoa(r.BusiestPorts)}
		for _, n := range []uint64{r.Offered, r.Answered, r.Blocked, r.Withdrawn, r.Other, r.NoRTPPort, r.RTPSentPackets, r.RTPReceivedPackets} {
			row = append(row, strconv.FormatUint(n, 10))
		}
		table.Rows = append(table.Rows, append(row, strconv.FormatInt(r.RTPLostPackets, 10)))
	}
	answer := []string{fmt.Sprintf("%d calls came in; %d of them found all circuits busy.", calls, blocked)}
	if withoutPort > 0 {
		answer = append(answer, fmt.Sprintf("%d calls failed with 500 because no RTP port could be opened on this machine: look at --rtp-ports and at the limit of open files.", withoutPort))
	}
	return Document{Answer: answer, Tables: []Table{table}}
}
