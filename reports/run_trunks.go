package reports

import (
	"fmt"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// Trunk is what the counted calls met on one trunk. A call that fails over is tried over several, so that
// the tries of all trunks are at least the calls that were started.
type Trunk struct {
	Name        string            `json:"name"`
	Tries       uint64            `json:"tries"`
	Share       *float64          `json:"tries_ratio"` // of all tries; null without any
	Outcomes    map[string]uint64 `json:"outcomes"`    // they sum to the tries
	FailedOver  uint64            `json:"failed_over"` // tries after which the call went on to another trunk
	RetryAfters uint64            `json:"retry_afters"`
	PutAside    uint64            `json:"put_aside"`
	Throttled   uint64            `json:"throttled"`
	Followed    uint64            `json:"redirections_followed"`
	Carried     *float64          `json:"carried_erlangs"`
	Response    Delay             `json:"response_ms"` // INVITE over this trunk to the first response but 100
	MOS         *Scores           `json:"mos_cqe"`     // telephone band; null without samples
	Missing     *float64          `json:"missing_ratio_p99"`
	OneWay      uint64            `json:"one_way_audio"`
}

func newTrunks(m *measure.Measurement, window time.Duration) []Trunk {
	var tries uint64
	for i := range m.Trunks {
		tries += m.Trunks[i].Tries
	}
	trunks := make([]Trunk, len(m.Trunks))
	for i := range m.Trunks {
		t := &m.Trunks[i]
		trunks[i] = Trunk{
			Name: printable(t.Name), Tries: t.Tries, Share: known(float64(t.Tries)/max(1, float64(tries)), tries > 0),
			Outcomes: outcomesOf(&t.Outcomes), FailedOver: t.MovedOn, RetryAfters: t.RetryAfters, PutAside: t.PutAside,
			Throttled: t.Throttled, Followed: t.Followed, Carried: known(t.CarriedErlangs(window)), Response: newDelay(&t.Response),
			MOS: newScores(&t.MOS), Missing: known(t.LegMissing.Quantile(0.99), t.LegMissing.Count() > 0), OneWay: t.OneWay,
		}
	}
	return trunks
}

// outcomesOf returns the classes that occurred, and those that reports always name.
func outcomesOf(classes *[measure.NumClasses]uint64) map[string]uint64 {
	all := map[string]uint64{}
	for class, n := range classes {
		if name := measure.Class(class).String(); n > 0 || name == "answered" || name == "blocked" {
			all[name] = n
		}
	}
	return all
}

// failed are the classes by which a trunk itself fails a try, beside blocking.
func (t *Trunk) failed() uint64 {
	return t.Outcomes["timeout"] + t.Outcomes["unreachable"] + t.Outcomes["target_error"]
}

// trunkTable shows what each of several trunks did.
func (r *Run) trunkTable() Table {
	t := Table{Title: "Trunks (a call that fails over is tried over several)", Columns: []Column{{Name: "trunk"}}}
	if len(r.Trunks) < 2 {
		return t
	}
	for _, name := range []string{"tries", "share", "answered", "blocked", "failed", "other", "failed over", "carried", "response p95", "MOS p5", "one way"} {
		t.Columns = append(t.Columns, Column{Name: name, Right: true})
	}
	for i := range r.Trunks {
		trunk := &r.Trunks[i]
		answered, blocked, failed := trunk.Outcomes["answered"], trunk.Outcomes["blocked"], trunk.failed()
		t.Rows = append(t.Rows, []string{
			trunk.Name, count(trunk.Tries), share(trunk.Share), count(answered), count(blocked), count(failed),
			count(trunk.Tries - answered - blocked - failed), count(trunk.FailedOver), orNone(trunk.Carried), inMilliseconds(trunk.Response.P95, 1),
			trunk.MOS.low(), count(trunk.OneWay),
		})
	}
	return t
}

// trunkNotes says what trunks did beside carrying calls.
func (r *Run) trunkNotes() []string {
	var notes []string
	for i := range r.Trunks {
		t := &r.Trunks[i]
		for _, n := range []struct {
			count uint64
			text  string
		}{
			{t.RetryAfters, "said Retry-After %s"}, {t.PutAside, "was put aside %s"},
			{t.Throttled, "asked for fewer calls and was spared %s"}, {t.Followed, "redirected calls that were followed %s"},
		} {
			if n.count > 0 {
				notes = append(notes, fmt.Sprintf("Trunk %s "+n.text+".", t.Name, plural(int(n.count), "time")))
			}
		}
	}
	return notes
}

// addTrunks adds the figures of the trunks as rows of a CSV file, each under the name of its trunk.
func (r *Run) addTrunks(add func(metric, value, unit string)) {
	for i := range r.Trunks {
		t := &r.Trunks[i]
		row := func(name string, n uint64) {
			add("trunk."+t.Name+"."+name, strconv.FormatUint(n, 10), "1")
		}
		row("tries", t.Tries)
		for class := range measure.Class(measure.NumClasses) {
			if n, there := t.Outcomes[class.String()]; there {
				row(class.String(), n)
			}
		}
		row("failed_over", t.FailedOver)
		if t.Carried != nil {
			add("trunk."+t.Name+".carried_erlangs", strconv.FormatFloat(*t.Carried, 'f', -1, 64), "E")
		}
	}
}
