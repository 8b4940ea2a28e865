//go:build unix

package loadgen

import (
	"fmt"

	"github.com/sipplan/sipplan/loadgen/media"
	"golang.org/x/sys/unix"
)

// spareFiles are what a process has open beside its sockets: standard streams, epoll, results.
const spareFiles = 64

// CheckFiles compares the sockets of so many calls with media at a time, and what else the process has
// open, with the limit of open files. Go has raised the soft limit to the hard one already.
func CheckFiles(calls, others int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil // no limit to be read: an open that fails is reported when it does
	}
	if need := others + spareFiles + media.SocketsOfLeg*calls; uint64(need) > uint64(limit.Cur) {
		return fmt.Errorf("the limit of open files is %d, but about %d calls at a time need %d sockets; raise it with ulimit -n %d, or use --media none",
			limit.Cur, calls, need, need)
	}
	return nil
}
