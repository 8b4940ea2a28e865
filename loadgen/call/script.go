package call

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/scenarios"
)

// The files script*.go run the programs in which every message stands: scenarios.Script. Calls, timers,
// wire and accounts are the machine's own; what a message means to a call is the script's business alone,
// as it is in SIPp, whose users know these rules.

// ScriptConfig is what the calls of scripts have beside the configuration of the machine. Its zero value
// works for scripts that use nothing of it.
type ScriptConfig struct {
	Service    string // who is called, for [service]
	RemoteHost string // the target as it was written
	ProcessID  int
	Media      MediaNames
	Account    sip.Credentials             // of [authentication] that names no other
	Tables     map[string]*scenarios.Table // by the names that the script uses
	Values     map[string]string           // of global variables, before the first call
	Twin       Twin                        // other half of third-party calls
	Host       ScriptHost                  // nil: no files, no commands, no log
	Sound      ScriptSounds                // reads what steps play; nil for nothing
	Users      int                         // each of whom has one of our calls at a time; 0: calls belong to nobody
	Pause      time.Duration               // of a <pause> that says nothing of its length
	Receive    time.Duration               // how long a message is waited for at most; 0 for ever
	FirstCSeq  uint32                      // number before that of the first request

	// Report is told what was counted in each period of the run and from its start on, the last time when the counts
	// are asked for. It is called on the machine's goroutine, and keeps neither of the two. Nil: nobody is told.
	Report func(elapsed time.Duration, period, total *measure.Script)
	Period time.Duration // of Report; 0 for the whole run

	Echo         bool    // send back the audio that comes in, from the first description on
	AnswerAll    bool    // answer OPTIONS, INFO, NOTIFY and UPDATE that no step waits for
	IgnoreAtRest bool    // pass over messages that come in during a pause
	NoRepeats    bool    // never repeat a message
	MaxRepeats   [2]int  // of a request other than INVITE, and of an INVITE; 0 for 10 and 5
	Loss         float64 // probability that a message is lost on purpose, either way
	Silent       bool    // send nothing when a call is given up
	Patient      bool    // do not give a call up because of an unexpected message
}

// MediaNames are the places that descriptions name for a call without media of its own.
type MediaNames struct {
	Address string // of RTP; empty for that of the socket
	Port    int    // 0 for 6000, as in SIPp
}

// Twin carries commands between the halves of third-party calls. It belongs to the machine's goroutine and
// never blocks.
type Twin interface {
	// Send sends a command to a peer, to the only one with an empty name.
	Send(peer string, command []byte) error
	// Take returns the next command that came in, and false when there is none. The command is valid until
	// the next Take.
	Take() (command []byte, ok bool)
}

// ScriptSounds reads the files that steps play, before the first call. A media.Library does.
type ScriptSounds interface {
	// OpenAs returns the audio of a file that holds what files of an ending hold.
	OpenAs(name, ending string) (*media.Audio, error)
	// Replay returns the datagrams of a capture.
	Replay(name string) (*media.Replay, error)
}

// ScriptHost is what scripts may do on this host. It is called on the machine's goroutine.
type ScriptHost interface {
	// Run starts a command and does not wait for it.
	Run(command string) error
	// Text returns what a file holds.
	Text(name string) ([]byte, error)
	// Note keeps a line of a kind: log, warning, error or message.
	Note(kind string, line []byte)
}

// scripts runs the calls of scripts.
type scripts struct {
	*Machine
	cfg     ScriptConfig
	random  *rand.Rand
	states  []*scriptCall // by slot of the call
	globals []scenarios.Value
	users   scriptUsers
	settles bool // calls may become settled ones
	settled settledCalls
	effect  scriptEffect
	tables  []*scenarios.Table
	flow    *scriptFlow
	base    *flow // of all calls, as the machine sees it
	seed    maphash.Seed
	number  uint64 // of the last call
	dynamic int
	remote  remoteText
	sounds  map[soundKey]*sound // what steps play
	numbers map[string]error    // what CheckNumber said
	scratch [6][]byte           // of actions
	current *scriptCall         // the call whose last message is the one at hand
	stop    stopWish
	stats   *measure.Script // of this period
	total   *measure.Script // of those before it, nil while it is the first
	periods scriptPeriods
	vias    []byte
	login   loginScratch
}

// scriptFlow is a script with what is fixed for the run put into its messages.
type scriptFlow struct {
	*scenarios.Script
	steps []scenarios.ScriptStep
	abort scenarios.ScriptDefaults
	keyed bool // it offers keys of SRTP
}

// scriptCall is what a call of a script remembers. It is used over and over for the calls of its slot.
type scriptCall struct {
	number  uint64 // of the call, from 1 on
	user    int
	cseq    uint32
	opening sip.Method // of the first request, either way
	named   []byte     // method of that
	values  []scenarios.Value
	rows    []int // of each table

	last     []byte     // message received last
	lastSent []byte     // message to repeat
	sentAt   int        // step that sent last, -1 for none
	sentName sip.Method // of that message when it was a request

	receivedAt   int    // step that received last, -1 for none
	receivedHash uint64 // of that message, 0 once it was answered
	causeHash    uint64 // of the message that the last answer was sent upon
	causeAt      int    // step that received it
	effectAt     int    // step that sent the answer

	repeatAt time.Duration // Never when nothing is to be repeated
	interval time.Duration
	repeats  int
	pausedTo time.Duration // Never when it does not pause
	deadline time.Duration // of the message that is waited for

	peerTag   []byte
	routes    []byte
	target    []byte
	challenge scriptChallenge
	queued    []byte // message that waits for the script to come to a receiving step

	transactions []scriptTransaction
	timers       []scriptTimer

	failure     measure.Failure
	established bool // an ACK was sent or received
	ackPending  bool
	settled     bool // the last pause, for repeats alone, has begun
	sentAny     bool
	media       scriptMedia
	crypto      *scriptCrypto // nil for a script that offers no keys
}

// scriptTransaction is a transaction that a script names.
type scriptTransaction struct {
	branch  []byte
	ackedBy int // step that sends its ACK, -1 before it was sent
	answer  uint64
}

// scriptTimer is a response time of a call.
type scriptTimer struct {
	started time.Duration
	done    bool
}

// stopWish says what a script asked of the run.
type stopWish struct {
	gracefully, now bool
	cause           error
}

// newScripts prepares the machine for the scripts among its programs, of which a run has one for each role
// at most. It is nil when there is none.
func newScripts(m *Machine, cfg *ScriptConfig) (*scripts, error) {
	var script *scenarios.Script
	for _, p := range m.cfg.Programs {
		if p.Script == nil {
			continue
		}
		if len(m.cfg.Programs) > 1 {
			return nil, fmt.Errorf("scenario %q is a script, which runs alone: %d scenarios were given", p.Name, len(m.cfg.Programs))
		}
		script = p.Script
	}
	if script == nil {
		return nil, nil
	}
	s := &scripts{Machine: m, seed: maphash.MakeSeed(), random: m.cfg.Random, numbers: map[string]error{}, dynamic: firstDynamic}
	if cfg != nil {
		s.cfg = *cfg
	}
	if s.random == nil {
		s.random = rand.New(rand.NewPCG(m.cfg.Machine, 0))
	}
	s.globals, s.users = make([]scenarios.Value, len(script.Variables)), newScriptUsers(s.cfg.Users, len(script.Variables))
	s.stats = newScriptCounts(m.cfg.Programs[0].Name, script)
	if err := s.bindTables(script); err != nil {
		return nil, err
	}
	s.setGlobals(script)
	s.flow = s.bind(script)
	s.settles = settling(s.flow, &s.cfg)
	s.base = &flow{program: m.cfg.Programs[0], opening: sip.INVITE, invites: true}
	if err := s.loadSounds(); err != nil {
		return nil, err
	}
	return s, s.initialize()
}

// bindTables finds the tables that the script reads.
func (s *scripts) bindTables(script *scenarios.Script) error {
	for _, name := range script.Tables {
		table := s.cfg.Tables[name]
		if table == nil {
			return fmt.Errorf("the scenario reads the data file %q, which was not given", name)
		}
		s.tables = append(s.tables, table)
	}
	return nil
}

// setGlobals gives variables the values of the configuration: those that are named there are global.
func (s *scripts) setGlobals(script *scenarios.Script) {
	values := maps.Clone(s.cfg.Values)
	for i, v := range script.Variables {
		if text, given := values[v.Name]; given {
			s.globals[i].SetText([]byte(text))
		}
	}
}

// errNoScriptHost refuses what only a host can do.
var errNoScriptHost = errors.New("files and commands are not allowed in this run")

// state returns what a call remembers.
func (s *scripts) state(c *call) *scriptCall { return s.states[c.slot] }

// begin makes the memory of a call fresh.
func (s *scripts) begin(c *call) *scriptCall {
	for int(c.slot) >= len(s.states) {
		s.states = append(s.states, nil)
	}
	st := s.states[c.slot]
	if st == nil {
		st = s.newState()
		s.states[c.slot] = st
	}
	s.number++
	st.number, st.user, st.cseq = s.number, 0, s.cfg.FirstCSeq
	if !c.flags.incoming {
		st.user = s.users.take()
	}
	st.opening, st.named = sip.UnknownMethod, st.named[:0]
	st.last, st.lastSent, st.sentAt, st.sentName = st.last[:0], st.lastSent[:0], -1, sip.UnknownMethod
	st.receivedAt, st.receivedHash, st.causeAt, st.effectAt, st.causeHash = -1, 0, -1, -1, 0
	st.repeatAt, st.pausedTo, st.deadline = Never, Never, Never
	st.peerTag, st.routes, st.target, st.queued = st.peerTag[:0], st.routes[:0], st.target[:0], st.queued[:0]
	st.challenge.reset()
	st.failure, st.established, st.ackPending, st.settled, st.sentAny = measure.NoFailure, false, false, false, false
	st.media = scriptMedia{}
	if st.crypto != nil {
		*st.crypto = scriptCrypto{}
	}
	for i := range st.values {
		st.values[i].Clear()
	}
	for i := range st.transactions {
		st.transactions[i] = scriptTransaction{branch: st.transactions[i].branch[:0], ackedBy: -1}
	}
	for i := range st.timers {
		st.timers[i] = scriptTimer{started: c.started}
	}
	s.drawRows(st)
	return st
}

// drawRows gives a call a row of each data file: one, under however many names it is read.
func (s *scripts) drawRows(st *scriptCall) {
	for i, table := range s.tables {
		if named := slices.Index(s.tables[:i], table); named >= 0 { // by another name, too
			st.rows[i] = st.rows[named]
			continue
		}
		st.rows[i] = table.Row(s.random, st.user)
	}
}

func (s *scripts) newState() *scriptCall {
	st := &scriptCall{
		values: make([]scenarios.Value, len(s.flow.Variables)), rows: make([]int, len(s.tables)),
		transactions: make([]scriptTransaction, len(s.flow.Transactions)), timers: make([]scriptTimer, len(s.flow.Timers)),
	}
	if s.flow.keyed {
		st.crypto = &scriptCrypto{}
	}
	return st
}

// value returns a variable of a call, of the user whose call it is, or of all calls.
func (s *scripts) value(st *scriptCall, id int) *scenarios.Value {
	switch v := &s.flow.Variables[id]; {
	case v.Global:
		return &s.globals[id]
	case v.User && st.user > 0:
		return &s.users.values[st.user-1][id]
	}
	return &st.values[id]
}

// next returns the instant of the call's next timer.
func (st *scriptCall) next() time.Duration { return min(st.repeatAt, st.pausedTo, st.deadline) }

// watch sets the call's timer to its next deadline.
func (s *scripts) watch(c *call, st *scriptCall) {
	c.resume = st.next()
	s.schedule(c)
}

// WantsStop tells whether a script asked for the end of the run: gracefully, once the calls are over, or
// now. cause is what a script gave as an error.
func (m *Machine) WantsStop() (gracefully, now bool, cause error) {
	if m.scripts == nil {
		return false, false, nil
	}
	w := &m.scripts.stop
	return w.gracefully, w.now, w.cause
}

// ScriptCounts returns what the calls of the script counted, nil when the machine runs none. It is valid once
// the machine's goroutine has ended.
func (m *Machine) ScriptCounts() *measure.Script {
	if m.scripts == nil {
		return nil
	}
	return m.scripts.counts()
}
