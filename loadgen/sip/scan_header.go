package sip

// header is a header field that Scan reads.
type header uint8

const (
	headerOther header = iota
	headerVia
	headerFrom
	headerTo
	headerCallID
	headerCSeq
	headerContact
	headerRecordRoute
	headerContentLength
	headerContentType
	headerReason
	headerExpires
	headerRetryAfter
	headerAuthenticate
	headerProxyAuthenticate
	headerRequire
	headerSessionExpires
	headerMinSE
	headerRSeq
	headerRAck
	headerMinExpires
	headerReplaces
)

// headerOf returns the header field of a name, in any case and in the compact form (RFC 3261, 7.3.3).
// The length decides first: most names that no call needs differ there.
func headerOf(name []byte) header {
	switch len(name) {
	case 1:
		return compactHeader(name[0])
	case 2:
		return named(name, "To", headerTo)
	case 3:
		return named(name, "Via", headerVia)
	case 4:
		if name[0]|0x20 == 'f' {
			return named(name, "From", headerFrom)
		}
		if name[0]|0x20 == 'r' {
			return reliability(name)
		}
		return named(name, "CSeq", headerCSeq)
	case 6:
		if name[0]|0x20 == 'm' {
			return named(name, "Min-SE", headerMinSE)
		}
		return named(name, "Reason", headerReason)
	case 7:
		return sevenLetters(name)
	case 8:
		return named(name, "Replaces", headerReplaces)
	case 11:
		if name[0]|0x20 == 'm' {
			return named(name, "Min-Expires", headerMinExpires)
		}
		return named(name, "Retry-After", headerRetryAfter)
	case 12:
		if name[0]|0x20 == 'c' {
			return named(name, "Content-Type", headerContentType)
		}
		return named(name, "Record-Route", headerRecordRoute)
	case 13:
		return named(name, "Authorization", headerAuthenticate)
	case 14:
		return named(name, "Content-Length", headerContentLength)
	case 15:
		return named(name, "Session-Expires", headerSessionExpires)
	case 16:
		return named(name, "WWW-Authenticate", headerAuthenticate)
	case 18:
		return named(name, "Proxy-Authenticate", headerProxyAuthenticate)
	case 19:
		return named(name, "Proxy-Authorization", headerProxyAuthenticate)
	}
	return headerOther
}

// reliability tells apart the headers of reliable provisional responses (RFC 3262, 7).
func reliability(name []byte) header {
	if name[1]|0x20 == 's' {
		return named(name, "RSeq", headerRSeq)
	}
	return named(name, "RAck", headerRAck)
}

// sevenLetters tells apart the names of seven letters, of which there are many.
func sevenLetters(name []byte) header {
	switch name[1] | 0x20 {
	case 'a':
		return named(name, "Call-ID", headerCallID)
	case 'o':
		return named(name, "Contact", headerContact)
	case 'x':
		return named(name, "Expires", headerExpires)
	case 'e':
		return named(name, "Require", headerRequire)
	}
	return headerOther
}

// compactHeader returns the header field of a one-letter name.
func compactHeader(letter byte) header {
	switch letter | 0x20 {
	case 'v':
		return headerVia
	case 'f':
		return headerFrom
	case 't':
		return headerTo
	case 'i':
		return headerCallID
	case 'm':
		return headerContact
	case 'l':
		return headerContentLength
	case 'c':
		return headerContentType
	case 'x':
		return headerSessionExpires
	}
	return headerOther
}

// named returns h if name is the canonical one but for case.
func named(name []byte, canonical string, h header) header {
	if equalFold(name, canonical) {
		return h
	}
	return headerOther
}
