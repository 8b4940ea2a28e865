package records

import "bytes"

// answeredWords are how records say that a call was answered, in lower case.
var answeredWords = words("answered", "answer", "ok", "200", "completed", "connected", "success", "yes", "true")

// blockedWords are how records say that a call met no free circuit: Asterisk's CONGESTION, FreeSWITCH's names of the
// causes, SIP 503, and the causes 34, 38, 41, 42, 43, 44, 46 and 47 of ITU-T Q.850, as in the live measurement.
var blockedWords = words("congestion", "normal_circuit_congestion", "network_out_of_order",
	"normal_temporary_failure", "switch_congestion", "access_info_discarded", "requested_chan_unavail",
	"blocked", "no circuit", "503", "34", "38", "41", "42", "43", "44", "46", "47")

func words(of ...string) map[string]bool {
	set := map[string]bool{}
	for _, word := range of {
		set[word] = true
	}
	return set
}

// has says whether a field is one of the words, in capitals or not.
func has(set map[string]bool, field []byte) bool {
	var lower [32]byte
	if len(field) == 0 || len(field) > len(lower) {
		return false
	}
	for i, c := range field {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	return set[string(lower[:len(field)])]
}

var (
	inWords       = words("in", "inbound", "incoming", "terminating", "received", "i")
	outWords      = words("out", "outbound", "outgoing", "originating", "dialed", "dialled", "o")
	internalWords = words("internal", "local", "onnet", "on-net", "intern")
)

// way returns the direction that a field says.
func way(field []byte) Direction {
	switch {
	case has(inWords, field):
		return In
	case has(outWords, field):
		return Out
	case has(internalWords, field):
		return Internal
	}
	return Unknown
}

// missing says whether a field stands for no value at all.
func missing(field []byte) bool {
	if len(field) == 0 {
		return true
	}
	switch string(field) {
	case "0", "-", "NULL", "null", `\N`, "0000-00-00 00:00:00", "0000-00-00", "1970-01-01 00:00:00":
		return true
	}
	return false
}

// peer returns the trunk that a channel of Asterisk belongs to: PJSIP/carrier-0000002a of PJSIP/carrier,
// DAHDI/i1/5550100-1a of DAHDI/i1, Local/100@sales-0001;2 of Local/100@sales.
func peer(channel []byte) []byte {
	if i := bytes.LastIndexByte(channel, ';'); i > 0 {
		channel = channel[:i]
	}
	if i := bytes.LastIndexByte(channel, '-'); i > 0 && hexadecimal(channel[i+1:]) {
		channel = channel[:i]
	}
	for _, lines := range [][]byte{[]byte("DAHDI/"), []byte("Zap/")} { // the number called follows the group of lines
		if rest, ok := bytes.CutPrefix(channel, lines); ok {
			group, _, _ := bytes.Cut(rest, []byte("/"))
			return channel[:len(lines)+len(group)]
		}
	}
	return channel
}

func hexadecimal(text []byte) bool {
	for _, c := range text {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return len(text) > 0
}

// glob says whether a name is of a pattern in which * stands for any text and ? for one octet.
func glob(pattern, name []byte) bool {
	star, from := -1, 0
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p, n = p+1, n+1
		case star >= 0:
			from++
			p, n = star+1, from
		default:
			return false
		}
	}
	return len(bytes.TrimLeft(pattern[p:], "*")) == 0
}
