package loadgen

import (
	"fmt"
	"net"
	"net/netip"
)

// CheckLocal returns an error if addr is none of one host, so that nothing can be answered or sent from
// it: unspecified, multicast, and broadcast addresses, those of the subnets of this host among them, to
// which the kernel would bind. Whether the host has the address shows when it is bound.
func CheckLocal(addr netip.Addr) error {
	addr = addr.Unmap().WithZone("")
	if reason := neverCallable(addr); reason != "" {
		return fmt.Errorf("must be an address of this host, but %s", reason)
	}
	interfaces, err := net.InterfaceAddrs()
	if err != nil {
		return nil // no subnets to be read
	}
	for _, of := range interfaces {
		subnet, err := netip.ParsePrefix(of.String())
		if err == nil && addr == broadcast(subnet) {
			return fmt.Errorf("must be an address of this host, but %s is the broadcast address of %s", addr, subnet.Masked())
		}
	}
	return nil
}

// CheckSource returns an error if calls to target cannot be sent from the address local of this host.
func CheckSource(local, target netip.Addr) error {
	if err := CheckLocal(local); err != nil {
		return err
	}
	if target = target.Unmap(); local.Unmap().Is4() != target.Is4() {
		return fmt.Errorf("must be an address of the same IP version as the target, %s, got %s", target, local)
	}
	probe, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0)))
	if err != nil {
		return fmt.Errorf("must be an address of this host, got %s", local)
	}
	return probe.Close()
}

// broadcast returns the directed broadcast address of a subnet; it is invalid where there is none, as in
// IPv6 and in subnets of one or two addresses (RFC 3021).
func broadcast(subnet netip.Prefix) netip.Addr {
	if !subnet.Addr().Is4() || subnet.Bits() > 30 {
		return netip.Addr{}
	}
	octets := subnet.Masked().Addr().As4()
	for bit := subnet.Bits(); bit < 32; bit++ {
		octets[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(octets)
}
