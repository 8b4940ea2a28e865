package sip

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	sipgo "github.com/emiago/sipgo/sip"
)

// Target is where calls go.
type Target struct {
	URI       string         // canonical: sip:[user@]host:port, then the parameters that were given
	User      string         // as written, escapes kept; empty when there is none
	Host      string         // a host name in lower case, or an address without brackets
	Port      uint16         // 1 to 65535
	Transport Transport      // UDP unless the URI says otherwise
	Addr      netip.AddrPort // of an address, or where a host name was found to lead; else invalid
}

// Resolver finds the addresses of a host name; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// ParseTarget reads a SIP URI, with or without its scheme, that an INVITE over UDP can go to:
// sip:host, sip:user@host:port;transport=udp, host:port, [::1]:5060. It refuses what cannot be called:
// other schemes and transports, port 0, and unspecified, multicast and broadcast addresses. The error
// says what was given and what is allowed.
func ParseTarget(text string) (Target, error) {
	target, err := parseTarget(text)
	if err != nil {
		return Target{}, fmt.Errorf("target %q: %w", text, err)
	}
	return target, nil
}

// maxUser is the most octets of the user part of a SIP URI.
const maxUser = 1024

// CheckUser returns an error that says what keeps text from being the user part of a SIP URI: an empty
// text, one of more than 1,024 octets, a character that is written as an escape there, or the escape of a
// control character. What passes adds neither a header nor a parameter of the header to a message that it
// is put in.
func CheckUser(text string) error {
	if text == "" {
		return errors.New("user is empty")
	}
	if len(text) > maxUser {
		return fmt.Errorf("user of %d octets; want at most %d", len(text), maxUser)
	}
	for _, r := range text {
		if notInURI(r) || r == '@' || r == ':' {
			return fmt.Errorf("user %q: character %q has no place in the user of a SIP URI", text, r)
		}
	}
	if err := checkUser(text); err != nil {
		return fmt.Errorf("user %q: %w", text, err)
	}
	return nil
}

const wantTarget = "want sip:[user@]host[:port]"

func parseTarget(text string) (Target, error) {
	if i := strings.IndexFunc(text, notInURI); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return Target{}, fmt.Errorf("character %q at position %d; %s", r, i+1, wantTarget)
	}
	rest, err := cutScheme(text)
	if err != nil {
		return Target{}, err
	}
	hostPort, params, err := hostPortOf(rest)
	if err != nil {
		return Target{}, err
	}
	var t Target
	if t.Transport, err = transportOf(params); err != nil {
		return Target{}, err
	}
	if t.Host, t.Port, err = splitHostPort(hostPort); err != nil {
		return Target{}, err
	}
	if t.Port == 0 {
		t.Port = t.Transport.DefaultPort()
	}
	if err := t.setHost(); err != nil {
		return Target{}, err
	}
	var uri sipgo.Uri
	if err := sipgo.ParseUri("sip:"+rest, &uri); err != nil {
		return Target{}, fmt.Errorf("%w; %s", err, wantTarget)
	}
	t.User = uri.User
	err = t.setURI(params)
	return t, err
}

// notInURI reports whether r has no place in a SIP URI, where everything else is escaped (RFC 3261,
// 25.1).
func notInURI(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r)
}

// cutScheme removes "sip:". What stands before a colon is a scheme when it is a known one or slashes
// follow; else it is a host.
func cutScheme(text string) (rest string, err error) {
	scheme, rest, found := strings.Cut(text, ":")
	switch strings.ToLower(scheme) {
	case "sip":
		if !found {
			break
		}
		if strings.HasPrefix(rest, "//") {
			return "", errors.New("a SIP URI has no slashes; " + wantTarget)
		}
		return rest, nil
	case "sips":
		if found {
			return "", errors.New("sips asks for TLS on every hop, which nobody can check; want sip:[user@]host[:port];transport=tls")
		}
	case "tel", "urn", "http", "https", "ws", "wss", "mailto":
		if found {
			return "", fmt.Errorf("scheme %s; %s", scheme, wantTarget)
		}
	}
	if strings.HasPrefix(rest, "//") {
		return "", fmt.Errorf("scheme %s; %s", scheme, wantTarget)
	}
	return text, nil
}

// hostPortOf returns what stands between the user and the parameters, and the parameters.
func hostPortOf(rest string) (hostPort, params string, err error) {
	if user, host, found := strings.Cut(rest, "@"); found {
		switch {
		case user == "":
			return "", "", errors.New("no user before the @; " + wantTarget)
		case strings.Contains(user, ":"):
			return "", "", errors.New("a password in a URI ends up in every log; leave it out")
		case strings.Contains(host, "@"):
			return "", "", errors.New("more than one @; write one that belongs to the user as %40")
		}
		if err := checkUser(user); err != nil {
			return "", "", err
		}
		rest = host
	}
	if strings.Contains(rest, "?") {
		return "", "", errors.New("headers after ? are not supported")
	}
	hostPort, params, _ = strings.Cut(rest, ";")
	return hostPort, params, nil
}

// checkUser wants the characters of RFC 3261, 25.1, but for the question mark, which looks like the
// start of headers, and no escaped control characters, which some peer might unescape into a header.
func checkUser(user string) error {
	for i := 0; i < len(user); i++ {
		switch c := user[i]; {
		case strings.IndexByte("?[]#", c) >= 0:
			return fmt.Errorf("%q in the user; write it as %%%02X", c, c)
		case c == '%':
			octet, err := strconv.ParseUint(user[i+1:min(i+3, len(user))], 16, 8)
			if err != nil || i+3 > len(user) {
				return fmt.Errorf("%q in the user is not %% and two hexadecimal digits", user[i:min(i+3, len(user))])
			}
			if octet < ' ' || octet == 0x7f {
				return fmt.Errorf("%q in the user is a control character", user[i:i+3])
			}
		}
	}
	return nil
}

// splitHostPort divides "host", "host:port", "[address]" or "[address]:port"; port is 0 when none is named.
func splitHostPort(text string) (host string, port uint16, err error) {
	host, portText, found := text, "", false
	if strings.HasPrefix(text, "[") {
		end := strings.IndexByte(text, ']')
		if end < 0 {
			return "", 0, errors.New("[ without ]; want [address]:port")
		}
		host, portText = text[:end+1], text[end+1:]
		if portText, found = strings.CutPrefix(portText, ":"); !found && portText != "" {
			return "", 0, fmt.Errorf("%q after the address; want [address]:port", portText)
		}
	} else {
		host, portText, found = strings.Cut(text, ":")
	}
	switch {
	case strings.Contains(portText, ":"):
		return "", 0, errors.New("an IPv6 address needs brackets, as in sip:[::1]:5060")
	case host == "":
		return "", 0, errors.New("no host; " + wantTarget)
	case !found:
		return host, 0, nil
	}
	n, ok := number([]byte(portText), 65535)
	if !ok || n == 0 {
		return "", 0, fmt.Errorf("port %q; want 1 to 65535", portText)
	}
	return host, uint16(n), nil
}

// setHost checks the host, makes it canonical, and sets Addr if it is an address.
func (t *Target) setHost() error {
	literal, bracketed := strings.CutPrefix(t.Host, "[")
	addr, err := netip.ParseAddr(strings.TrimSuffix(literal, "]"))
	switch {
	case err == nil && addr.Zone() != "":
		return errors.New("an IPv6 zone has no place in a SIP URI")
	case err == nil && addr.Is6() != bracketed:
		return errors.New("brackets are for IPv6 addresses, as in sip:[::1]:5060")
	case err == nil:
		addr = addr.Unmap()
		t.Host, t.Addr = addr.String(), netip.AddrPortFrom(addr, t.Port)
		return callable(addr)
	case bracketed:
		return fmt.Errorf("%s is not an IPv6 address", t.Host)
	}
	t.Host = strings.ToLower(t.Host)
	return checkHostName(t.Host)
}

// checkHostName wants what RFC 3261, 25.1 calls a host name, and underscores, which private networks
// use. The last label must not be all digits: resolvers take "127.1" for an address.
func checkHostName(host string) error {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	for _, label := range labels {
		outside := func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
		}
		if label == "" || len(label) > 63 || len(host) > 253 || strings.ContainsFunc(label, outside) {
			return fmt.Errorf("%q is neither a host name nor an address", host)
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return fmt.Errorf("%q is not an IPv4 address; want four numbers from 0 to 255", host)
	}
	return nil
}

// callable refuses addresses that are nobody's or everybody's.
func callable(addr netip.Addr) error {
	switch {
	case addr.IsUnspecified():
		return fmt.Errorf("%s is the unspecified address; want the address of one host", addr)
	case addr.IsMulticast():
		return fmt.Errorf("%s is a multicast address; want the address of one host", addr)
	case addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return fmt.Errorf("%s is the broadcast address; want the address of one host", addr)
	}
	return nil
}

// transportOf returns the transport that the parameters of a URI name, UDP when they name none.
func transportOf(params string) (Transport, error) {
	for param := range strings.SplitSeq(params, ";") {
		if name, value, _ := strings.Cut(param, "="); strings.EqualFold(name, "transport") {
			return ParseTransport(value)
		}
	}
	return UDP, nil
}

// setURI writes the canonical URI, with the parameters that do not say where or how it is called.
func (t *Target) setURI(params string) error {
	var b strings.Builder
	b.WriteString("sip:")
	if t.User != "" {
		b.WriteString(t.User + "@")
	}
	host := t.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	b.WriteString(host + ":" + strconv.Itoa(int(t.Port)))
	b.WriteString(t.Transport.Parameter())
	for param := range strings.SplitSeq(params, ";") {
		name, _, _ := strings.Cut(param, "=")
		switch strings.ToLower(name) {
		case "", "transport":
		case "maddr":
			return errors.New("maddr sends calls to another host than the one named; name that host")
		default:
			b.WriteString(";" + param)
		}
	}
	t.URI = b.String()
	return nil
}
