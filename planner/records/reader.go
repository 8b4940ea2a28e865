package records

import (
	"bytes"
	"errors"
	"io"
)

// Bounds of what a Reader takes for a row. A quote that is never closed would otherwise swallow the file.
const (
	maxLine    = 1 << 20 // octets of a line
	maxLines   = 16      // lines of a row whose quoted fields hold line breaks
	maxColumns = 1024
)

// Faults of a row that cannot be split into fields.
const (
	faultLong    Reason = "line is longer than 1 MiB"
	faultQuote   Reason = "quote is not closed"
	faultColumns Reason = "more than 1,024 columns"
)

// ErrUTF16 is the error for text in UTF-16, which spreadsheets write on request.
var ErrUTF16 = errors.New("the text is UTF-16; save it as UTF-8")

// Reader splits delimited text into rows of fields. It is tolerant, as writers of call records are not exact: a
// quote inside a quoted field that neither closes it nor is doubled stands for itself, and blanks may stand
// before an opening quote. It keeps one row in memory and allocates nothing for a row once it is warm. It is used
// by one goroutine.
type Reader struct {
	source io.Reader
	comma  byte

	buffer   []byte
	from, to int   // what was read and not yet returned
	failed   error // what ended the source: io.EOF or worse

	first, next int // line of the row, and of what follows it
	resume      int // octets of the row's first line when the row has more
	fields      [][]byte
	unescaped   []byte
	fault       Reason
}

// NewReader returns a reader of fields that are separated by comma.
func NewReader(source io.Reader, comma byte) *Reader {
	return &Reader{source: source, comma: comma, buffer: make([]byte, 1<<17), next: 1}
}

// Next goes to the next row that is not blank. It returns false at the end of the text, and when the source fails
// (Err). The fields are valid until the next call.
func (r *Reader) Next() bool {
	if r.next == 1 && !r.skipMark() {
		return false
	}
	for {
		r.fault, r.first, r.resume = "", r.next, 0
		length, ended := r.line(0)
		switch {
		case length < 0:
			r.skipLine()
			r.fault, r.fields = faultLong, r.fields[:0]
			return true
		case length == 0 && ended:
			return false
		}
		if len(trim(r.buffer[r.from:r.from+length])) > 0 {
			r.row(length)
			return true
		}
		r.consume(length)
	}
}

// Fields returns the fields of the row, none when it has a fault.
func (r *Reader) Fields() [][]byte { return r.fields }

// Line returns the number of the row's first line, from 1.
func (r *Reader) Line() int { return r.first }

// Fault says why the row could not be split, "" when it was.
func (r *Reader) Fault() Reason { return r.fault }

// Err returns what ended the text before its end, nil when nothing did.
func (r *Reader) Err() error {
	if r.failed == io.EOF {
		return nil
	}
	return r.failed
}

// Reread goes back behind the first line of a row of several, so that a stray quote costs one line and not all
// that it swallowed. It does nothing for a row of one line.
func (r *Reader) Reread() {
	if r.resume > 0 {
		r.from, r.next = r.resume, r.first+1
	}
}

// row splits the line of that length, and as many more as its quotes hold together.
func (r *Reader) row(length int) {
	lines, whole := 1, length
	for !r.split(r.buffer[r.from : r.from+whole]) {
		more, _ := r.line(whole)
		if more <= 0 || lines == maxLines {
			r.fault, r.fields = faultQuote, r.fields[:0]
			r.consume(length)
			return
		}
		lines, whole = lines+1, whole+more
	}
	if lines > 1 {
		r.resume = r.from + length
	}
	r.from, r.next = r.from+whole, r.first+lines
}

// consume goes behind one line of that length.
func (r *Reader) consume(length int) {
	r.from, r.next = r.from+length, r.next+1
}

// line returns the length of the line that begins so many octets behind the row's beginning, with its line break,
// and whether the text ends with it; -1 for one that is too long.
func (r *Reader) line(offset int) (length int, ended bool) {
	for searched := 0; ; {
		unread := r.buffer[r.from+offset : r.to]
		i := bytes.IndexByte(unread[searched:], '\n')
		switch {
		case i < 0:
			searched = len(unread)
		case searched+i <= maxLine:
			return searched + i + 1, false
		}
		switch {
		case i >= 0 || searched > maxLine:
			return -1, false
		case r.failed != nil:
			return searched, true
		}
		r.fill()
	}
}

// fill reads more, after making room for it.
func (r *Reader) fill() {
	switch {
	case r.from > 0 && r.to == len(r.buffer):
		copy(r.buffer, r.buffer[r.from:r.to])
		r.from, r.to = 0, r.to-r.from
	case r.to == len(r.buffer):
		r.buffer = append(r.buffer, make([]byte, len(r.buffer))...)
	}
	for range 100 {
		n, err := r.source.Read(r.buffer[r.to:])
		if r.to, r.failed = r.to+n, err; n > 0 || err != nil {
			return
		}
	}
	r.failed = io.ErrNoProgress
}

// skipLine goes behind the end of a line that is too long to be kept.
func (r *Reader) skipLine() {
	r.next++
	for {
		if i := bytes.IndexByte(r.buffer[r.from:r.to], '\n'); i >= 0 {
			r.from += i + 1
			return
		}
		r.from = r.to
		if r.failed != nil {
			return
		}
		r.fill()
	}
}

// skipMark skips the mark that some editors put before UTF-8, and refuses that of UTF-16.
func (r *Reader) skipMark() bool {
	for r.to-r.from < 3 && r.failed == nil {
		r.fill()
	}
	head := r.buffer[r.from:r.to]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		r.from += 3
	case utf16(head):
		r.failed = ErrUTF16
		return false
	}
	return true
}

// utf16 says whether a text begins with the mark of UTF-16, in either order of octets.
func utf16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
}

// split cuts a row into fields. It returns false when the row ends inside a quoted field.
func (r *Reader) split(row []byte) bool {
	row = bytes.TrimRight(row, "\r\n")
	r.fields, r.unescaped = r.fields[:0], r.unescaped[:0]
	for i := 0; ; {
		if len(r.fields) == maxColumns {
			r.fault, r.fields = faultColumns, r.fields[:0]
			return true
		}
		quote := i
		for quote < len(row) && row[quote] == ' ' {
			quote++
		}
		if quote < len(row) && row[quote] == '"' {
			end, closed := r.quoted(row, quote+1)
			if !closed {
				return false
			}
			i = end
		} else {
			end := bytes.IndexByte(row[i:], r.comma)
			if end < 0 {
				end = len(row) - i
			}
			r.fields = append(r.fields, trim(row[i:i+end]))
			i += end
		}
		if i >= len(row) {
			return true
		}
		i++ // the comma
	}
}

// quoted appends the field whose text begins at i, behind its opening quote. It returns where the comma or the end
// behind it is, and whether its closing quote was found.
func (r *Reader) quoted(row []byte, i int) (end int, closed bool) {
	begin, kept := i, len(r.unescaped)
	escaped := false
	for {
		next := bytes.IndexByte(row[i:], '"')
		if next < 0 {
			return 0, false
		}
		i += next + 1 // behind the quote
		if after, closes := r.closes(row, i); closes {
			text := row[begin : i-1]
			if escaped {
				r.unescaped = append(r.unescaped, text...)
				text = r.unescaped[kept:]
			}
			r.fields = append(r.fields, text)
			return after, true
		}
		escaped = true
		r.unescaped = append(r.unescaped, row[begin:i]...)
		if i < len(row) && row[i] == '"' { // doubled: one of them stands
			i++
		}
		begin = i
	}
}

// closes says whether the quote before i ends its field: only blanks stand between it and a comma or the end of
// the row, whose place it returns.
func (r *Reader) closes(row []byte, i int) (after int, ok bool) {
	for i < len(row) && row[i] == ' ' && r.comma != ' ' {
		i++
	}
	return i, i == len(row) || row[i] == r.comma
}

// trim takes blanks and line breaks off both ends.
func trim(text []byte) []byte {
	for len(text) > 0 && blank(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && blank(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
