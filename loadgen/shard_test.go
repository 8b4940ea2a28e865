package loadgen

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// notebook is a socket that keeps what a shard sends.
type notebook struct {
	Socket
	room [4096]byte
	sent []string
}

func (n *notebook) Buffer() []byte                              { return n.room[:0] }
func (n *notebook) Queue(b []byte, to netip.AddrPort, _ uint32) { n.sent = append(n.sent, string(b)) }

// methods are the methods of what was sent.
func (n *notebook) methods() string {
	var all []string
	for _, message := range n.sent {
		method, _, _ := strings.Cut(message, " ")
		all = append(all, method)
	}
	return strings.Join(all, " ")
}

// ok returns the 200 to an INVITE.
func ok(invite string) []byte {
	answer := "SIP/2.0 200 OK\r\n"
	for line := range strings.SplitAfterSeq(invite, "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		switch name {
		case "Via", "From", "Call-ID", "CSeq":
			answer += line
		case "To":
			answer += strings.TrimSuffix(line, "\r\n") + ";tag=1\r\n"
		}
	}
	return []byte(answer + "Contact: <sip:192.0.2.2>\r\nContent-Length: 0\r\n\r\n")
}

// shardOver makes the only shard of a run over a socket that tests put in place.
func shardOver(t *testing.T, socket Socket, cfg *Config) *Shard {
	t.Helper()
	shard := &Shard{Socket: socket, Start: time.Now(), Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{}}
	var err error
	if shard.calls, err = newSchedule(cfg, 0, 1); err != nil {
		t.Fatal(err)
	}
	local := netip.MustParseAddrPort("127.0.0.1:5070")
	trunks, err := cfg.trunks().forShard(cfg, &departures{lines: []call.Line{{Local: local}}, paths: [][]int{{0}}}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	shard.Machine, err = call.NewMachine(call.Config{
		Programs: cfg.Programs, Wire: socket, Trunks: trunks, Local: local, Random: traffic.Stream(1, 1), Timers: cfg.Timers, Steady: shard.Steady, WarmUp: shard.WarmUp,
	})
	if err != nil {
		t.Fatal(err)
	}
	return shard
}

// A turn that comes late finds a call to begin and one that was to end before it. It used to send the
// INVITE first, so that calls met circuits that should have been free: at 1,000 calls a second of 30 ms
// live blocking was a seventh above Erlang B.
func TestLateTurnEndsCallsBeforeItBeginsTheNext(t *testing.T) {
	cfg := sound(t, "sip:127.0.0.1:5060")
	cfg.Arrivals, cfg.CAPS = traffic.Constant, 10 // 100 ms apart
	cfg.Holding = traffic.Duration{Mean: 50 * time.Millisecond}
	cfg.Media.Off = true
	sent := &notebook{}
	shard := shardOver(t, sent, &cfg)
	shard.launch(lead)
	if sent.methods() != "INVITE" {
		t.Fatalf("the first turn sent %q", sent.methods())
	}
	shard.Machine.Receive(sip.Datagram{Data: ok(sent.sent[0]), From: cfg.Target.Addr, At: lead + time.Millisecond})
	sent.sent = nil

	shard.launch(lead + 120*time.Millisecond)
	if got, want := sent.methods(), "BYE INVITE"; got != want {
		t.Errorf("the late turn sent %q, want %q\n%s", got, want, fmt.Sprint(sent.sent))
	}
}

// mailbox is a notebook with datagrams that wait to be read.
type mailbox struct {
	notebook
	waiting [][]sip.Datagram
	batch   []sip.Datagram
}

func (m *mailbox) Read() int {
	m.batch = nil
	if len(m.waiting) > 0 {
		m.batch, m.waiting = m.waiting[0], m.waiting[1:]
	}
	return len(m.batch)
}

func (m *mailbox) Datagram(i int) sip.Datagram        { return m.batch[i] }
func (m *mailbox) Flush()                             {}
func (m *mailbox) Wake()                              {}
func (m *mailbox) Wait(time.Duration)                 {}
func (m *mailbox) Nap(time.Duration)                  {}
func (m *mailbox) Stats() sip.SocketStats             { return sip.SocketStats{} }
func (m *mailbox) TakeUnreachable() []sip.Unreachable { return nil }

// After the process had been stopped for longer than a call waits for its answer, the loop fired the
// time-out first and read the answer, which had been there all along, after it.
func TestLoopReadsWhatWaitsBeforeItFiresTimers(t *testing.T) {
	cfg := sound(t, "sip:127.0.0.1:5060")
	cfg.Calls, cfg.Media.Off, cfg.Holding = 1, true, traffic.Duration{Mean: time.Hour}
	cfg.Timers = sip.Timers{T1: time.Millisecond, T2: 8 * time.Millisecond}
	box := &mailbox{}
	shard := shardOver(t, box, &cfg)
	shard.Start = time.Now().Add(-time.Minute)
	attempt, _ := shard.calls.peek()
	shard.launch(attempt.Intended)
	full := make([]sip.Datagram, sip.Batch) // of octets that are no message, more than one turn in time reads
	for range 2 * batchesPerTurn {
		box.waiting = append(box.waiting, full)
	}
	box.waiting = append(box.waiting, []sip.Datagram{{Data: ok(box.sent[0]), From: cfg.Target.Addr, At: attempt.Intended + time.Millisecond}})
	shard.turn.begin(attempt.Intended)

	shard.Loop(t.Context(), func(time.Duration) bool { return true })
	if got := box.methods(); got != "INVITE ACK" || shard.Steady.Outcomes[measure.Timeout] != 0 {
		t.Errorf("sent %q, and %d calls timed out, want the answer to count", got, shard.Steady.Outcomes[measure.Timeout])
	}
}
