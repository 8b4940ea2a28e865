package cmd

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// wireRules take out of a message what differs from run to run: ports, process numbers, branches, random values,
// and the number of the call at either end, whose order two controllers do not share.
type wireRules []struct {
	found *regexp.Regexp
	put   string
}

var sameForAll = wireRules{
	{regexp.MustCompile(`(127\.0\.0\.1|nnl\.cym):\d+`), "$1:port"},
	{regexp.MustCompile(`branch=z9hG4bK[^;\r\n]*`), "branch=b"},
	{regexp.MustCompile(`tag=\d+([AB]|SIPpTag\d\d[a-z]?)\d+`), "tag=$1"},
	{regexp.MustCompile(`X-Port: \d+`), "X-Port: port"},
	{regexp.MustCompile(`m=(audio|video|image) \d+`), "m=$1 port"},
	{regexp.MustCompile(`(cnonce|response)="?[0-9a-f]+"?`), "$1=random"},
	// SIPp names itself where no far end was named to it, and answers a challenge for the host alone.
	{regexp.MustCompile(`sip:service@:5060`), "sip:service@127.0.0.1:port"},
	{regexp.MustCompile(`uri="sip:(service@)?`), `uri="sip:`},
}

var contentLength = regexp.MustCompile(`Content-Length: *\d+`)

// Replace returns a message of a call in the words that each run has in common.
func (rules wireRules) Replace(text, callID string) string {
	_, body, _ := strings.Cut(text, "\r\n\r\n")
	if length := headerOf(text, "Content-Length"); length == strconv.Itoa(len(body)) {
		text = contentLength.ReplaceAllString(text, "Content-Length: right") // SIPp puts spaces before it
	}
	text = strings.ReplaceAll(text, callID, "call-id")
	for _, rule := range rules {
		text = rule.found.ReplaceAllString(text, rule.put)
	}
	return credentials.ReplaceAllStringFunc(text, func(line string) string {
		name, list, _ := strings.Cut(line, ": Digest ")
		parts := strings.Split(list, ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		slices.Sort(parts) // any order will do (RFC 7616, 3.4)
		return name + ": Digest " + strings.Join(parts, ", ")
	})
}

var credentials = regexp.MustCompile(`(Proxy-)?Authorization: Digest [^\r]*`)
