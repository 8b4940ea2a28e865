package sipp

import (
	"strconv"
	"strings"
)

// attributes takes what stands between the name of an element and its >. It tells whether the element
// ends there, with />.
func (d *document) attributes(e *element) (closed bool) {
	for !d.broken {
		d.space()
		if d.at >= len(d.text) {
			d.fatal("<%s> is never closed with >", e.name)
			return false
		}
		switch c := d.text[d.at]; {
		case c == '>':
			d.at++
			return false
		case strings.HasPrefix(d.text[d.at:], "/>"):
			d.at += 2
			return true
		case c == '<':
			d.warn("<%s> has no > before the next element", e.name)
			return false
		case isNameStart(c):
			d.attribute(e)
		case c == ',' || c == ';':
			d.warn("a %q between attributes is passed over", c)
			d.at++
		default:
			d.warn("%q between attributes is passed over", c)
			d.at++
		}
	}
	return false
}

func (d *document) space() {
	for d.at < len(d.text) && isSpace(d.text[d.at]) {
		d.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// attribute takes a name and its value.
func (d *document) attribute(e *element) {
	a := attribute{line: d.here()}
	a.name = d.word()
	d.space()
	if d.at >= len(d.text) || d.text[d.at] != '=' {
		d.warn("attribute %s of <%s> has no value and is passed over", a.name, e.name)
		return
	}
	d.at++
	d.space()
	if a.value = d.value(e, a.name); d.broken {
		return
	}
	if len(e.attributes) == maxAttributes {
		d.fatal("<%s> has more than %d attributes", e.name, maxAttributes)
		return
	}
	for _, other := range e.attributes {
		if other.name == a.name {
			d.warn("attribute %s of <%s> is given twice; the first one counts", a.name, e.name)
			break
		}
	}
	e.attributes = append(e.attributes, a)
}

// value takes the value of an attribute. One without quotes ends at white space or at the end of the tag;
// one whose closing quote is missing ends at the end of its line.
func (d *document) value(e *element, name string) string {
	if d.at >= len(d.text) {
		return ""
	}
	quote := d.text[d.at]
	if quote != '"' && quote != '\'' {
		d.warn("the value of %s has no quotes", name)
		start := d.at
		for d.at < len(d.text) && !isSpace(d.text[d.at]) && d.text[d.at] != '>' && !strings.HasPrefix(d.text[d.at:], "/>") {
			d.at++
		}
		return d.resolve(strings.Trim(d.text[start:d.at], `"'`))
	}
	d.at++
	length := d.quoted(quote)
	if length < 0 {
		d.fatal("the value of %s of <%s> has no closing quote", name, e.name)
		return ""
	}
	value := d.text[d.at : d.at+length]
	if strings.IndexByte(value, '<') >= 0 {
		d.warn("the value of %s has a < that should be written as &lt;", name)
	}
	value = d.resolve(value)
	d.at += length
	if d.at < len(d.text) && d.text[d.at] == quote {
		d.at++
	}
	if d.at < len(d.text) && isNameStart(d.text[d.at]) {
		d.warn("there is no space behind the value of %s", name)
	}
	return value
}

// quoted returns the length of a quoted value. A quote behind a backslash belongs to it when the value
// goes on in a way that an attribute's end does not. A value without its closing quote, in which another
// element seems to begin, ends with its line.
func (d *document) quoted(quote byte) int {
	rest := d.text[d.at:]
	length := strings.IndexByte(rest, quote)
	for length > 0 && rest[length-1] == '\\' && !endsTag(rest[length+1:]) {
		more := strings.IndexByte(rest[length+1:], quote)
		if more < 0 {
			break
		}
		length += 1 + more
	}
	line, _, _ := strings.Cut(rest, "\n")
	if length > len(line) || length < 0 {
		// The value reaches beyond its line: as it should, or because the quote is missing.
		if length < 0 || strings.Contains(rest[:length], ">\n") && strings.ContainsAny(rest[len(line):length], "<") {
			d.warn("a closing quote is missing; the value ends with its line")
			return len(strings.TrimRight(strings.TrimRight(line, "> \t"), "/ \t"))
		}
	}
	return length
}

// endsTag tells whether what follows a quote is what follows a value.
func endsTag(rest string) bool {
	trimmed := strings.TrimLeft(rest, " \t\n")
	if trimmed == "" || trimmed[0] == '>' || strings.HasPrefix(trimmed, "/>") {
		return true
	}
	if len(trimmed) == len(rest) || !isNameStart(trimmed[0]) {
		return false
	}
	end := 0
	for end < len(trimmed) && isName(trimmed[end]) {
		end++
	}
	value, isAttribute := strings.CutPrefix(strings.TrimLeft(trimmed[end:], " \t\n"), "=")
	return isAttribute && !strings.HasPrefix(strings.TrimLeft(value, " \t\n"), `\`) // else a quote within the value
}

// resolve replaces references to characters. Any other & is a letter.
func (d *document) resolve(value string) string {
	if strings.IndexByte(value, '&') < 0 {
		return value
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(value, "&")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, rest, closed := strings.Cut(after, ";")
		text, known := entities[name]
		if !known && strings.HasPrefix(name, "#") {
			text, known = character(name[1:])
		}
		if !closed || !known {
			d.warn("a & that should be written as &amp;; it is taken for the letter")
			out.WriteByte('&')
			value = after
			continue
		}
		out.WriteString(text)
		value = rest
	}
}

// character returns the character of a number, decimal or hexadecimal behind an x.
func character(number string) (string, bool) {
	base := 10
	if hex, isHex := strings.CutPrefix(number, "x"); isHex {
		number, base = hex, 16
	}
	code, err := strconv.ParseUint(number, base, 21)
	if err != nil || code == 0 {
		return "", false
	}
	return string(rune(code)), true
}
