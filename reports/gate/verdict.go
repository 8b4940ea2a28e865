package gate

// Verdict says whether a run kept a rule.
type Verdict uint8

// The verdicts. A rule that nobody decided is inconclusive.
const (
	Inconclusive Verdict = iota
	Pass
	Fail
)

// String returns the verdict as reports and JSON write it.
func (v Verdict) String() string {
	switch v {
	case Pass:
		return "pass"
	case Fail:
		return "fail"
	}
	return "inconclusive"
}

// MarshalText writes the verdict as String does.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }
