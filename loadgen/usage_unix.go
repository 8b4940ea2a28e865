//go:build unix

package loadgen

import (
	"time"

	"golang.org/x/sys/unix"
)

// processUsage is the processor time that the process has used.
type processUsage struct {
	cpu   time.Duration
	known bool
}

func readUsage() processUsage {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return processUsage{}
	}
	return processUsage{cpu: time.Duration(u.Utime.Nano() + u.Stime.Nano()), known: true}
}

// since returns the time used since an earlier reading.
func (u processUsage) since(earlier processUsage) (time.Duration, bool) {
	return u.cpu - earlier.cpu, u.known && earlier.known
}
