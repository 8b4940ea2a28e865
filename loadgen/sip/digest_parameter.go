package sip

import "bytes"

// What is wrong with the parameters of a challenge, of credentials or of Authentication-Info.
var (
	errDigestSyntax  = &MalformedError{400, "digest parameters are not name=value with commas between them"}
	errDigestControl = &MalformedError{400, "control character in a digest parameter"}
	errDigestTwice   = &MalformedError{400, "digest parameter more than once"}
	errDigestMissing = &MalformedError{400, "digest parameter missing"}
	errDigestCount   = &MalformedError{400, "nonce count is not eight hexadecimal digits"}
)

// digestParameter is one parameter. Its value stands as between the quotes, escapes included.
type digestParameter struct{ name, value []byte }

// is reports whether the parameter has the name, in any case.
func (p digestParameter) is(name string) bool { return equalFold(p.name, name) }

// store keeps the value in a field that may be set only once.
func (p digestParameter) store(field *[]byte) *MalformedError {
	if *field != nil {
		return errDigestTwice
	}
	*field = p.value
	return nil
}

// digestReader reads name=value parameters with commas between them (RFC 9110, 11.2): white space
// anywhere, empty elements, values with and without quotes.
type digestReader struct {
	rest    []byte // what is not read yet; after the last parameter, the next challenge
	problem *MalformedError
}

// readDigest returns a reader for what follows the scheme Digest, false for another scheme.
func readDigest(value []byte) (digestReader, bool) {
	const scheme = "Digest"
	value = trim(value)
	if len(value) <= len(scheme) || !equalFold(value[:len(scheme)], scheme) || !isSpace(value[len(scheme)]) {
		return digestReader{}, false
	}
	return digestReader{rest: value[len(scheme):]}, true
}

// next returns the next parameter, false when there is none, when the next challenge of the same line
// begins or when something is wrong. A word without a value is passed over: some servers write
// qop=auth,auth-int without quotes.
func (r *digestReader) next() (digestParameter, bool) {
	r.rest = trimLeft(r.rest)
	end := bytes.IndexAny(r.rest, "=,")
	for end >= 0 && r.rest[end] == ',' {
		r.rest = trimLeft(r.rest[end+1:])
		end = bytes.IndexAny(r.rest, "=,")
	}
	if end < 0 {
		r.rest = nil
		return digestParameter{}, false
	}
	p := digestParameter{name: trimRight(r.rest[:end])}
	if bytes.ContainsAny(p.name, " \t") {
		return digestParameter{}, false // "Digest realm": another challenge
	}
	r.fail(len(p.name) == 0, errDigestSyntax)
	r.rest = trimLeft(r.rest[end+1:])
	if len(r.rest) > 0 && r.rest[0] == '"' {
		p.value = r.quoted()
	} else {
		p.value = r.token()
	}
	for _, c := range p.value {
		r.fail(c < ' ' && c != '\t' || c == 0x7f, errDigestControl)
	}
	return p, r.problem == nil
}

// quoted reads a quoted string to its end and the comma behind it.
func (r *digestReader) quoted() []byte {
	end := 1
	for end < len(r.rest) && r.rest[end] != '"' {
		if r.rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(r.rest) {
		r.fail(true, errDigestSyntax)
		return nil
	}
	value := r.rest[1:end]
	r.rest = trimLeft(r.rest[end+1:])
	r.fail(len(r.rest) > 0 && r.rest[0] != ',', errDigestSyntax)
	return value
}

// token reads a value without quotes up to the comma. It goes between quotes where it is sent back, so
// it may have none inside; white space inside is a comma forgotten.
func (r *digestReader) token() []byte {
	value, rest, _ := bytes.Cut(r.rest, []byte{','})
	value, r.rest = trim(value), rest
	r.fail(len(value) == 0 || bytes.ContainsAny(value, "\"\\ \t"), errDigestSyntax)
	return value
}

// fail records the first problem, if wrong.
func (r *digestReader) fail(wrong bool, problem *MalformedError) {
	if wrong && r.problem == nil {
		r.problem = problem
	}
}

// appendEscaped appends text as it stands between quotes (RFC 3261, 25.1, quoted-string). A control
// character, which none can have, becomes a question mark: a text never ends the header.
func appendEscaped[Text string | []byte](dst []byte, text Text) []byte {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ' || c == 0x7f:
			dst = append(dst, '?')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendUnescaped appends what a text between quotes stands for.
func appendUnescaped(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		dst = append(dst, text[i])
	}
	return dst
}
