package loadgen

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// The limits from which the generator counts as the bottleneck of its own run.
const (
	// schedulingGrain is the lateness of a start that the event loop's own rhythm explains, a nap and the turn
	// behind it. It is no delay of the target's and not charged to it.
	schedulingGrain = 2 * nap
	// latenessLimit is the lateness from which a call counts as late, and the limit of its 99th percentile.
	latenessLimit = 10 * time.Millisecond
	// packetLatenessLimit is the limit of the 99th percentile of the lateness of RTP packets.
	packetLatenessLimit = 5 * time.Millisecond
)

// health judges the generator by what it did to the run.
func (g *Generator) health(r *Result) measure.Health {
	total := r.Total()
	sockets, host := g.socketStats(), g.readHost()
	health := measure.Health{
		lateness("lateness_p99", "calls started", &total.Delays[measure.Lateness], latenessLimit),
		g.notStarted(total),
		drops(sockets),
		sendErrors(sockets),
		receiveBuffer(sockets),
		hostDrops(g.host, host, sockets, &total.Media),
		g.cpu(r.Elapsed),
		g.loopGap(),
		collector(g.host, host, r.Elapsed),
		g.localPorts(),
		g.openFiles(),
	}
	health = append(health, g.connections()...)
	if !g.cfg.Media.Off {
		health = append(health, ofMedia(
			lateness("rtp_lateness_p99", "RTP packets left", &total.Media.SendLate, packetLatenessLimit),
			packetErrors(&total.Media),
			limit("rtp_skipped", "packets", float64(total.Media.Skipped), 1,
				fmt.Sprintf("%d RTP packets were never sent, because this host was more than a second behind", total.Media.Skipped)),
			limit("rtp_drops", "packets", float64(total.Media.Drops), 1,
				fmt.Sprintf("%d RTP packets overran our receive buffers: they were lost here, not on the way", total.Media.Drops)))...)
	}
	return health
}

// ofMedia marks checks that say nothing about the calls themselves.
func ofMedia(checks ...measure.Check) []measure.Check {
	for i := range checks {
		checks[i].Media = true
	}
	return checks
}

func (g *Generator) socketStats() sip.SocketStats {
	var sockets []Socket
	for _, s := range g.shards {
		countDrops(s.Socket)
		sockets = append(sockets, s.Socket)
	}
	return sumOfStats(sockets)
}

// limit makes a check of a value that must not reach a limit.
func limit(name, unit string, value, limit float64, why string) measure.Check {
	c := measure.Check{Name: name, Unit: unit, Value: value, Limit: limit}
	if value >= limit {
		c.State, c.Why = measure.Limited, why
	}
	return c
}

func lateness(name, what string, h *measure.Histogram, most time.Duration) measure.Check {
	p99 := h.Quantile(0.99)
	return limit(name, "s", p99.Seconds(), most.Seconds(),
		fmt.Sprintf("1 %% of the %s %v late or later: this host could not keep the schedule", what, p99))
}

// notStarted checks for arrivals that never became calls. Those that a stop left over are no fault.
func (g *Generator) notStarted(total *measure.Measurement) measure.Check {
	missing := total.Outcomes[measure.NotStarted] - total.NotStarted[measure.Stopped]
	why := fmt.Sprintf("%d of %d calls were not started: %s", missing, total.Offered, keptBack(total))
	for _, s := range g.shards {
		if s.Media != nil && s.Media.Cause() != nil {
			why += fmt.Sprintf(" (%v)", s.Media.Cause())
			break
		}
	}
	return limit("not_started", "calls", float64(missing), 1, why)
}

// reasonsInWords are the reasons for which the generator keeps a call back, but for a stop.
var reasonsInWords = [measure.NumReasons]string{
	measure.NoCallSlot:  "found no call slot",
	measure.NoMediaPort: "no RTP port",
	measure.SendFailed:  "could not be sent",
	measure.TrunkLimit:  "met the limits of the trunks",
	measure.NoTrunk:     "found no trunk in service",
	measure.Throttled:   "were kept from trunks that had asked for fewer",
}

// keptBack counts the calls that were not started by reason, in words.
func keptBack(total *measure.Measurement) string {
	var parts []string
	for reason, words := range reasonsInWords {
		if n := total.NotStarted[reason]; n > 0 && words != "" {
			parts = append(parts, fmt.Sprintf("%d %s", n, words))
		}
	}
	return strings.Join(parts, ", ")
}

func drops(s sip.SocketStats) measure.Check {
	if !s.DropsKnown && s.Drops == 0 {
		return measure.Check{Name: "socket_drops", Unit: "datagrams", Limit: 1, State: measure.Unavailable,
			Why: "this system does not tell how many datagrams overran the receive buffer"}
	}
	return limit("socket_drops", "datagrams", float64(s.Drops), 1,
		fmt.Sprintf("%d SIP datagrams overran our receive buffer: they look like a target that loses messages", s.Drops))
}

func sendErrors(s sip.SocketStats) measure.Check {
	return limit("send_errors", "datagrams", float64(s.SendErrors), 1,
		fmt.Sprintf("the kernel refused %d of %d SIP messages", s.SendErrors, s.Sent+s.SendErrors))
}

// BufferWarning says what to raise when the kernel grants a UDP socket less than it is asked for, "" otherwise: before
// a run, because it is only a matter of time then until messages overrun the buffer.
func BufferWarning() string {
	probe, err := sip.Listen(sip.SocketConfig{Local: netip.MustParseAddrPort("127.0.0.1:0"), Start: time.Now()})
	if err != nil {
		return "" // the run itself says so
	}
	defer probe.Close()
	return receiveBuffer(probe.Stats()).Why
}

// receiveBuffer tells when the kernel granted less than was asked for. It limits nothing by itself: what
// it leads to shows as drops.
func receiveBuffer(s sip.SocketStats) measure.Check {
	c := measure.Check{Name: "receive_buffer", Unit: "octets", Value: float64(s.ReceiveBuffer), Limit: sip.DefaultSocketBuffer}
	if s.DropsKnown && s.ReceiveBuffer > 0 && s.ReceiveBuffer < sip.DefaultSocketBuffer/2 {
		c.Why = fmt.Sprintf("the kernel granted a receive buffer of %d octets instead of %d; raise net.core.rmem_max for high rates",
			s.ReceiveBuffer, sip.DefaultSocketBuffer)
	}
	return c
}

func packetErrors(m *measure.Media) measure.Check {
	share := 0.0
	if m.Sent+m.SendErrors > 0 {
		share = float64(m.SendErrors) / float64(m.Sent+m.SendErrors)
	}
	return limit("rtp_send_errors", "ratio", share, 0.001,
		fmt.Sprintf("the kernel refused %d of %d RTP packets", m.SendErrors, m.Sent+m.SendErrors))
}
