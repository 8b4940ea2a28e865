//go:build !linux

package loadgen

// readUDPDrops knows nothing on this system.
func readUDPDrops() (drops uint64, known bool) { return 0, false }
