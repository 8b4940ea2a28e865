package loadgen

import (
	"fmt"
	"os"

	"github.com/sipplan/sipplan/loadgen/media"
)

// ephemeralFile is where Linux says which ports it gives out by itself (ip(7)); IPv6 has the same.
const ephemeralFile = "/proc/sys/net/ipv4/ip_local_port_range"

// ephemeralPorts returns the ports that the system gives to sockets that ask for none, the zero range where it does
// not say.
func ephemeralPorts() media.PortRange {
	var r media.PortRange
	text, err := os.ReadFile(ephemeralFile)
	if err != nil {
		return r
	}
	if _, err := fmt.Sscan(string(text), &r.First, &r.Last); err != nil {
		return media.PortRange{}
	}
	return r
}

// PortsWarning says that RTP ports of a run may be taken by other sockets of the machine before a call gets them,
// "" when enough of them are safe.
func (c *Config) PortsWarning() string {
	if c.Media.Off || c.checkRate() != nil {
		return ""
	}
	return portsWarning(c.Media.Ports, ephemeralPorts(), c.atOnce())
}

func portsWarning(ports, ephemeral media.PortRange, need int) string {
	shared := ports.Overlap(ephemeral).Pairs()
	if shared == 0 || ports.Pairs()-shared >= need {
		return ""
	}
	return fmt.Sprintf("%d of the %d RTP port pairs in %s are among the ephemeral ports %s, which this machine gives to other sockets too; "+
		"%d pairs may be needed at a time: use --rtp-ports below or above",
		shared, ports.Pairs(), ports, ephemeral, need)
}
