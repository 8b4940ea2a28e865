// Package gate reads the rules that a run must keep, such as "blocking <= 1%" or "pdd p95 < 250ms", and
// decides whether it kept them: pass, fail, or inconclusive when there were too few calls to tell or the
// generator was the limit. A rule whose metric has no samples is never passed.
package gate

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Op is a comparison.
type Op string

// The comparisons.
const (
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
	Equal        Op = "=="
	NotEqual     Op = "!="
)

// holds reports whether value op limit.
func (o Op) holds(value, limit float64) bool {
	switch o {
	case Less:
		return value < limit
	case LessEqual:
		return value <= limit
	case Greater:
		return value > limit
	case GreaterEqual:
		return value >= limit
	case Equal:
		return value == limit
	}
	return value != limit
}

// upper reports whether the limit is an upper one.
func (o Op) upper() bool { return o == Less || o == LessEqual }

// Unit says in which unit a value is measured. Reports and JSON write it as it is.
type Unit string

// The units: shares from 0 to 1, seconds, plain numbers, erlangs and opinion scores from 1 to 5.
const (
	Share   Unit = "ratio"
	Seconds Unit = "s"
	Number  Unit = "1"
	Erlangs Unit = "E"
	Score   Unit = "MOS"
)

// Rule is one gate. Only Parse makes rules that can be evaluated.
type Rule struct {
	Text   string // as the user wrote it, without spaces at the ends
	Metric string
	Stat   string // p95, mean, min, max, or empty
	Op     Op
	Limit  float64 // in Unit
	Unit   Unit

	metric   metric
	quantile float64 // of a stat such as p95: 0.95
}

// String returns the rule as the user wrote it.
func (r Rule) String() string { return r.Text }

// format writes a value of the rule's unit for people with three significant digits: 0.85 %, 312 ms, 4,957,
// 19.8 E. A value that is not the limit is given as many as tell the two apart.
func (r Rule) format(value float64) string {
	const few, most = 3, 9
	for digits := few; digits < most; digits++ {
		if text := r.write(value, digits); value == r.Limit || text != r.write(r.Limit, digits) {
			return text
		}
	}
	return r.write(value, most)
}

// limit writes the limit as it was asked for.
func (r Rule) limit() string { return r.write(r.Limit, 12) }

func (r Rule) write(value float64, digits int) string {
	switch r.Unit {
	case Share:
		return figures(100*value, digits) + " %"
	case Seconds:
		return seconds(value, digits)
	case Erlangs:
		return figures(value, digits) + " E"
	case Score:
		return figures(value, digits)
	}
	return count(uint64(value))
}

// percent writes a share with three significant digits.
func percent(share float64) string { return figures(100*share, 3) + " %" }

// count writes a whole number with a comma before every three digits.
func count(n uint64) string {
	if n < 1000 {
		return strconv.FormatUint(n, 10)
	}
	return fmt.Sprintf("%s,%03d", count(n/1000), n%1000)
}

// figures writes a number with so many significant digits, never fewer than the whole ones, without an
// exponent and without trailing zeros.
func figures(x float64, digits int) string {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64) // 99.99 with three digits is 100
	decimals := max(0, digits-1-int(math.Floor(math.Log10(math.Abs(rounded)))))
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if decimals > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// seconds writes a delay in the unit that suits its size.
func seconds(s float64, digits int) string {
	switch {
	case s >= 1:
		return figures(s, digits) + " s"
	case s >= 1e-3 || s == 0:
		return figures(s*1e3, digits) + " ms"
	}
	return figures(s*1e6, digits) + " µs"
}
