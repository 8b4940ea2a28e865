package reports

import (
	"fmt"
	"strings"

	"github.com/sipplan/sipplan/planner/measure"
)

// faultWords says what a fault means, after "In 3 of 120 calls".
var faultWords = [measure.NumMediaFaults]string{
	measure.NoDescription:   "the answer described no audio that we could send or hear, although we offered some",
	measure.HeardNothing:    "no RTP came from the far end, although it had announced some",
	measure.NotHeard:        "the far end reported by RTCP that it received nothing of ours",
	measure.StreamStopped:   "the far end stopped its stream more than a second before the call ended",
	measure.Interrupted:     "the far end's stream paused for more than a second and went on, without the mark of a talker's pause",
	measure.Restarted:       "the far end restarted its stream: another SSRC, or a jump of its sequence numbers",
	measure.Moved:           "RTP came from another port or host than the far end had announced; it was not accepted",
	measure.WrongPace:       "the far end sent faster or slower than real time: its media clock and ours disagree",
	measure.OtherPacketTime: "packets carried another time of audio than was agreed on",
	measure.OtherPayload:    "packets of a payload type came that was not agreed on",
	measure.SilentAudio:     "packets came, but nothing in them was louder than silence",
	measure.OtherAudio:      "audio came, but not the reference signal that was expected",
	measure.SwappedAudio:    "the reference signal of another call came",
	measure.OwnEcho:         "our own signal came back",
	measure.NotAuthentic:    "SRTP came that the keys of the session descriptions do not open: nothing of it could be heard",
	measure.PortRefused:     "the far end's host refused our RTP by ICMP: nothing listens at the port that was announced",
}

// words says what was wrong with the audio of calls, a sentence for each fault that occurred.
func (a *Audio) words(legs uint64) []string {
	var sentences []string
	for f, words := range faultWords {
		if n := a.Faults[measure.MediaFault(f).String()]; n > 0 {
			sentences = append(sentences, fmt.Sprintf("In %s of %s %s.", count(n), plural(int(legs), "call"), words))
		}
	}
	if a.KernelDrops > 0 {
		sentences = append(sentences, fmt.Sprintf("%s RTP packets overran a receive buffer of this host: they were lost here, not on the network.", count(a.KernelDrops)))
	}
	if a.NoScore > 0 {
		sentences = append(sentences, fmt.Sprintf("%s have no score: their codec has no published impairment value for the E-model.", plural(int(a.NoScore), "call")))
	}
	return sentences
}

// scoreTable shows the scores by their scale, each named.
func (r *Run) scoreTable() Table {
	t := Table{Title: "Sound", Columns: []Column{{Name: "score"}}}
	for _, name := range []string{"calls", "mean", "lowest", "p5", "p50", "best"} {
		t.Columns = append(t.Columns, Column{Name: name, Right: true})
	}
	t.Columns = append(t.Columns, Column{Name: "meaning"})
	if r.Audio == nil {
		return t
	}
	for _, row := range []struct {
		name, about string
		scores      *Scores
	}{
		{"MOS-CQE nb", "E-model, ITU-T G.107, telephone band; G.711 with loss concealment, no echo path", r.Audio.MOS},
		{"MOS-CQE wb", "E-model, ITU-T G.107.1, wideband: another scale", r.Audio.WidebandMOS},
		{"MOS-CQ remote", "what the far end claims of what it heard (RFC 3611)", r.Audio.RemoteMOS},
	} {
		if s := row.scores; s != nil {
			t.Rows = append(t.Rows, []string{row.name, count(s.Count), score(&s.Mean), score(&s.Min), score(s.P5), score(s.P50), score(&s.Max), row.about})
		}
	}
	return t
}

// worstShown is how many of the worst calls people see; JSON has them all.
const worstShown = 5

// worstTable shows the calls that sounded worst, unless all were good.
func (r *Run) worstTable() Table {
	const good = 4.3 // users very satisfied (ITU-T G.107 annex B)
	t := Table{Title: "Worst calls", Columns: []Column{{Name: "Call-ID"}}}
	for _, name := range []string{"at", "lasted", "MOS", "lost", "late", "missing", "jitter max", "longest gap"} {
		t.Columns = append(t.Columns, Column{Name: name, Right: true})
	}
	t.Columns = append(t.Columns, Column{Name: "faults"})
	if r.Audio == nil {
		return t
	}
	for _, c := range r.Audio.Worst[:min(worstShown, len(r.Audio.Worst))] {
		if c.MOS != nil && *c.MOS >= good && len(c.Faults) == 0 || c.MOS == nil && len(c.Faults) == 0 {
			continue
		}
		t.Rows = append(t.Rows, []string{
			c.Call, decimal(c.Began, 1) + " s", decimal(c.Lasts, 1) + " s", score(c.MOS), count(c.Lost), count(c.Discarded), percent(c.Missing),
			inMilliseconds(&c.MaxJitter, 1), inMilliseconds(&c.Gap, 1), orDash(len(c.Faults) > 0, strings.Join(c.Faults, ", ")),
		})
	}
	return t
}

// score writes an opinion score with two decimals, which is more than it deserves.
func score(mos *float64) string {
	if mos == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", *mos)
}

// low writes the 5th percentile, or the lowest score where there are too few for one.
func (s *Scores) low() string {
	switch {
	case s == nil:
		return "-"
	case s.P5 == nil:
		return score(&s.Min)
	}
	return score(s.P5)
}

// low writes how the worst calls sounded.
func (a *Audio) low() string {
	if a == nil {
		return "-"
	}
	return a.MOS.low()
}
