package sip

import "bytes"

// Lookup returns the value of the first header line of a name, in any case, as it stands in the message,
// nil when there is none. It reads the message anew: it is for header fields that Scan passes over. compact
// is the one-letter form of the name, 0 for none.
func (m *Message) Lookup(name string, compact byte) []byte {
	text := skipLineEnds(m.Raw)
	for {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return nil
		}
		text = text[end+1:]
		colon := bytes.IndexByte(text, ':')
		if colon < 0 || len(text) > 0 && (text[0] == '\r' || text[0] == '\n') {
			return nil
		}
		field := trimRight(text[:colon])
		if equalFold(field, name) || compact != 0 && len(field) == 1 && lower(field[0]) == compact {
			value, _, _ := bytes.Cut(text[colon+1:], []byte{'\n'})
			return trim(bytes.TrimRight(value, "\r"))
		}
	}
}

// HasToken tells whether a list of tokens, such as the value of Supported or Require, has one of them.
func HasToken(list []byte, token string) bool {
	for more := true; more; {
		var item []byte
		item, list, more = bytes.Cut(list, []byte{','})
		if equalFold(trim(item), token) {
			return true
		}
	}
	return false
}

// DeltaSeconds reads the number that a header value such as that of Session-Expires or Expires begins with,
// and returns the parameters behind it. ok is false for anything but a number below 2^32.
func DeltaSeconds(value []byte) (seconds uint32, params []byte, ok bool) {
	digits, params := splitParameters(value)
	n, ok := number(digits, 1<<32-1)
	return uint32(n), params, ok
}

// Parameter returns the value of a parameter in text such as `refresher=uac;expires=60`, nil if it is not
// there or has no value.
func Parameter(text []byte, name string) []byte { return parameter(text, name) }

// AddressParameters returns the URI of an address as it stands in From, Contact or Refer-To, and the header
// parameters behind it.
func AddressParameters(value []byte) (uri, params []byte, ok bool) { return splitAddress(value) }
