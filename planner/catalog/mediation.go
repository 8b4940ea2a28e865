package catalog

// MediationServer is a kind of Mediation Server and the calls without media bypass that it takes.
type MediationServer struct {
	Release        int  `yaml:"release"`
	Collocated     bool `yaml:"collocated"` // on a Front End
	HyperThreading bool `yaml:"hyper_threading"`
	Calls          int  `yaml:"calls"`
}

var mediation = read[struct {
	Dated   string            `yaml:"dated"`
	Source  string            `yaml:"source"`
	Servers []MediationServer `yaml:"servers"`
}]("mediation.yaml", &mediationFile)

// MediationSource says where the capacities come from.
func MediationSource() string { return mediation().Source }

// FindMediationServer returns the capacity of that kind. The documents know one figure for collocated servers,
// whatever their hyper-threading.
func FindMediationServer(release int, collocated, hyperThreading bool) (MediationServer, bool) {
	for _, s := range mediation().Servers {
		if s.Release == release && s.Collocated == collocated && (collocated || s.HyperThreading == hyperThreading) {
			return s, true
		}
	}
	return MediationServer{}, false
}
