package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/sim"
)

// Simulation returns the document of a simulated plan: what each trunk group blocks, against its promise and against the
// formula; then the tables. With all, tables are not cut off.
func Simulation(r *sim.Result, all bool) Document {
	p := simulationPage{r}
	document := Document{Answer: p.answer()}
	for _, table := range []Table{p.groups(), p.network(), p.sources(), p.queues()} {
		if len(table.Rows) > 0 {
			document.Tables = append(document.Tables, table.cut(all))
		}
	}
	document.Notes = p.notes()
	return document
}

// simulationPage writes the parts of the document.
type simulationPage struct{ r *sim.Result }

// answer says how the worst trunk group with a promise does, then what all calls meet.
func (p simulationPage) answer() []string {
	var sentences []string
	asked, hold, open := p.promised()
	switch worst := p.worst(asked); {
	case len(asked) == 0 && len(p.r.Groups) > 0:
		sentences = append(sentences, groupSentence(&p.r.Groups[0], "", p.r)+".")
	case len(asked) == 1:
		sentences = append(sentences, groupSentence(worst, "", p.r)+".")
	case len(asked) > 1:
		sentences = append(sentences, fmt.Sprintf("%s of %s %s the promise%s; the worst is %s.", count(hold), plural(len(asked), "trunk group"), verb(hold, "hold"), untold(open), groupSentence(worst, ", which", p.r)))
	}
	if !p.r.Lost.Known {
		return append(sentences, "No call arrived.")
	}
	sentences = append(sentences, fmt.Sprintf("Of all calls %s are lost for good%s.", percent(p.r.Lost.Value), between(p.r.Lost, p.r)))
	if p.r.Dropped.Value > 0 {
		sentences = append(sentences, fmt.Sprintf("Failures end %s of the calls in progress.", percent(p.r.Dropped.Value)))
	}
	if p.r.Imprecise() {
		sentences = append(sentences, fmt.Sprintf("The precision of %s was not reached in %s replications.", percent(p.r.Settings.Precision), count(p.r.Windows)))
	}
	if p.r.Interrupted {
		sentences = append([]string{"Interrupted: the intervals are those of what was simulated until then."}, sentences...)
	}
	return sentences
}

// promised returns the groups with a promise, how many hold it, and of how many that cannot be told.
func (p simulationPage) promised() (asked []*sim.GroupResult, hold, open int) {
	for i := range p.r.Groups {
		g := &p.r.Groups[i]
		if g.Verdict != sim.NotAsked {
			asked = append(asked, g)
		}
		switch g.Verdict {
		case sim.Holds:
			hold++
		case sim.CannotTell:
			open++
		}
	}
	return asked, hold, open
}

// worst returns the group whose blocking is highest for its promise, nil for none.
func (p simulationPage) worst(groups []*sim.GroupResult) *sim.GroupResult {
	if len(groups) == 0 {
		return nil
	}
	return slices.MaxFunc(groups, func(a, b *sim.GroupResult) int {
		if a.Blocking.Value/a.Promised < b.Blocking.Value/b.Promised {
			return -1
		}
		return 1
	})
}

// groupSentence says what a trunk group blocks; which joins it to a sentence before.
func groupSentence(g *sim.GroupResult, which string, r *sim.Result) string {
	if !g.Blocking.Known {
		return g.Name + which + " was offered no call"
	}
	text := fmt.Sprintf("%s%s blocks %s of the calls offered to it%s", g.Name, which, chance(g.Blocking.Value), between(g.Blocking, r))
	switch g.Verdict {
	case sim.Holds:
		text += fmt.Sprintf(" and holds the promised %s", percent(g.Promised))
	case sim.DoesNotHold:
		text += fmt.Sprintf(" and does not hold the promised %s", percent(g.Promised))
	case sim.CannotTell:
		text += fmt.Sprintf("; whether it holds the promised %s cannot be told", percent(g.Promised))
	}
	if g.Formula != nil {
		text += fmt.Sprintf("; %s says %s", g.FormulaName, chance(*g.Formula))
	}
	return text
}

// chance writes a share that may be very small: 1.2 %, 0.0012 %, 1.1e-07 %.
func chance(share float64) string {
	if share > 0 && share < 1e-5 {
		return strconv.FormatFloat(100*share, 'g', 2, 64) + " %"
	}
	return percent(share)
}

// between writes the interval of an estimate.
func between(e sim.Estimate, r *sim.Result) string {
	if !e.Known || math.IsInf(e.High, 1) {
		return ""
	}
	return fmt.Sprintf(" (with %s confidence %s to %s)", percent(r.Settings.Confidence), chance(e.Low), chance(e.High))
}

// estimated writes a share, or that there is none.
func estimated(e sim.Estimate) string {
	if !e.Known {
		return "-"
	}
	return chance(e.Value)
}

// simulatedInterval writes the two ends of an interval.
func simulatedInterval(e sim.Estimate) string {
	if !e.Known || math.IsInf(e.High, 1) {
		return "-"
	}
	return chance(e.Low) + " to " + chance(e.High)
}

// groups is the table that answers: blocking, interval, formula, promise, verdict.
func (p simulationPage) groups() Table {
	t := Table{Title: "Trunk groups", Columns: columns("trunk group", ">circuits", ">offered", ">blocked",
		fmt.Sprintf(">%s interval", percent(p.r.Settings.Confidence)), ">formula", "by", ">promised", "verdict")}
	for i := range p.r.Groups {
		g := &p.r.Groups[i]
		formula, promised := "-", "-"
		if g.Formula != nil {
			formula = chance(*g.Formula)
		}
		if g.Promised > 0 {
			promised = percent(g.Promised)
		}
		t.Rows = append(t.Rows, []string{g.Name, circuits(g.Circuits), erlangs(g.OfferedErlangs.Value), estimated(g.Blocking), simulatedInterval(g.Blocking),
			formula, named(g.FormulaName), promised, g.Verdict.String()})
	}
	return t
}

// circuits writes a number of circuits, 0 for no limit.
func circuits(n int) string {
	if n == 0 {
		return "no limit"
	}
	return count(n)
}

// named writes a name, or that there is none.
func named(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// network is what else the trunk groups did.
func (p simulationPage) network() Table {
	t := Table{Title: "How full they were", Columns: columns("trunk group", ">carried", ">all busy", ">interval", ">peakedness", ">dropped by failures", ">attempts")}
	for i := range p.r.Groups {
		g := &p.r.Groups[i]
		t.Rows = append(t.Rows, []string{g.Name, erlangs(g.Carried.Value), estimated(g.TimeCongestion), simulatedInterval(g.TimeCongestion),
			decimal(g.Peakedness, 2), estimated(g.Dropped), count(g.Measurement.Offered)})
	}
	return t
}

// sources is what became of the calls of each kind.
func (p simulationPage) sources() Table {
	t := Table{Title: "Calls", Columns: columns("calls of", ">in "+spoken(p.r.Settings.Window), ">lost", ">interval", ">attempts blocked", ">dropped", "why attempts failed")}
	for _, s := range p.r.Sources {
		t.Rows = append(t.Rows, []string{s.Name, decimal(s.Arrived.Value, 1), estimated(s.Lost), simulatedInterval(s.Lost), estimated(s.Blocking),
			estimated(s.Dropped), causes(s.Causes)})
	}
	return t
}

// queues is how long calls waited, where the plan lets them.
func (p simulationPage) queues() Table {
	t := Table{Title: "Calls that wait for a circuit", Columns: columns("calls of", ">waited", ">interval", ">gave up waiting", ">mean wait of all attempts")}
	for _, s := range p.r.Sources {
		if s.Waited.Known {
			t.Rows = append(t.Rows, []string{s.Name, estimated(s.Waited), simulatedInterval(s.Waited), estimated(s.Left), decimal(s.MeanWait.Value, 2) + " s"})
		}
	}
	return t
}

// causes lists why attempts failed, the most frequent first.
func causes(all map[string]int64) string {
	type cause struct {
		name string
		n    int64
	}
	var list []cause
	for name, n := range all {
		list = append(list, cause{strings.ReplaceAll(name, "_", " "), n})
	}
	slices.SortFunc(list, func(a, b cause) int {
		if a.n != b.n {
			return int(max(-1, min(1, b.n-a.n)))
		}
		return strings.Compare(a.name, b.name)
	})
	var words []string
	for _, c := range list {
		words = append(words, fmt.Sprintf("%s %s", c.name, count(c.n)))
	}
	return named(strings.Join(words, ", "))
}

// notes say how it was simulated.
func (p simulationPage) notes() []string {
	s := p.r.Settings
	how := plural(p.r.Windows, "independent replication")
	if s.Batches > 0 {
		how = plural(p.r.Windows, "batch") + " of one long replication"
		how = strings.Replace(how, "batchs", "batches", 1)
	}
	notes := []string{
		fmt.Sprintf("Simulated: %s of %s each, %s calls, seed %d. The same seed gives the same figures on every machine.", how, longTime(s.Window), count(p.r.Calls), s.Seed),
		fmt.Sprintf("Warm-up: each began without calls, and %s were left out: ten times the longest mean time that a call in progress still lasts.", longTime(s.WarmUp)),
		"Intervals are Student's over the replications; blocked counts attempts that found no circuit, callers who try again included.",
	}
	if n := p.r.Model.Conversations; n > 0 {
		notes = append(notes, fmt.Sprintf("Conversations are as long as %s recorded ones, stretched to the plan's mean: coefficient of variation %.2f.",
			count(n), p.r.Model.Sources[0].Holding.Variation()))
	}
	if more := p.replications(); more > 0 {
		notes = append(notes, fmt.Sprintf("About %s replications would tell of each trunk group whether it holds (--replications), if it blocks what it did here.", count(more)))
	}
	for i := range p.r.Groups {
		if rare := p.r.Groups[i].Rare; rare != nil {
			notes = append(notes, fmt.Sprintf("%s hardly ever fills: its blocking was found by splitting at %s (RESTART), %s calls.",
				p.r.Groups[i].Name, plural(len(rare.Levels), "level"), count(rare.Calls)))
		}
	}
	for _, drill := range p.r.Model.Drills {
		notes = append(notes, "Drill: "+drill.String()+".")
	}
	return notes
}

// mostReplications is how many are worth being proposed.
const mostReplications = 100_000

// replications returns how many windows it takes until no interval of a promise is on both of its sides, if the shares stay
// what they are; 0 when all can be told, or never could.
func (p simulationPage) replications() int {
	most := 0.0
	for i := range p.r.Groups {
		g := &p.r.Groups[i]
		if g.Verdict != sim.CannotTell || !g.Blocking.Known {
			continue
		}
		half, gap := (g.Blocking.High-g.Blocking.Low)/2, math.Abs(g.Promised-g.Blocking.Value)
		need := float64(p.r.Windows) * half * half / (gap * gap)
		if g.Blocking.Value == 0 { // none was blocked: the upper end is as the calls
			need = float64(p.r.Windows) * g.Blocking.High / g.Promised
		}
		most = max(most, need)
	}
	if !(most < mostReplications) {
		return 0
	}
	return int(math.Ceil(most/10) * 10)
}

// longTime writes a time that may be long: 1 h, 30 min, 170 s.
func longTime(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Minute == 0:
		return decimal(d.Hours(), 2) + " h"
	case d >= 10*time.Minute:
		return decimal(d.Minutes(), 1) + " min"
	}
	return inSeconds(d)
}
