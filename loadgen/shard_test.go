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

// A turn that comes late finds a call to begin and one that was to end before it. It used to send the
// INVITE first, so that calls met circuits that should have been free: at 1,000 calls a second of 30 ms
// live blocking was a seventh above Erlang B.
func TestLateTurnEndsCallsBeforeItBeginsTheNext(t *testing.T) {
	cfg := sound(t, "sip:127.0.0.1:5060")
	cfg.Arrivals, cfg.CAPS = traffic.Constant, 10 // 100 ms apart
	cfg.Holding.Mean = 50 * time.Millisecond
	cfg.Media.Off = true
	local := netip.MustParseAddrPort("127.0.0.1:5070")
	sent := &notebook{}
	shard := &Shard{Socket: sent, Start: time.Now(), Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{}}
	var err error
	if shard.calls, err = newSchedule(&cfg, cfg.trunk(local), 0, 1); err != nil {
		t.Fatal(err)
	}
	shard.Machine, err = call.NewMachine(call.Config{
		Program: cfg.Program, Wire: sent, Local: local, Random: traffic.Stream(1, 1), Steady: shard.Steady, WarmUp: shard.WarmUp,
	})
	if err != nil {
		t.Fatal(err)
	}
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
