//go:build !unix

package loadgen

import "time"

// processUsage is not known on this system.
type processUsage struct{}

func readUsage() processUsage { return processUsage{} }

func (processUsage) since(processUsage) (time.Duration, bool) { return 0, false }
