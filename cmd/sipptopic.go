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
	{"-t u1|t1|l1", "sip:host;transport=tcp, sips:host", "answer: --listen tcp:IP:PORT; tn and ln: --connection-per-call"},
	{"-r N, -rp MS", "-r N, --rate-period TIME", "--caps is the long name; 10 a second unless told"},
	{"-l N", "-l N", "--max-calls; calls begin more slowly while there are N, and -m of them are made"},
	{"-m N", "-m N", "--calls"},
	{"-users N", "--sipp-users N", "N calls at a time, each with the row and the variables of its user"},
	{"-timeout S", "--duration TIME", "ends the arrivals; --drain bounds how long calls go on"},
	{"-d MS", "-d TIME", "--pause; 2000 and 2s are the same"},
	{"-s USER", "-s USER", "--service"},
	{"-au, -ap", "--auth-user, SIPPLAN_PASSWORD", "no password in arguments; the service and \"password\" by default"},
	{"-inf, -infindex", "--inf FILE, --inf-index FILE,COLUMN", "cells never hold a line break"},
	{"-key N V, -set N V", "--key N=V, --set N=V", ""},
	{"-aa", "--auto-answer", ""},
	{"-mi, -mp", "--media-ip, --media-port", "a scenario that plays media has ports of --rtp-ports"},
	{"-rtp_echo", "--rtp-echo", "each call has a port of its own, of --rtp-ports"},
	{"-nr, -lost, -base_cseq", "--no-retransmit, --lost, --base-cseq", ""},
	{"-recv_timeout", "--recv-timeout TIME", ""},
	{"-default_behaviors, -nd", "--default-behaviors", "all, none, bye, abortunexp"},
	{"-pause_msg_ign", "--pause-ignore", ""},
	{"-tls_cert, -tls_key, -tls_ca", "--tls-cert, --tls-key, --tls-ca", ""},
	{"-3pcc", "--3pcc IP:PORT", "the half that commands first connects"},
	{"-master, -slave, -slave_cfg", "--master, --slave, --slave-cfg", ""},
	{"-trace_msg", "--trace-msg FILE", ""},
	{"-trace_logs", "--trace-log FILE", ""},
	{"-trace_stat, -stf, -fd", "--stats FILE, --stats-period TIME", "SIPp's columns, a line each minute unless told, and a last one"},
	{"-trace_err", "stderr", "the first warnings; all are counted"},
	{"-trace_counts, -trace_screen", "--output json", "what each step sent and received"},
	{"-rate_increase, -rate_max", "sipplan find caps", "looks for the highest rate, with a caller of its own"},
	{"-nostdin, -bg", "&", "no keys are read"},
	{"-v", "sipplan version", ""},
}

// sippOnly are the options of SIPp that nothing here does.
var sippOnly = strings.Fields(`-auth_uri -assocmaxret -bind_local -buff_size -calldebug_file -calldebug_overwrite -callid_slash_ign -ci -cid_str -cp
	-deadcall_wait -dynamicMax -dynamicStart -dynamicStep -error_file -error_overwrite -f -gracefulclose -heartbeat -ip_field -log_file -log_overwrite
	-max_invite_retrans -max_log_size -max_non_invite_retrans -max_reconnect -max_recv_loops -max_retrans -max_sched_loops -max_socket -mb -message_file
	-message_overwrite -min_rtp_port -max_rtp_port -multihome -no_rate_quit -oocsf -oocsn -pathmaxret -periodic_rtd -plugin -pmtu -random_base_port
	-rate_interval -rate_scale -reconnect_close -reconnect_sleep -ringbuffer_files -ringbuffer_size -rsa -rtcheck -rtp_buffsize -rtp_payload
	-rtp_threadtasks -rtt_freq -rx_sf -screen_file -screen_overwrite -sd -sendbuffer_warn -send_timeout -shortmessage_file -shortmessage_overwrite
	-skip_rlimit -sleep -srtpcheck_debug -stat_delimiter -T2 -tdmmap -timeout_error -timer_resol -tls_crl -tls_version
	-trace_calldebug -trace_error_codes -trace_rtt -trace_shortmsg -watchdog_interval -watchdog_major_maxtriggers -watchdog_major_threshold
	-watchdog_minor_maxtriggers -watchdog_minor_threshold -watchdog_reset`)

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
		if slices.Contains(sippOnly, arg) {
			return command, usagef("%s: is an option of SIPp that has no counterpart here ('sipplan help sipp' has those that have)", arg)
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
		line := fmt.Sprintf("  %-28s %-36s %s", h.sipp, h.ours, h.note)
		text.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	text.WriteString(`
A scenario reads files of its own folder only (--allow-files lifts that) and runs no command unless
--allow-exec is given. An INVITE, REFER or MESSAGE to an emergency number is never sent, wherever the number
comes from, and setdest reaches only the target and what --allow-target names.

Calls of which some failed end the command with 99. Media is encrypted with the keys that [cryptokeyparams1audio] and its
like offer. Not there: SCTP, AKA, [tdmmap], a UDP socket for each call.`)
	return &cobra.Command{Use: "sipp", Short: "What SIPp's users need to know: options and rules", Long: text.String()}
}
