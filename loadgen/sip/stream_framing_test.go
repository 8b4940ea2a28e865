package sip

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// feed gives octets to a framing in pieces, as reads bring them, and returns what it found until the first
// error.
func feed(f framing, pieces ...[]byte) (messages []string, replies string, err error) {
	var waiting []byte
	for _, piece := range pieces {
		waiting = append(waiting, piece...)
		for {
			result, err := f.next(waiting)
			if err != nil {
				return messages, replies, err
			}
			if result.message != nil {
				messages = append(messages, string(result.message))
			}
			replies += string(result.reply)
			waiting = waiting[result.size:]
			if result.size == 0 || len(waiting) == 0 {
				break
			}
		}
	}
	return messages, replies, nil
}

// oneByOne returns b in pieces of one octet.
func oneByOne(b []byte) (pieces [][]byte) {
	for piece := range slices.Chunk(b, 1) {
		pieces = append(pieces, piece)
	}
	return pieces
}

// streamHead is a message but for Content-Length and what follows.
const streamHead = "OPTIONS sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\n"

func TestContentLengthTellsWhereAMessageEnds(t *testing.T) {
	many := strings.Repeat("X: 1\r\n", MaxHeaderLines-2)
	for name, tt := range map[string]struct {
		stream   string
		messages []string
		replies  string
		err      error
	}{
		"no body":                           {streamHead + "Content-Length: 0\r\n\r\n", []string{streamHead + "Content-Length: 0\r\n\r\n"}, "", nil},
		"body":                              {streamHead + "Content-Length: 3\r\n\r\nabc", []string{streamHead + "Content-Length: 3\r\n\r\nabc"}, "", nil},
		"compact name, spaces, zeros":       {streamHead + "l :\t 003 \r\n\r\nabc", []string{streamHead + "l :\t 003 \r\n\r\nabc"}, "", nil},
		"any case":                          {streamHead + "CONTENT-length:3\r\n\r\nabc", []string{streamHead + "CONTENT-length:3\r\n\r\nabc"}, "", nil},
		"value on the next line":            {streamHead + "Content-Length:\r\n 3\r\n\r\nabc", []string{streamHead + "Content-Length:\r\n 3\r\n\r\nabc"}, "", nil},
		"line ends without CR":              {"BYE sip:b SIP/2.0\nl: 2\n\nab", []string{"BYE sip:b SIP/2.0\nl: 2\n\nab"}, "", nil},
		"twice the same":                    {streamHead + "l: 1\r\nContent-Length: 1\r\n\r\na", []string{streamHead + "l: 1\r\nContent-Length: 1\r\n\r\na"}, "", nil},
		"a folded line of another header":   {streamHead + "l: 1\r\nSubject: a\r\n 7\r\n\r\na", []string{streamHead + "l: 1\r\nSubject: a\r\n 7\r\n\r\na"}, "", nil},
		"several at once":                   {streamHead + "l: 0\r\n\r\n" + streamHead + "l: 1\r\n\r\na" + streamHead + "l: 0\r\n\r\n", []string{streamHead + "l: 0\r\n\r\n", streamHead + "l: 1\r\n\r\na", streamHead + "l: 0\r\n\r\n"}, "", nil},
		"a body that looks like a message":  {streamHead + "l: 9\r\n\r\nl: 5\r\n\r\na" + streamHead + "l: 0\r\n\r\n", []string{streamHead + "l: 9\r\n\r\nl: 5\r\n\r\na", streamHead + "l: 0\r\n\r\n"}, "", nil},
		"line ends before a message":        {"\r\n" + streamHead + "l: 0\r\n\r\n", []string{streamHead + "l: 0\r\n\r\n"}, "", nil},
		"as many header lines as allowed":   {streamHead + many + "l: 0\r\n\r\n", []string{streamHead + many + "l: 0\r\n\r\n"}, "", nil},
		"ping":                              {"\r\n\r\n", nil, "\r\n", nil},
		"pong":                              {"\r\n", nil, "", nil},
		"ping, message, pong, ping":         {"\r\n\r\n" + streamHead + "l: 0\r\n\r\n\r\n\r\n", []string{streamHead + "l: 0\r\n\r\n"}, "\r\n\r\n", nil},
		"two pings":                         {"\r\n\r\n\r\n\r\n", nil, "\r\n\r\n", nil},
		"half a message":                    {streamHead + "l: 3\r\n\r\nab", nil, "", nil},
		"nothing":                           {"", nil, "", nil},
		"no Content-Length":                 {streamHead + "\r\n", nil, "", errNoLength},
		"no Content-Length after a message": {streamHead + "l: 0\r\n\r\n" + streamHead + "\r\n", []string{streamHead + "l: 0\r\n\r\n"}, "", errNoLength},
		"Content-Length without a value":    {streamHead + "l:\r\n\r\n", nil, "", errNoLength},
		"Content-Length as the start line":  {"Content-Length: 0\r\n\r\n", nil, "", errNoLength},
		"TLS":                               {"\x16\x03\x01", nil, "", errNotSIP},
		"a space first":                     {" " + streamHead, nil, "", errNotSIP},
		"any method":                        {"!%indeed'~ sip:b SIP/2.0\r\nl: 0\r\n\r\n", []string{"!%indeed'~ sip:b SIP/2.0\r\nl: 0\r\n\r\n"}, "", nil},
		"negative":                          {streamHead + "l: -1\r\n\r\n", nil, "", errBadLength},
		"not decimal":                       {streamHead + "l: 0x1\r\n\r\n", nil, "", errBadLength},
		"more than any number type holds":   {streamHead + "l: 99999999999999999999999\r\n\r\n", nil, "", errBadLength},
		"two lengths":                       {streamHead + "l: 1\r\nl: 2\r\n\r\n", nil, "", errDoubleLength},
		"too long by its body":              {streamHead + fmt.Sprintf("l: %d\r\n\r\n", MaxStreamMessage), nil, "", errLongMessage},
		"longer than any message":           {streamHead + "l: 2147483647\r\n\r\n", nil, "", errLongMessage},
		"header line too long":              {streamHead + "X: " + strings.Repeat("x", maxHeaderLine), nil, "", errLongLine},
		"start line too long":               {strings.Repeat("A", maxHeaderLine+1), nil, "", errLongLine},
		"headers too long":                  {streamHead + strings.Repeat("X: "+strings.Repeat("x", maxHeaderLine-4)+"\r\n", 40), nil, "", errLongMessage},
		"too many header lines":             {streamHead + many + "X: 1\r\nl: 0\r\n\r\n", nil, "", errManyLines},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(how string, messages []string, replies string, err error) {
				t.Helper()
				if !slices.Equal(messages, tt.messages) || replies != tt.replies || !errors.Is(err, tt.err) {
					t.Fatalf("%s: got %.300q, replies %q, %v\nwant %.300q, replies %q, %v", how, messages, replies, err, tt.messages, tt.replies, tt.err)
				}
			}
			b := []byte(tt.stream)
			messages, replies, err := feed(&sipFraming{}, b)
			check("in one read", messages, replies, err)
			messages, replies, err = feed(&sipFraming{}, oneByOne(b)...)
			check("octet by octet", messages, replies, err)
			if len(b) > 4096 {
				return
			}
			for at := range b {
				messages, replies, err = feed(&sipFraming{}, b[:at], b[at:])
				check(fmt.Sprintf("in two reads split at %d", at), messages, replies, err)
			}
		})
	}
}

// TestOctetsThatTrickleInAreLookedAtOnce: looking from the start at each octet would make a message of
// 64 KiB cost two thousand million steps.
func TestOctetsThatTrickleInAreLookedAtOnce(t *testing.T) {
	f := &sipFraming{}
	b := []byte(streamHead + "Subject: " + strings.Repeat("x", 1000))
	for n := range len(b) + 1 {
		if _, err := f.next(b[:n]); err != nil {
			t.Fatal(err)
		}
		if f.looked != n {
			t.Fatalf("%d of %d octets will not be looked at again", f.looked, n)
		}
	}
}

// naive is an independent reading of RFC 3261, 18.3 for well-formed text: it splits at the empty line and
// asks Scan for the rest.
func naive(b []byte) (messages []string) {
	for {
		b = skipLineEnds(b)
		end := bytes.Index(b, []byte("\r\n\r\n"))
		if end < 0 {
			return messages
		}
		end += 4
		var length int
		for line := range bytes.SplitSeq(b[:end], []byte("\r\n")) {
			name, value, _ := bytes.Cut(line, []byte(":"))
			if n := string(bytes.ToLower(bytes.TrimSpace(name))); n == "l" || n == "content-length" {
				_, _ = fmt.Sscan(string(value), &length)
			}
		}
		if len(b) < end+length {
			return messages
		}
		messages, b = append(messages, string(b[:end+length])), b[end+length:]
	}
}

func TestFramingAgreesWithASecondReading(t *testing.T) {
	var stream []byte
	for i := range 50 {
		stream = append(stream, request(i, i*i)...)
		stream = append(stream, strings.Repeat("\r\n", i%4)...)
	}
	got, _, err := feed(&sipFraming{}, stream)
	if err != nil || !slices.Equal(got, naive(stream)) || len(got) != 50 {
		t.Errorf("%d messages, %v; want the %d of the second reading", len(got), err, len(naive(stream)))
	}
}

func FuzzSIPFraming(f *testing.F) {
	f.Add([]byte(streamHead+"Content-Length: 3\r\n\r\nabc\r\n\r\n"+streamHead+"l:\r\n 0\r\n\r\n"), uint16(20))
	f.Add([]byte("\r\n\r\n\x16\x03\x01 GET / HTTP/1.1\r\n\r\n"), uint16(3))
	f.Fuzz(func(t *testing.T, stream []byte, at uint16) {
		fuzzFraming(t, func() framing { return &sipFraming{} }, stream, int(at))
	})
}

// fuzzFraming checks that what is found does not depend on how reads cut the octets.
func fuzzFraming(t *testing.T, newFraming func() framing, stream []byte, at int) {
	at = min(at, len(stream))
	whole, wholeReplies, wholeErr := feed(newFraming(), bytes.Clone(stream))
	for _, pieces := range [][][]byte{{stream[:at], stream[at:]}, oneByOne(stream)} {
		got, replies, err := feed(newFraming(), pieces...)
		if !slices.Equal(got, whole) || replies != wholeReplies || !errors.Is(err, wholeErr) {
			t.Fatalf("in pieces: %q, replies %q, %v; in one read: %q, replies %q, %v", got, replies, err, whole, wholeReplies, wholeErr)
		}
	}
	for _, message := range whole {
		if len(message) == 0 || len(message) > MaxStreamMessage {
			t.Fatalf("message of %d octets", len(message))
		}
	}
}
