package records

// quarter is the measuring period of ITU-T E.500, in microseconds. The offset of every clock from UTC is a whole
// number of them.
const (
	quarter  = 900 * 1e6
	quarters = 96 // in a day
)

// cell is what happened in one group of calls in one quarter of an hour.
type cell struct {
	held   int64 // microseconds that calls held a port
	talked int64 // microseconds between answer and end

	attempts, answered, blocked uint32 // of the calls that began

	// What the events of the quarter say once they are in order (see occupancy): the calls in progress are those
	// brought in from before plus a level that begins at 0.
	net    int32   // level at the end
	top    int32   // highest level
	topAt  uint32  // when it was first reached, microseconds
	square float64 // integral of the squared level, in calls² · µs
	minute uint64  // sum over the minutes of their squared number of attempts

	page uint32 // where the events are: 0 nowhere yet, done when they were put in order
}

// done marks a cell whose events were put in order and forgotten.
const done = ^uint32(0)

// day are the cells of 24 hours of UTC.
type day [quarters]cell
