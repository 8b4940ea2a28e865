package recording

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"
)

// WriteLadder writes the call for people: what became of it, its messages as a ladder between the two ends with the
// packets in between counted, then the messages in full. start is the origin of the run clock.
func (r *Recording) WriteLadder(w io.Writer, start time.Time) error {
	out := bufio.NewWriter(w)
	all := r.inOrder()
	fmt.Fprintf(out, "Call-ID %s\n%s\n", printable(r.CallID), r.summary())
	if len(all) == 0 {
		fmt.Fprintln(out, "Nothing of it was recorded.")
		return out.Flush()
	}
	fmt.Fprintf(out, "Times in seconds from %s on.\n\n", start.Add(all[0].At).UTC().Format("2006-01-02T15:04:05.000000Z"))
	l := ladder{out, all[0].At}
	l.rungs(all)
	if r.Left > 0 {
		fmt.Fprintf(out, "\n%d datagrams are not in this recording: it was large enough.\n", r.Left)
	}
	for _, d := range all {
		if d.Kind == SIP {
			fmt.Fprintf(out, "\n%10.6f  %s -> %s\n%s", (d.At - all[0].At).Seconds(), d.From, d.To, indented(d.Data))
		}
	}
	return out.Flush()
}

// summary says in a line what became of the call.
func (r *Recording) summary() string {
	text := "Outcome: " + r.Class.String()
	if !r.Heard {
		return text + "."
	}
	a := &r.Audio
	if a.Scored {
		text += fmt.Sprintf("; MOS-CQE %s %.2f, R %.1f", a.Scale, a.MOS, a.R)
	}
	text += fmt.Sprintf("; %d packets expected, %d lost, %d too late, jitter %.3f ms mean and %.3f ms at most, longest gap %.1f ms",
		a.Expected, a.Lost, a.Discarded, inMilliseconds(a.MeanJitter), inMilliseconds(a.MaxJitter), inMilliseconds(a.LongestGap))
	if names := a.Faults.Names(); len(names) > 0 {
		text += "; " + strings.Join(names, ", ")
	}
	return text + "."
}

func inMilliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ladder draws the messages of a call between our end, on the left, and the other one.
type ladder struct {
	out   io.Writer
	start time.Duration
}

// rungWidth is the room for a message between the two ends.
const rungWidth = 58

// packets counts the RTP or RTCP packets between two messages, in one direction.
type packets struct {
	rtp, rtcp int
	first     time.Duration
}

func (p *packets) count(d Datagram) {
	if p.rtp+p.rtcp == 0 {
		p.first = d.At
	}
	if d.Kind == RTP {
		p.rtp++
	} else {
		p.rtcp++
	}
}

// rungs draws the whole call.
func (l *ladder) rungs(all []Datagram) {
	left, right := ends(all)
	fmt.Fprintf(l.out, "%10s  %-*s%*s\n", "", rungWidth/2, left, rungWidth-rungWidth/2, right)
	var sent, received packets
	for _, d := range all {
		switch {
		case d.Kind == SIP:
			l.between(&sent, &received)
			l.rung(d.At, title(d.Data), d.Sent, "-")
		case d.Sent:
			sent.count(d)
		default:
			received.count(d)
		}
	}
	l.between(&sent, &received)
}

// ends returns where the messages of the call went from and to.
func ends(all []Datagram) (ours, theirs netip.AddrPort) {
	for _, d := range all {
		switch {
		case d.Kind == SIP && d.Sent:
			return d.From, d.To
		case d.Kind == SIP:
			ours, theirs = d.To, d.From
		}
	}
	return ours, theirs
}

// between writes the packets since the last message.
func (l *ladder) between(sent, received *packets) {
	for _, p := range []*packets{sent, received} {
		var parts []string
		if p.rtp > 0 {
			parts = append(parts, fmt.Sprintf("%d RTP", p.rtp))
		}
		if p.rtcp > 0 {
			parts = append(parts, fmt.Sprintf("%d RTCP", p.rtcp))
		}
		if len(parts) > 0 {
			l.rung(p.first, strings.Join(parts, ", "), p == sent, "=")
		}
		*p = packets{}
	}
}

// rung writes one arrow.
func (l *ladder) rung(at time.Duration, text string, sent bool, line string) {
	const ends = len("||") + len(">") + 2*len("--") // what stands around the text
	text = " " + text + " "
	if most := rungWidth - ends; len(text) > most {
		text = text[:most-2] + "~ "
	}
	stroke := strings.Repeat(line, rungWidth-ends-len(text))
	arrow := "|" + line + line + text + stroke + line + line + ">|"
	if !sent {
		arrow = "|<" + line + line + stroke + text + line + line + "|"
	}
	fmt.Fprintf(l.out, "%10.6f  %s\n", (at - l.start).Seconds(), arrow)
}

// title returns the first line of a message, short: the method and URI, or the status; with a description, SDP.
func title(message []byte) string {
	line, rest, _ := bytes.Cut(message, []byte("\r\n"))
	text := strings.TrimSuffix(strings.TrimPrefix(printable(string(line)), "SIP/2.0 "), " SIP/2.0")
	if _, body, found := bytes.Cut(rest, []byte("\r\n\r\n")); found && bytes.HasPrefix(body, []byte("v=0")) {
		text += " (SDP)"
	}
	return text
}

// indented returns a message line by line, as text that no terminal obeys.
func indented(message []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(message) {
		b.WriteString("            " + printable(strings.TrimRight(string(line), "\r\n")) + "\n")
	}
	return b.String()
}

// printable returns text without control characters, which a far end could send to a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '.'
		}
		return r
	}, text)
}
