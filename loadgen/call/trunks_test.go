package call

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// gatewayAddress returns where the n-th gateway of a trunk lab is, from 1.
func gatewayAddress(n int) netip.AddrPort {
	return netip.MustParseAddrPort(fmt.Sprintf("192.0.2.%d:5060", 1+n))
}

// trunkLab is a lab whose calls go over trunks gw1, gw2, ... in a route; change may say more about it. The
// first gateway is the lab's answerer.
func trunkLab(t *testing.T, gateways int, change func(n *routing.Network)) *lab {
	t.Helper()
	n := &routing.Network{Routes: []routing.Route{{Name: "pstn"}}}
	list := []Trunk{}
	for i := range gateways {
		name := fmt.Sprintf("gw%d", i+1)
		n.Trunks = append(n.Trunks, routing.Trunk{Name: name})
		n.Routes[0].Trunks = append(n.Routes[0].Trunks, name)
		at := gatewayAddress(i + 1)
		list = append(list, Trunk{Name: name, Address: at, URI: "sip:+15550100@" + at.String(), From: "sip:sipplan@192.0.2.1:5060"})
	}
	if change != nil {
		change(n)
	}
	router, err := routing.New(n, routing.Shard{}, traffic.Stream(1, 3))
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, func(caller, _ *Config) { caller.Trunks = &Trunks{Router: router, List: list} })
	l.others = map[netip.AddrPort]*Machine{}
	for i := 2; i <= gateways; i++ {
		l.others[gatewayAddress(i)] = l.gateway(i)
	}
	return l
}

// gateway returns an answering machine at the place of the n-th gateway.
func (l *lab) gateway(n int) *Machine {
	l.t.Helper()
	programs, err := scenarios.Load("gateway")
	if err != nil {
		l.t.Fatal(err)
	}
	m, err := NewMachine(Config{Programs: programs, Wire: &labWire{lab: l, local: gatewayAddress(n)}, Local: gatewayAddress(n), UserAgent: "sipplan/test",
		Steady: &measure.Measurement{}, WarmUp: &measure.Measurement{}, Random: traffic.Stream(1, 2), Machine: uint64(n) << 32})
	if err != nil {
		l.t.Fatal(err)
	}
	return m
}

// route starts a call that the router finds a trunk for.
func (l *lab) route(holding time.Duration) {
	l.caller.Start(l.now, Attempt{Intended: l.now, Holding: holding})
}

// settled ends the accounts of the caller, fails the test unless they add up, and returns them by trunk.
func (l *lab) settled() map[string]measure.Trunk {
	l.t.Helper()
	l.caller.SettleTrunks()
	if err := l.calls.CheckAccounting(); err != nil {
		l.t.Error(err)
	}
	if n := l.caller.InProgress(); n != 0 {
		l.t.Errorf("%d calls are left at the caller", n)
	}
	trunks := map[string]measure.Trunk{}
	for _, trunk := range l.calls.Trunks {
		trunks[trunk.Name] = trunk
		if busy := l.caller.trunks.Router.TrunkState(trunk.Place).Busy; busy != 0 {
			l.t.Errorf("%d calls are still held on trunk %s", busy, trunk.Name)
		}
	}
	return trunks
}

func TestCallFailsOverAndIsAnsweredByTheNextTrunk(t *testing.T) {
	for _, tt := range []struct {
		name     string
		break1   func(l *lab)
		class    measure.Class // of the try over the first trunk
		answered time.Duration // delay of the answer at least
	}{
		{"503 of a full gateway", func(l *lab) { l.answerer.cfg.Circuits = full{} }, measure.Blocked, 0},
		{"silence, after Timer B", func(l *lab) { l.others[answererAddress] = nil }, measure.Timeout, 32 * time.Second},
		{"an ICMP message", func(l *lab) {
			l.others[answererAddress] = nil
			l.runUntil(l.now + 10*time.Millisecond)
			l.caller.Unreachable(l.now, sip.Unreachable{Address: answererAddress})
		}, measure.Unreachable, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := trunkLab(t, 2, nil)
			if tt.class != measure.Unreachable {
				tt.break1(l)
				l.route(time.Second)
			} else {
				l.route(time.Second)
				tt.break1(l)
			}
			l.runUntil(2 * time.Minute)
			trunks := l.settled()
			if one := trunks["gw1"]; one.Tries != 1 || one.Outcomes[tt.class] != 1 || one.MovedOn != 1 {
				t.Errorf("gw1: %+v, want one try that moved on as %s", one, tt.class)
			}
			if two := trunks["gw2"]; two.Tries != 1 || two.Outcomes[measure.Answered] != 1 || two.MovedOn != 0 {
				t.Errorf("gw2: %+v, want one try, answered", two)
			}
			if l.calls.Offered != 1 || l.calls.Outcomes[measure.Answered] != 1 || l.calls.Completed != 1 {
				t.Errorf("offered %d, classes %v, completed %d; want one call, answered and completed", l.calls.Offered, l.calls.Outcomes, l.calls.Completed)
			}
			if least := l.calls.Delays[measure.AnswerTime].Summary().Min; least < tt.answered {
				t.Errorf("the answer took %s: delays count from the intended instant, so at least %s", least, tt.answered)
			}
			if hold := l.calls.CircuitTime; hold > 2*time.Second {
				t.Errorf("a circuit counts as held for %s, want the time on the second trunk alone", hold)
			}
		})
	}
}

func TestInviteOverTheNextTrunkIsANewTransactionOfTheSameCall(t *testing.T) {
	l := trunkLab(t, 2, nil)
	l.answerer.cfg.Circuits = full{}
	var first, second packet
	l.catchNext("-> INVITE sip:+15550100@192.0.2.2", &first)
	l.route(time.Second)
	l.catchNext("-> INVITE sip:+15550100@192.0.2.3", &second)
	l.runUntil(time.Minute)
	l.settled()
	var one, two sip.Message
	for _, scanned := range []struct {
		p packet
		m *sip.Message
	}{{first, &one}, {second, &two}} {
		if err := sip.Scan(scanned.p.data, scanned.m); err != nil {
			t.Fatal(err)
		}
	}
	if string(one.CallID) != string(two.CallID) || string(one.FromTag) != string(two.FromTag) {
		t.Errorf("Call-ID and tag of the second INVITE are %s and %s, want those of the first", two.CallID, two.FromTag)
	}
	if string(one.Branch) == string(two.Branch) || two.CSeq <= one.CSeq {
		t.Errorf("branch %s and CSeq %d of the second INVITE, want new ones after %s and %d", two.Branch, two.CSeq, one.Branch, one.CSeq)
	}
}

func TestOutcomesThatEndTheSearchAreThoseOfTheCalledUser(t *testing.T) {
	l := trunkLab(t, 2, func(n *routing.Network) { n.Routes[0].FailOver.On = []routing.Outcome{routing.Timeout} })
	l.answerer.cfg.Circuits = full{}
	l.route(time.Second)
	l.runUntil(time.Minute)
	if trunks := l.settled(); trunks["gw2"].Tries != 0 || l.calls.Outcomes[measure.Blocked] != 1 {
		t.Errorf("%d tries over gw2 and classes %v, want none and one call blocked", trunks["gw2"].Tries, l.calls.Outcomes)
	}
}

func TestCallEndsAsItsLastTryDid(t *testing.T) {
	l := trunkLab(t, 3, nil)
	l.answerer.cfg.Circuits = full{}
	l.others[gatewayAddress(2)] = nil
	l.others[gatewayAddress(3)].cfg.Circuits = full{}
	l.route(time.Second)
	l.runUntil(2 * time.Minute)
	trunks := l.settled()
	if l.calls.Outcomes[measure.Blocked] != 1 || l.calls.Codes[503] != 2 || l.calls.InvitesSent != 3 {
		t.Errorf("classes %v, %d × 503, %d INVITEs; want blocked, two 503 and three INVITEs", l.calls.Outcomes, l.calls.Codes[503], l.calls.InvitesSent)
	}
	if isa := l.calls.ISA(); isa != (measure.Ratio{Numerator: 1, Denominator: 1}) {
		t.Errorf("ineffective attempts %v, want the one call, however many trunks refused it", isa)
	}
	if trunks["gw1"].MovedOn+trunks["gw2"].MovedOn != 2 || trunks["gw3"].MovedOn != 0 || trunks["gw2"].Outcomes[measure.Timeout] != 1 {
		t.Errorf("trunks %+v", trunks)
	}
}

func TestFailOverTimeIsShorterThanTimerB(t *testing.T) {
	l := trunkLab(t, 2, func(n *routing.Network) { n.Routes[0].FailOver.Wait = 2 * time.Second })
	l.others[answererAddress] = nil
	l.route(time.Second)
	l.runUntil(10 * time.Second)
	if trunks := l.settled(); trunks["gw1"].Outcomes[measure.Timeout] != 1 || trunks["gw2"].Outcomes[measure.Answered] != 1 {
		t.Errorf("trunks %+v, want gw2 to answer after 2s of silence at gw1", trunks)
	}
}

// TestLateAnswerOfATrunkThatWasGivenUpIsHungUp holds the first gateway's messages back until the call has
// long been answered by the second.
func TestLateAnswerOfATrunkThatWasGivenUpIsHungUp(t *testing.T) {
	l := trunkLab(t, 2, func(n *routing.Network) { n.Routes[0].FailOver.Wait = time.Second })
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.lose = func(message string) bool { return strings.HasPrefix(message, "-> INVITE sip:+15550100@192.0.2.2") }
	l.route(10 * time.Second)
	l.runUntil(3 * time.Second)
	l.lose = nil
	l.answerer.Receive(sip.Datagram{Data: invite.data, From: callerAddress, At: l.now})
	l.runUntil(time.Minute)
	trunks := l.settled()
	if trunks["gw2"].Outcomes[measure.Answered] != 1 || l.calls.Offered != 1 {
		t.Errorf("gw2 %+v, want the one call answered there", trunks["gw2"])
	}
	if l.answerer.InProgress() != 0 || l.answers.Completed != 1 {
		t.Errorf("%d calls are left at gw1 and %d were hung up, want its late answer hung up", l.answerer.InProgress(), l.answers.Completed)
	}
}

// TestRingingOfATrunkThatWasGivenUpIsCancelled is a phone that would ring for nobody.
func TestRingingOfATrunkThatWasGivenUpIsCancelled(t *testing.T) {
	l := trunkLab(t, 2, func(n *routing.Network) { n.Routes[0].FailOver.Wait = time.Second })
	l.answerer.ringing = traffic.NewSampler(traffic.Duration{Mean: time.Hour})
	var invite packet
	l.catchNext("-> INVITE", &invite)
	l.lose = func(message string) bool { return strings.HasPrefix(message, "-> INVITE sip:+15550100@192.0.2.2") }
	l.route(10 * time.Second)
	l.runUntil(3 * time.Second)
	l.lose = nil
	l.answerer.Receive(sip.Datagram{Data: invite.data, From: callerAddress, At: l.now})
	l.runUntil(time.Minute)
	l.settled()
	if l.answerer.InProgress() != 0 || l.answers.Codes[487] != 1 {
		t.Errorf("%d calls ring at gw1, codes 487: %d; want it cancelled", l.answerer.InProgress(), l.answers.Codes[487])
	}
}

func TestOwnLimitsKeepACallFromStarting(t *testing.T) {
	l := trunkLab(t, 2, func(n *routing.Network) {
		n.Trunks[0].Limits.Circuits, n.Trunks[1].Limits.Circuits = 1, 1
	})
	for range 3 {
		l.route(time.Second)
	}
	l.runUntil(time.Minute)
	trunks := l.settled()
	if l.calls.Outcomes[measure.Answered] != 2 || l.calls.NotStarted[measure.TrunkLimit] != 1 || trunks["gw1"].Tries != 1 || trunks["gw2"].Tries != 1 {
		t.Errorf("classes %v, reasons %v, trunks %+v; want one call on each trunk and one not started", l.calls.Outcomes, l.calls.NotStarted, trunks)
	}
}

func TestDrainedTrunksAreAReasonOfTheirOwn(t *testing.T) {
	l := trunkLab(t, 1, func(n *routing.Network) { n.Trunks[0].Drained = true })
	l.route(time.Second)
	if l.settled(); l.calls.NotStarted[measure.NoTrunk] != 1 {
		t.Errorf("reasons %v, want no_trunk", l.calls.NotStarted)
	}
}

func TestStoppedCallDoesNotFailOver(t *testing.T) {
	l := trunkLab(t, 2, nil)
	l.others[answererAddress] = nil
	l.route(time.Second)
	l.runUntil(time.Second)
	l.caller.Stop(l.now)
	l.runUntil(2 * time.Minute)
	if trunks := l.settled(); trunks["gw2"].Tries != 0 || l.calls.Outcomes[measure.Timeout]+l.calls.Outcomes[measure.Aborted] != 1 {
		t.Errorf("%d tries over gw2 after the stop, classes %v", trunks["gw2"].Tries, l.calls.Outcomes)
	}
}

func TestCallsTakeTheLinesOfATrunkInTurn(t *testing.T) {
	alone := Trunk{From: "sip:alone@192.0.2.1"}
	several := Trunk{From: "sip:none@192.0.2.1", Lines: []Departure{{2, "sip:a@192.0.2.3"}, {0, "sip:b@192.0.2.1"}, {1, "sip:c@192.0.2.2"}}}
	for i := range 7 {
		if line, from := alone.depart(); line != 0 || from != alone.From {
			t.Errorf("call %d of a trunk without lines leaves by line %d as %s", i, line, from)
		}
		want := several.Lines[i%3]
		if line, from := several.depart(); int(line) != want.Line || from != want.From {
			t.Errorf("call %d leaves by line %d as %s, want %d as %s", i, line, from, want.Line, want.From)
		}
	}
}

func TestCarriedTrafficOfATrunk(t *testing.T) {
	l := trunkLab(t, 2, func(n *routing.Network) { n.Routes[0].Policy = routing.RoundRobin })
	for range 4 {
		l.route(15 * time.Second)
	}
	l.runUntil(time.Minute)
	for name, trunk := range l.settled() {
		if carried, _ := trunk.CarriedErlangs(time.Minute); carried < 0.5 || carried > 0.51 {
			t.Errorf("%s carried %.4f E, want 2 calls of 15 s in a minute: 0.5", name, carried)
		}
		if trunk.Response.Count() != 2 {
			t.Errorf("%s: %d response times, want 2", name, trunk.Response.Count())
		}
	}
}

// largeLab is a lab whose INVITEs are longer than UDP should carry, with a line over TCP beside the one over
// UDP. It returns which lines were used for the messages, in their order.
func largeLab(t *testing.T, user string) (l *lab, used *[]int) {
	t.Helper()
	l = trunkLab(t, 1, nil)
	used = &[]int{}
	trunk := &l.caller.trunks.List[0]
	trunk.URI, trunk.Large = "sip:"+user+"@192.0.2.2:5060", 1
	trunk.Lines = []Departure{{Line: 0, From: trunk.From}}
	l.caller.cfg.Lines = []Line{{callerAddress, sip.UDP}, {callerAddress, sip.TCP}}
	l.caller.cfg.UseLine = func(line int) { *used = append(*used, line) }
	l.caller.lines = newLines(&l.caller.cfg)
	return l, used
}

func TestLongInviteGoesOverTCP(t *testing.T) {
	for _, tt := range []struct {
		name, user string
		line       int
	}{{"a long one", strings.Repeat("1", 500), 1}, {"a short one", "+15550100", 0}} {
		t.Run(tt.name, func(t *testing.T) {
			l, used := largeLab(t, tt.user)
			l.route(time.Second)
			l.lose = func(string) bool { return true }
			if (*used)[0] != tt.line {
				t.Errorf("the INVITE left on line %d, want %d", (*used)[0], tt.line)
			}
			l.runUntil(l.now + time.Second)
			if repeats := l.calls.Retransmissions[measure.Sent][measure.Invite]; (repeats == 0) != (tt.line == 1) {
				t.Errorf("it was repeated %d times: over TCP nothing is, over UDP all", repeats)
			}
			if l.calls.Oversized != 0 {
				t.Errorf("%d requests are marked as too long", l.calls.Oversized)
			}
		})
	}
}

// The answer of another branch is acknowledged and hung up on the line on which it came.
func TestForkIsHungUpOnItsLine(t *testing.T) {
	for line, user := range []string{"+15550100", strings.Repeat("1", 500)} {
		l, used := largeLab(t, user)
		var answer packet
		l.catchNext("<- 200 OK (1 INVITE)", &answer)
		l.route(time.Minute)
		l.runUntil(time.Second)
		to := header(answer.data, "To")
		other := strings.Replace(string(answer.data), to, to[:strings.Index(to, ";tag=")]+";tag=other", 1)
		*used, l.log = nil, nil
		l.caller.Receive(sip.Datagram{Data: []byte(other), From: answererAddress, At: l.now, Line: uint8(line)})
		if got := l.short(); len(got) != 2 || len(*used) < 2 || slices.ContainsFunc(*used, func(one int) bool { return one != line }) {
			t.Errorf("%q left on the lines %v, want ACK and BYE on line %d", got, *used, line)
		}
	}
}

// An INVITE of 1,300 octets may go over UDP, one of more may not (RFC 3261, 18.1.1): it takes the connection, or is marked
// where the target takes none.
func TestInviteAtTheBoundOfUDP(t *testing.T) {
	for length, long := range map[int]bool{mostOverUDP: false, mostOverUDP + 1: true} {
		for _, refused := range []bool{false, true} {
			from := ""
			for octets := 0; octets < length; from += strings.Repeat("1", max(1, (length-octets)/2)) {
				l, used := largeLab(t, "+15550100")
				trunk := &l.caller.trunks.List[0]
				trunk.Lines[0].From, trunk.refusesLarge = "sip:"+from+"@192.0.2.1:5060", refused
				var invite packet
				l.catchNext("-> INVITE", &invite)
				l.lose = func(string) bool { return true }
				l.route(time.Second)
				if octets = len(invite.data); octets > length {
					t.Errorf("no INVITE has %d octets", length)
				} else if octets < length {
					continue
				}
				if overTCP, marked := (*used)[0] == 1, l.calls.Oversized > 0; overTCP != (long && !refused) || marked != (long && refused) {
					t.Errorf("%d octets, connections refused %v: over TCP %v, marked %v", octets, refused, overTCP, marked)
				}
			}
		}
	}
}

func TestLongInviteGoesOverUDPWhereTheTargetTakesNoConnection(t *testing.T) {
	l, used := largeLab(t, strings.Repeat("1", 500))
	l.lose = func(string) bool { return (*used)[len(*used)-1] == 1 }
	for i := range 2 {
		*used = nil
		l.route(time.Second)
		if i == 0 {
			l.caller.Unreachable(l.now, sip.Unreachable{Address: answererAddress, Line: 1})
		}
		if last := (*used)[len(*used)-1]; last != 0 {
			t.Errorf("call %d: the INVITE left on line %d at last, want UDP", i+1, last)
		}
		l.runUntil(l.now + time.Minute)
	}
	if l.calls.Outcomes[measure.Answered] != 2 || l.calls.Oversized < 2 {
		t.Errorf("classes %v, %d requests marked as too long; want both calls answered, and their INVITEs marked", l.calls.Outcomes, l.calls.Oversized)
	}
	l.settled()
}

// Calls that take no trunk stand beside those that do: one that asks before a transfer, and one that comes in.
func TestCallsOffTheTrunksCloseTheAccounts(t *testing.T) {
	l := trunkLab(t, 1, nil)
	phone := parsed(t, "scenario: phone\nrole: answerer\nsteps:\n- answer\n- expect REFER within 10s else target\n- respond 202 Accepted\n- notify active refer:\n    body: SIP/2.0 200 OK\n- expect BYE\nbranches:\n  target:\n  - expect BYE\n")
	transfer := parsed(t, "scenario: both\nflows:\n- role: caller\n  steps:\n  - invite\n  - transfer to sip:+15550199@192.0.2.2:5060 attended\n- role: answerer\n  steps:\n  - answer\n  - expect BYE\n")
	fixed := l.caller.fixedKeywords()
	var err error
	if l.answerer.flows, err = newFlows(phone, &l.answerer.pool, fixed, &Audio{}); err != nil {
		t.Fatal(err)
	}
	if l.caller.flows, err = newFlows(transfer, &l.caller.pool, fixed, &Audio{}); err != nil {
		t.Fatal(err)
	}
	l.route(time.Second)
	l.runUntil(time.Minute)
	invite := "INVITE sip:x@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKin\r\nFrom: <sip:y@192.0.2.2>;tag=y\r\nTo: <sip:x@192.0.2.1>\r\n" +
		"Call-ID: in\r\nCSeq: 1 INVITE\r\nContact: <sip:192.0.2.2:5060>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
	l.caller.Receive(sip.Datagram{Data: []byte(invite), From: answererAddress, At: l.now})
	l.answerer.Stop(l.now)
	l.caller.Stop(l.now + time.Minute)
	l.runUntil(10 * time.Minute)
	trunks := l.settled()
	if l.calls.Outcomes[measure.Answered] < 2 || trunks["gw1"].Tries != 1 || l.calls.OffTrunk == 0 {
		t.Errorf("%d calls answered, %d over the trunk, %d over none:\n%s", l.calls.Outcomes[measure.Answered], trunks["gw1"].Tries, l.calls.OffTrunk, strings.Join(l.short(), "\n"))
	}
}
