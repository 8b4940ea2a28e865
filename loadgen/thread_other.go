//go:build !linux

package loadgen

// promptly does nothing where the scheduler cannot be asked.
func promptly() {}
