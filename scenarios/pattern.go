package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxPattern bounds a regular expression, in octets.
const MaxPattern = 8 << 10

// Pattern is a POSIX extended regular expression (IEEE 1003.1, 9.4) with the leftmost-longest rule, as
// regcomp compiles it with REG_EXTENDED alone: a dot and a list without a letter match a line break too,
// ^ and $ stand for the ends of the text.
type Pattern struct {
	Source  string
	Strange []string // what it says that POSIX leaves undefined, each in a sentence
	compile *regexp.Regexp
}

// ParsePattern compiles an extended regular expression.
func ParsePattern(text string) (*Pattern, error) {
	if len(text) > MaxPattern {
		return nil, fmt.Errorf("regular expression of %d octets, at most %d are read", len(text), MaxPattern)
	}
	t := translator{rest: text}
	if err := t.expression(); err != nil {
		return nil, fmt.Errorf("regular expression %q: %w", text, err)
	}
	compiled, err := regexp.Compile("(?s)" + t.out.String())
	if err != nil {
		return nil, fmt.Errorf("regular expression %q: %w", text, err)
	}
	compiled.Longest()
	return &Pattern{Source: text, Strange: t.strange, compile: compiled}, nil
}

// Groups returns the number of subexpressions in parentheses.
func (p *Pattern) Groups() int { return p.compile.NumSubexp() }

// Match tells whether the expression matches somewhere in text.
func (p *Pattern) Match(text []byte) bool { return p.compile.Match(text) }

// Find returns the positions of the leftmost-longest match and of its subexpressions in pairs, nil for
// none; a subexpression that took no part has -1.
func (p *Pattern) Find(text []byte) []int { return p.compile.FindSubmatchIndex(text) }

// translator writes an extended regular expression in the syntax of package regexp.
type translator struct {
	rest    string
	out     strings.Builder
	strange []string
	depth   int
}

// maxNesting bounds parentheses within parentheses.
const maxNesting = 200

// expression translates branches until the end or a closing parenthesis of its own.
func (t *translator) expression() error {
	atom, started := "", false // the last thing that a repetition can stand behind
	flush := func() { t.out.WriteString(atom); atom, started = "", false }
	for t.rest != "" {
		c := t.rest[0]
		switch {
		case c == ')' && t.depth > 0:
			flush()
			return nil
		case c == '|':
			flush()
			t.out.WriteByte('|')
			t.rest = t.rest[1:]
		case c == '*' || c == '+' || c == '?' || c == '{' && isInterval(t.rest):
			repeat, err := t.repetition()
			if err != nil {
				return err
			}
			if !started {
				return fmt.Errorf("%s has nothing to repeat", repeat)
			}
			atom = "(?:" + atom + ")" + repeat
		default:
			flush()
			var err error
			if atom, err = t.atom(); err != nil {
				return err
			}
			started = true
		}
	}
	flush()
	if t.depth > 0 {
		return errors.New("a ( is not closed")
	}
	return nil
}

// isInterval tells whether text begins with {n}, {n,}, {,m} or {n,m}; any other { is an ordinary letter.
func isInterval(text string) bool {
	end := strings.IndexByte(text, '}')
	if end < 2 {
		return false
	}
	from, to, _ := strings.Cut(text[1:end], ",")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	return digits(from) && digits(to) && text[1:end] != ","
}

// maxRepeat is the largest count of an interval that package regexp compiles.
const maxRepeat = 1000

// repetition takes *, +, ? or an interval.
func (t *translator) repetition() (string, error) {
	if t.rest[0] != '{' {
		c := t.rest[:1]
		t.rest = t.rest[1:]
		return c, nil
	}
	end := strings.IndexByte(t.rest, '}')
	from, to, open := strings.Cut(t.rest[1:end], ",")
	t.rest = t.rest[end+1:]
	if from == "" {
		from = "0"
	}
	least, _ := strconv.Atoi(from)
	most, _ := strconv.Atoi(to)
	if len(from) > 5 || len(to) > 5 || least > maxRepeat || most > maxRepeat {
		return "", fmt.Errorf("an interval counts to more than %d", maxRepeat)
	}
	switch {
	case open && to == "":
		return "{" + from + ",}", nil
	case open && most < least:
		return "", fmt.Errorf("the interval {%s,%s} ends before it begins", from, to)
	case open:
		return "{" + from + "," + to + "}", nil
	}
	return "{" + from + "}", nil
}

// atom translates one thing that can be repeated, an anchor included.
func (t *translator) atom() (string, error) {
	c := t.rest[0]
	switch c {
	case '(':
		return t.group()
	case '[':
		return t.list()
	case '\\':
		return t.escape()
	}
	if c >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(t.rest)
		t.rest = t.rest[size:]
		return quoteRune(r), nil
	}
	t.rest = t.rest[1:]
	switch c {
	case '^':
		return `\A`, nil
	case '$':
		return `\z`, nil
	case '.':
		return ".", nil
	}
	return regexp.QuoteMeta(string(rune(c))), nil
}

// group translates a subexpression in parentheses.
func (t *translator) group() (string, error) {
	if t.depth++; t.depth > maxNesting {
		return "", fmt.Errorf("parentheses are nested more than %d deep", maxNesting)
	}
	inner := translator{rest: t.rest[1:], depth: t.depth}
	if err := inner.expression(); err != nil {
		return "", err
	}
	if inner.rest == "" {
		return "", errors.New("a ( is not closed")
	}
	t.depth--
	t.rest = inner.rest[1:]
	t.strange = append(t.strange, inner.strange...)
	return "(" + inner.out.String() + ")", nil
}

// gnuEscapes are what the C library of GNU makes of letters behind a backslash.
var gnuEscapes = map[byte]string{
	'w': `[0-9A-Za-z_]`, 'W': `[^0-9A-Za-z_]`, 's': `[ \t\n\v\f\r]`, 'S': `[^ \t\n\v\f\r]`,
	'b': `\b`, 'B': `\B`, '<': `\b`, '>': `\b`, '`': `\A`, '\'': `\z`,
}

func (t *translator) escape() (string, error) {
	if len(t.rest) == 1 {
		return "", errors.New("a backslash ends it")
	}
	c := t.rest[1]
	if c >= utf8.RuneSelf {
		t.rest = t.rest[1:]
		return t.atom()
	}
	t.rest = t.rest[2:]
	if gnu, known := gnuEscapes[c]; known {
		return gnu, nil
	}
	switch {
	case c >= '1' && c <= '9':
		return "", fmt.Errorf(`the back-reference \%c is not supported`, c)
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		t.strange = append(t.strange, fmt.Sprintf(`\%c stands for the letter %c in a POSIX expression`, c, c))
	}
	return regexp.QuoteMeta(string(rune(c))), nil
}

func quoteRune(r rune) string {
	if r == utf8.RuneError {
		return "."
	}
	return fmt.Sprintf(`\x{%x}`, r)
}

// list translates a bracket expression, in which a backslash is a letter like any other.
func (t *translator) list() (string, error) {
	text := t.rest[1:]
	var out strings.Builder
	out.WriteByte('[')
	if strings.HasPrefix(text, "^") {
		out.WriteByte('^')
		text = text[1:]
	}
	for first := true; ; first = false {
		if text == "" {
			return "", errors.New("a [ is not closed")
		}
		if text[0] == ']' && !first {
			t.rest = text[1:]
			out.WriteByte(']')
			return out.String(), nil
		}
		item, rest, err := listItem(text)
		if err != nil {
			return "", err
		}
		out.WriteString(item)
		text = rest
	}
}

// classes are the character classes of POSIX, all of which package regexp knows.
const classes = " alnum alpha blank cntrl digit graph lower print punct space upper xdigit "

// listItem translates a class, a letter or a range at the start of a list.
func listItem(text string) (item, rest string, err error) {
	if strings.HasPrefix(text, "[:") {
		name, rest, closed := strings.Cut(text[2:], ":]")
		if !closed || !strings.Contains(classes, " "+name+" ") {
			return "", "", fmt.Errorf("[:%s:] is no character class", name)
		}
		return "[:" + name + ":]", rest, nil
	}
	from, text, err := listLetter(text)
	if err != nil {
		return "", "", err
	}
	if len(text) < 2 || text[0] != '-' || text[1] == ']' {
		return quoteListed(from), text, nil
	}
	to, text, err := listLetter(text[1:])
	if err != nil {
		return "", "", err
	}
	if to < from {
		return "", "", fmt.Errorf("the range %c-%c ends before it begins", from, to)
	}
	return quoteListed(from) + "-" + quoteListed(to), text, nil
}

// listLetter takes one letter of a list; [.x.] and [=x=] name one.
func listLetter(text string) (r rune, rest string, err error) {
	for _, mark := range []string{".", "="} {
		if after, named := strings.CutPrefix(text, "["+mark); named {
			letter, rest, closed := strings.Cut(after, mark+"]")
			if !closed || utf8.RuneCountInString(letter) != 1 {
				return 0, "", fmt.Errorf("[%s%s%s] is no single letter", mark, letter, mark)
			}
			r, _ := utf8.DecodeRuneInString(letter)
			return r, rest, nil
		}
	}
	if text == "" {
		return 0, "", errors.New("a [ is not closed")
	}
	r, size := utf8.DecodeRuneInString(text)
	return r, text[size:], nil
}

func quoteListed(r rune) string { return fmt.Sprintf(`\x{%x}`, r) }
