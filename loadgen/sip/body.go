package sip

import "bytes"

// sessionPart returns the session description of a body: the body itself, unless its type is another one, or the
// part of a multipart body (RFC 2046, 5.1) that is one, as trunks with ISUP in their messages send it (RFC 3204).
// A body without a type counts as a description.
func sessionPart(contentType, body []byte) []byte {
	if len(body) == 0 {
		return nil
	}
	kind, params := splitParameters(contentType)
	if !hasPrefixFold(kind, "multipart/") {
		if len(kind) == 0 || equalFold(kind, "application/sdp") {
			return body
		}
		return nil
	}
	boundary := bytes.Trim(parameter(params, "boundary"), "\"")
	for len(boundary) > 0 {
		var part []byte
		var ok bool
		if part, body, ok = nextPart(body, boundary); !ok {
			break
		}
		if session := sessionOf(part); session != nil {
			return session
		}
	}
	return nil
}

// nextPart returns the text behind the first line that is a boundary, up to the next such line, and the body from
// there on.
func nextPart(body, boundary []byte) (part, rest []byte, ok bool) {
	start, after := findBoundary(body, boundary)
	if start < 0 {
		return nil, nil, false
	}
	rest = body[after:]
	end, _ := findBoundary(rest, boundary)
	if end < 0 {
		return nil, nil, false // the last one ends the body
	}
	return rest[:end], rest[end:], true
}

// findBoundary returns where the first line begins that is a boundary, and where the next one does; start is -1 for
// none.
func findBoundary(body, boundary []byte) (start, after int) {
	for at := 0; at < len(body); {
		line, _, _ := bytes.Cut(body[at:], []byte{'\n'})
		if mark, dashes := bytes.CutPrefix(line, []byte("--")); dashes && bytes.HasPrefix(mark, boundary) {
			return at, min(at+len(line)+1, len(body))
		}
		at += len(line) + 1
	}
	return -1, 0
}

// sessionOf returns the text of a part that is a session description, nil for any other.
func sessionOf(part []byte) []byte {
	const typeName = "content-type:"
	var kind []byte
	for len(part) > 0 {
		var line []byte
		line, part, _ = bytes.Cut(part, []byte{'\n'})
		if line = bytes.TrimRight(line, "\r"); len(line) == 0 {
			break
		}
		if hasPrefixFold(line, typeName) {
			kind, _ = splitParameters(line[len(typeName):])
		}
	}
	if len(part) == 0 || !equalFold(kind, "application/sdp") {
		return nil
	}
	return part
}

// hasPrefixFold reports whether text begins with prefix but for the case of ASCII letters.
func hasPrefixFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && equalFold(text[:len(prefix)], prefix)
}
