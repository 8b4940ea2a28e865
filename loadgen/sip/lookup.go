package sip

import (
	"bytes"
	"iter"
)

// Lookup returns the value of the first header line of a name, as Lines finds it, nil when there is none.
func (m *Message) Lookup(name string, compact byte) []byte {
	for value := range m.Lines(name, compact) {
		return value
	}
	return nil
}

// Lines returns the values of the header lines of a name, in any case, as they stand in the message, topmost
// first. It reads the message anew: it is for header fields that Scan passes over. compact is the one-letter
// form of the name, 0 for none.
func (m *Message) Lines(name string, compact byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for text := skipLineEnds(m.Raw); ; {
			end := bytes.IndexByte(text, '\n')
			if end < 0 {
				return
			}
			text = text[end+1:]
			colon := bytes.IndexByte(text, ':')
			if colon < 0 || text[0] == '\r' || text[0] == '\n' {
				return
			}
			field := trimRight(text[:colon])
			if equalFold(field, name) || compact != 0 && len(field) == 1 && lower(field[0]) == compact {
				value, _, _ := bytes.Cut(text[colon+1:], []byte{'\n'})
				if !yield(trim(bytes.TrimRight(value, "\r"))) {
					return
				}
			}
		}
	}
}

// Values returns the values of the header lines of a name one by one, also of those that stand in one line with
// commas between them (RFC 3261, 7.3.1).
func (m *Message) Values(name string, compact byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for line := range m.Lines(name, compact) {
			for more := true; more; {
				var value []byte
				value, line, more = cutOutside(line, ',')
				if value = trim(value); len(value) > 0 && !yield(value) {
					return
				}
			}
		}
	}
}

// Lists tells whether a header of tokens, such as Supported or Allow, has one of them in any of its lines.
func (m *Message) Lists(name string, compact byte, token string) bool {
	for value := range m.Values(name, compact) {
		if equalFold(value, token) {
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
