package sipp

import (
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/scenarios"
)

// content returns the text that an element sends, and the line where it begins.
func (c *compiler) content(e *element) (text string, line int) {
	if e.hasData {
		c.stray(e)
		return e.data, e.line
	}
	if strings.TrimSpace(e.text) == "" {
		c.fail(e.line, "<%s> has no message: a CDATA section must hold one", e.name)
		return "", e.line
	}
	c.warn(e.line, "the message of <%s> stands outside of a CDATA section", e.name)
	return e.text, e.line
}

// cleaned takes the white space off both ends of a text and of each of its lines. A text without an empty
// line gets one at its end; else one line break ends it.
func cleaned(text string) string {
	lines := strings.Split(strings.Trim(text, " \t\n"), "\n")
	for i := range lines {
		lines[i] = strings.Trim(lines[i], " \t")
	}
	text = strings.Join(lines, "\n")
	if !strings.Contains(text, "\n\n") {
		return text + "\n\n"
	}
	return text + "\n"
}

// message compiles the text of a SIP message, nil when it is none.
func (c *compiler) message(text string, line int) *scenarios.Message {
	text = cleaned(text)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	head, body, _ := strings.Cut(text, "\n\n")
	m := &scenarios.Message{Head: c.segments(head+"\n\n", line)}
	if strings.TrimSpace(body) != "" {
		m.Body = c.segments(body, line+strings.Count(head, "\n")+2)
	}
	if len(m.Head) == 0 || m.Head[0].Keyword != scenarios.Literal {
		c.fail(line, "a message must begin with a method or with SIP/2.0, not with a keyword")
		return nil
	}
	first, rest, _ := strings.Cut(strings.TrimLeft(string(m.Head[0].Text), " \t"), " ")
	if first != "SIP/2.0" {
		return c.request(m, first, line)
	}
	code, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	code, _, _ = strings.Cut(code, "\r")
	status, err := strconv.Atoi(strings.TrimSpace(code))
	if err != nil || status < 100 || status > 699 {
		c.fail(line, "a response needs a status from 100 to 699, got %q", code)
		return nil
	}
	m.Status = status
	return m
}

func (c *compiler) request(m *scenarios.Message, method string, line int) *scenarios.Message {
	if method == "" || strings.ContainsAny(method, "\r\n:") {
		c.fail(line, "a message must begin with a method or with SIP/2.0, got %q", method)
		return nil
	}
	m.Method = method
	return m
}

// maxKeyword bounds what stands between square brackets.
const maxKeyword = 512

// segments cuts a text at its keywords and ends its lines in CRLF.
func (c *compiler) segments(text string, line int) (list []scenarios.Segment) {
	var literal []byte
	flush := func() {
		if len(literal) > 0 {
			list = append(list, scenarios.Segment{Text: literal})
			literal = nil
		}
	}
	for text != "" {
		switch {
		case text[0] == '\n':
			literal = append(literal, '\r', '\n')
			text = text[1:]
			line++
		case strings.HasPrefix(text, `\x`):
			var octet []byte
			octet, text = escaped(text)
			literal = append(literal, octet...)
		case text[0] != '[':
			literal = append(literal, text[0])
			text = text[1:]
		default:
			var outer, name string
			if outer, name, text = keyword(text); name == "" {
				c.fail(line, "a [ is not closed, or nothing stands behind it: %s", excerpt(outer+text))
				flush()
				return list
			}
			literal = append(literal, outer...)
			if segments := c.keyword(name, line); len(segments) == 1 && segments[0].Keyword == scenarios.Literal {
				literal = append(literal, segments[0].Text...)
			} else {
				flush()
				list = append(list, segments...)
			}
		}
	}
	flush()
	return list
}

// escaped resolves an octet that is written as \x5B.
func escaped(text string) (octet []byte, rest string) {
	digits := 0
	for digits < 2 && 2+digits < len(text) && strings.IndexByte("0123456789abcdefABCDEF", text[2+digits]) >= 0 {
		digits++
	}
	if digits == 0 {
		return []byte(text[:2]), text[2:]
	}
	value, _ := strconv.ParseUint(text[2:2+digits], 16, 8)
	return []byte{byte(value)}, text[2+digits:]
}

// keyword takes the name between the innermost brackets at the start of text; what stands before an inner
// bracket is text. Brackets within quotes count for nothing.
func keyword(text string) (outer, name, rest string) {
	start, quoted := 0, false
	for i := 1; i < len(text) && i-start <= maxKeyword; i++ {
		switch text[i] {
		case '\n':
			if !quoted {
				return text[:i], "", text[i:]
			}
		case '"':
			quoted = !quoted
		case '[':
			if !quoted {
				start = i
			}
		case ']':
			if !quoted {
				return text[:start], text[start+1 : i], text[i+1:]
			}
		}
	}
	return text[:1], "", text[1:]
}
