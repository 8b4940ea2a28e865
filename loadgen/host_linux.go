package loadgen

import "os"

// readUDPDrops returns the datagrams that overran a receive buffer of this host since it was started.
func readUDPDrops() (drops uint64, known bool) {
	snmp, err := os.ReadFile("/proc/net/snmp")
	if err != nil {
		return 0, false
	}
	snmp6, _ := os.ReadFile("/proc/net/snmp6") // not there without IPv6
	return udpDrops(snmp, snmp6)
}
