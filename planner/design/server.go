package design

import (
	"fmt"
	"math"

	"github.com/sipplan/sipplan/planner/catalog"
)

// Servers are the Mediation Servers of all pools.
type Servers struct {
	Pools  []Pool
	Calls  int // of one server, without bypass
	Source string
	Kinds  []ServerKind // how many there would be of each documented kind
	Total  int
}

// Pool is the Mediation Servers of one place.
type Pool struct {
	Site      int
	NonBypass float64 // erlangs whose media passes a server
	ByLoad    int
	Servers   int // ByLoad and one to spare; with 1:1 trunks at least one for each gateway
	Gateways  int // that correspond to this pool
	Reason    string
}

// ServerKind is a documented kind and the servers that all calls of the plan would need, without and with one to spare.
type ServerKind struct {
	catalog.MediationServer
	ByLoad, Servers int
}

// pools works out the pools of a variant: one at each hub. Gateways of branches that survive bring a Mediation Server along.
func (d *Design) pools(v *Variant) []Pool {
	calls, _ := d.callsOfServer()
	var all []Pool
	for _, l := range d.locations(true) {
		pool := Pool{Site: l.Site, NonBypass: l.Load.Erlangs * (1 - d.Assumptions.Bypass)}
		pool.ByLoad = int(math.Ceil(pool.NonBypass/float64(calls) - 1e-9))
		pool.Servers = pool.ByLoad + 1
		pool.Reason = fmt.Sprintf("%.5g E without media bypass, %d calls a server: %d, and one to spare", pool.NonBypass, calls, pool.ByLoad)
		for _, at := range v.Locations {
			if d.Sites[at.Site].Hub == l.Site {
				pool.Gateways += at.Mix.Units
			}
		}
		if d.Plan.Mediation.Trunks == "1:1" && pool.Gateways > pool.Servers {
			pool.Servers = pool.Gateways
			pool.Reason += fmt.Sprintf("; with 1:1 trunks each of the %d gateways needs its own", pool.Gateways)
		}
		all = append(all, pool)
	}
	return all
}

// servers sums the pools of the chosen variant up.
func (d *Design) servers() {
	d.Servers.Calls, d.Servers.Source = d.callsOfServer()
	d.Servers.Pools = d.Variant().Pools
	for _, pool := range d.Servers.Pools {
		d.Servers.Total += pool.Servers
	}
	d.Servers.Kinds = kinds(d.Total.Erlangs * (1 - d.Assumptions.Bypass))
}

// callsOfServer returns what one server takes, and who says so.
func (d *Design) callsOfServer() (int, string) {
	m := d.Plan.Mediation
	if m.Calls > 0 {
		return m.Calls, "plan file: mediation.calls"
	}
	release := m.Release
	if release == 0 {
		release = 2015
	}
	kind, _ := catalog.FindMediationServer(release, m.Collocated, m.HyperThreading)
	return kind.Calls, catalog.MediationSource()
}

// kinds returns how many servers of each documented kind take that many erlangs.
func kinds(erlangs float64) []ServerKind {
	var all []ServerKind
	for _, release := range []int{2015, 2019} {
		for _, how := range []struct{ collocated, hyperThreading bool }{{false, false}, {false, true}, {true, false}} {
			kind, ok := catalog.FindMediationServer(release, how.collocated, how.hyperThreading)
			if ok {
				byLoad := int(math.Ceil(erlangs/float64(kind.Calls) - 1e-9))
				all = append(all, ServerKind{kind, byLoad, byLoad + 1})
			}
		}
	}
	return all
}

// Trunks are the logical routes between Mediation Servers and their peers. With M:N trunks each server of a pool has one
// to each gateway of its sites; a trunk is the pair of both addresses.
type Trunks struct {
	MByN  bool
	Total int
	Pairs []Pairing
}

// Pairing is the trunks of one pool.
type Pairing struct {
	Pool              int // index in Servers.Pools
	Servers, Gateways int
	Trunks            int
	Reason            string
}

// trunks pairs servers and gateways.
func (d *Design) trunks() {
	d.Trunks.MByN = d.Plan.Mediation.Trunks != "1:1"
	direct := d.Variant().Name == DirectSIP
	for i, pool := range d.Servers.Pools {
		p := Pairing{Pool: i, Servers: pool.Servers, Gateways: pool.Gateways, Trunks: pool.Servers * pool.Gateways}
		switch {
		case direct:
			p.Trunks = pool.Servers
			p.Reason = "an IP-PBX usually knows no DNS load balancing: one direct SIP connection for each Mediation Server"
		case !d.Trunks.MByN:
			p.Trunks = pool.Gateways
			p.Reason = "one Mediation Server for each gateway: with either, its trunk is lost"
		default:
			p.Reason = "every Mediation Server of the pool with every gateway: a call that one server cannot place is tried through the next"
		}
		d.Trunks.Total += p.Trunks
		d.Trunks.Pairs = append(d.Trunks.Pairs, p)
	}
}
