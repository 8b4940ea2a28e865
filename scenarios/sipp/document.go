package sipp

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of a file.
const (
	MaxFileSize   = 8 << 20 // octets
	maxElements   = 100_000
	maxDepth      = 64
	maxAttributes = 256
	maxFindings   = 1000
)

// document reads the elements of a file. It expands no entity but the five of XML and characters by their
// numbers, and opens nothing that the file names.
type document struct {
	text     string
	at       int
	line     int
	counted  int // position up to which lines were counted
	root     *element
	open     []*element
	elements int
	broken   bool
	findings []Finding
}

// parseDocument reads a file into elements.
func parseDocument(text []byte) *document {
	d := &document{line: 1}
	if len(text) > MaxFileSize {
		d.fatal("the file has %d octets, at most %d are read", len(text), MaxFileSize)
		return d
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(text, 0) >= 0 {
		d.fatal("the file has NUL octets: it is no text, or in UTF-16, which is not read")
		return d
	}
	if bytes.IndexByte(text, '\r') >= 0 {
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	if !utf8.Valid(text) {
		d.warn("the text is not UTF-8; its octets are sent as they are")
	}
	d.text = string(text)
	d.read()
	d.end()
	return d
}

// end reports what is left open.
func (d *document) end() {
	d.at = len(d.text)
	switch {
	case d.broken:
	case d.root == nil:
		d.fatal("there is no element in the file")
	case len(d.open) > 0:
		last := d.open[len(d.open)-1]
		if len(d.open) == 1 {
			d.warn("<%s> of line %d is never closed", last.name, last.line)
			return
		}
		d.fatal("<%s> of line %d is never closed", last.name, last.line)
	}
}

// here returns the line of the position.
func (d *document) here() int {
	if d.counted < d.at {
		d.line += strings.Count(d.text[d.counted:d.at], "\n")
		d.counted = d.at
	}
	return d.line
}

func (d *document) warn(format string, values ...any) {
	d.find(d.here(), Warning, fmt.Sprintf(format, values...))
}

// fatal reports what ends the reading.
func (d *document) fatal(format string, values ...any) {
	d.broken = true
	d.find(d.here(), Error, fmt.Sprintf(format, values...))
}

func (d *document) find(line int, severity Severity, message string) {
	if len(d.findings) < maxFindings || severity == Error {
		d.findings = append(d.findings, Finding{line, severity, message})
	}
}

// read takes markup and text by turns.
func (d *document) read() {
	for d.at < len(d.text) && !d.broken {
		next := strings.IndexByte(d.text[d.at:], '<')
		if next < 0 {
			d.characters(d.text[d.at:])
			return
		}
		d.characters(d.text[d.at : d.at+next])
		d.at += next
		d.markup()
	}
}

// characters keeps text between markup, which only an element that forgot its CDATA has.
func (d *document) characters(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	if len(d.open) == 0 {
		line := d.here() + strings.Count(text[:len(text)-len(strings.TrimLeft(text, " \t\n"))], "\n")
		d.find(line, Warning, "text outside of the scenario is passed over: "+excerpt(text))
		return
	}
	e := d.open[len(d.open)-1]
	e.text += text
}

// excerpt quotes the beginning of a text for a message.
func excerpt(text string) string {
	const most = 40
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strconv.Quote(text)
}

// markup takes what begins with <.
func (d *document) markup() {
	rest := d.text[d.at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		d.comment()
	case strings.HasPrefix(rest, "<![CDATA["):
		d.section()
	case strings.HasPrefix(rest, "<?"):
		d.skipTo("?>", "a processing instruction")
	case strings.HasPrefix(rest, "<!"):
		d.declaration()
	case strings.HasPrefix(rest, "</"):
		d.closing()
	case len(rest) > 1 && isNameStart(rest[1]):
		d.opening()
	default:
		d.warn("a < that begins no element is taken for text")
		d.characters("<")
		d.at++
	}
}

// skipTo passes over everything up to the end of a construct.
func (d *document) skipTo(end, what string) {
	length := strings.Index(d.text[d.at:], end)
	if length < 0 {
		d.fatal("%s is never closed with %s", what, end)
		return
	}
	d.at += length + len(end)
}

// comment passes over a comment, which SIPp ends at the first -->.
func (d *document) comment() {
	length := strings.Index(d.text[d.at+4:], "-->")
	if length < 0 {
		d.warn("a comment is never closed with -->; it ends with its line")
		line, _, _ := strings.Cut(d.text[d.at:], "\n")
		d.at += len(line)
		return
	}
	body := d.text[d.at+4 : d.at+4+length]
	if strings.Contains(body, "--") || strings.HasSuffix(body, "-") {
		d.warn("two dashes within a comment are not well-formed XML")
	}
	d.at += 4 + length + len("-->")
}

// section keeps a CDATA section for its element.
func (d *document) section() {
	start := d.at + len("<![CDATA[")
	length := strings.Index(d.text[start:], "]]>")
	if length < 0 {
		d.fatal("a CDATA section is never closed with ]]>")
		return
	}
	if len(d.open) == 0 {
		d.warn("a CDATA section outside of the scenario is passed over")
	} else if e := d.open[len(d.open)-1]; e.hasData {
		d.warn("a second CDATA section of <%s> is passed over", e.name)
	} else {
		e.data, e.hasData = d.text[start:start+length], true
	}
	d.at = start + length + len("]]>")
}

// declaration passes over <!DOCTYPE …> with its internal subset; nothing that it declares has an effect.
func (d *document) declaration() {
	depth, quote := 0, byte(0)
	for i := d.at; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			depth++
			if depth == 1 && strings.Contains(d.text[d.at:i], "DOCTYPE") {
				d.warn("the declarations within DOCTYPE are passed over; no entity is expanded")
			}
		case c == ']':
			depth--
		case c == '>' && depth <= 0:
			d.at = i + 1
			return
		}
	}
	d.fatal("a declaration is never closed with >")
}

// closing takes an end tag. One that closes an outer element closes those within it too.
func (d *document) closing() {
	length := strings.IndexByte(d.text[d.at:], '>')
	if length < 0 {
		d.fatal("an end tag is never closed with >")
		return
	}
	name := strings.TrimSpace(d.text[d.at+2 : d.at+length])
	depth := len(d.open) - 1
	for depth >= 0 && d.open[depth].name != name {
		depth--
	}
	switch {
	case depth < 0:
		d.warn("</%s> closes no element and is passed over", excerptName(name))
	case depth < len(d.open)-1:
		inner := d.open[len(d.open)-1]
		d.warn("</%s> closes <%s> of line %d too", name, inner.name, inner.line)
		for len(d.open) > depth+1 {
			d.release()
		}
		d.open = d.open[:depth]
	default:
		d.open = d.open[:depth]
	}
	d.at += length + 1
}

// release closes the innermost element, whose end tag is missing: what stands behind its actions goes to
// the element around it.
func (d *document) release() {
	last := len(d.open) - 1
	e, parent := d.open[last], d.open[last-1]
	for i, child := range e.children {
		if child.name != "action" {
			parent.children = append(parent.children, e.children[i:]...)
			e.children = e.children[:i]
			break
		}
	}
	d.open = d.open[:last]
}

func excerptName(name string) string { return strings.Trim(excerpt(name), `"`) }

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= utf8.RuneSelf
}

func isName(c byte) bool {
	return isNameStart(c) || c >= '0' && c <= '9' || c == '-' || c == '.'
}

// word takes a name.
func (d *document) word() string {
	start := d.at
	for d.at < len(d.text) && isName(d.text[d.at]) {
		d.at++
	}
	return d.text[start:d.at]
}

// opening takes a start tag with its attributes.
func (d *document) opening() {
	e := &element{line: d.here()}
	d.at++
	e.name = d.word()
	if d.elements++; d.elements > maxElements || len(d.open) >= maxDepth {
		d.fatal("more than %d elements, or nested more than %d deep", maxElements, maxDepth)
		return
	}
	closed := d.attributes(e)
	if d.broken {
		return
	}
	d.place(e)
	if !closed {
		d.open = append(d.open, e)
	}
}

// place puts an element where it belongs.
func (d *document) place(e *element) {
	switch {
	case len(d.open) > 0:
		parent := d.open[len(d.open)-1]
		parent.children = append(parent.children, e)
	case d.root == nil:
		d.root = e
	default:
		d.warn("<%s> behind the end of <%s> is passed over", e.name, d.root.name)
	}
}
