package acceptance

// Verdict is the answer to whether a trunk keeps its promise.
type Verdict uint8

// The verdicts. A verdict that nobody reached is CannotTell.
const (
	CannotTell Verdict = iota
	Holds
	DoesNotHold
)

// String returns the verdict in words, as reports and JSON write it.
func (v Verdict) String() string {
	switch v {
	case Holds:
		return "holds"
	case DoesNotHold:
		return "does not hold"
	}
	return "cannot tell"
}

// MarshalText writes the verdict in words.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Agreement compares live calls with Erlang B for the circuits that are said to exist.
type Agreement uint8

// The agreements. Unknown says that there were no circuits or no calls to compare.
const (
	Unknown Agreement = iota
	Agrees
	BlocksMore
	BlocksLess
)

// String returns the agreement in words, as reports and JSON write it.
func (a Agreement) String() string {
	switch a {
	case Agrees:
		return "agrees"
	case BlocksMore:
		return "blocks more"
	case BlocksLess:
		return "blocks less"
	}
	return "unknown"
}

// MarshalText writes the agreement in words.
func (a Agreement) MarshalText() ([]byte, error) { return []byte(a.String()), nil }
