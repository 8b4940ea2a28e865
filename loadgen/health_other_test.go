//go:build !unix

package loadgen

import "time"

// before changes nothing: what the process has used is not known on this system.
func (u processUsage) before(time.Duration) processUsage { return u }
