package sipp

import "strings"

// element is one element of a file.
type element struct {
	name       string
	line       int
	attributes []attribute
	children   []*element
	data       string // of its first CDATA section
	hasData    bool
	text       string // what stands in it outside of CDATA
}

// attribute is one attribute of an element, its value without escapes.
type attribute struct {
	name, value string
	line        int
}

// get returns the value of an attribute: of one given twice the first counts, as in SIPp.
func (e *element) get(name string) (string, bool) {
	for i := range e.attributes {
		if e.attributes[i].name == name {
			return unescape(e.attributes[i].value), true
		}
	}
	return "", false
}

// unescapes are the escapes with a backslash that SIPp knows in the values of attributes.
var unescapes = map[byte]byte{'\\': '\\', '"': '"', 'n': '\n', 't': '\t', 'r': '\r'}

// unescape resolves the escapes with a backslash; any other backslash stays one.
func unescape(value string) string {
	if strings.IndexByte(value, '\\') < 0 {
		return value
	}
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			if c, known := unescapes[value[i+1]]; known {
				out.WriteByte(c)
				i++
				continue
			}
		}
		out.WriteByte(value[i])
	}
	return out.String()
}

// entities are those that XML knows without a declaration.
var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'"}
