package records

import "bytes"

// scanner takes a text apart from its beginning.
type scanner struct {
	text []byte
	ok   bool
}

// digits takes least to most digits.
func (s *scanner) digits(least, most int) (n int64) {
	i := 0
	for i < most && i < len(s.text) && s.text[i] >= '0' && s.text[i] <= '9' {
		n = n*10 + int64(s.text[i]-'0')
		i++
	}
	s.ok = s.ok && i >= least
	s.text = s.text[i:]
	return n
}

// one takes one of the characters, if it comes next.
func (s *scanner) one(of string) bool {
	if len(s.text) > 0 && bytes.IndexByte([]byte(of), s.text[0]) >= 0 {
		s.text = s.text[1:]
		return true
	}
	return false
}

// micro takes a fraction of a second behind its point; digits beyond microseconds are dropped.
func (s *scanner) micro() (n int64) {
	scale, i := int64(1e5), 0
	for ; i < len(s.text) && s.text[i] >= '0' && s.text[i] <= '9'; i++ {
		n += int64(s.text[i]-'0') * scale
		scale /= 10
	}
	s.ok = s.ok && i > 0
	s.text = s.text[i:]
	return n
}

// offset takes Z, +hh, +hhmm or +hh:mm and returns seconds ahead of UTC.
func (s *scanner) offset() int64 {
	if s.one("Zz") {
		return 0
	}
	sign := int64(1)
	if s.one("-") {
		sign = -1
	} else if !s.one("+") {
		s.ok = false
	}
	hours, minutes := s.digits(2, 2), int64(0)
	if s.one(":") || len(s.text) > 0 && s.text[0] >= '0' && s.text[0] <= '9' {
		minutes = s.digits(2, 2)
	}
	s.ok = s.ok && hours <= 15 && minutes <= 59
	return sign * (hours*3600 + minutes*60)
}

// iso reads 2026-03-02 09:15:01 with T, / or nothing for the separators, with or without seconds, a fraction and an
// offset, and a named UTC.
func (m *moment) iso(text []byte) bool {
	s := scanner{text, true}
	m.year = s.digits(4, 4)
	dashed := s.one("-/.")
	m.month = s.digits(1+one(!dashed), 2)
	s.ok = s.ok && s.one("-/.") == dashed
	m.day = s.digits(1+one(!dashed), 2)
	s.ok = s.ok && (s.one("Tt ") || !dashed)
	for s.one(" ") {
	}
	m.hour = s.digits(1+one(!dashed), 2)
	colons := s.one(":")
	m.minute = s.digits(2, 2)
	if s.one(":") || !colons && len(s.text) > 0 {
		m.second = s.digits(2, 2)
	}
	if s.one(".,") {
		m.micro = s.micro()
	}
	for s.one(" ") {
	}
	if len(s.text) > 0 && s.ok {
		m.zoned = true
		if bytes.Equal(s.text, []byte("UTC")) || bytes.Equal(s.text, []byte("GMT")) {
			return true
		}
		m.offset = s.offset()
	}
	return s.ok && len(s.text) == 0
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

const monthNames = "janfebmaraprmayjunjulaugsepoctnovdec"

// month takes the first three letters of an English month.
func (s *scanner) month() int64 {
	if len(s.text) < 3 {
		s.ok = false
		return 0
	}
	var name [3]byte
	for i := range name {
		name[i] = s.text[i] | 0x20
	}
	s.text = s.text[3:]
	i := bytes.Index([]byte(monthNames), name[:])
	s.ok = s.ok && i >= 0 && i%3 == 0
	return int64(i/3) + 1
}

// match reads a time by a pattern whose directives ParseTimeFormat has checked.
func (m *moment) match(text []byte, pattern string) bool {
	s := scanner{text, true}
	for i := 0; i < len(pattern) && s.ok; i++ {
		if pattern[i] != '%' {
			s.ok = s.one(pattern[i : i+1])
			continue
		}
		i++
		m.directive(&s, pattern[i])
	}
	return s.ok && len(s.text) == 0
}

// directive reads one part of a pattern.
func (m *moment) directive(s *scanner, letter byte) {
	switch letter {
	case 'Y':
		m.year = s.digits(4, 4)
	case 'y': // as POSIX has it: 69 to 99 are of the last century
		if m.year = 2000 + s.digits(2, 2); m.year >= 2069 {
			m.year -= 100
		}
	case 'm':
		m.month = s.digits(1, 2)
	case 'b':
		m.month = s.month()
	case 'd':
		m.day = s.digits(1, 2)
	case 'H':
		m.hour = s.digits(1, 2)
	case 'I':
		m.hour, m.half = s.digits(1, 2), true
	case 'p':
		m.afternoon = s.one("pP")
		s.ok = s.ok && (m.afternoon || s.one("aA")) && s.one("mM")
	case 'M':
		m.minute = s.digits(2, 2)
	case 'S':
		m.second = s.digits(2, 2)
	case 'f':
		m.micro = s.micro()
	case 'z':
		m.zoned, m.offset = true, s.offset()
	case '%':
		s.ok = s.one("%")
	}
}
