package reports

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/reports/gate"
)

// Document returns the report for people: the verdict in words, the promise and the gates with what was
// measured beside them, then what became of every call.
func (r *Run) Document() Document {
	d := Document{Answer: r.answer(), Notes: r.notes()}
	tables := append([]Table{r.promiseTable(), r.gateTable()}, r.drillTables()...)
	for _, table := range append(tables, r.outcomeTable(), r.flowTable(), r.mismatchTable(), r.trunkTable(), r.figureTable(), r.delayTable(), r.scoreTable(), r.worstTable(), r.healthTable()) {
		if len(table.Rows) > 0 {
			d.Tables = append(d.Tables, table)
		}
	}
	if r.Script != nil {
		if sentence := r.Script.Sentence(); !slices.Contains(d.Answer, sentence) {
			d.Answer = append(d.Answer, sentence)
		}
		d.Tables = append(d.Tables, r.Script.Tables()...)
	}
	return d
}

// answer says first how most calls ended if they were not answered, then the verdict, then why, then what to do about it.
func (r *Run) answer() []string {
	sentences := slices.Concat(r.headlines(), r.verdict(), r.drillSentences(), r.Why, r.Health.mediaWhy(), []string{r.Health.remedy()})
	var all []string
	for _, sentence := range sentences {
		if sentence != "" && !slices.Contains(all, sentence) {
			all = append(all, sentence)
		}
	}
	return all
}

// verdict says the verdict and, of a trunk, the reasons for it.
func (r *Run) verdict() []string {
	switch {
	case r.Acceptance != nil:
		sentences := append([]string{r.verdictOnTrunk()}, r.Acceptance.Why...)
		if r.gatesWith(gate.Fail) > 0 {
			sentences = append(sentences, r.broken())
		}
		return sentences
	case r.Verdict == gate.Fail && r.gatesWith(gate.Fail) == 0:
		return []string{"Fail."}
	case r.Verdict == gate.Fail:
		return []string{r.broken()}
	case r.Verdict == gate.Inconclusive:
		return []string{"Inconclusive: this run can neither pass nor fail."}
	case len(r.Gates) == 0:
		return []string{fmt.Sprintf("The run is complete: %s of %s %s answered. No gate was set.",
			count(r.Totals.Answered), r.Load.calls(r.Totals.Offered), wasOf(r.Totals.Answered, r.Totals.Offered))}
	}
	return []string{fmt.Sprintf("Pass: %s kept.", plural(len(r.Gates), "gate"))}
}

// verdictOnTrunk is the sentence that the verify command is for.
func (r *Run) verdictOnTrunk() string {
	promise := fmt.Sprintf("at most %s blocking", percent(r.Acceptance.Promise.Blocking))
	if a := r.Acceptance.Promise; a.Erlangs > 0 {
		promise += " at " + erlangs(a.Erlangs)
	}
	if live := r.Acceptance.Live.Offered; live > 0 {
		promise += fmt.Sprintf(" (%s measured as offered)", erlangs(live))
	}
	switch r.Acceptance.Verdict {
	case acceptance.Holds:
		return "The trunk holds its promise of " + promise + "."
	case acceptance.DoesNotHold:
		return "The trunk does not hold its promise of " + promise + "."
	}
	return "Cannot tell whether the trunk holds its promise of " + promise + "."
}

// broken says how many gates failed.
func (r *Run) broken() string {
	return fmt.Sprintf("Fail: %s of %s broken.", count(r.gatesWith(gate.Fail)), plural(len(r.Gates), "gate"))
}

func (r *Run) gatesWith(v gate.Verdict) (n int) {
	for _, g := range r.Gates {
		if g.Verdict == v {
			n++
		}
	}
	return n
}

// notes says what the tables leave out.
func (r *Run) notes() []string {
	var notes []string
	if r.Acceptance != nil {
		for _, assumption := range r.Acceptance.Assumptions {
			if !slices.Contains(r.Acceptance.Why, assumption) {
				notes = append(notes, assumption)
			}
		}
		notes = append(notes, r.Acceptance.Effects...)
	}
	for _, g := range r.Gates {
		if g.Note != "" && !slices.Contains(notes, g.Note) && (r.Acceptance == nil || !slices.Contains(r.Acceptance.Why, g.Note)) {
			notes = append(notes, g.Note)
		}
	}
	if early := r.early(); early != "" {
		notes = append(notes, early)
	}
	if r.RTP != nil {
		notes = append(notes, r.RTP.sentence())
		notes = append(notes, r.Audio.words(r.RTP.Legs)...)
	}
	notes = append(notes, r.trunkNotes()...)
	if saved := r.Saving.sentence(); saved != "" {
		notes = append(notes, saved)
	}
	if r.SIP.Oversized > 0 {
		notes = append(notes, fmt.Sprintf("%s longer than 1,300 octets left over UDP, where they may get lost in pieces (RFC 3261, 18.1.1); the target takes no TCP.", plural(int(r.SIP.Oversized), "request")))
	}
	if r.SIP.RefreshesRefused > 0 {
		notes = append(notes, fmt.Sprintf("Of %s refreshes of bindings, subscriptions and sessions, %s %s refused or not answered.",
			count(r.SIP.Refreshes+r.SIP.RefreshesRefused), count(r.SIP.RefreshesRefused), was(r.SIP.RefreshesRefused)))
	}
	return append(notes, r.messages(), r.generator(), r.Load.sentence(), fmt.Sprintf("%s, seed %d, %s, %s from %s.",
		strings.Join(r.Targets, ", "), r.Seed, r.Version, passed(r.Duration), r.Started.Format(time.RFC3339)))
}

// early counts the answered calls that ended before their time. A call that the end of the run cut has no
// session duration.
func (r *Run) early() string {
	dropped, cut := r.Counted.Dropped, r.Counted.Answered-min(r.Counted.Answered, r.Delays.SDT.Count)
	if dropped+cut == 0 || !r.Load.sessions() {
		return ""
	}
	return fmt.Sprintf("Of %s answered, %s ended otherwise than planned (hung up by the far end, or no answer to BYE: dropped) and %s %s cut by the end of the run.",
		plural(int(r.Counted.Answered), "call"), count(dropped), count(cut), was(cut))
}

// was puts the verb in agreement with a number of calls.
func was(n uint64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// wasOf puts the verb in agreement with a number of so many calls: 0 of 2 were, 0 of 1 was.
func wasOf(n, all uint64) string {
	if all == 1 {
		n = 1
	}
	return was(n)
}

// sentence sums up the packets.
func (m *RTP) sentence() string {
	text := fmt.Sprintf("RTP: %s packets sent, %s received of %s expected, %s lost (%s); %s of %s silent, which expected packets and received none",
		count(m.Sent), count(m.Received), count(m.Expected), count(m.Lost), share(m.Loss), count(m.Silent), plural(int(m.Legs), "call"))
	if m.WorstLoss != nil {
		text += "; the worst call lost " + percent(*m.WorstLoss)
	}
	return text + "."
}

// sentence says what was to be offered.
func (l Load) sentence() string {
	var parts []string
	add := func(set bool, format string, args ...any) {
		if set {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(l.Erlangs > 0 && l.sessions(), "%s", erlangs(l.Erlangs))
	add(l.CAPS > 0, "%s per second", l.rate(decimal(l.CAPS, 2)))
	add(l.Users > 0, "%s who call again as soon as their call is over", plural(int(l.Users), "user"))
	add(l.Arrivals != "" && l.Users == 0, "%s arrivals", l.Arrivals)
	add(l.AHT > 0 && l.sessions(), "calls of %s on average", passed(l.AHT))
	add(l.Hold != "" && l.sessions(), "conversations %s", l.Hold)
	add(l.Compress > 1, "compressed %s times", decimal(l.Compress, 2))
	add(l.WarmUp > 0, "%s to warm up", passed(l.WarmUp))
	add(l.Duration > 0, "%s of arrivals", passed(l.Duration))
	add(l.Calls > 0, "%s", l.calls(l.Calls))
	add(l.MaxCalls > 0, "at most %s at a time", count(l.MaxCalls))
	add(l.Media != "", "media %s", l.Media)
	return "Load: " + orDash(len(parts) > 0, strings.Join(parts, ", ")) + "."
}

// passed writes a number of seconds for a sentence.
func passed(seconds float64) string {
	if seconds > 0 && seconds < 1 {
		return decimal(1e3*seconds, 1) + " ms"
	}
	return spoken(time.Duration(math.Round(seconds*10)) * 100 * time.Millisecond)
}

// messages sums up the signalling.
func (r *Run) messages() string {
	codes := make([]string, 0, len(r.SIP.Codes))
	for _, code := range slices.Sorted(maps.Keys(r.SIP.Codes)) {
		codes = append(codes, code+" × "+count(r.SIP.Codes[code]))
	}
	return fmt.Sprintf("SIP: final responses %s; %s sent again, %s received again, %s stray, %s malformed.",
		orDash(len(codes) > 0, strings.Join(codes, ", ")), count(total(r.SIP.RetransmittedSent)), count(total(r.SIP.RetransmittedReceived)),
		count(r.SIP.Strays), count(r.SIP.Malformed))
}

// generator is the line on the health of the generator.
func (r *Run) generator() string {
	states := map[string]int{}
	for _, c := range r.Health.Checks {
		states[c.State]++
	}
	return fmt.Sprintf("Generator: %d of %d checks ok, %d limited, %d unavailable; the accounting %s.",
		states[measure.Fine.String()], len(r.Health.Checks), states[measure.Limited.String()], states[measure.Unavailable.String()],
		strings.Replace(r.Health.Accounting, accountingCloses, "closes: every call is in one class", 1))
}

// total adds up counters.
func total(counters map[string]uint64) uint64 {
	var sum uint64
	for _, n := range counters {
		sum += n
	}
	return sum
}
