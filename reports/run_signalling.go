package reports

import (
	"strconv"

	"github.com/sipplan/sipplan/planner/measure"
)

// SIP counts the messages of the counted calls.
type SIP struct {
	Invites               uint64            `json:"invites_sent"`
	Provisional           uint64            `json:"provisional_received"`
	RetransmittedSent     map[string]uint64 `json:"retransmissions_sent"`
	RetransmittedReceived map[string]uint64 `json:"retransmissions_received"`
	Strays                uint64            `json:"strays"`
	Malformed             uint64            `json:"malformed"`
	Oversized             uint64            `json:"oversized_over_udp"`
	Refreshes             uint64            `json:"refreshes"`
	RefreshesRefused      uint64            `json:"refreshes_refused"`
	Codes                 map[string]uint64 `json:"final_codes"`
	Causes                map[string]uint64 `json:"q850_causes"`
}

func newSIP(m *measure.Measurement) SIP {
	return SIP{
		Invites: m.InvitesSent, Provisional: m.Provisional, Strays: m.Strays, Malformed: m.Malformed, Oversized: m.Oversized,
		Refreshes: m.Refreshes, RefreshesRefused: m.RefreshesRefused,
		RetransmittedSent:     byMethod(m.Retransmissions[measure.Sent]),
		RetransmittedReceived: byMethod(m.Retransmissions[measure.Received]),
		Codes:                 numbered(m.Codes[:]), Causes: numbered(m.Causes[:]),
	}
}

func byMethod(counters [measure.NumMethods]uint64) map[string]uint64 {
	all := make(map[string]uint64, measure.NumMethods)
	for method, n := range counters {
		all[measure.Method(method).String()] = n
	}
	return all
}

// numbered returns the counters that are not 0 under their index.
func numbered(counters []uint64) map[string]uint64 {
	all := map[string]uint64{}
	for i, n := range counters {
		if n > 0 {
			all[strconv.Itoa(i)] = n
		}
	}
	return all
}

// RTP adds up the media of the counted calls.
type RTP struct {
	Legs       uint64   `json:"legs"`
	Silent     uint64   `json:"silent"`
	Sent       uint64   `json:"packets_sent"`
	SendErrors uint64   `json:"send_errors"`
	Received   uint64   `json:"packets_received"`
	Expected   uint64   `json:"packets_expected"`
	Lost       int64    `json:"packets_lost"`
	Loss       *float64 `json:"loss_ratio"`
	WorstLoss  *float64 `json:"loss_ratio_of_worst_call"`
	Duplicated uint64   `json:"packets_duplicated"`
	Reordered  uint64   `json:"packets_reordered"`
	Foreign    uint64   `json:"packets_foreign"`
	Jitter     Delay    `json:"jitter_ms"`
	SendLate   Delay    `json:"send_late_ms"`
}

func newRTP(m *measure.Media) *RTP {
	if m.Legs == 0 {
		return nil
	}
	return &RTP{
		Legs: m.Legs, Silent: m.Silent, Sent: m.Sent, SendErrors: m.SendErrors, Received: m.Received,
		Expected: m.Expected, Lost: m.Lost, Loss: known(m.Loss().Value()),
		WorstLoss:  known(m.LegLoss.Quantile(1), m.LegLoss.Count() > 0),
		Duplicated: m.Duplicated, Reordered: m.Reordered, Foreign: m.Foreign,
		Jitter: newDelay(&m.Jitter), SendLate: newDelay(&m.SendLate),
	}
}
