package routing

// Trunk is a way to the telephone network: one Mediation Server's connection to one gateway, or one SIP
// trunk of a carrier. A call on it holds a circuit of the trunk and of each facility on its way.
type Trunk struct {
	Name       string
	Limits     Limits   // of this trunk alone
	Facilities []string // what it shares with other trunks, by name
	Drained    bool     // at the start: takes no new calls
}

func (t *Trunk) validate(problems *faults, field string, facilities map[string]int) {
	t.Limits.validate(problems, field)
	seen := map[string]bool{}
	for i, name := range t.Facilities {
		if _, ok := facilities[name]; !ok {
			problems.add("%s.facilities[%d]: there is no facility %q", field, i, name)
		}
		if seen[name] {
			problems.add("%s.facilities[%d]: %q is there twice", field, i, name)
		}
		seen[name] = true
	}
}
