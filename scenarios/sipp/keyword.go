package sipp

import (
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/scenarios"
)

// keywords are those without parameters.
var keywords = map[string]scenarios.Segment{
	"remote_ip": {Keyword: scenarios.RemoteIP}, "remote_host": {Keyword: scenarios.RemoteHost},
	"remote_port": {Keyword: scenarios.RemotePort}, "transport": {Keyword: scenarios.Transport},
	"local_ip": {Keyword: scenarios.LocalIP}, "local_ip_type": {Keyword: scenarios.LocalIPType},
	"local_port": {Keyword: scenarios.LocalPort}, "server_ip": {Keyword: scenarios.ServerIP},
	"media_ip": {Keyword: scenarios.MediaIP}, "media_ip_type": {Keyword: scenarios.MediaIPType},
	"media_port": {Keyword: scenarios.MediaPort}, "auto_media_port": {Keyword: scenarios.AutoMediaPort},
	"rtpstream_audio_port": {Keyword: scenarios.StreamPort},
	"rtpstream_video_port": {Keyword: scenarios.StreamPort, Reference: &scenarios.Reference{Video: true}},
	"call_number":          {Keyword: scenarios.CallNumber}, "dynamic_id": {Keyword: scenarios.DynamicID},
	"call_id": {Keyword: scenarios.CallID}, "cseq": {Keyword: scenarios.CSeqNumber},
	"pid": {Keyword: scenarios.ProcessID}, "service": {Keyword: scenarios.Service},
	"branch": {Keyword: scenarios.Branch}, "msg_index": {Keyword: scenarios.MessageIndex},
	"next_url": {Keyword: scenarios.NextURL}, "len": {Keyword: scenarios.BodyLength},
	"peer_tag_param": {Keyword: scenarios.PeerTagParam}, "last_Request_URI": {Keyword: scenarios.LastRequestURI},
	"last_cseq_number": {Keyword: scenarios.LastCSeqNumber}, "last_message": {Keyword: scenarios.LastMessage},
	"routes":     {Keyword: scenarios.Routes},
	"clock_tick": {Keyword: scenarios.ClockTick}, "users": {Keyword: scenarios.Users},
	"userid": {Keyword: scenarios.UserID}, "timestamp": {Keyword: scenarios.Timestamp},
	"date": {Keyword: scenarios.Date}, "sipp_version": {Keyword: scenarios.ToolVersion},
}

// keyword compiles what stands between square brackets.
func (c *compiler) keyword(name string, line int) []scenarios.Segment {
	base, offset := name, 0
	if !hasParameters(name) {
		base, offset = cutOffset(name)
	}
	if s, known := keywords[base]; known {
		if offset != 0 {
			r := scenarios.Reference{}
			if s.Reference != nil {
				r = *s.Reference
			}
			r.Offset = offset
			s.Reference = &r
		}
		return one(s)
	}
	return c.parametrized(name, base, offset, line)
}

// parametrized compiles the keywords with parameters, and those of the user's own.
func (c *compiler) parametrized(name, base string, offset, line int) []scenarios.Segment {
	switch {
	case strings.HasPrefix(name, "field"):
		return c.field(name, line)
	case strings.HasPrefix(name, "fill"):
		return c.fill(name, line)
	case strings.HasPrefix(name, "file"):
		return c.fileText(name, line)
	case strings.HasPrefix(name, "$"):
		return one(scenarios.Segment{Keyword: scenarios.Variable, Reference: &scenarios.Reference{Index: c.variable(base[1:], line)}})
	case strings.HasPrefix(name, "last_"):
		return one(scenarios.Segment{Keyword: scenarios.LastHeader, Reference: &scenarios.Reference{Name: strings.TrimSuffix(base[len("last_"):], ":")}})
	case strings.HasPrefix(name, "authentication"):
		return c.authentication(name, line)
	case base == "tdmmap":
		c.fail(line, "[tdmmap] is not supported: limit calls by --max-calls, or circuits by sipplan gateway")
		return nil
	}
	if s, known := cryptoKeyword(base, offset); known {
		return one(s)
	}
	return c.userKeyword(name, line)
}

func one(s scenarios.Segment) []scenarios.Segment { return []scenarios.Segment{s} }

// hasParameters tells the keywords in which a sign before a digit is no offset.
func hasParameters(name string) bool {
	for _, prefix := range []string{"authentication", "tdmmap", "field", "fill", "file"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// cutOffset cuts +N or -N off a keyword.
func cutOffset(name string) (base string, offset int) {
	at := strings.IndexByte(name, '+')
	if at < 0 {
		at = strings.IndexByte(name, '-')
	}
	if at < 0 || at+1 >= len(name) || name[at+1] < '0' || name[at+1] > '9' {
		return name, 0
	}
	end := at + 1
	for end < len(name) && name[end] >= '0' && name[end] <= '9' {
		end++
	}
	offset, err := strconv.Atoi(name[at:end])
	if err != nil {
		return name, 0
	}
	return name[:at], offset
}

// userKeyword puts the value of a keyword of the user's own in its place.
func (c *compiler) userKeyword(name string, line int) []scenarios.Segment {
	if value, known := c.options.Keys[name]; known {
		return one(scenarios.Segment{Text: []byte(value)})
	}
	switch {
	case strings.ContainsAny(name, " \t\"=<>{}"):
		c.warn(line, "[%s] is no keyword and is sent as it stands; SIPp refuses it%s", name, nearestKeyword(name))
	case !c.options.Checking:
		c.fail(line, "[%s] is no keyword; give it a value with --key %s=…", name, name)
	case !c.keys[name]:
		c.keys[name] = true
		c.warn(line, "[%s] is no keyword of its own: it needs --key %s=…%s", name, name, nearestKeyword(name))
	}
	return one(scenarios.Segment{Text: []byte("[" + name + "]")})
}

func nearestKeyword(name string) string {
	return planner.DidYouMean(name, slices.Sorted(maps.Keys(keywords)))
}

// parameter returns the value behind name= in a keyword: quoted, as hexadecimal digits, or up to a space.
func parameter(text, name string) (string, bool) {
	at := strings.Index(text, name+"=")
	if at < 0 {
		return "", false
	}
	value := text[at+len(name)+1:]
	if quoted, isQuoted := strings.CutPrefix(value, `"`); isQuoted {
		return unquoted(quoted), true
	}
	end := strings.IndexFunc(value, func(r rune) bool { return r <= ' ' || r > '~' })
	if end >= 0 {
		value = value[:end]
	}
	if digits, isHex := strings.CutPrefix(value, "0x"); isHex {
		if octets, err := hex.DecodeString(digits); err == nil {
			return string(octets), true
		}
	}
	return value, true
}

// unquoted returns the text up to the closing quote; a backslash keeps the letter behind it.
func unquoted(text string) string {
	var out strings.Builder
	for i := 0; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// field compiles a cell of a table: [field0 file="users.csv" line="[$row]"].
func (c *compiler) field(name string, line int) []scenarios.Segment {
	digits := strings.TrimLeft(name[len("field"):], " ")
	end := 0
	for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
		end++
	}
	column, err := strconv.Atoi(digits[:end])
	if err != nil || column > 10_000 {
		c.fail(line, "[%s]: field needs the number of a column, from 0 on", name)
		return nil
	}
	r := &scenarios.Reference{Index: column}
	file, _ := parameter(name, "file")
	if r.Table = c.table(file, line); r.Table < 0 {
		return nil
	}
	if row, given := parameter(name, "line"); given && row != "" {
		r.Row = c.segments(row, line)
	}
	return one(scenarios.Segment{Keyword: scenarios.Field, Reference: r})
}

// table returns the number of a table; the empty name stands for the first one that is given.
func (c *compiler) table(name string, line int) int {
	given := c.options.Tables
	switch {
	case c.options.Checking && given == nil:
	case len(given) == 0:
		c.fail(line, "cells need a data file: give one with --inf")
		return -1
	case name == "":
		name = given[0]
	case !slices.Contains(given, name):
		c.fail(line, "the data file %q is not among those given with --inf: %s", name, strings.Join(given, ", "))
		return -1
	}
	return index(&c.script.Tables, name)
}

// fill compiles [fill variable="n" text="ab"].
func (c *compiler) fill(name string, line int) []scenarios.Segment {
	text, _ := parameter(name, "text")
	if text == "" {
		text = "X"
	}
	variable, _ := parameter(name, "variable")
	return one(scenarios.Segment{Keyword: scenarios.Fill, Reference: &scenarios.Reference{Name: text, Index: c.variable(variable, line)}})
}

// fileText compiles [file name="body.txt"].
func (c *compiler) fileText(name string, line int) []scenarios.Segment {
	file, _ := parameter(name, "name")
	if file == "" {
		c.fail(line, "[%s]: file needs a name", name)
		return nil
	}
	return one(scenarios.Segment{Keyword: scenarios.FileText, Reference: &scenarios.Reference{Row: c.segments(file, line)}})
}

// authentication compiles [authentication username=… password=…].
func (c *compiler) authentication(name string, line int) []scenarios.Segment {
	r := &scenarios.Reference{}
	if strings.Contains(name, "aka_") {
		c.fail(line, "[authentication]: AKA (RFC 3310) is not supported, only digest by password")
	}
	for parameterName, into := range map[string]*[]scenarios.Segment{"username": &r.User, "password": &r.Password} {
		if value, given := parameter(name, parameterName); given && value != "" {
			*into = c.segments(value, line)
		}
	}
	return one(scenarios.Segment{Keyword: scenarios.Authentication, Reference: r})
}

// suites are the names of SRTP suites by how keywords shorten them.
var suites = map[string]string{
	"aescm128sha180": "AES_CM_128_HMAC_SHA1_80", "aescm128sha132": "AES_CM_128_HMAC_SHA1_32",
	"nullsha180": "NULL_HMAC_SHA1_80", "nullsha132": "NULL_HMAC_SHA1_32",
}

// cryptoKeyword compiles the keywords of SRTP keys: cryptotag1audio, cryptosuiteaescm128sha1801audio,
// cryptokeyparams1audio, ueaescm128sha1801audio. The digit before the stream tells which key is offered.
func cryptoKeyword(name string, offset int) (s scenarios.Segment, known bool) {
	r := &scenarios.Reference{Offset: offset}
	rest, video := strings.CutSuffix(name, "video")
	if !video {
		var audio bool
		if rest, audio = strings.CutSuffix(name, "audio"); !audio {
			return s, false
		}
	}
	r.Video = video
	var second bool
	if rest, second = strings.CutSuffix(rest, "2"); !second {
		var first bool
		if rest, first = strings.CutSuffix(rest, "1"); !first {
			return s, false
		}
	}
	r.Second = second
	s.Reference = r
	switch {
	case rest == "cryptotag":
		s.Keyword = scenarios.CryptoTag
	case rest == "cryptokeyparams":
		s.Keyword = scenarios.CryptoKey
	case strings.HasPrefix(rest, "cryptosuite"):
		s.Keyword = scenarios.CryptoSuite
		r.Name = suites[rest[len("cryptosuite"):]]
		return s, r.Name != ""
	case strings.HasPrefix(rest, "ue") && suites[rest[len("ue"):]] != "":
		s.Keyword, r.Name = scenarios.CryptoSuite, "UNENCRYPTED_SRTP"
	default:
		return s, false
	}
	return s, true
}
