package measure

import (
	"cmp"
	"fmt"
	"slices"
)

// Flow counts the calls of one flow of a scenario that mixes several.
type Flow struct {
	Name     string
	Offered  uint64             // calls that drew the flow
	Outcomes [NumClasses]uint64 // with the calls in progress they sum to Offered
}

// AddFlow adds what a flow counted. The flows stand in the order of their names.
func (m *Measurement) AddFlow(f *Flow) {
	at, known := m.Flow(f.Name)
	if !known {
		m.Flows = slices.Insert(m.Flows, at, Flow{Name: f.Name})
	}
	m.Flows[at].Offered += f.Offered
	add(m.Flows[at].Outcomes[:], f.Outcomes[:])
}

// Flow returns the place of a flow in Flows, or the one that it would have.
func (m *Measurement) Flow(name string) (at int, known bool) {
	return slices.BinarySearchFunc(m.Flows, name, func(f Flow, name string) int { return cmp.Compare(f.Name, name) })
}

// checkFlows finds flows that counted more or fewer calls than they were given.
func (m *Measurement) checkFlows() error {
	open := m.InProgress
	for i := range m.Flows {
		f := &m.Flows[i]
		ended := total(f.Outcomes[:])
		if ended > f.Offered || f.Offered-ended > open {
			return fmt.Errorf("flow %s: %d calls offered, %d ended", f.Name, f.Offered, ended)
		}
		open -= f.Offered - ended
	}
	return nil
}
