package catalog

import "slices"

// Model is a gateway or a session border controller by its maker's name. Nil means that no document was found
// that states the figure; it never means unlimited.
type Model struct {
	Name string `yaml:"name"`
	Kind Lines  `yaml:"kind"` // analog, e1, t1, or SBC
	// Ports are the simultaneous PSTN calls of its lines.
	Ports *int `yaml:"ports"`
	// Sessions are the calls that it keeps at a time, TranscodedSessions those whose codec it may change.
	Sessions            *int     `yaml:"sessions"`
	TranscodedSessions  *int     `yaml:"transcoded_sessions"`
	CallsPerSecond      *float64 `yaml:"calls_per_second"` // sustained
	BurstCallsPerSecond *float64 `yaml:"burst_calls_per_second"`
	Registrations       *int     `yaml:"registrations"`
	SBA                 *bool    `yaml:"sba"` // can be a Survivable Branch Appliance
	Countries           []string `yaml:"countries"`
	CertifiedFor        []string `yaml:"certified_for"`
	Source              string   `yaml:"source"`
	Quality             Quality  `yaml:"quality"`
	Dated               string   `yaml:"-"`
}

// SBC is the kind of a model that terminates SIP on both sides.
const SBC Lines = "sbc"

// Listed is the quality of a row that is named in a list of qualified equipment which prints no limits.
const Listed Quality = "listed"

var models = read[struct {
	Dated   string            `yaml:"dated"`
	Sources map[string]string `yaml:"sources"`
	Models  []Model           `yaml:"models"`
}]("models.yaml", &modelsFile)

// Models returns the models of the catalogue: those of makers in the order of their file, then the generic
// sizes.
func Models() []Model {
	file := models()
	all := slices.Clone(file.Models)
	for i := range all {
		all[i].Dated, all[i].Source = file.Dated, file.Sources[all[i].Source]
	}
	for _, g := range Gateways() {
		ports := g.Ports
		all = append(all, Model{Name: g.Name, Kind: g.Lines, Ports: &ports, CallsPerSecond: g.CallsPerSecond,
			Source: g.Source, Quality: g.Quality, Dated: g.Dated})
	}
	return all
}

// FindModel returns the model of that name.
func FindModel(name string) (Model, bool) {
	all := Models()
	i := slices.IndexFunc(all, func(m Model) bool { return m.Name == name })
	if i < 0 {
		return Model{}, false
	}
	return all[i], true
}

// ModelNames returns the names of all models.
func ModelNames() []string {
	var names []string
	for _, m := range Models() {
		names = append(names, m.Name)
	}
	return names
}
