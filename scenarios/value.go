package scenarios

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
)

// Value is what a variable of a call holds: nothing, a text, a number or a truth. Its text keeps its
// memory when it is set anew.
type Value struct {
	kind   valueKind
	number float64
	text   []byte
}

type valueKind uint8

const (
	unset valueKind = iota
	textValue
	numberValue
	truthValue
)

// MaxValue bounds the text of a variable, in octets.
const MaxValue = 64 << 10

// Set tells whether a condition on the variable holds: any text that was assigned, a number other than 0, or what is
// true. SIPp takes a number of 0 for a variable that was never assigned.
func (v *Value) Set() bool { return v.kind == textValue || v.kind != unset && v.number != 0 }

// Clear makes the variable one that was never assigned.
func (v *Value) Clear() { v.kind, v.text = unset, v.text[:0] }

// SetText assigns a copy of a text, cut at MaxValue.
func (v *Value) SetText(text []byte) {
	v.kind, v.text = textValue, append(v.text[:0], text[:min(len(text), MaxValue)]...)
}

// SetNumber assigns a number.
func (v *Value) SetNumber(x float64) { v.kind, v.number = numberValue, x }

// SetTruth assigns true or false.
func (v *Value) SetTruth(holds bool) {
	v.kind, v.number = truthValue, 0
	if holds {
		v.number = 1
	}
}

// Text returns the text of a variable that has one, nil of another. It is valid until the next change.
func (v *Value) Text() []byte {
	if v.kind != textValue {
		return nil
	}
	return v.text
}

// Number returns the number of a variable that has one, 0 of another.
func (v *Value) Number() float64 {
	if v.kind == numberValue {
		return v.number
	}
	return 0
}

// Parse returns the value as a number: a number itself, 1 for true, and of a text what C's strtod makes of the whole of
// it, which takes space before a number, none behind it, and an empty text for 0.
func (v *Value) Parse() (x float64, ok bool) {
	switch v.kind {
	case numberValue, truthValue:
		return v.number, true
	case textValue:
		return parseNumber(string(bytes.TrimLeft(v.text, " \t\r\n\v\f")), len(v.text) == 0)
	}
	return 0, false
}

// parseNumber reads a number as C's strtod does, which takes 0x10 and has no underscores between digits; one that is too
// large is infinite.
func parseNumber(text string, none bool) (x float64, ok bool) {
	if none {
		return 0, true
	}
	if strings.ContainsRune(text, '_') {
		return 0, false
	}
	if bare := strings.ToLower(strings.TrimLeft(text, "+-")); strings.HasPrefix(bare, "0x") && !strings.Contains(bare, "p") {
		text += "p0"
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil || errors.Is(err, strconv.ErrRange)
}

// Append appends the value as a message shows it: a number with six decimals, nothing for no value and, as SIPp does,
// for a number of 0.
func (v *Value) Append(dst []byte) []byte {
	switch v.kind {
	case textValue:
		return append(dst, v.text...)
	case numberValue:
		if v.number == 0 {
			return dst
		}
		switch {
		case math.IsNaN(v.number):
			return append(dst, "nan"...)
		case math.IsInf(v.number, 0):
			return append(dst, strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(v.number, 'f', -1, 64)), "+")...)
		}
		return strconv.AppendFloat(dst, v.number, 'f', 6, 64)
	case truthValue:
		return strconv.AppendBool(dst, v.number != 0)
	}
	return dst
}
