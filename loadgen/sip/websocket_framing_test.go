package sip

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// wsFrame writes a frame from its parts, right or wrong, by the picture in RFC 6455, 5.2. key is the mask, nil
// for none.
func wsFrame(first byte, key []byte, payload string) string {
	var b []byte
	masked := byte(0)
	if key != nil {
		masked = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = []byte{first, masked | byte(n)}
	case n < 1<<16:
		b = []byte{first, masked | 126, byte(n >> 8), byte(n)}
	default:
		b = binary.BigEndian.AppendUint64([]byte{first, masked | 127}, uint64(n))
	}
	b = append(b, key...)
	for i := range len(payload) {
		if key != nil {
			b = append(b, payload[i]^key[i%4])
		} else {
			b = append(b, payload[i])
		}
	}
	return string(b)
}

var testKey = []byte{0x37, 0xfa, 0x21, 0x3d}

// fromServer and fromClient write good frames.
func fromServer(first byte, payload string) string { return wsFrame(first, nil, payload) }
func fromClient(first byte, payload string) string { return wsFrame(first, testKey, payload) }

func unhex(text string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestFramesOfTheStandard has the examples of RFC 6455, 5.7.
func TestFramesOfTheStandard(t *testing.T) {
	long := strings.Repeat("x", 256)
	longer := strings.Repeat("x", 65536)
	for name, tt := range map[string]struct {
		client   bool
		stream   string
		messages []string
		replies  string
	}{
		"a single-frame unmasked text message": {true, unhex("81 05 48 65 6c 6c 6f"), []string{"Hello"}, ""},
		"a single-frame masked text message":   {false, unhex("81 85 37 fa 21 3d 7f 9f 4d 51 58"), []string{"Hello"}, ""},
		"a fragmented unmasked text message":   {true, unhex("01 03 48 65 6c") + unhex("80 02 6c 6f"), []string{"Hello"}, ""},
		"masked ping request":                  {false, unhex("89 85 37 fa 21 3d 7f 9f 4d 51 58"), nil, unhex("8a 05 48 65 6c 6c 6f")},
		"256 octets in one frame":              {true, unhex("82 7E 0100") + long, []string{long}, ""},
		"64 KiB in one frame":                  {true, unhex("82 7F 0000000000010000") + longer, []string{longer}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, pieces := range [][][]byte{{[]byte(tt.stream)}, oneByOne([]byte(tt.stream))} {
				messages, replies, err := feed(&webSocketFraming{client: tt.client}, pieces...)
				if err != nil || !slices.Equal(messages, tt.messages) || replies != tt.replies {
					t.Errorf("got %.100q, replies %q, %v", messages, replies, err)
				}
			}
		})
	}
}

func TestFramesCarryOneMessageEach(t *testing.T) {
	const text, binary, more, end, ping, pong, bye = 0x81, 0x82, 0x00, 0x80, 0x89, 0x8a, 0x88
	huge := func(length uint64) string {
		return string([]byte{binary, 127}) + unhex(fmt.Sprintf("%016x", length))
	}
	half := strings.Repeat("x", MaxStreamMessage/2+1)
	for name, tt := range map[string]struct {
		stream   string // from a server
		messages []string
		replies  string // unmasked
		err      error
	}{
		"text and binary":                     {fromServer(text, "a") + fromServer(binary, "b\xff"), []string{"a", "b\xff"}, "", nil},
		"in three pieces, a ping between":     {fromServer(0x01, "ab") + fromServer(ping, "p") + fromServer(more, "c") + fromServer(end, "d"), []string{"abcd"}, fromServer(pong, "p"), nil},
		"in pieces, twice":                    {strings.Repeat(fromServer(0x02, "ab")+fromServer(end, "d"), 2), []string{"abd", "abd"}, "", nil},
		"UTF-8 divided between pieces":        {fromServer(0x01, "\xc3") + fromServer(end, "\xa9"), []string{"é"}, "", nil},
		"pong that nobody asked for":          {fromServer(pong, "x") + fromServer(text, "a"), []string{"a"}, "", nil},
		"ping of RFC 5626":                    {fromServer(text, "\r\n\r\n"), nil, fromServer(text, "\r\n"), nil},
		"pong of RFC 5626":                    {fromServer(text, "\r\n"), nil, "", nil},
		"nothing":                             {fromServer(text, ""), nil, "", nil},
		"close with a cause":                  {fromServer(bye, "\x03\xe8bye"), nil, fromServer(bye, "\x03\xe8"), nil},
		"close without a cause":               {fromServer(bye, ""), nil, fromServer(bye, ""), nil},
		"the longest message":                 {fromServer(text, strings.Repeat("x", MaxStreamMessage)), []string{strings.Repeat("x", MaxStreamMessage)}, "", nil},
		"one octet more":                      {fromServer(text, strings.Repeat("x", MaxStreamMessage+1))[:10], nil, "", errLongMessage},
		"more than memory, by its head alone": {huge(1 << 40), nil, "", errLongMessage},
		"more than an int holds":              {huge(1<<64 - 1), nil, "", errLongMessage},
		"too long in pieces":                  {fromServer(0x02, half) + fromServer(more, half), nil, "", errLongMessage},
		"pieces without an end":               {fromServer(0x02, "") + strings.Repeat(fromServer(more, half), 3), nil, "", errLongMessage},
		"text that is not UTF-8":              {fromServer(text, "a\xff"), nil, "", errNotUTF8},
		"an extension bit":                    {fromServer(text|0x40, "a"), nil, "", errBadFrame},
		"a kind that is not defined":          {fromServer(0x83, "a"), nil, "", errBadFrame},
		"a control frame that is not defined": {fromServer(0x8b, "a"), nil, "", errBadFrame},
		"a masked frame of a server":          {fromClient(text, "a"), nil, "", errMask},
		"a ping in pieces":                    {fromServer(0x09, "a"), nil, "", errControl},
		"a ping of 126 octets":                {fromServer(ping, strings.Repeat("x", 126)), nil, "", errControl},
		"a piece without a beginning":         {fromServer(end, "a"), nil, "", errFragments},
		"a message within another":            {fromServer(0x01, "a") + fromServer(text, "b"), nil, "", errFragments},
		"a good message before a bad frame":   {fromServer(text, "a") + fromServer(0x83, ""), []string{"a"}, "", errBadFrame},
		"half a head":                         {"\x81", nil, "", nil},
		"half a length":                       {"\x81\x7e\x01", nil, "", nil},
		"half a message":                      {fromServer(text, "abc")[:4], nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			stream := []byte(tt.stream)
			pieces := [][][]byte{{stream}}
			if len(stream) < 1000 {
				pieces = append(pieces, oneByOne(stream))
			}
			for _, pieces := range pieces {
				messages, replies, err := feed(&webSocketFraming{client: true}, pieces...)
				if plain := unmaskAll(t, replies); !slices.Equal(messages, tt.messages) || plain != tt.replies || !errors.Is(err, tt.err) {
					t.Fatalf("got %.100q, replies %q, %v", messages, plain, err)
				}
			}
		})
	}
	if _, _, err := feed(&webSocketFraming{}, []byte(fromServer(text, "a"))); !errors.Is(err, errMask) {
		t.Errorf("a frame of a client without a mask gives %v (RFC 6455, 5.1)", err)
	}
}

// TestMessagesInPiecesDoNotShareABuffer: both are in one batch.
func TestMessagesInPiecesDoNotShareABuffer(t *testing.T) {
	f := &webSocketFraming{client: true}
	stream := []byte(fromServer(0x01, "ab") + fromServer(0x80, "c") + fromServer(0x01, "xy") + fromServer(0x80, "z"))
	var messages [][]byte
	for len(stream) > 0 {
		result, err := f.next(stream)
		if err != nil {
			t.Fatal(err)
		}
		if result.message != nil {
			messages = append(messages, result.message)
		}
		stream = stream[result.size:]
	}
	if len(messages) != 2 || string(messages[0]) != "abc" || string(messages[1]) != "xyz" {
		t.Errorf("got %q", messages)
	}
}

// unmaskAll takes the masks off the frames of a client.
func unmaskAll(t *testing.T, frames string) (plain string) {
	t.Helper()
	for len(frames) > 0 {
		n := int(frames[1] & 0x7f)
		if frames[1]&0x80 == 0 || n > 125 || len(frames) < 6+n {
			t.Fatalf("%q is no masked frame", frames)
		}
		payload := []byte(frames[6 : 6+n])
		for i := range payload {
			payload[i] ^= frames[2+i%4]
		}
		plain += fromServer(frames[0], string(payload))
		frames = frames[6+n:]
	}
	return plain
}

func TestWhatOneSideSendsTheOtherReads(t *testing.T) {
	for _, client := range []bool{false, true} {
		for _, n := range []int{1, 2, 7, 8, 9, 125, 126, 127, 65535, 65536, MaxStreamMessage} {
			sender, receiver := &webSocketFraming{client: client}, &webSocketFraming{client: !client}
			for _, message := range [][]byte{bytes.Repeat([]byte("x"), n), bytes.Repeat([]byte{0xff}, n)} {
				sent := sender.appendMessage([]byte("before"), message)
				got, _, err := feed(receiver, sent[len("before"):])
				if err != nil || len(got) != 1 || got[0] != string(message) {
					t.Errorf("client %v, %d octets: %d messages, %v", client, n, len(got), err)
				}
				if kind := sent[len("before")] & 0x0f; (kind == opText) != (message[0] == 'x') {
					t.Errorf("octets %x... went as frame kind %d", message[0], kind)
				}
			}
		}
	}
}

func TestCloseFrameTellsTheCause(t *testing.T) {
	f := &webSocketFraming{}
	for cause, code := range map[error]string{
		errClosing: "\x03\xe8", errBadFrame: "\x03\xea", errLongMessage: "\x03\xf1", errNotUTF8: "\x03\xef", errNotReading: "",
	} {
		want := ""
		if code != "" {
			want = fromServer(0x88, code)
		}
		if got := f.appendFarewell(nil, cause); string(got) != want {
			t.Errorf("%v: sent %x, want %x", cause, got, want)
		}
	}
}

func FuzzWebSocketFraming(f *testing.F) {
	f.Add([]byte(fromClient(0x01, "ab")+fromClient(0x89, "p")+fromClient(0x80, "d")), uint16(3), false)
	f.Add([]byte(fromServer(0x81, "OPTIONS")+fromServer(0x88, "\x03\xe8")), uint16(1), true)
	f.Fuzz(func(t *testing.T, stream []byte, at uint16, client bool) {
		if client {
			// Replies of a client have random masks; the messages must be the same all the same.
			whole, _, wholeErr := feed(&webSocketFraming{client: true}, bytes.Clone(stream))
			got, _, err := feed(&webSocketFraming{client: true}, oneByOne(bytes.Clone(stream))...)
			if !slices.Equal(got, whole) || !errors.Is(err, wholeErr) {
				t.Fatalf("in pieces: %q, %v; in one read: %q, %v", got, err, whole, wholeErr)
			}
			return
		}
		fuzzFraming(t, func() framing { return &webSocketFraming{} }, stream, int(at))
	})
}
