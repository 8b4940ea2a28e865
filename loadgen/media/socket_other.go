//go:build !linux

package media

func newNetwork(dscp int, stamped bool) network {
	return &portable{}
}
