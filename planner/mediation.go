package planner

import "math"

// Mediation is the number of Mediation Servers, which stand between the gateways and the users: one or
// more for each gateway, and enough for the calls whose media they handle.
//
// Source: Microsoft, "Direct SIP connections in Skype for Business Server" (one for each gateway) and the
// Skype for Business Server capacity pages (calls of one server).
type Mediation struct {
	Servers       int     // at least one for each gateway, and ByLoad with one to spare
	NonBypass     float64 // calls whose media passes a Mediation Server, in erlangs
	ByLoad        int     // servers that these calls need, none to spare
	CallsOfServer int
}

// mediation returns the Mediation Servers of that many gateways. With M:N trunks a server may work with
// several gateways, but a gateway without a server of its own fails with its neighbour's.
func mediation(in Inputs, gateways int) Mediation {
	nonBypass := in.demand().Erlangs() * (1 - in.Bypass.Value)
	byLoad := int(math.Ceil(nonBypass / float64(in.MediationCalls.Value)))
	return Mediation{
		Servers:       max(gateways, byLoad+1),
		NonBypass:     nonBypass,
		ByLoad:        byLoad,
		CallsOfServer: in.MediationCalls.Value,
	}
}
