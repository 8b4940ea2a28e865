package measure

import "testing"

func TestFlowsAddUpByName(t *testing.T) {
	flow := func(name string, offered, answered, blocked uint64) *Flow {
		f := &Flow{Name: name, Offered: offered}
		f.Outcomes[Answered], f.Outcomes[Blocked] = answered, blocked
		return f
	}
	var one, other Measurement
	one.AddFlow(flow("register", 3, 3, 0))
	one.AddFlow(flow("call", 5, 4, 1))
	other.AddFlow(flow("call", 2, 0, 2))
	other.AddFlow(flow("ask", 1, 1, 0))
	sum := one.Clone()
	sum.Merge(&other)
	other.Merge(&one)
	for _, m := range []*Measurement{sum, &other} {
		if len(m.Flows) != 3 || m.Flows[0] != *flow("ask", 1, 1, 0) || m.Flows[1] != *flow("call", 7, 4, 3) || m.Flows[2] != *flow("register", 3, 3, 0) {
			t.Errorf("the sum is %+v", m.Flows)
		}
		if err := m.checkFlows(); err != nil {
			t.Error(err)
		}
	}
	if one.Flows[0].Offered != 5 {
		t.Error("merging a copy changed what was copied")
	}
	sum.Flows[0].Offered++
	if sum.checkFlows() == nil {
		t.Error("a call that ended in no class and is not in progress was not found")
	}
	if sum.InProgress = 1; sum.checkFlows() != nil {
		t.Error("a call in progress was taken for a lost one")
	}
}
