package call

import (
	"net/netip"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/scenarios"
)

// pipe hands each message straight to the other machine once the current one is done with its own.
type pipe struct {
	buffers [][]byte
	to      []*Machine
	from    []netip.AddrPort
	head    int
	tail    int
	onWay   onWay // nil: messages come as they were sent
}

// onWay changes a message on its way to a machine, and may let another one come before it; nil for none.
type onWay func(message []byte) (changed, before []byte)

type pipeEnd struct {
	pipe  *pipe
	peer  **Machine
	local netip.AddrPort
}

func (e pipeEnd) Buffer() []byte { return e.pipe.buffers[e.pipe.tail%len(e.pipe.buffers)][:0] }

func (e pipeEnd) Queue(b []byte, _ netip.AddrPort, _ uint32) {
	p := e.pipe
	i := p.tail % len(p.buffers)
	p.buffers[i], p.to[i], p.from[i] = b, *e.peer, e.local
	p.tail++
}

// BenchmarkCall is a whole call on both sides, INVITE to the answer to BYE, in memory: what the machine
// costs without the kernel.
func BenchmarkCall(b *testing.B) {
	trunk := &Trunk{Address: answererAddress, URI: "sip:+15550100@192.0.2.2:5060", From: "sip:sipplan@192.0.2.1:5060"}
	b.Run("one trunk", func(b *testing.B) { benchmarkCall(b, nil, trunk) })
	b.Run("routed", func(b *testing.B) {
		n := &routing.Network{Routes: []routing.Route{{Name: "pstn", Policy: routing.RoundRobin}}}
		list := make([]Trunk, 4)
		for i := range list {
			list[i] = *trunk
			n.Trunks = append(n.Trunks, routing.Trunk{Name: string(rune('a' + i)), Limits: routing.Limits{Circuits: 100}})
			n.Routes[0].Trunks = append(n.Routes[0].Trunks, n.Trunks[i].Name)
		}
		router, err := routing.New(n, routing.Shard{}, nil)
		if err != nil {
			b.Fatal(err)
		}
		benchmarkCall(b, &Trunks{Router: router, List: list}, nil)
	})
}

// benchmarkCall places calls over a trunk, or over those that trunks says.
func benchmarkCall(b *testing.B, trunks *Trunks, trunk *Trunk) {
	benchmarkPrograms(b, builtIn(b, "caller"), builtIn(b, "gateway"), trunks, trunk)
}

// builtIn returns a scenario of the library.
func builtIn(t testing.TB, name string) []*scenarios.Program {
	t.Helper()
	programs, err := scenarios.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return programs
}

// benchmarkPrograms places calls of one program to another.
func benchmarkPrograms(b *testing.B, calls, answers []*scenarios.Program, trunks *Trunks, trunk *Trunk) {
	j := newJoint(b, calls, answers)
	j.caller.Reroute(trunks)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		j.call(time.Duration(i)*time.Millisecond, Attempt{Trunk: trunk})
	}
	if j.caller.cfg.Steady.Completed != uint64(b.N) {
		b.Fatalf("%d of %d calls were completed", j.caller.cfg.Steady.Completed, b.N)
	}
}

// joint is a caller and an answerer at the two ends of a pipe.
type joint struct {
	pipe
	caller, answerer *Machine
}

func newJoint(t testing.TB, calls, answers []*scenarios.Program) *joint {
	t.Helper()
	return newChangedJoint(t, calls, answers, func(_, _ *Config) {})
}

// newChangedJoint is newJoint with machines that are configured otherwise.
func newChangedJoint(t testing.TB, calls, answers []*scenarios.Program, change func(caller, answerer *Config)) *joint {
	t.Helper()
	j := &joint{}
	j.widen(16)
	config := func(programs []*scenarios.Program, peer **Machine, local netip.AddrPort) Config {
		return Config{Programs: programs, Wire: pipeEnd{&j.pipe, peer, local}, Local: local, UserAgent: "sipplan/bench",
			Machine: uint64(local.Addr().As4()[3]), Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{}}
	}
	caller, answerer := config(calls, &j.answerer, callerAddress), config(answers, &j.caller, answererAddress)
	change(&caller, &answerer)
	for _, end := range []struct {
		machine **Machine
		config  Config
	}{{&j.caller, caller}, {&j.answerer, answerer}} {
		var err error
		if *end.machine, err = NewMachine(end.config); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

// widen makes room for so many messages at a time.
func (p *pipe) widen(messages int) {
	p.buffers, p.to, p.from = make([][]byte, messages), make([]*Machine, messages), make([]netip.AddrPort, messages)
	for i := range p.buffers {
		p.buffers[i] = make([]byte, 0, 2048)
	}
}

// call begins a call at an instant and hands over all that is said then.
func (j *joint) call(now time.Duration, a Attempt) {
	a.Intended = now
	j.caller.Start(now, a)
	j.advance(now)
}

// advance fires the timers that are due, and hands over what they say.
func (j *joint) advance(now time.Duration) {
	j.deliver(now)
	j.caller.Advance(now)
	j.deliver(now)
	j.answerer.Advance(now)
	j.deliver(now)
}

// runUntil lets the clock run from now to an instant, or until nothing is left to do.
func (j *joint) runUntil(now, end time.Duration) {
	for next := min(j.caller.Next(), j.answerer.Next()); next <= end; next = min(j.caller.Next(), j.answerer.Next()) {
		now = max(now, next)
		j.advance(now)
	}
}

func (j *joint) deliver(now time.Duration) {
	for ; j.head < j.tail; j.head++ {
		at := j.head % len(j.buffers)
		data := j.buffers[at]
		if j.onWay != nil {
			var before []byte
			if data, before = j.onWay(data); before != nil {
				j.to[at].Receive(sip.Datagram{Data: before, From: j.from[at], At: now})
			}
		}
		j.to[at].Receive(sip.Datagram{Data: data, From: j.from[at], At: now})
	}
}
