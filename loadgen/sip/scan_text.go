package sip

import "bytes"

var cr = []byte{'\r'}

// splitAddress divides a name-addr or addr-spec with its parameters (RFC 3261, 20.10) into the URI and
// what follows it. Without angle brackets every semicolon starts a header parameter. It returns false
// for a quoted string or a bracket that does not end, and for an address without a URI.
func splitAddress(value []byte) (uri, params []byte, ok bool) {
	open := 0
	for open < len(value) && value[open] != '<' && value[open] != '"' {
		open++
	}
	if open < len(value) && value[open] == '"' {
		if open, ok = indexOutsideQuotes(value, '<'); !ok {
			return nil, nil, false
		}
	}
	if open < 0 || open == len(value) {
		uri, params = splitParameters(value)
		return uri, params, len(uri) > 0
	}
	end := bytes.IndexByte(value[open:], '>')
	if end < 0 {
		return nil, nil, false
	}
	uri, params = trim(value[open+1:open+end]), value[open+end+1:]
	if len(params) > 0 && params[0] == ';' {
		return uri, params[1:], len(uri) > 0
	}
	_, params = splitParameters(params)
	return uri, params, len(uri) > 0
}

// splitParameters divides value at its first semicolon.
func splitParameters(value []byte) (before, params []byte) {
	if at := bytes.IndexByte(value, ';'); at >= 0 {
		return trim(value[:at]), value[at+1:]
	}
	return trim(value), nil
}

// parameter returns the value of the named parameter in text such as `a=b;c;d="e"`, nil if it is not
// there or has no value.
func parameter(text []byte, name string) []byte {
	for more := true; more; {
		var field []byte
		field, text, more = cutOutside(text, ';')
		field = trimLeft(field)
		if len(field) <= len(name) || !equalFold(field[:len(name)], name) {
			continue
		}
		value := trimLeft(field[len(name):])
		if len(value) < 2 || value[0] != '=' {
			continue
		}
		if value = trim(value[1:]); len(value) > 0 {
			return value
		}
	}
	return nil
}

// cutOutside divides text at the first separator outside quoted strings and angle brackets.
func cutOutside(text []byte, separator byte) (before, after []byte, found bool) {
	at, _ := indexOutside(text, separator)
	if at < 0 {
		return text, nil, false
	}
	return text[:at], text[at+1:], true
}

// indexOutside returns the index of the first separator outside quoted strings and angle brackets, -1
// if there is none. It returns false where a quoted string that does not end hides one.
func indexOutside(text []byte, separator byte) (at int, balanced bool) {
	at = bytes.IndexByte(text, separator)
	if at < 0 || bytes.IndexByte(text[:at], '"') < 0 && bytes.IndexByte(text[:at], '<') < 0 {
		return at, true
	}
	return indexOutsideQuotes(text, separator)
}

// indexOutsideQuotes is indexOutside for text with quotes or brackets, octet by octet.
func indexOutsideQuotes(text []byte, separator byte) (at int, balanced bool) {
	quoted, bracketed := false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && !bracketed:
			quoted = !quoted
		case quoted:
		case c == separator && !bracketed:
			return i, true
		case c == '<':
			bracketed = true
		case c == '>':
			bracketed = false
		}
	}
	return -1, !quoted
}

// number reads decimal digits, leading zeros allowed, and returns false for anything else and for more
// than limit.
func number(digits []byte, limit uint64) (uint64, bool) {
	if len(digits) == 0 {
		return 0, false
	}
	var n uint64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + uint64(c-'0'); n > limit {
			return 0, false
		}
	}
	return n, true
}

// equalFold reports whether text is want but for the case of ASCII letters.
func equalFold(text []byte, want string) bool {
	if string(text) == want {
		return true // as it is written nearly always
	}
	if len(text) != len(want) {
		return false
	}
	for i := range text {
		if lower(text[i]) != lower(want[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c-'A' <= 'Z'-'A' {
		return c | 0x20
	}
	return c
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

func trim(text []byte) []byte {
	start, end := 0, len(text)
	for start < end && isSpace(text[start]) {
		start++
	}
	for end > start && isSpace(text[end-1]) {
		end--
	}
	return text[start:end]
}

func trimLeft(text []byte) []byte {
	start := 0
	for start < len(text) && isSpace(text[start]) {
		start++
	}
	return text[start:]
}

func trimRight(text []byte) []byte {
	end := len(text)
	for end > 0 && isSpace(text[end-1]) {
		end--
	}
	return text[:end]
}

func skipLineEnds(text []byte) []byte {
	for len(text) > 0 && (text[0] == '\r' || text[0] == '\n') {
		text = text[1:]
	}
	return text
}
