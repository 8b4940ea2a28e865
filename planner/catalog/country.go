package catalog

import "slices"

// Country is how the PSTN of a country is usually delivered: what a gateway there is configured for.
type Country struct {
	Code        string   `yaml:"code"` // ISO 3166
	Name        string   `yaml:"name"`
	CallingCode string   `yaml:"calling_code"`
	Lines       Lines    `yaml:"lines"`
	Framing     string   `yaml:"framing"`
	LineCode    string   `yaml:"line_code"`
	ISDN        string   `yaml:"isdn"`
	Emergency   []string `yaml:"emergency"`
	Source      string   `yaml:"-"`
	Dated       string   `yaml:"-"`
}

var countries = read[struct {
	Dated     string    `yaml:"dated"`
	Source    string    `yaml:"source"`
	Countries []Country `yaml:"countries"`
}]("countries.yaml", &countriesFile)

// Countries returns the countries by their code.
func Countries() []Country {
	file := countries()
	all := slices.Clone(file.Countries)
	for i := range all {
		all[i].Source, all[i].Dated = file.Source, file.Dated
	}
	return all
}

// FindCountry returns the country of that code.
func FindCountry(code string) (Country, bool) {
	file := countries()
	for _, c := range file.Countries {
		if c.Code == code {
			c.Source, c.Dated = file.Source, file.Dated
			return c, true
		}
	}
	return Country{}, false
}

// PortsOfLine returns the calls of one line: 30 on an E1, 23 on a T1 with ISDN, 1 on an analog pair.
func (l Lines) PortsOfLine() int {
	switch l {
	case E1:
		return 30
	case T1:
		return 23
	}
	return 1
}
