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

// headerName is the canonical name of a header field.
type headerName struct {
	name   string
	header header
}

// headerNames are those of more than a letter by their lengths, at which most names that no call needs differ.
var headerNames = [...][]headerName{
	2:  {{"To", headerTo}},
	3:  {{"Via", headerVia}},
	4:  {{"From", headerFrom}, {"CSeq", headerCSeq}, {"RSeq", headerRSeq}, {"RAck", headerRAck}},
	6:  {{"Reason", headerReason}, {"Min-SE", headerMinSE}},
	7:  {{"Call-ID", headerCallID}, {"Contact", headerContact}, {"Require", headerRequire}, {"Expires", headerExpires}},
	8:  {{"Replaces", headerReplaces}},
	11: {{"Retry-After", headerRetryAfter}, {"Min-Expires", headerMinExpires}},
	12: {{"Content-Type", headerContentType}, {"Record-Route", headerRecordRoute}},
	13: {{"Authorization", headerAuthenticate}},
	14: {{"Content-Length", headerContentLength}},
	15: {{"Session-Expires", headerSessionExpires}},
	16: {{"WWW-Authenticate", headerAuthenticate}},
	18: {{"Proxy-Authenticate", headerProxyAuthenticate}},
	19: {{"Proxy-Authorization", headerProxyAuthenticate}},
}

// headerOf returns the header field of a name, in any case and in the compact form (RFC 3261, 7.3.3).
func headerOf(name []byte) header {
	switch length := len(name); {
	case length == 1:
		return compactHeader(name[0])
	case length < len(headerNames):
		for _, candidate := range headerNames[length] {
			if equalFold(name, candidate.name) {
				return candidate.header
			}
		}
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
