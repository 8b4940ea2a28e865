package cmd

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/sipplan/sipplan/scenarios/sipp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// scriptFlags are the flags about a scenario file of SIPp.
type scriptFlags struct {
	file       string
	tables     []string
	indexes    []string
	keys, sets []string
	service    string
	pause      string
	receive    time.Duration
	mediaIP    string
	mediaPort  int
	firstCSeq  uint32
	loss       percentage
	users      int
	echo       bool
	behaviours []string
	autoAnswer bool
	noRepeats  bool
	ignore     bool
	allowExec  bool
	allowFiles bool
	traceLog   string
	traceMsg   string
	stats      string
	period     time.Duration
	twin       twinFlags

	host  *scriptHost
	trace *traceFile

	statistics *statisticsFile
}

// addScript gives a command the flags about SIPp's files.
func addScript(command *cobra.Command) *scriptFlags {
	f := &scriptFlags{}
	flags := command.Flags()
	flags.StringVar(&f.file, "sipp", "", "SIPp scenario `file` that the calls run (SIPp: -sf)")
	flags.StringArrayVar(&f.tables, "inf", nil, "data `file` of the SIPp scenario; repeat it for more (SIPp: -inf)")
	flags.StringArrayVar(&f.indexes, "inf-index", nil, "`file,column` that <lookup> finds rows by (SIPp: -infindex)")
	flags.StringArrayVar(&f.keys, "key", nil, "`name=value` of a keyword of the SIPp scenario; repeat it for more (SIPp: -key)")
	flags.StringArrayVar(&f.sets, "set", nil, "`name=value` of a global variable of the SIPp scenario (SIPp: -set)")
	flags.StringVarP(&f.service, "service", "s", "", "[service] of the SIPp scenario: who is called (default: the user of the target, else \"service\")")
	flags.StringVarP(&f.pause, "pause", "d", "", "`time` of a <pause/> without one: 2s, or 2000 for milliseconds")
	flags.DurationVar(&f.receive, "recv-timeout", 0, "how long a SIPp scenario waits for a message that has no timeout of its own; 0: for ever")
	flags.StringVar(&f.mediaIP, "media-ip", "", "[media_ip] of the SIPp scenario (SIPp: -mi; default: the local address)")
	flags.IntVar(&f.mediaPort, "media-port", 0, "[media_port] of a SIPp scenario that plays no media (SIPp: -mp; default 6000)")
	flags.BoolVar(&f.echo, "rtp-echo", false, "send back the audio that each call of the SIPp scenario hears, which gives it a [media_port] of its own (SIPp: -rtp_echo)")
	flags.Uint32Var(&f.firstCSeq, "base-cseq", 0, "[cseq] before the first request of a call")
	flags.Var(&f.loss, "lost", "share of the messages of the SIPp scenario that get lost on purpose, either way")
	flags.StringSliceVar(&f.behaviours, "default-behaviors", []string{"all"}, "what a SIPp scenario does of its own accord: all, none, or of bye, abortunexp; -bye takes one away")
	flags.BoolVar(&f.autoAnswer, "auto-answer", false, "answer OPTIONS, INFO, NOTIFY and UPDATE that the SIPp scenario does not wait for (SIPp: -aa)")
	flags.BoolVar(&f.noRepeats, "no-retransmit", false, "repeat no message, whatever retrans says (SIPp: -nr)")
	flags.BoolVar(&f.ignore, "pause-ignore", false, "pass over messages that come in during a pause (SIPp: -pause_msg_ign)")
	flags.BoolVar(&f.allowExec, "allow-exec", false, "let the SIPp scenario run commands of this machine with <exec command>")
	flags.BoolVar(&f.allowFiles, "allow-files", false, "let the SIPp scenario read files outside of its own folder")
	flags.StringVar(&f.traceLog, "trace-log", "", "`file` that <log> writes to (SIPp: -trace_logs)")
	flags.StringVar(&f.traceMsg, "trace-msg", "", "`file` for every SIP message of a SIPp scenario, as text (SIPp: -trace_msg)")
	flags.StringVar(&f.stats, "stats", "", "`file` for the counts in the columns of SIPp's statistics (SIPp: -trace_stat -stf)")
	flags.DurationVar(&f.period, "stats-period", time.Minute, "`time` after which --stats writes another line; a last one ends the run (SIPp: -fd)")
	f.twin.add(flags)
	return f
}

// addUsers gives a command that calls the flag about who the calls belong to.
func (f *scriptFlags) addUsers(flags *pflag.FlagSet) {
	flags.IntVar(&f.users, "sipp-users", 0, "instead of calls at a rate, so many `users` of the SIPp scenario, each of whom calls again when a call is over (SIPp: -users)")
}

// given tells whether a scenario file of SIPp is to be run.
func (f *scriptFlags) given() bool { return f.file != "" }

// alone refuses the flags that make no sense without --sipp.
func (f *scriptFlags) alone(command *cobra.Command) error {
	if f.given() {
		return nil
	}
	for _, name := range []string{"inf", "inf-index", "key", "set", "service", "pause", "recv-timeout", "media-ip", "media-port", "rtp-echo", "base-cseq", "lost",
		"sipp-users", "default-behaviors", "auto-answer", "no-retransmit", "pause-ignore", "allow-exec", "allow-files", "trace-log", "trace-msg", "stats", "stats-period", "3pcc", "master", "slave", "slave-cfg"} {
		if command.Flags().Changed(name) {
			return fmt.Errorf("--%s: is about a SIPp scenario, so it needs --sipp", name)
		}
	}
	return nil
}

// load compiles the scenario and prepares what its calls need. close ends that.
func (f *scriptFlags) load(streams Streams) (*scenarios.Program, *call.ScriptConfig, error) {
	cfg := &call.ScriptConfig{
		Service: f.service, ProcessID: os.Getpid(), Receive: f.receive, FirstCSeq: f.firstCSeq, Users: f.users, Loss: float64(f.loss),
		Echo: f.echo, AnswerAll: f.autoAnswer, NoRepeats: f.noRepeats, IgnoreAtRest: f.ignore, Media: call.MediaNames{Address: f.mediaIP, Port: f.mediaPort},
	}
	text, err := readInput(f.file, sipp.MaxFileSize)
	if err != nil {
		return nil, nil, fmt.Errorf("--sipp: %w", err)
	}
	keys, keyErr := pairs("key", f.keys)
	values, setErr := pairs("set", f.sets)
	names, tables, tableErr := f.readTables()
	var pauseErr error
	cfg.Pause, pauseErr = f.pauseTime()
	if err := errors.Join(keyErr, setErr, tableErr, pauseErr, f.check(), f.readBehaviours(cfg), f.twin.check()); err != nil {
		return nil, nil, err
	}
	f.remarkOnUsers(streams, tables)
	cfg.Values, cfg.Tables = values, tables
	parsed := sipp.Parse(f.file, text, sipp.Options{Keys: keys, Tables: names, Extended: f.twin.extended()})
	if err := parsed.Err(); err != nil {
		return nil, nil, err
	}
	f.remark(streams, parsed)
	parsed.Program.Script.Media = parsed.Program.Script.Media || f.echo
	if f.host, err = newScriptHost(streams, f); err != nil {
		return nil, nil, err
	}
	cfg.Host, cfg.Sound = f.host, f.host.library
	return parsed.Program, cfg, nil
}

// remark writes the first warnings about a file.
func (f *scriptFlags) remark(streams Streams, parsed *sipp.File) {
	const most = 5
	for i, finding := range parsed.Findings {
		if i == most {
			fmt.Fprintf(streams.Err, "%s: %d more warnings; sipplan scenario lint shows them\n", f.file, len(parsed.Findings)-most)
			return
		}
		fmt.Fprintf(streams.Err, "%s: line %d: %s\n", f.file, finding.Line, finding.Message)
	}
}

// remarkOnUsers says that nobody has the rows of a file whose rows belong to users.
func (f *scriptFlags) remarkOnUsers(streams Streams, tables map[string]*scenarios.Table) {
	for _, path := range f.tables {
		if tables[path].Order == scenarios.ByUser && f.users == 0 {
			fmt.Fprintf(streams.Err, "--inf: %s: its rows belong to users, whom only calls of blast --sipp-users have; its cells stay empty\n", path)
		}
	}
}

// close ends what load has opened.
func (f *scriptFlags) close() error {
	var errs []error
	if f.host != nil {
		errs = append(errs, f.host.close())
	}
	if f.trace != nil {
		errs = append(errs, f.trace.close())
	}
	if f.statistics != nil {
		errs = append(errs, f.statistics.close())
	}
	return errors.Join(errs...)
}

// traceFile is a file of messages.
type traceFile struct {
	*loadgen.Trace
	file *os.File
}

func (t *traceFile) close() error { return errors.Join(t.Flush(), t.file.Close()) }

// network returns what lets the trace see the messages of a run, nil without --trace-msg.
func (f *scriptFlags) network() (func(loadgen.Socket) loadgen.Socket, error) {
	if f.traceMsg == "" {
		return nil, nil
	}
	file, err := os.OpenFile(f.traceMsg, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--trace-msg: %w", err)
	}
	f.trace = &traceFile{loadgen.NewTrace(file), file}
	return f.trace.Network, nil
}

// maxScriptUsers bounds the users of a SIPp scenario, who all call at once.
const maxScriptUsers = 100_000

// check refuses flags that make no sense by themselves.
func (f *scriptFlags) check() error {
	var problems []error
	if f.mediaIP != "" {
		if _, err := netip.ParseAddr(f.mediaIP); err != nil {
			problems = append(problems, fmt.Errorf("--media-ip: must be an IP address, got %q", f.mediaIP))
		}
	}
	if f.mediaPort < 0 || f.mediaPort > 65535 {
		problems = append(problems, fmt.Errorf("--media-port: must be from 0 to 65535, got %d", f.mediaPort))
	}
	if f.period < 100*time.Millisecond {
		problems = append(problems, fmt.Errorf("--stats-period: must be at least 100ms, got %s", f.period))
	}
	if f.echo && f.mediaPort > 0 {
		problems = append(problems, errors.New("--rtp-echo, --media-port: each call that hears itself has a port of its own, of --rtp-ports; got both"))
	}
	if f.receive < 0 {
		problems = append(problems, fmt.Errorf("--recv-timeout: must not be negative, got %s", f.receive))
	}
	if f.loss < 0 || f.loss > 1 {
		problems = append(problems, fmt.Errorf("--lost: must be a share from 0%% to 100%%, got %g", float64(f.loss)))
	}
	if f.users < 0 || f.users > maxScriptUsers {
		problems = append(problems, fmt.Errorf("--sipp-users: must be from 0 to %d, got %d", maxScriptUsers, f.users))
	}
	if strings.ContainsAny(f.service, "\r\n\x00") {
		problems = append(problems, errors.New("--service: line breaks are not allowed"))
	}
	return errors.Join(problems...)
}

// checkMediaIP refuses to name an address in session descriptions that must not be sent to: the far end would send
// its RTP there. No address at all, as of a call on hold, is none.
func (f *scriptFlags) checkMediaIP(guard loadgen.Guard) error {
	address, err := netip.ParseAddr(f.mediaIP)
	if err != nil || address.IsUnspecified() {
		return nil
	}
	if err := guard.CheckTarget("", address); err != nil {
		return fmt.Errorf("--media-ip: %w", err)
	}
	return nil
}

// readBehaviours reads --default-behaviors as SIPp does.
func (f *scriptFlags) readBehaviours(cfg *call.ScriptConfig) error {
	for _, word := range f.behaviours {
		name, off := strings.CutPrefix(strings.TrimSpace(word), "-")
		switch name {
		case "all", "none":
			cfg.Silent, cfg.Patient = (name == "none") != off, (name == "none") != off
		case "bye":
			cfg.Silent = off
		case "abortunexp":
			cfg.Patient = off
		case "pingreply", "cseq", "badcseq":
		default:
			return fmt.Errorf("--default-behaviors: must be all, none, bye or abortunexp, with - before it to take it away, got %q", word)
		}
	}
	return nil
}

// pauseTime reads --pause: a duration, or milliseconds as SIPp's -d.
func (f *scriptFlags) pauseTime() (time.Duration, error) {
	if f.pause == "" {
		return 0, nil
	}
	length, err := time.ParseDuration(f.pause)
	if ms, errNumber := strconv.ParseUint(f.pause, 10, 31); errNumber == nil {
		length, err = time.Duration(ms)*time.Millisecond, nil
	}
	if err != nil || length < 0 {
		return 0, fmt.Errorf("--pause: must be a time such as 2s, or milliseconds such as 2000, got %q", f.pause)
	}
	return length, nil
}

// pairs reads name=value arguments.
func pairs(flag string, list []string) (map[string]string, error) {
	values := map[string]string{}
	for _, text := range list {
		name, value, found := strings.Cut(text, "=")
		if !found || name == "" || strings.ContainsAny(text, "\r\n\x00") {
			return nil, fmt.Errorf("--%s: must be name=value in one line, got %q", flag, text)
		}
		values[name] = value
	}
	return values, nil
}

// readTables reads the data files. A scenario names one by the path that was given, or by its last part.
func (f *scriptFlags) readTables() (names []string, tables map[string]*scenarios.Table, err error) {
	tables = map[string]*scenarios.Table{}
	for _, path := range f.tables {
		text, err := readInput(path, scenarios.MaxTableSize)
		if err != nil {
			return nil, nil, fmt.Errorf("--inf: %w", err)
		}
		table, err := scenarios.ParseTable(path, text)
		if err != nil {
			return nil, nil, fmt.Errorf("--inf: %w", err)
		}
		if table.Order == scenarios.ByUser && table.Rows() < f.users {
			return nil, nil, fmt.Errorf("--inf: %s: has rows for %d users, fewer than the %d of --sipp-users", path, table.Rows(), f.users)
		}
		for _, name := range []string{path, filepath.Base(path)} {
			if tables[name] == nil {
				tables[name] = table
				names = append(names, name)
			}
		}
	}
	for _, index := range f.indexes {
		file, column, _ := strings.Cut(index, ",")
		number, err := strconv.Atoi(column)
		if tables[file] == nil || err != nil || number < 0 {
			return nil, nil, fmt.Errorf("--inf-index: must be a file of --inf, a comma and the number of a column, got %q", index)
		}
		tables[file].Index(number)
	}
	return names, tables, nil
}

// scriptAccount fills in who answers challenges where nobody was named: as in SIPp, the service with the password
// "password".
func scriptAccount(account sip.Credentials, service string) sip.Credentials {
	if account.User != "" {
		return account
	}
	return sip.NewCredentials(service, "password")
}
