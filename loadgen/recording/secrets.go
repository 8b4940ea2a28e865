package recording

import "bytes"

// blanked stands for each octet of a secret: the length of a message stays what its Content-Length says.
const blanked = 'x'

// blank overwrites what nobody may read in a SIP message: the proof of a password in credentials (RFC 7616), keys of
// SRTP (RFC 4568), other keys and passwords of a session description.
func blank(message []byte) {
	for line := range bytes.Lines(message) {
		line = bytes.TrimRight(line, "\r\n")
		if bytes.HasPrefix(line, []byte("a=")) || bytes.HasPrefix(line, []byte("k=")) {
			blankKey(line)
			continue
		}
		blankHeader(line)
	}
}

// WithoutProofs returns a copy of a SIP message whose credentials tell nothing of a password.
func WithoutProofs(message []byte) []byte {
	shown := bytes.Clone(message)
	for line := range bytes.Lines(shown) {
		blankHeader(bytes.TrimRight(line, "\r\n"))
	}
	return shown
}

// blankHeader overwrites what is secret in a line of Authorization or Proxy-Authorization.
func blankHeader(line []byte) {
	name, value, found := bytes.Cut(line, []byte(":"))
	if found && bytes.HasSuffix(bytes.ToLower(bytes.TrimSpace(name)), []byte("authorization")) {
		blankCredentials(value)
	}
}

// secretParameters are those of credentials that tell something of the password.
var secretParameters = []string{"response", "password", "rspauth", "cnonce"}

// blankCredentials overwrites the secret parameters of credentials. Credentials of another scheme than Digest are
// secret as a whole.
func blankCredentials(value []byte) {
	value = bytes.TrimLeft(value, " \t")
	scheme, rest, _ := bytes.Cut(value, []byte(" "))
	if !bytes.EqualFold(scheme, []byte("Digest")) {
		fill(rest)
		return
	}
	for len(rest) > 0 {
		end := parameterEnd(rest)
		name, secret, _ := bytes.Cut(rest[:end], []byte("="))
		for _, wanted := range secretParameters {
			if bytes.EqualFold(bytes.TrimSpace(name), []byte(wanted)) {
				fill(bytes.Trim(secret, `" `))
			}
		}
		rest = rest[min(end+1, len(rest)):]
	}
}

// parameterEnd returns where the comma after a parameter stands, outside of quotes.
func parameterEnd(b []byte) int {
	quoted := false
	for i, c := range b {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			return i
		}
	}
	return len(b)
}

// secretAttributes are the lines of a session description that hold keys.
var secretAttributes = []string{"a=crypto:", "a=key-mgmt:", "a=ice-pwd:", "k="}

func blankKey(line []byte) {
	lower := bytes.ToLower(line)
	for _, attribute := range secretAttributes {
		if !bytes.HasPrefix(lower, []byte(attribute)) {
			continue
		}
		from := len(attribute)
		if inline := bytes.Index(lower, []byte("inline:")); inline >= 0 {
			from = inline + len("inline:")
		}
		fill(line[from:])
	}
}

func fill(secret []byte) {
	for i := range secret {
		secret[i] = blanked
	}
}
