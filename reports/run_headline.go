package reports

import (
	"fmt"
	"strings"
)

// fates says of each class but answered what became of its calls.
var fates = map[string]string{
	"user":         "were refused by the called user",
	"number":       "had a number that the target does not know",
	"blocked":      "found no circuit free",
	"redirected":   "were sent elsewhere by the target, which is not followed",
	"policy":       "were refused by a rule of the target",
	"target_error": "met an error of the target",
	"timeout":      "got no answer in time",
	"unreachable":  "found nobody at the target",
	"unexpected":   "went otherwise than the scenario allows",
}

// headlines returns what goes before every verdict: why the run ended before its time, that most calls came to the same end, which was no
// answer, and what to try then, and that media went one way only.
func (r *Run) headlines() []string {
	var sentences []string
	fate, remedy := r.fate()
	for _, sentence := range []string{r.halted, fate, remedy, r.mismatch(), r.oneWay()} {
		if sentence != "" {
			sentences = append(sentences, sentence)
		}
	}
	return sentences
}

// fate says how most calls ended, unless they were answered, and what to try then. That calls are blocked is what the
// verdict on a trunk says.
func (r *Run) fate() (text, remedy string) {
	for _, o := range r.Totals.outcomes() {
		fate, known := r.Load.fate(o.class)
		if !known || 2*o.calls <= r.Totals.Offered || o.class == "blocked" && r.Acceptance != nil {
			continue
		}
		if one, plural := strings.CutPrefix(fate, "were "); plural {
			fate = was(o.calls) + " " + one
		}
		code := r.mostly(o)
		remedy = r.remedy(o.class, code)
		if code != "" {
			code = ", " + code
		}
		return fmt.Sprintf("%s of %s (%s) %s: %s%s.", count(o.calls), r.Load.calls(r.Totals.Offered),
			shareOf(o.calls, r.Totals.Offered), fate, o.class, code), remedy
	}
	return "", ""
}

// mostly names the code with which at least half of the calls of a class ended, empty for none.
func (r *Run) mostly(o outcome) string {
	if o.class == "unreachable" || o.class == "timeout" {
		return ""
	}
	for code, n := range r.SIP.Codes {
		if code >= "300" && 2*n > r.Totals.Offered {
			return code
		}
	}
	return ""
}

// without says whether calls that lasted had no RTP in either direction and none was promised to them.
func (r *Run) without() bool {
	m, lasted := r.RTP, r.Delays.SDT.Max
	return m.Sent == 0 && m.Received == 0 && r.Audio.Promised == 0 && m.Legs > 0 && lasted != nil && *lasted >= 1000
}

// oneWay says that no packet came back, that audio did not flow both ways in more than one call of a hundred, or
// nothing: notes tell of single calls.
func (r *Run) oneWay() string {
	m := r.RTP
	if m == nil {
		return ""
	}
	if r.without() {
		return fmt.Sprintf("No RTP flowed in either direction: in %s the target answered that it takes none, by port 0 or on hold.", plural(int(m.Legs), "call"))
	}
	switch few := 100*r.Audio.OneWay <= r.Audio.Promised; {
	case few && (m.Sent == 0 || m.Received > 0 || m.Silent == 0):
		return ""
	case m.Received > 0 || m.Sent == 0:
		return fmt.Sprintf("Audio did not flow both ways in %s of %s that were promised it.", count(r.Audio.OneWay), plural(int(r.Audio.Promised), "call"))
	}
	if m.Foreign > 0 {
		return fmt.Sprintf("Nothing could be heard of the target: %s packets went out in %s, and the %s that came in belonged to none of their streams.",
			count(m.Sent), plural(int(m.Legs), "call"), count(m.Foreign))
	}
	return fmt.Sprintf("No RTP came back from the target: %s packets went out in %s, and none came in.",
		count(m.Sent), plural(int(m.Legs), "call"))
}
