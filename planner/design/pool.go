package design

import (
	"slices"

	"github.com/sipplan/sipplan/planner/plan"
	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
)

// pooled takes trunk groups that overflow to each other for one group of all their ports, where every route that tries one
// of them tries all, one after the other: a call is lost when all are full, in whatever order it tries them, so that the
// groups are one to it. The formulas of overflow would take the groups for independent of each other and lose too little.
func pooled(trunks []plan.Trunk, routes []RouteResult) ([]plan.Trunk, []RouteResult) {
	poolOf := fullPools(trunks, routes)
	var groups []plan.Trunk
	at := map[string]int{}
	for _, t := range trunks {
		name := poolOf[t.Name]
		if i, ok := at[name]; ok {
			groups[i].Ports += t.Ports
			groups[i].Reserved = together(groups[i].Reserved, t.Reserved)
			continue
		}
		at[name] = len(groups)
		t.Name = name
		groups = append(groups, t)
	}
	var over []RouteResult
	for _, r := range routes {
		names := make([]string, len(r.Trunks))
		for i, name := range r.Trunks {
			names[i] = poolOf[name]
		}
		r.Trunks = slices.Compact(names)
		over = append(over, r)
	}
	return groups, over
}

// together adds ports that are reserved on two groups.
func together(a, b *int) *int {
	if a == nil || b == nil {
		return first(a, b)
	}
	sum := *a + *b
	return &sum
}

// fullPools returns, for each group, the name of the first group of its pool, or its own name.
func fullPools(trunks []plan.Trunk, routes []RouteResult) map[string]string {
	overflows, at := simple.NewDirectedGraph(), map[string]int64{}
	for i, t := range trunks {
		at[t.Name] = int64(i)
		overflows.AddNode(simple.Node(i))
	}
	for _, r := range routes {
		for i := range r.Trunks[1:] {
			overflows.SetEdge(simple.Edge{F: simple.Node(at[r.Trunks[i]]), T: simple.Node(at[r.Trunks[i+1]])})
		}
	}
	poolOf := map[string]string{}
	for _, nodes := range topo.TarjanSCC(overflows) {
		var pool []string
		firstOf := int64(len(trunks))
		for _, node := range nodes {
			pool = append(pool, trunks[node.ID()].Name)
			firstOf = min(firstOf, node.ID())
		}
		full := len(pool) > 1 && !slices.ContainsFunc(routes, func(r RouteResult) bool { return !triesAll(r.Trunks, pool) })
		for _, name := range pool {
			if poolOf[name] = name; full {
				poolOf[name] = trunks[firstOf].Name
			}
		}
	}
	return poolOf
}

// triesAll says whether a route tries all groups of a pool, one after the other, or none.
func triesAll(names, pool []string) bool {
	at := slices.IndexFunc(names, func(name string) bool { return slices.Contains(pool, name) })
	if at < 0 {
		return true
	}
	if at+len(pool) > len(names) {
		return false
	}
	for _, name := range names[at : at+len(pool)] {
		if !slices.Contains(pool, name) {
			return false
		}
	}
	return true
}
