package gate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sipplan/sipplan/planner"
)

// MaxLength is the most octets that a rule may have.
const MaxLength = 200

// SyntaxError says what is wrong with a rule and where.
type SyntaxError struct {
	Text   string // the rule
	Column int    // of the first character that is wrong, counted from 1
	Reason string // what is wrong and what is allowed
}

// Error returns the rule, the column and the reason in one line.
func (e *SyntaxError) Error() string {
	text := e.Text
	if len(text) > MaxLength {
		text = text[:MaxLength] + "…"
	}
	return fmt.Sprintf("gate %q, column %d: %s", text, e.Column, e.Reason)
}

// Parse reads one rule: a metric, a statistic where the metric has several, a comparison and a limit
// with its unit.
//
//	blocking <= 1%      pdd p95 < 250ms      answered >= 100      rtp_loss p99 < 0.5%
//
// The error is a *SyntaxError.
func Parse(text string) (Rule, error) {
	p := &parser{text: text}
	if len(text) > MaxLength {
		return Rule{}, p.fail(MaxLength, "longer than %d characters", MaxLength)
	}
	if !utf8.ValidString(text) {
		return Rule{}, p.fail(0, "not UTF-8 text")
	}
	r := Rule{Text: strings.TrimSpace(text)}
	for _, step := range []func(*Rule) error{p.metric, p.stat, p.op, p.limit} {
		if err := step(&r); err != nil {
			return Rule{}, err
		}
	}
	return r, nil
}

// parser reads a rule from left to right.
type parser struct {
	text string
	at   int // octets read
}

// fail returns an error at an octet of the text.
func (p *parser) fail(octet int, format string, args ...any) error {
	column := 1 + utf8.RuneCountInString(p.text[:min(octet, len(p.text))])
	return &SyntaxError{Text: p.text, Column: column, Reason: fmt.Sprintf(format, args...)}
}

// take skips spaces and returns the characters that follow for as long as they are wanted.
func (p *parser) take(wanted func(rune) bool) (word string, from int) {
	rest := strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace)
	from = len(p.text) - len(rest)
	end := strings.IndexFunc(rest, func(r rune) bool { return !wanted(r) })
	if end < 0 {
		end = len(rest)
	}
	p.at = from + end
	return rest[:end], from
}

func isOperator(r rune) bool { return strings.ContainsRune("<>=!≤≥", r) }

func isWord(r rune) bool { return !unicode.IsSpace(r) && !isOperator(r) }

func (p *parser) metric(r *Rule) error {
	word, from := p.take(isWord)
	if word == "" {
		return p.fail(from, "a metric is missing, such as in %q", "blocking <= 1%")
	}
	var known bool
	if r.metric, known = find(word); !known {
		if near := planner.Nearest(word, names()); near != "" {
			return p.fail(from, "unknown metric %q; did you mean %s?", word, near)
		}
		return p.fail(from, "unknown metric %q; known are %s", word, strings.Join(names(), ", "))
	}
	r.Metric = word
	return nil
}

// stat reads the statistic: p95, p(95), mean, min or max.
func (p *parser) stat(r *Rule) error {
	word, from := p.take(isWord)
	several := r.metric.delay != nil && r.Metric != "acd" || r.metric.scores != nil
	if r.Metric == "acd" {
		r.Stat = "mean"
	}
	switch {
	case word == "" && several:
		return p.fail(from, "%s needs a statistic: %s or another percentile, mean, min or max", r.Metric, r.metric.percentile())
	case word == "":
		return nil
	case !several && r.metric.shares == nil:
		return p.fail(from, "%s has no statistic %q; a comparison must follow, such as in %q", r.Metric, word, r.metric.example())
	case several && (word == "mean" || word == "min" || word == "max"):
		r.Stat = word
		return nil
	}
	return p.percentile(r, word, from)
}

func (p *parser) percentile(r *Rule, word string, from int) error {
	digits, isPercentile := strings.CutPrefix(word, "p")
	if inner, bracket := strings.CutPrefix(digits, "("); bracket {
		digits, isPercentile = strings.CutSuffix(inner, ")")
	}
	percent, ok := plainNumber(digits)
	switch {
	case !isPercentile || !ok:
		return p.fail(from, "unknown statistic %q; known are p95 or another percentile, mean, min and max", word)
	case !(percent > 0 && percent < 100):
		return p.fail(from, "a percentile lies between 0 and 100, got %s", digits)
	}
	r.Stat, r.quantile = "p"+digits, percent/100
	return nil
}

func (p *parser) op(r *Rule) error {
	word, from := p.take(isOperator)
	switch r.Op = Op(word); r.Op {
	case Less, LessEqual, Greater, GreaterEqual:
		return nil
	case Equal, NotEqual:
		if exact := r.metric.count != nil || r.Stat == "min" || r.Stat == "max"; exact {
			return nil
		}
		return p.fail(from, "%s compares only what is counted one by one; for %s use <, <=, > or >=", word, r.Metric)
	case "":
		return p.fail(from, "a comparison is missing: <, <=, >, >=, == or !=")
	}
	if meant, known := misspelt[word]; known {
		return p.fail(from, "unknown comparison %q; did you mean %s?", word, meant)
	}
	return p.fail(from, "unknown comparison %q; known are <, <=, >, >=, == and !=", word)
}

var misspelt = map[string]Op{
	"=": Equal, "===": Equal, "=<": LessEqual, "≤": LessEqual, "=>": GreaterEqual, "≥": GreaterEqual,
	"<>": NotEqual, "!": NotEqual, "!==": NotEqual,
}

// limit reads the rest of the rule as a number with its unit.
func (p *parser) limit(r *Rule) error {
	rest := strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace)
	from := len(p.text) - len(rest)
	rest = strings.TrimSpace(rest)
	if rest == "" {
		return p.fail(from, "a limit is missing, such as in %q", r.metric.example())
	}
	switch {
	case r.metric.ratio != nil:
		r.Unit = Share
		return p.share(r, rest, from)
	case r.metric.delay != nil:
		r.Unit = Seconds
		return p.duration(r, rest, from)
	case r.metric.traffic != nil:
		r.Unit = Erlangs
		return p.erlangs(r, rest, from)
	case r.metric.scores != nil:
		r.Unit = Score
		return p.score(r, rest, from)
	}
	r.Unit = Number
	return p.whole(r, rest, from)
}

// share reads a share, as 1% or as 0.01. A share of 0 or 100 % is no limit that any number of calls
// could prove.
func (p *parser) share(r *Rule, text string, from int) error {
	number, percent := strings.CutSuffix(text, "%")
	value, ok := plainNumber(strings.TrimSpace(number))
	switch {
	case !ok:
		return p.fail(from, "%q is no share; write it as 1%% or as 0.01", text)
	case percent:
		value /= 100
	case value >= 1:
		return p.fail(from, "%s without a unit is %s %%; write %s%% if you mean that", text, figures(100*value, 3), text)
	}
	switch {
	case value <= 0:
		return p.fail(from, "no number of calls proves a share of 0; use a count, such as %q", "blocked == 0")
	case value >= 1:
		return p.fail(from, "no number of calls proves a share of 100 %%; use a count, such as %q", "timeout == 0")
	}
	r.Limit = value
	return nil
}

func (p *parser) duration(r *Rule, text string, from int) error {
	value, unit := text, ""
	if end := strings.LastIndexAny(text, "0123456789."); end >= 0 {
		value, unit = text[:end+1], text[end+1:]
	}
	if _, ok := plainNumber(value); ok && strings.TrimSpace(unit) == "" {
		return p.fail(from, "%s has no unit; write %sms or %ss", text, value, value)
	}
	d, err := time.ParseDuration(value + strings.TrimSpace(unit))
	switch {
	case err != nil:
		return p.fail(from, "%q is no duration; write it as 250ms, 1.5s or 2m", text)
	case d <= 0:
		return p.fail(from, "a delay is longer than 0, got %s", text)
	}
	r.Limit = d.Seconds()
	return nil
}

func (p *parser) erlangs(r *Rule, text string, from int) error {
	value, ok := plainNumber(strings.TrimSpace(strings.TrimSuffix(text, "E")))
	if !ok {
		return p.fail(from, "%q is no number of erlangs; write it as 19.5", text)
	}
	r.Limit = value
	return nil
}

func (p *parser) score(r *Rule, text string, from int) error {
	value, ok := plainNumber(text)
	if !ok || value < 1 || value > 5 {
		return p.fail(from, "%q is no score; write a number from 1 to 5 such as 4.0", text)
	}
	r.Limit = value
	return nil
}

func (p *parser) whole(r *Rule, text string, from int) error {
	if strings.HasSuffix(text, "%") {
		return p.fail(from, "%s is a count, not a share; ratios are %s", r.Metric, ratioNames())
	}
	value, err := strconv.ParseUint(text, 10, 53)
	if err != nil {
		return p.fail(from, "%q is no count; write a whole number such as 100", text)
	}
	r.Limit = float64(value)
	return nil
}

func ratioNames() string {
	var all []string
	for _, m := range ratios {
		all = append(all, m.name)
	}
	return strings.Join(all, ", ")
}

// plainNumber reads digits with at most one point: no sign, no exponent, no separators.
func plainNumber(text string) (float64, bool) {
	if strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	value, err := strconv.ParseFloat(text, 64)
	return value, err == nil && !math.IsInf(value, 0)
}
