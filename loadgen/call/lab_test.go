package call

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// lab joins a calling and an answering machine by a network in memory on a fake clock. Every message is
// kept; deliver decides what becomes of it.
type lab struct {
	t                *testing.T
	now              time.Duration
	caller, answerer *Machine
	calls, answers   measure.Measurement
	flying           []packet
	log              []string
	delay            time.Duration
	// lose tells whether a message gets lost; nil loses none.
	lose      func(message string) bool
	rough     func() []time.Duration      // delays of the copies of a message that arrive; nil: one after delay
	catch     *packet                     // takes a copy of the next message that is sent
	catchText string                      // only of one that begins so
	open      bool                        // messages may go to addresses where nobody is
	others    map[netip.AddrPort]*Machine // further answerers; nil stands for an address where nobody is
}

type packet struct {
	at       time.Duration
	data     []byte
	from, to netip.AddrPort
}

var (
	callerAddress   = netip.MustParseAddrPort("192.0.2.1:5060")
	answererAddress = netip.MustParseAddrPort("192.0.2.2:5060")
)

// labWire is one end of the lab's network.
type labWire struct {
	lab   *lab
	local netip.AddrPort
	room  [4096]byte
}

func (w *labWire) Buffer() []byte { return w.room[:0] }

func (w *labWire) Queue(b []byte, to netip.AddrPort, _ uint32) {
	line, _, _ := strings.Cut(string(b), "\r\n")
	if strings.HasPrefix(line, "SIP/2.0") {
		_, rest, _ := strings.Cut(string(b), "CSeq: ")
		cseq, _, _ := strings.Cut(rest, "\r\n")
		line = strings.TrimPrefix(line, "SIP/2.0 ") + " (" + cseq + ")"
	}
	side := "->"
	if w.local == answererAddress {
		side = "<-"
	}
	w.lab.log = append(w.lab.log, side+" "+line)
	p := packet{w.lab.now + w.lab.delay, append([]byte(nil), b...), w.local, to}
	if w.lab.catch != nil && strings.HasPrefix(side+" "+line, w.lab.catchText) {
		*w.lab.catch = packet{p.at, append([]byte(nil), b...), w.local, to}
		w.lab.catch = nil
	}
	if w.lab.lose != nil && w.lab.lose(side+" "+line) {
		return
	}
	if w.lab.rough == nil {
		w.lab.flying = append(w.lab.flying, p)
		return
	}
	for _, delay := range w.lab.rough() {
		p.at = w.lab.now + delay
		w.lab.flying = append(w.lab.flying, p)
	}
}

// catchNext keeps a copy of the next message whose log line begins with text.
func (l *lab) catchNext(text string, into *packet) { l.catch, l.catchText = into, text }

func newLab(t *testing.T, change func(caller, answerer *Config)) *lab {
	t.Helper()
	l := &lab{t: t, delay: time.Millisecond}
	base := func(program string, local netip.AddrPort, into *measure.Measurement) Config {
		p, err := scenarios.Load(program)
		if err != nil {
			t.Fatal(err)
		}
		return Config{Programs: p, Wire: &labWire{lab: l, local: local}, Local: local, UserAgent: "sipplan/test",
			Steady: into, WarmUp: &measure.Measurement{}, Random: traffic.Stream(1, 2), Machine: uint64(local.Port()) + uint64(local.Addr().As4()[3])}
	}
	c, a := base("caller", callerAddress, &l.calls), base("gateway", answererAddress, &l.answers)
	if change != nil {
		change(&c, &a)
	}
	var err error
	if l.caller, err = NewMachine(c); err != nil {
		t.Fatal(err)
	}
	if l.answerer, err = NewMachine(a); err != nil {
		t.Fatal(err)
	}
	return l
}

// place starts a call that talks for the given time.
func (l *lab) place(holding time.Duration) {
	l.caller.Start(l.now, Attempt{Intended: l.now, Holding: holding, Trunk: &Trunk{
		Name: "lab", Address: answererAddress, URI: "sip:+15550100@192.0.2.2:5060", From: "sip:sipplan@192.0.2.1:5060",
	}})
}

// runUntil lets the clock run until an instant, or until nothing is left to do.
func (l *lab) runUntil(end time.Duration) {
	for rounds := 0; ; rounds++ {
		if rounds > 200_000 {
			l.t.Fatalf("the lab never comes to rest:\n%s", strings.Join(l.log[:40], "\n"))
		}
		next := min(l.caller.Next(), l.answerer.Next())
		for _, m := range l.others {
			if m != nil {
				next = min(next, m.Next())
			}
		}
		for _, p := range l.flying {
			next = min(next, p.at)
		}
		if next == Never || next > end {
			l.now = end
			return
		}
		l.now = max(l.now, next)
		l.deliver()
		l.caller.Advance(l.now)
		l.answerer.Advance(l.now)
		for _, m := range l.others {
			if m != nil {
				m.Advance(l.now)
			}
		}
	}
}

func (l *lab) deliver() {
	waiting := l.flying
	l.flying = nil
	for _, p := range waiting {
		if p.at > l.now {
			l.flying = append(l.flying, p)
			continue
		}
		to := l.caller
		if other, known := l.others[p.to]; known {
			if to = other; to == nil {
				continue
			}
		} else if p.to == answererAddress {
			to = l.answerer
		} else if p.to != callerAddress && l.open {
			continue
		} else if p.to != callerAddress {
			l.t.Fatalf("a message to %s, where nobody is", p.to)
		}
		to.Receive(sip.Datagram{Data: p.data, From: p.from, At: l.now})
	}
}

// closed fails the test unless both sides have ended all calls and their accounts add up.
func (l *lab) closed() {
	l.t.Helper()
	for name, m := range map[string]*measure.Measurement{"caller": &l.calls, "answerer": &l.answers} {
		if err := m.CheckAccounting(); err != nil {
			l.t.Errorf("%s: %v", name, err)
		}
	}
	if n := l.caller.InProgress(); n != 0 {
		l.t.Errorf("%d calls are left at the caller", n)
	}
	if n := l.answerer.InProgress(); n != 0 {
		l.t.Errorf("%d calls are left at the answerer", n)
	}
	l.answerer.incoming.forget(l.now + time.Hour)
	if n := len(l.answerer.incoming.slots); n != 0 {
		l.t.Errorf("%d INVITEs are left in the answerer's index", n)
	}
}

// sipAddress returns the host of an address at another port.
func sipAddress(a netip.AddrPort, port uint16) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr(), port)
}
