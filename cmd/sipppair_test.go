package cmd

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// sippPair is a caller and an answerer in SIPp's form, and what each is started with in SIPp's words.
type sippPair struct {
	name             string
	caller, answerer string            // texts of the scenarios
	files            map[string]string // beside them
	callerArgs       []string          // of SIPp: -inf users.csv -key a b -aa
	answererArgs     []string
	failures         bool // the calls fail, as they should
}

// pairCalls is how many calls a pairing makes: enough to compare anywhere, all of them in CI.
func pairCalls() int {
	if testbed.PeersRequired() {
		return 200
	}
	return 20
}

// compare runs the four pairings and requires that the same messages, header by header, go to and fro in the same order, as often.
func (p sippPair) compare(t *testing.T) {
	t.Helper()
	t.Parallel()
	path := testbed.Peer(t, "sipp", "sip-tester")
	want, repeats := p.run(t, path, true, true)
	if total(want) != pairCalls() {
		t.Fatalf("SIPp and SIPp: %d calls of %d:\n%s", total(want), pairCalls(), written(want))
	}
	for _, pairing := range []struct {
		name           string
		calls, answers bool
	}{{"sipplan calls SIPp", false, true}, {"SIPp calls sipplan", true, false}, {"sipplan calls sipplan", false, false}} {
		got, again := p.run(t, path, pairing.calls, pairing.answers)
		if !maps.Equal(got, want) && repeats+again > 0 {
			// A machine that was away for half a second repeats messages, and the order of two sides changes. What
			// differs once more, or without a repeat, differs for good.
			t.Logf("%s, at the first try, with %d messages again:\n%s", pairing.name, repeats+again, written(got))
			got, _ = p.run(t, path, pairing.calls, pairing.answers)
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s:\n%s\nSIPp calls SIPp:\n%s", pairing.name, written(got), written(want))
		}
	}
}

func total(flows map[string]int) (n int) {
	for _, count := range flows {
		n += count
	}
	return n
}

func written(flows map[string]int) string {
	var out strings.Builder
	for _, flow := range slices.Sorted(maps.Keys(flows)) {
		fmt.Fprintf(&out, "%d ×\n%s", flows[flow], flow)
	}
	return out.String()
}

// run makes the calls of one pairing through a relay and returns how often each flow of messages occurred, and how many
// messages came again.
func (p sippPair) run(t *testing.T, path string, sippCalls, sippAnswers bool) (flows map[string]int, repeats int) {
	t.Helper()
	folder := writeScenarios(t, map[string]string{"caller.xml": p.caller, "answerer.xml": p.answerer})
	for name, text := range p.files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	calls := strconv.Itoa(pairCalls())
	port := freePort(t)
	relay := startRelay(t, "127.0.0.1:"+port)
	answererEnds := p.answer(t, path, folder, port, calls, sippAnswers)
	code, said := 0, ""
	if sippCalls {
		args := []string{relay.address(), "-sf", filepath.Join(folder, "caller.xml"), "-p", freePort(t), "-m", calls, "-r", "100", "-d", "20", "-l", "1000"}
		caller := startSIPp(t, path, append(args, inFolder(folder, p.callerArgs)...)...)
		code, said = caller.wait(t), caller.tail()
	} else {
		args := []string{"blast", "sip:" + relay.address(), "--sipp", filepath.Join(folder, "caller.xml"), "-m", calls, "-r", "100", "-d", "20", "--output", "json"}
		_, stdout, stderr := commandLine(append(args, ourFlags(inFolder(folder, p.callerArgs))...)...)
		if code = parseDocument(t, stdout).count(t, "script.failed_calls"); code > 0 && !p.failures {
			t.Errorf("%d calls failed:\n%s\n%s", code, stdout, stderr)
		}
	}
	if (code != 0) != p.failures {
		t.Errorf("caller (SIPp: %v) ended with %d, failures expected: %v\n%s", sippCalls, code, p.failures, said)
	}
	answererEnds()
	return relay.flows(), relay.repeated()
}

// answer starts the answerer; the function that it returns waits for its end.
func (p sippPair) answer(t *testing.T, path, folder, port, calls string, sippAnswers bool) (ends func()) {
	t.Helper()
	if sippAnswers {
		args := []string{"-sf", filepath.Join(folder, "answerer.xml"), "-p", port, "-m", calls}
		answerer := startSIPp(t, path, append(args, inFolder(folder, p.answererArgs)...)...)
		awaitListener(t, answerer, "127.0.0.1:"+port)
		return func() { answerer.wait(t) }
	}
	args := []string{"answer", "--sipp", filepath.Join(folder, "answerer.xml"), "--listen", "127.0.0.1:" + port, "-m", calls}
	answerer := startSession(t, append(args, ourFlags(inFolder(folder, p.answererArgs))...)...)
	answerer.says(t, `answers on (\S+);`)
	return func() { answerer.leaves(t) }
}

// inFolder puts the folder before the names of files.
func inFolder(folder string, args []string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		if strings.HasSuffix(arg, ".csv") && args[i-1] == "-inf" {
			args[i] = filepath.Join(folder, arg)
		}
	}
	return args
}

// ourFlags translates what SIPp is started with.
func ourFlags(args []string) (flags []string) {
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-inf":
			flags = append(flags, "--inf", args[i+1])
			i++
		case "-infindex":
			flags = append(flags, "--inf-index", args[i+1]+","+args[i+2])
			i += 2
		case "-key":
			flags = append(flags, "--key", args[i+1]+"="+args[i+2])
			i += 2
		case "-s":
			flags = append(flags, "-s", args[i+1])
			i++
		case "-aa":
			flags = append(flags, "--auto-answer")
		}
	}
	return flags
}

// relay stands between a caller and an answerer on one port and writes down what passes, by call.
type relay struct {
	conn     *net.UDPConn
	answerer netip.AddrPort
	mutex    sync.Mutex
	calls    map[string][]string
	seen     map[string]bool
	repeats  int
}

func startRelay(t *testing.T, answerer string) *relay {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadBuffer(4 << 20)
	r := &relay{conn: conn, answerer: netip.MustParseAddrPort(answerer), calls: map[string][]string{}, seen: map[string]bool{}}
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.pass()
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-over
	})
	return r
}

func (r *relay) address() string { return r.conn.LocalAddr().String() }

func (r *relay) pass() {
	var caller netip.AddrPort
	buffer := make([]byte, 65536)
	for {
		n, from, err := r.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		to, arrow := r.answerer, "->"
		if from.Port() == r.answerer.Port() {
			to, arrow = caller, "<-"
		} else {
			caller = from
		}
		r.note(arrow, string(buffer[:n]))
		if to.IsValid() {
			_, _ = r.conn.WriteToUDPAddrPort(buffer[:n], to)
		}
	}
}

// note keeps a message in the words that all runs have in common. The same one again is a repeat of a busy machine.
func (r *relay) note(arrow, text string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	id := headerOf(text, "Call-ID")
	if id == "" {
		return
	}
	if r.seen[arrow+text] {
		r.repeats++
		return
	}
	r.seen[arrow+text] = true
	r.calls[id] = append(r.calls[id], arrow+" "+sameForAll.Replace(text, id))
}

func headerOf(text, name string) string {
	for _, line := range strings.Split(text, "\r\n") {
		if field, value, found := strings.Cut(line, ":"); found && strings.EqualFold(strings.TrimSpace(field), name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// flows counts the calls by the messages that they were made of.
func (r *relay) flows() map[string]int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	flows := map[string]int{}
	for _, messages := range r.calls {
		flows[strings.Join(messages, "\n")+"\n"]++
	}
	return flows
}

// repeated returns how many messages came again.
func (r *relay) repeated() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.repeats
}

// builtIn returns a scenario that SIPp has built in.
func builtIn(t *testing.T, name string) string {
	t.Helper()
	p := startPeer(t, testbed.Peer(t, "sipp", "sip-tester"), "-sd", name)
	p.wait(t)
	return p.output.String()
}

func TestBuiltInScenariosOfSIPp(t *testing.T) {
	t.Parallel()
	// Which messages pass does not depend on how long the calls pause.
	shorter := strings.NewReplacer(`<pause milliseconds="5000"/>`, `<pause milliseconds="500"/>`, `<pause milliseconds="4000"/>`, `<pause milliseconds="400"/>`)
	for _, names := range [][2]string{{"uac", "uas"}, {"regexp", "uas"}, {"branchc", "branchs"}} {
		t.Run(names[0], func(t *testing.T) {
			testbed.Peer(t, "sipp", "sip-tester")
			sippPair{name: names[0], caller: shorter.Replace(builtIn(t, names[0])), answerer: withoutWait(builtIn(t, names[1]))}.compare(t)
		})
	}
	t.Run("ooc_default", func(t *testing.T) {
		testbed.Peer(t, "sipp", "sip-tester")
		caller := sippScenario(request("OPTIONS", 1, `retrans="500"`), receive("200"))
		sippPair{name: "ooc_default", caller: caller, answerer: withoutWait(builtIn(t, "ooc_default"))}.compare(t)
	})
	t.Run("uac_pcap", func(t *testing.T) {
		testbed.Peer(t, "sipp", "sip-tester")
		// Without the long pauses for its captures, which play in a test of their own.
		caller := strings.ReplaceAll(strings.ReplaceAll(builtIn(t, "uac_pcap"), `<pause milliseconds="8000"/>`, "<pause/>"), `<pause milliseconds="1000"/>`, "<pause/>")
		caller = strings.ReplaceAll(strings.ReplaceAll(caller, "pcap/g711a.pcap", "a.pcap"), "pcap/dtmf_2833_1.pcap", "b.pcap")
		files := map[string]string{}
		for name, source := range map[string]string{"a.pcap": "g711a.pcap", "b.pcap": "dtmf_2833_1.pcap"} {
			content, err := os.ReadFile("/usr/share/sip-tester/" + source)
			if err != nil {
				testbed.Missing(t, err.Error())
			}
			files[name] = string(content)
		}
		p := sippPair{name: "uac_pcap", caller: caller, answerer: withoutWait(builtIn(t, "uas")), files: files}
		if os.Geteuid() != 0 {
			testbed.Missing(t, "SIPp replays captures over raw sockets, which takes root")
		}
		p.compare(t)
	})
}

// withoutWait takes the time for late repeats off the end of a scenario.
func withoutWait(scenario string) string {
	return strings.Replace(scenario, `<timewait milliseconds="4000"/>`, "", 1)
}
