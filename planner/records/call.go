package records

// Call is one attempt as its record tells it. Times are microseconds since 1970 UTC.
type Call struct {
	Start  int64 // a port was seized, or would have been
	Answer int64 // between Start and End, when Answered
	End    int64 // the port was released

	Answered bool
	Blocked  bool // ended for want of a circuit
}

// Direction is the way of a call across the trunks.
type Direction int

// The directions.
const (
	Unknown  Direction = iota
	In                 // from a trunk
	Out                // to a trunk
	Internal           // between stations
	directions
)

// String returns the direction in a word.
func (d Direction) String() string {
	return [...]string{"unknown", "in", "out", "internal"}[d]
}
