package loadgen

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// Trunks are the trunks of a run and how calls choose among them.
type Trunks struct {
	Network *routing.Network
	Route   string        // that calls begin with
	Paths   []Path        // where the trunks of the network lead, at their places
	TTL     time.Duration // for which the names lead there
	Targets []string      // URIs, as they were named
}

// Path is where a trunk of the network leads.
type Path struct {
	Destination sip.Destination
	URI         string // request URI, with the number called
}

// OneTrunk returns the trunks of a run with one target, whose address is known.
func OneTrunk(target sip.Target) *Trunks {
	name := target.URI
	return &Trunks{
		Network: &routing.Network{
			Trunks: []routing.Trunk{{Name: name}},
			Routes: []routing.Route{{Name: name, Trunks: []string{name}}},
		},
		Route: name, TTL: sip.Forever, Targets: []string{name},
		Paths: []Path{{
			Destination: sip.Destination{Name: target.Host, Addr: target.Addr, Transport: target.Transport},
			URI:         requestURI(target, hostPort(target.Host, target.Addr.Port())),
		}},
	}
}

// requestURI returns the URI that calls to a target ask for, at a host.
func requestURI(target sip.Target, host string) string {
	user := target.User
	if user == "" {
		user = DefaultCallee
	}
	return "sip:" + user + "@" + host + target.Transport.Parameter()
}

// hostPort writes a host as a URI does, with its port unless that is 0.
func hostPort(host string, port uint16) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == 0 {
		return host
	}
	return host + ":" + strconv.Itoa(int(port))
}

// validate returns all that is wrong with the trunks as such and with where they lead.
func (t *Trunks) validate(guard Guard, media bool) error {
	errs := []error{t.Network.Validate()}
	if len(t.Paths) != len(t.Network.Trunks) {
		errs = append(errs, fmt.Errorf("%d trunks lead to %d targets", len(t.Network.Trunks), len(t.Paths)))
	}
	for _, p := range t.Paths {
		d := p.Destination
		errs = append(errs, problem("target", guard.CheckTarget(d.Name, d.Addr.Addr())), problem("target", CheckNumber(p.number())))
		if first := t.Paths[0].Destination; media && d.Addr.Addr().Is4() != first.Addr.Addr().Is4() {
			errs = append(errs, fmt.Errorf("media: the trunks %s and %s are of different IP versions, for which there is signalling alone: --media none", first.Addr, d.Addr))
		}
	}
	return errors.Join(errs...)
}

// peers are the names by which the far ends of the trunks are known, for their certificates.
func (t *Trunks) peers() map[netip.AddrPort]string {
	names := map[netip.AddrPort]string{}
	for _, p := range t.Paths {
		names[p.Destination.Addr] = p.Destination.Name
	}
	return names
}

// number returns the number called.
func (p *Path) number() string {
	number, _, _ := strings.Cut(strings.TrimPrefix(p.URI, "sip:"), "@")
	return number
}

// names are the names of the trunks, in their order.
func (t *Trunks) names() []string {
	var names []string
	for i := range t.Network.Trunks {
		names = append(names, t.Network.Trunks[i].Name)
	}
	return names
}

// forShard returns the trunks as one of several shards, which sends on the given lines, uses them.
func (t *Trunks) forShard(cfg *Config, leaves *departures, i, shards int) (*call.Trunks, error) {
	router, err := routing.New(t.Network, routing.Shard{Index: i, Of: shards}, traffic.Stream(cfg.Seed, routeStream+uint64(i)))
	if err != nil {
		return nil, err
	}
	route, ok := router.Route(t.Route)
	if !ok {
		return nil, fmt.Errorf("trunks: there is no route %q", t.Route)
	}
	own := &call.Trunks{Router: router, Route: route}
	for place, p := range t.Paths {
		trunk := call.Trunk{Name: t.Network.Trunks[place].Name, Address: p.Destination.Addr, URI: p.URI}
		for _, line := range leaves.paths[place] {
			from := "sip:" + cfg.caller() + "@" + leaves.lines[line].Local.String()
			trunk.From = from
			trunk.Lines = append(trunk.Lines, call.Departure{Line: line, From: from})
		}
		if leaves.large != nil {
			trunk.Large = leaves.large[place]
		}
		own.List = append(own.List, trunk)
	}
	return own, nil
}

// patience is how long the silence of all trunks is no proof that nobody is there: a call may be tried over
// one after the other.
func (t *Trunks) patience(timers sip.Timers) time.Duration {
	var all time.Duration
	for _, route := range t.Network.Routes {
		each := timers.GiveUp()
		if wait := route.FailOver.Wait; wait > 0 {
			each = min(each, wait)
		}
		all += each * time.Duration(len(route.Trunks))
	}
	return max(all, timers.GiveUp())
}
