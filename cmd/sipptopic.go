package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// sippHabits are the options of SIPp with what does the same here.
var sippHabits = []struct{ sipp, ours, note string }{
	{"-sf FILE", "--sipp FILE", "blast calls, answer answers; files are read as they are"},
	{"-sn NAME", "--scenario NAME", "sipplan's own library; sipp -sd NAME writes SIPp's"},
	{"remote[:port]", "sip:remote[:port]", "the user of the address is [service]"},
	{"-i, -p", "--local IP:PORT, --listen IP:PORT", "blast, answer"},
	{"-t u1|t1|l1", "sip:host;transport=tcp, sips:host", "answer: --listen tcp:IP:PORT"},
	{"-r N, -rp MS", "-r N, --rate-period TIME", "--caps is the long name; 10 a second unless told"},
	{"-l N", "-l N", "--max-calls; what does not fit is counted as not started"},
	{"-m N", "-m N", "--calls"},
	{"-d MS", "-d TIME", "--pause; 2000 and 2s are the same"},
	{"-s USER", "-s USER", "--service"},
	{"-au, -ap", "--auth-user, SIPPLAN_PASSWORD", "no password in arguments; the service and \"password\" by default"},
	{"-inf, -infindex", "--inf FILE, --inf-index FILE,COLUMN", "cells never hold a line break"},
	{"-key N V, -set N V", "--key N=V, --set N=V", ""},
	{"-aa", "--auto-answer", ""},
	{"-mi, -mp", "--media-ip, --media-port", "a scenario that plays media has ports of --rtp-ports"},
	{"-nr, -lost, -base_cseq", "--no-retransmit, --lost, --base-cseq", ""},
	{"-recv_timeout", "--recv-timeout TIME", ""},
	{"-default_behaviors", "--default-behaviors", "all, none, bye, abortunexp"},
	{"-pause_msg_ign", "--pause-ignore", ""},
	{"-3pcc", "--3pcc IP:PORT", "the half that commands first connects"},
	{"-master, -slave, -slave_cfg", "--master, --slave, --slave-cfg", ""},
	{"-trace_msg", "--trace-msg FILE", ""},
	{"-trace_logs", "--trace-log FILE", ""},
	{"-trace_stat, -stf, -fd", "--stats FILE, --stats-period TIME", "SIPp's columns, a line each minute unless told, and a last one"},
	{"-trace_err", "stderr", "the first warnings; all are counted"},
}

// refuseSIPpOptions says what an option of SIPp is called here. A parser of flags would read -sf as -s with the value f.
func refuseSIPpOptions(root *cobra.Command, args []string) (*cobra.Command, error) {
	command, rest, err := root.Find(args)
	if err != nil || command.Flags().Lookup("sipp") == nil {
		return command, nil
	}
	for _, arg := range rest {
		if arg == "--" {
			break
		}
		if !strings.HasPrefix(arg, "-") || len(arg) == 2 && command.Flags().ShorthandLookup(arg[1:]) != nil {
			continue
		}
		for _, habit := range sippHabits {
			if slices.ContainsFunc(strings.Split(habit.sipp, ", "), func(option string) bool { return arg == strings.Fields(option)[0] }) {
				return command, usagef("%s: is an option of SIPp; here: %s ('sipplan help sipp' has them all)", arg, habit.ours)
			}
		}
	}
	return command, nil
}

// newSIPpTopic returns the help topic for those who know SIPp.
func newSIPpTopic() *cobra.Command {
	var text strings.Builder
	text.WriteString(`sipplan runs the scenario files of SIPp unchanged, with SIPp's rules: a message without retrans is never
repeated, nothing is answered that no step waits for, and a call that meets something unexpected has failed.

  sipplan scenario lint uac.xml                        does it run, and what in it is doubtful
  sipplan blast sip:127.0.0.1:5060 --sipp uac.xml      call
  sipplan answer --sipp uas.xml                        answer

What SIPp's options are called here:

`)
	for _, h := range sippHabits {
		line := fmt.Sprintf("  %-27s %-36s %s", h.sipp, h.ours, h.note)
		text.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	text.WriteString(`
A scenario reads files of its own folder only (--allow-files lifts that) and runs no command unless
--allow-exec is given. An INVITE, REFER or MESSAGE to an emergency number is never sent, wherever the number
comes from, and setdest reaches only the target and what --allow-target names.

Calls of which some failed end the command with 99. Media is encrypted with the keys that [cryptokeyparams1audio] and its
like offer. Not there: SCTP, AKA, [tdmmap], a connection for each call.`)
	return &cobra.Command{Use: "sipp", Short: "What SIPp's users need to know: options and rules", Long: text.String()}
}
