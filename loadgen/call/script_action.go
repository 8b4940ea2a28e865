package call

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// act does the actions of a step on a message, nil for a step without one. A check that fails makes the
// call a failed one, which goes on; the actions behind it are left out.
func (s *scripts) act(c *call, st *scriptCall, step *scenarios.ScriptStep, message []byte, now time.Duration) {
	for i := range step.Actions {
		a := &step.Actions[i]
		if why := s.action(c, st, a, message, now); why == measure.FailedCallRejected {
			s.failCall(c, st, why, now)
			return
		} else if why != measure.NoFailure {
			st.failure = why
			s.warnOfCheck(c, a, why)
			return
		}
	}
}

// checkSentences say what a check found that a call fails by.
var checkSentences = map[measure.Failure]string{
	measure.FailedRegexpHdrNotFound:   "where a regular expression is looked for, there is nothing",
	measure.FailedRegexpDoesntMatch:   "a regular expression does not match",
	measure.FailedRegexpShouldntMatch: "a regular expression matches and should not",
	measure.FailedTestDoesntMatch:     "a test does not hold",
	measure.FailedTestShouldntMatch:   "a test holds and should not",
	measure.FailedStrcmpDoesntMatch:   "texts differ",
	measure.FailedStrcmpShouldntMatch: "texts are equal and should not be",
}

// warnOfCheck says which check a call fails by.
func (s *scripts) warnOfCheck(c *call, a *scenarios.Action, why measure.Failure) {
	pattern := ""
	if a.Pattern != nil {
		pattern = ": " + a.Pattern.Source
	}
	s.warn("call ", s.callID(c), " fails by line ", strconv.Itoa(a.Line), ": ", checkSentences[why], pattern)
}

// action does one action and returns why the call has failed by it.
func (s *scripts) action(c *call, st *scriptCall, a *scenarios.Action, message []byte, now time.Duration) measure.Failure {
	switch a.Op {
	case scenarios.Extract:
		return s.extract(st, a, message)
	case scenarios.Compare:
		holds := a.Compare.Holds(s.value(st, a.From).Number(), s.operand(st, a))
		return s.judge(st, a, holds, measure.FailedTestDoesntMatch, measure.FailedTestShouldntMatch, func(v *scenarios.Value) { v.SetTruth(holds) })
	case scenarios.CompareText:
		return s.compareText(c, st, a, now)
	case scenarios.StopCall:
		return measure.FailedCallRejected
	case scenarios.LookUp, scenarios.InsertRow, scenarios.ReplaceRow:
		s.onTable(c, st, a, now)
	case scenarios.SetDestination:
		return s.setDestination(c, st, a, now)
	case scenarios.PlayAction:
		s.playScript(c, st, a, now)
	case scenarios.VerifyLogin:
		s.value(st, a.Assign).SetTruth(s.verifyLogin(c, st, a, message, now))
	case scenarios.Jump:
		c.step = int(s.operand(st, a)) - 1
		if c.step < -1 || c.step >= len(s.flow.steps) {
			c.step = len(s.flow.steps) - 1
			return measure.FailedCallRejected
		}
	case scenarios.RestorePause:
		st.pausedTo = Never
		if to := time.Duration(s.operand(st, a)) * time.Millisecond; to > now {
			st.pausedTo = to
		}
	default:
		s.assign(c, st, a, now)
	}
	return measure.NoFailure
}

// operand returns the number that an action works with.
func (s *scripts) operand(st *scriptCall, a *scenarios.Action) float64 {
	if a.With >= 0 {
		return s.value(st, a.With).Number()
	}
	return a.Number
}

// judge assigns what a comparison found and checks it.
func (s *scripts) judge(st *scriptCall, a *scenarios.Action, holds bool, doesnt, shouldnt measure.Failure, assign func(*scenarios.Value)) measure.Failure {
	switch {
	case a.Check && !holds:
		return doesnt
	case a.CheckInverse && holds:
		return shouldnt
	}
	if a.Assign >= 0 {
		assign(s.value(st, a.Assign))
	}
	return measure.NoFailure
}

// extract looks for an expression and assigns what it and its subexpressions matched.
func (s *scripts) extract(st *scriptCall, a *scenarios.Action, message []byte) measure.Failure {
	part, found := message, true
	if a.Where.Part == scenarios.VariablePart {
		part = s.value(st, a.From).Text()
		found = part != nil
	} else {
		part, found = a.Where.Find(message)
	}
	if a.Check && (!found || a.Where.Part == scenarios.HeaderPart && len(part) == 0) {
		return measure.FailedRegexpHdrNotFound
	}
	at := a.Pattern.Find(part)
	switch {
	case at == nil && a.Check:
		return measure.FailedRegexpDoesntMatch
	case at != nil && a.CheckInverse:
		return measure.FailedRegexpShouldntMatch
	case at == nil:
		return measure.NoFailure
	}
	if a.Where.Part == scenarios.VariablePart { // which may be the one that is assigned to
		part = append(s.scratch[0][:0], part...)
		s.scratch[0] = part
	}
	s.value(st, a.Assign).SetText(part[at[0]:at[1]])
	for i, id := range a.Groups {
		if pair := 2 * (i + 1); pair+1 < len(at) && at[pair] >= 0 {
			s.value(st, id).SetText(part[at[pair]:at[pair+1]])
		}
	}
	return measure.NoFailure
}

func (s *scripts) compareText(c *call, st *scriptCall, a *scenarios.Action, now time.Duration) measure.Failure {
	left, right := s.value(st, a.From).Text(), s.scratch[1][:0]
	if a.With >= 0 {
		right = s.value(st, a.With).Text()
	} else {
		right = s.text(right, c, st, a.Text, now)
		s.scratch[1] = right
	}
	order := difference(left, right)
	return s.judge(st, a, order == 0, measure.FailedStrcmpDoesntMatch, measure.FailedStrcmpShouldntMatch, func(v *scenarios.Value) { v.SetNumber(float64(order)) })
}

// difference returns what C's strcmp says of two texts: 0 of equal ones, else how much the first octet in which they
// differ is greater on the left; a text that is over counts for 0.
func difference(left, right []byte) int {
	at := 0
	for at < len(left) && at < len(right) && left[at] == right[at] {
		at++
	}
	octet := func(text []byte) int {
		if at < len(text) {
			return int(text[at])
		}
		return 0
	}
	return octet(left) - octet(right)
}

// assign does the actions that change variables or leave a word, and cannot fail.
func (s *scripts) assign(c *call, st *scriptCall, a *scenarios.Action, now time.Duration) {
	switch a.Op {
	case scenarios.AssignValue:
		s.value(st, a.Assign).SetNumber(s.operand(st, a))
	case scenarios.Add, scenarios.Subtract, scenarios.Multiply, scenarios.Divide:
		s.calculate(st, a)
	case scenarios.AssignText:
		text := s.text(s.scratch[0][:0], c, st, a.Text, now)
		s.scratch[0] = text
		s.value(st, a.Assign).SetText(text)
	case scenarios.ToNumber:
		if x, ok := s.value(st, a.From).Parse(); ok {
			s.value(st, a.Assign).SetNumber(x)
		} else {
			s.warn("no number: ", s.value(st, a.From).Text())
		}
	case scenarios.Draw:
		s.value(st, a.Assign).SetNumber(a.Sample.Draw(s.random))
	case scenarios.Trim, scenarios.EncodeURL, scenarios.DecodeURL:
		s.rewrite(st, a)
	case scenarios.NoteStep:
		s.value(st, a.Assign).SetNumber(float64(c.step))
	case scenarios.NoteTime:
		at := time.Now()
		s.value(st, a.Assign).SetNumber(float64(at.Unix()))
		s.value(st, a.Groups[0]).SetNumber(float64(at.Nanosecond() / 1000))
	default:
		s.order(c, st, a, now)
	}
}

// calculate does the arithmetic of a variable.
func (s *scripts) calculate(st *scriptCall, a *scenarios.Action) {
	variable, operand := s.value(st, a.Assign), s.operand(st, a)
	x := variable.Number()
	switch a.Op {
	case scenarios.Add:
		x += operand
	case scenarios.Subtract:
		x -= operand
	case scenarios.Multiply:
		x *= operand
	case scenarios.Divide:
		if operand == 0 {
			s.warn("division by 0")
			return
		}
		x /= operand
	}
	variable.SetNumber(x)
}

// rewrite changes the text of a variable.
func (s *scripts) rewrite(st *scriptCall, a *scenarios.Action) {
	variable := s.value(st, a.Assign)
	text := append(s.scratch[0][:0], variable.Text()...)
	s.scratch[0] = text
	switch a.Op {
	case scenarios.Trim:
		text = bytes.TrimSpace(text)
	case scenarios.EncodeURL:
		text = appendEncoded(s.scratch[1][:0], text)
		s.scratch[1] = text
	case scenarios.DecodeURL:
		text = decoded(text)
	}
	variable.SetText(text)
}

// appendEncoded appends a text as a part of a URI: all but unreserved characters as %XX (RFC 3986, 2.3).
func appendEncoded(dst, text []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range text {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~' {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', digits[c>>4], digits[c&15])
	}
	return dst
}

// decoded resolves %XX in place, and + to a space. A percent sign without two digits stays; %00 ends the text, as in C.
func decoded(text []byte) []byte {
	out := text[:0]
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '+' {
			c = ' '
		} else if c == '%' && i+2 < len(text) {
			if octet, err := strconv.ParseUint(string(text[i+1:i+3]), 16, 8); err == nil {
				c = byte(octet)
				i += 2
			}
			if c == 0 {
				break
			}
		}
		out = append(out, c)
	}
	return out
}

// order does the actions that reach beyond the call.
func (s *scripts) order(c *call, st *scriptCall, a *scenarios.Action, now time.Duration) {
	switch a.Op {
	case scenarios.StopGracefully:
		s.stop.gracefully = true
		return
	case scenarios.StopNow:
		s.stop.now = true
		return
	case scenarios.CloseConnection:
		return // connections are shared by calls; the next message takes the one that is there
	}
	text := s.text(s.scratch[0][:0], c, st, a.Text, now)
	s.scratch[0] = text
	switch a.Op {
	case scenarios.Log:
		s.noteLine("log", text)
	case scenarios.Warn:
		s.warn(text)
	case scenarios.Fail:
		s.noteLine("error", text)
		s.stop.now, s.stop.cause = true, fmt.Errorf("line %d of the scenario: %s", a.Line, text)
	case scenarios.Execute:
		s.execute(string(text))
	}
}

func (s *scripts) execute(command string) {
	err := errNoScriptHost
	if s.cfg.Host != nil {
		err = s.cfg.Host.Run(command)
	}
	if err != nil {
		s.warn("command ", command, ": ", err.Error())
	}
}

// warn counts a warning and hands it to the host.
func (s *scripts) warn(parts ...any) {
	s.stats.Warnings++
	s.noteLine("warning", parts...)
}

// noteLine hands a line to the host.
func (s *scripts) noteLine(kind string, parts ...any) {
	if s.cfg.Host == nil {
		return
	}
	line := s.scratch[1][:0]
	for _, part := range parts {
		switch text := part.(type) {
		case string:
			line = append(line, text...)
		case []byte:
			line = append(line, text...)
		}
	}
	s.scratch[1] = line
	s.cfg.Host.Note(kind, line)
}

// onTable does the actions on tables.
func (s *scripts) onTable(c *call, st *scriptCall, a *scenarios.Action, now time.Duration) {
	name := s.text(s.scratch[0][:0], c, st, a.Text, now)
	s.scratch[0] = name
	table := s.cfg.Tables[string(name)]
	key := s.text(s.scratch[1][:0], c, st, a.Key, now)
	s.scratch[1] = key
	err := errNoTable
	if table != nil {
		err = s.changeTable(c, st, a, table, key, now)
	}
	if err != nil {
		s.warn("data file ", string(name), ": ", err.Error())
	}
}

var errNoTable = errors.New("was not given")

func (s *scripts) changeTable(c *call, st *scriptCall, a *scenarios.Action, table *scenarios.Table, key []byte, now time.Duration) error {
	switch a.Op {
	case scenarios.LookUp:
		s.value(st, a.Assign).SetNumber(float64(table.Lookup(key)))
		return nil
	case scenarios.InsertRow:
		return table.Insert(key)
	}
	row, err := strconv.ParseFloat(string(key), 64)
	if err != nil {
		return fmt.Errorf("row %q is no number", key)
	}
	line := s.text(s.scratch[3][:0], c, st, a.Value, now)
	s.scratch[3] = line
	return table.Replace(int(row), line)
}

// setDestination sends the further messages of a call to another address, which must be one that the run
// may reach. Names are not looked up while calls run.
func (s *scripts) setDestination(c *call, st *scriptCall, a *scenarios.Action, now time.Duration) measure.Failure {
	host := s.text(s.scratch[0][:0], c, st, a.Text, now)
	s.scratch[0] = host
	port := s.text(s.scratch[1][:0], c, st, a.Key, now)
	s.scratch[1] = port
	address, err := netip.ParseAddr(string(bytes.Trim(host, "[]")))
	number, errPort := strconv.ParseUint(string(port), 10, 16)
	to := netip.AddrPortFrom(address, uint16(number))
	if err != nil || errPort != nil || !s.reachable(c, to) {
		s.warn("setdest to ", string(host), " port ", string(port), " is refused: it must be an IP address that --allow-target names, or the target's own")
		return measure.FailedTCPConnect
	}
	c.peer = to
	return measure.NoFailure
}

// allowed checks the numbers that a request would call, emergency numbers above all. A request that would
// call one is not sent, and its call has failed.
func (s *scripts) allowed(c *call, st *scriptCall, method string, text []byte, now time.Duration) bool {
	if s.Machine.cfg.CheckNumber == nil || method != "INVITE" && method != "REFER" && method != "MESSAGE" {
		return true
	}
	_, rest, _ := bytes.Cut(text, []byte{' '})
	target, _, _ := bytes.Cut(rest, []byte{' '})
	err := s.checkNumber(target)
	if err == nil {
		err = s.checkNumber(uriOf(headerValue(text, nameTo)))
	}
	if err == nil && method == "REFER" {
		err = s.checkNumber(uriOf(headerValue(text, nameReferTo)))
	}
	if err == nil {
		return true
	}
	s.stats.Refused = err.Error()
	s.warn(method, " is not sent: ", err.Error())
	s.failCall(c, st, measure.FailedNumberRefused, now)
	return false
}

var nameReferTo = []byte("Refer-To")

// checkNumber asks whether a URI may be called. Scripts call few numbers, or a new one each time: what was
// said is kept of so many.
func (s *scripts) checkNumber(uri []byte) error {
	if len(uri) == 0 {
		return nil
	}
	err, known := s.numbers[string(uri)]
	if !known {
		err = s.Machine.cfg.CheckNumber(string(uri))
		if len(s.numbers) < maxHops {
			s.numbers[string(uri)] = err
		}
	}
	return err
}
