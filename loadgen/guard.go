package loadgen

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ErrTargetRefused is wrapped by every error of CheckTarget.
var ErrTargetRefused = errors.New("refused by the target guard")

// Guard says which addresses may be sent to. The zero value allows the addresses that cannot belong to
// a stranger: loopback, private (RFC 1918, RFC 4193) and link-local ones. A load generator that is
// pointed at the wrong host is an attack, so everything else is named by the user.
type Guard struct {
	Allow []netip.Prefix // networks, single addresses among them
	Hosts []string       // host names, in lower case
}

// ParseGuard makes a guard of the values of --allow-target: networks such as 203.0.113.0/24, addresses
// and host names. The error joins all problems.
func ParseGuard(allowed []string) (Guard, error) {
	var g Guard
	var problems []error
	for _, text := range allowed {
		if err := g.allow(text); err != nil {
			problems = append(problems, fmt.Errorf("--allow-target %q: %w", text, err))
		}
	}
	return g, errors.Join(problems...)
}

// CheckTarget returns nil if addr may be sent to, as the address of host if that is not empty, and else
// an error that wraps ErrTargetRefused and says what would allow it. It is asked about each address
// after resolution, about those that messages carry too (Contact, Record-Route, session descriptions).
// Nothing allows unspecified, multicast and broadcast addresses. The directed broadcast of a subnet
// cannot be told from its number; the kernel refuses to send there.
func (g Guard) CheckTarget(host string, addr netip.Addr) error {
	addr = addr.Unmap().WithZone("")
	if reason := neverCallable(addr); reason != "" {
		return fmt.Errorf("%w: %s, and no flag allows that", ErrTargetRefused, reason)
	}
	if addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() {
		return nil
	}
	for _, prefix := range g.Allow {
		if prefix.Contains(addr) {
			return nil
		}
	}
	for _, allowed := range g.Hosts {
		if host != "" && strings.EqualFold(strings.TrimSuffix(host, "."), allowed) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s is not a loopback, private or link-local address, and load on a stranger's host "+
		"is an attack; if you may test it, say so with --allow-target %s", ErrTargetRefused, named(host, addr), addr)
}

// Pin checks all addresses that host was resolved to, and then allows them for messages that carry them
// without the name.
func (g *Guard) Pin(host string, addrs []netip.AddrPort) error {
	for _, addr := range addrs {
		if err := g.CheckTarget(host, addr.Addr()); err != nil {
			return err
		}
	}
	g.Allow = slices.Clip(g.Allow) // a copy of g keeps its own
	for _, addr := range addrs {
		pinned := addr.Addr().Unmap().WithZone("")
		g.Allow = append(g.Allow, netip.PrefixFrom(pinned, pinned.BitLen()))
	}
	return nil
}

// The widest networks that --allow-target accepts: what one operator holds, not half of the Internet.
const (
	widestIPv4 = 8
	widestIPv6 = 16
)

// allow adds one value of --allow-target.
func (g *Guard) allow(text string) error {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return g.allowPrefix(prefix)
	}
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		addr = addr.Unmap().WithZone("")
		return g.allowPrefix(netip.PrefixFrom(addr, addr.BitLen()))
	}
	host := strings.ToLower(strings.TrimSuffix(text, "."))
	if host == "" || strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" || !strings.ContainsAny(host, "abcdefghijklmnopqrstuvwxyz") {
		return errors.New("want a host name, an address or a network such as 203.0.113.0/24")
	}
	g.Hosts = append(g.Hosts, host)
	return nil
}

func (g *Guard) allowPrefix(prefix netip.Prefix) error {
	if addr := prefix.Addr(); addr.Is4In6() {
		if prefix.Bits() < 96 {
			return errors.New("an IPv4-mapped network has at least 96 bits")
		}
		prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
	}
	widest := widestIPv4
	if prefix.Addr().Is6() {
		widest = widestIPv6
	}
	if prefix.Bits() < widest {
		return fmt.Errorf("names too many hosts; want /%d or longer", widest)
	}
	if reason := neverCallable(prefix.Addr()); reason != "" {
		return errors.New(reason + ", which is never called")
	}
	g.Allow = append(g.Allow, prefix.Masked())
	return nil
}

// neverCallable says why no call goes to addr, "" if one may.
func neverCallable(addr netip.Addr) string {
	switch {
	case !addr.IsValid():
		return "there is no address"
	case addr.IsUnspecified():
		return addr.String() + " is the unspecified address"
	case addr.IsMulticast():
		return addr.String() + " is a multicast address"
	case addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return addr.String() + " is the broadcast address"
	}
	return ""
}

// named returns the address with the name that it was found by.
func named(host string, addr netip.Addr) string {
	if host == "" || host == addr.String() {
		return addr.String()
	}
	return host + " (" + addr.String() + ")"
}
