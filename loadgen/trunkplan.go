package loadgen

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/routing"
)

// TrunkPlan says in the words of a user which trunks there are and how calls choose among them. Locate
// finds out where they lead.
type TrunkPlan struct {
	Trunks   []TrunkWish
	Order    routing.Policy
	FailOver routing.FailOver
	Penalty  routing.Penalty
}

// TrunkWish is a trunk as a user names it.
type TrunkWish struct {
	Name     string
	Target   sip.Target
	Place    sip.Place // what the target says of port and transport, and what it leaves open
	Weight   int       // share of the calls where the order goes by weights; 0 for 1
	Circuits int       // calls at a time that this side allows; 0 for no limit
	CAPS     int       // calls per second that this side allows; 0 for no limit
}

// callsRoute is the name of the route of trunks that are chosen by more than their order.
const callsRoute = "calls"

// Validate returns all that is wrong with the plan.
func (p *TrunkPlan) Validate() error {
	var errs []error
	seen := map[string]bool{}
	for i, t := range p.Trunks {
		field := fmt.Sprintf("trunk %d", i+1)
		if t.Name != "" {
			field = "trunk " + t.Name
		}
		for _, f := range []struct {
			bad  bool
			text string
		}{
			{t.Name == "" || strings.ContainsFunc(t.Name, func(r rune) bool { return r == ',' || unicode.IsSpace(r) || unicode.IsControl(r) }), "name: must be a word without commas"},
			{seen[t.Name], "name: there are two of that name; say name=... to tell them apart"},
			{t.Weight < 0 || t.Weight > math.MaxUint16, fmt.Sprintf("weight: must be from 1 to %d, got %d", math.MaxUint16, t.Weight)},
			{t.Circuits < 0, fmt.Sprintf("limit: must be 0 for no limit, or positive, got %d", t.Circuits)},
			{t.CAPS < 0, fmt.Sprintf("caps: must be 0 for no limit, or positive, got %d", t.CAPS)},
		} {
			if f.bad {
				errs = append(errs, fmt.Errorf("%s: %s", field, f.text))
			}
		}
		seen[t.Name] = true
	}
	if len(p.Trunks) == 0 {
		errs = append(errs, errors.New("trunk: at least one is needed"))
	}
	return errors.Join(errs...)
}

// Locate finds out where the trunks lead (RFC 3263) and wants the guard to allow every address, which it
// pins. The error names the trunk.
func (p *TrunkPlan) Locate(ctx context.Context, locator *sip.Locator, guard *Guard) (*Trunks, error) {
	b := builder{plan: p, trunks: Trunks{Network: &routing.Network{Penalty: p.Penalty}, TTL: sip.Forever}}
	for i := range p.Trunks {
		wish := &p.Trunks[i]
		location, err := locator.Locate(ctx, wish.Place)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.label(wish), err)
		}
		location = oneFamily(location)
		for _, d := range location.All() {
			if err := guard.Pin(allowedName(wish.Place.Host, d.Name), []netip.AddrPort{d.Addr}); err != nil {
				return nil, fmt.Errorf("%s: %w", p.label(wish), &RefusedError{err})
			}
		}
		b.trunks.TTL = min(b.trunks.TTL, location.TTL)
		b.add(wish, location)
		b.trunks.Targets = append(b.trunks.Targets, wish.Target.URI)
	}
	b.join()
	return &b.trunks, nil
}

// label names a trunk in an error: the only target of a run is known as that.
func (p *TrunkPlan) label(w *TrunkWish) string {
	if len(p.Trunks) == 1 && w.Name == w.Target.URI {
		return "target"
	}
	return "trunk " + w.Name
}

// RefusedError says that a target was found where the guard allows none: the user's to mend, not the
// resolver's.
type RefusedError struct{ Cause error }

// Error returns a sentence for people.
func (e *RefusedError) Error() string { return e.Cause.Error() }

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() error { return e.Cause }

// allowedName returns the name by which the guard is asked about a server: its own, or that of the domain
// which named it where it belongs to it.
func allowedName(domain, server string) string {
	if strings.HasSuffix(server, "."+domain) {
		return domain
	}
	return server
}

// oneFamily leaves hosts with addresses of both IP versions their IPv4 ones: a host without a route to the
// others would lose a try of each call.
func oneFamily(l *sip.Location) *sip.Location {
	one := &sip.Location{TTL: l.TTL}
	for _, g := range l.Groups {
		hosts := []sip.Host{}
		for _, h := range g.Hosts {
			var v4 []netip.AddrPort
			for _, a := range h.Addrs {
				if a.Addr().Is4() {
					v4 = append(v4, a)
				}
			}
			if len(v4) > 0 {
				h.Addrs = v4
			}
			hosts = append(hosts, h)
		}
		one.Groups = append(one.Groups, sip.Group{Transport: g.Transport, Hosts: hosts})
	}
	return one
}

// builder makes a network of the locations of wishes.
type builder struct {
	plan   *TrunkPlan
	trunks Trunks
	routes [][]routing.Route // of each wish: one for each group of its servers
}

// add makes trunks of the servers of a wish. One that leads to a single server has the name of the wish;
// others add where they lead. Limits of the wish are those of all its servers together.
func (b *builder) add(wish *TrunkWish, location *sip.Location) {
	n, at := location.Network(wish.Name, b.plan.FailOver)
	limits := routing.Limits{Circuits: wish.Circuits, Rate: routing.RateLimit{Calls: wish.CAPS}}
	var facilities []string
	if limits != (routing.Limits{}) {
		b.trunks.Network.Facilities = append(b.trunks.Network.Facilities, routing.Facility{Name: wish.Name, Limits: limits})
		facilities = []string{wish.Name}
	}
	renamed := map[string]string{}
	for i, t := range n.Trunks {
		name := wish.Name
		if len(n.Trunks) > 1 {
			name += "/" + t.Name
		}
		renamed[t.Name] = name
		b.trunks.Network.Trunks = append(b.trunks.Network.Trunks, routing.Trunk{Name: name, Facilities: facilities})
		target := wish.Target
		target.Transport = at[i].Transport
		host := hostPort(wish.Place.Host, wish.Place.Port)
		if at[i].Name == at[i].Addr.Addr().String() {
			host = at[i].Addr.String()
		}
		b.trunks.Paths = append(b.trunks.Paths, Path{Destination: at[i], URI: requestURI(target, host)})
	}
	for i := range n.Routes {
		for j, name := range n.Routes[i].Trunks {
			n.Routes[i].Trunks[j] = renamed[name]
		}
	}
	b.routes = append(b.routes, n.Routes)
}

// join makes one route of those of all wishes. In order, each overflows to that of the next wish; by any
// other order, the first groups of all wishes are one route, which overflows to one of their second groups.
func (b *builder) join() {
	n := b.trunks.Network
	if b.plan.Order == routing.Ordered || len(b.routes) == 1 {
		for i, routes := range b.routes {
			if i+1 < len(b.routes) {
				routes[len(routes)-1].Overflow = b.routes[i+1][0].Name
			}
			n.Routes = append(n.Routes, routes...)
		}
		b.trunks.Route = n.Routes[0].Name
		return
	}
	for group := 0; ; group++ {
		route := b.merge(group)
		if len(route.Trunks) == 0 {
			break
		}
		if group > 0 {
			n.Routes[group-1].Overflow = route.Name
		}
		n.Routes = append(n.Routes, route)
	}
	b.trunks.Route = callsRoute
}

// merge returns the route of the servers of one group of each wish, each with its part of the weight of the
// wish.
func (b *builder) merge(group int) routing.Route {
	route := routing.Route{Name: callsRoute, Policy: b.plan.Order, FailOver: b.plan.FailOver}
	if group > 0 {
		route.Name = fmt.Sprintf("%s-%d", callsRoute, group+1)
	}
	single := true // each wish leads to one server: weights stay as small as they were given
	for _, routes := range b.routes {
		single = single && (group >= len(routes) || len(routes[group].Trunks) == 1)
	}
	most := 1
	for i := range b.plan.Trunks {
		most = max(most, b.plan.Trunks[i].Weight)
	}
	for i, routes := range b.routes {
		if group >= len(routes) {
			continue
		}
		share, sum := max(1, b.plan.Trunks[i].Weight), 0
		for _, w := range routes[group].Weights {
			sum += w
		}
		for j, name := range routes[group].Trunks {
			weight := share
			if !single {
				weight = max(1, int(math.MaxUint16*float64(share)/float64(most)*float64(routes[group].Weights[j])/float64(sum)))
			}
			route.Trunks, route.Weights = append(route.Trunks, name), append(route.Weights, weight)
		}
	}
	if route.Policy == routing.RoundRobin && !single {
		route.Policy = routing.Weighted // in turn by wish, not by server
	}
	return route
}

// LocateTimeout bounds the questions to DNS for all trunks of a run.
const LocateTimeout = 30 * time.Second
