//go:build unix

package loadgen

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// spareFiles are what a process has open beside its sockets: standard streams, epoll, results.
const spareFiles = 64

// checkFiles compares the sockets of the run with the limit of open files. Go has raised the soft limit
// to the hard one already.
func (c *Config) checkFiles() error {
	if c.checkRate() != nil {
		return nil
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil // no limit to be read: an open that fails is reported when it does
	}
	need := c.Files + spareFiles
	if !c.Media.Off {
		need += 2 * c.atOnce()
	}
	if uint64(need) > uint64(limit.Cur) {
		return fmt.Errorf("the limit of open files is %d, but about %d calls at a time need %d sockets; raise it with ulimit -n %d, or use --media none",
			limit.Cur, c.atOnce(), need, need)
	}
	return nil
}
