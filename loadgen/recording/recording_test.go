package recording

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

var (
	ours     = netip.MustParseAddrPort("192.0.2.1:5060")
	theirs   = netip.MustParseAddrPort("192.0.2.2:5060")
	ourRTP   = netip.MustParseAddrPort("192.0.2.1:20000")
	theirRTP = netip.MustParseAddrPort("192.0.2.2:30000")
)

func invite(id string) []byte {
	return []byte("INVITE sip:+15550100@192.0.2.2 SIP/2.0\r\nCall-ID: " + id + "\r\nContent-Length: 4\r\n\r\nv=0\n")
}

// record records a call with n RTP packets each way, and ends it.
func record(r *Recorder, id string, n int, class measure.Class, audio *measure.CallAudio) {
	r.Message(0, true, ours, theirs, invite(id))
	t := tap{r, r.calls[id]}
	for k := range n {
		at := time.Duration(k) * 20 * time.Millisecond
		t.Packet(at+time.Millisecond, false, true, ourRTP, theirRTP, make([]byte, 172))
		t.Packet(at+2*time.Millisecond, false, false, theirRTP, ourRTP, make([]byte, 172))
	}
	r.Message(time.Second, false, theirs, ours, []byte("SIP/2.0 200 OK\r\ni:  "+id+"\r\n\r\n"))
	if audio != nil {
		r.Heard([]byte(id), *audio)
	}
	r.Ended([]byte(id), class, false)
}

func scored(mos float64) *measure.CallAudio {
	return &measure.CallAudio{Scored: true, Scale: "nb", MOS: mos}
}

func TestWhichCallsAreKept(t *testing.T) {
	policy := Policy{Failed: 2, Worst: 3}
	shards := []*Recorder{New(policy.Split(2)), New(policy.Split(2))}
	for i := range 20 {
		record(shards[i%2], fmt.Sprintf("good-%d", i), 5, measure.Answered, scored(4.4-float64(i)/100))
	}
	silent := scored(1)
	silent.Faults.Add(measure.HeardNothing, true)
	record(shards[0], "silent", 0, measure.Answered, silent)
	record(shards[1], "busy", 0, measure.Blocked, nil)
	record(shards[1], "stopped by us", 0, measure.Aborted, nil)
	record(shards[1], "busy too", 0, measure.Blocked, nil)
	kept, failures := Kept(policy, shards...)
	var names []string
	for _, k := range kept {
		names = append(names, k.CallID+" "+k.Why)
	}
	want := []string{"silent heard_nothing", "busy blocked", "good-19 mos_4.21", "good-18 mos_4.22", "good-17 mos_4.23"}
	if !slices.Equal(names, want) || failures != 3 {
		t.Errorf("kept %q of %d failures, want %q of 3", names, failures, want)
	}
	for _, r := range shards {
		if len(r.calls) != 0 {
			t.Errorf("%d calls are over and not forgotten", len(r.calls))
		}
	}
}

func TestRecordingsAreBounded(t *testing.T) {
	r := New(Policy{Failed: 1, Bytes: 10_000, Total: 64 << 10})
	record(r, "long", 500, measure.Blocked, nil)
	kept, _ := Kept(Policy{Failed: 1}, r)
	messages, rtp := 0, 0
	for d := range kept[0].Datagrams() {
		if d.Kind == SIP {
			messages++
		} else {
			rtp++
		}
	}
	if messages != 2 || rtp < 50 || rtp > 10_000/172 || kept[0].Left != uint64(1000-rtp) {
		t.Errorf("%d messages and %d packets, %d left out; want 2, a little less than 58, the rest of 1000", messages, rtp, kept[0].Left)
	}
	for i := range 100 { // no call is kept any more: its memory serves the next one
		record(r, fmt.Sprint(i), 500, measure.Blocked, nil)
	}
	if r.memory.taken > r.memory.most || len(r.spare) == 0 {
		t.Errorf("%d chunks taken of %d, %d recordings spare", r.memory.taken, r.memory.most, len(r.spare))
	}
	all := New(Policy{Worst: 1000, Total: 2 * chunkSize})
	for i := range 10 {
		record(all, fmt.Sprint(i), 40, measure.Answered, scored(4))
	}
	if kept, _ := Kept(Policy{Worst: 1000}, all); len(kept) != 10 || kept[9].Left == 0 {
		t.Errorf("when the memory is used up %d calls are kept, the last with %d datagrams left out", len(kept), kept[9].Left)
	}
}

func TestSecretsAreBlanked(t *testing.T) {
	const secret = "c4n4ry"
	for _, line := range []string{
		`Authorization: Digest username="u", realm="r,s", nonce="n", uri="sip:x", response="` + secret + `", qop=auth`,
		`Proxy-Authorization: Digest username="u", response=` + secret + `,nc=00000001, cnonce="` + secret + `"`,
		`authorization:Basic ` + secret,
		`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:` + secret + `|2^20`,
		`a=key-mgmt:mikey ` + secret, `a=ice-pwd:` + secret, `k=base64:` + secret,
	} {
		r := New(Policy{Failed: 1})
		message := append(append([]byte("INVITE sip:x SIP/2.0\r\nCall-ID: 1\r\n"), line...), "\r\n\r\n"...)
		before := bytes.Clone(message)
		r.Message(0, true, ours, theirs, message)
		r.Ended([]byte("1"), measure.Blocked, false)
		if !bytes.Equal(message, before) {
			t.Errorf("%s: the message that is sent has changed", line)
		}
		kept, _ := Kept(Policy{Failed: 1}, r)
		var out bytes.Buffer
		if err := kept[0].WritePcap(&out, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		if err := kept[0].WriteLadder(&out, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		lower := strings.ToLower(line)
		if strings.Contains(out.String(), secret) || strings.Contains(lower, "username") && !strings.Contains(out.String(), `username="u"`) {
			t.Errorf("%s: written as\n%s", line, out.String()[out.Len()-200:])
		}
	}
}

// TestPcapByteForByte: a capture of one datagram, put together by hand.
func TestPcapByteForByte(t *testing.T) {
	r := New(Policy{Failed: 1})
	r.Message(2*time.Millisecond, true, ours, theirs, []byte("INVITE x\r\ni:1\r\n\r\n"))
	r.Ended([]byte("1"), measure.Blocked, false)
	kept, _ := Kept(Policy{Failed: 1}, r)
	var out bytes.Buffer
	if err := kept[0].WritePcap(&out, time.Unix(1_000_000_000, 5)); err != nil {
		t.Fatal(err)
	}
	b := out.Bytes()
	for _, field := range []struct {
		name      string
		got, want any
	}{
		{"magic", binary.LittleEndian.Uint32(b), uint32(0xa1b23c4d)},
		{"link type", binary.LittleEndian.Uint32(b[20:]), uint32(101)},
		{"seconds", binary.LittleEndian.Uint32(b[24:]), uint32(1_000_000_000)},
		{"nanoseconds", binary.LittleEndian.Uint32(b[28:]), uint32(2_000_005)},
		{"length", int(binary.LittleEndian.Uint32(b[32:])), 20 + 8 + 17},
		{"start of the IP header", string(b[40:50]), "\x45\x00\x00\x2d\x00\x00\x40\x00\x40\x11"}, // 45 octets, not to be fragmented, UDP
		{"addresses", string(b[52:60]), "\xc0\x00\x02\x01\xc0\x00\x02\x02"},
		{"ports", string(b[60:64]), "\x13\xc4\x13\xc4"},
		{"data", string(b[68:]), "INVITE x\r\ni:1\r\n\r\n"},
		{"checksum of the header adds up", sum(b[40:60], 0), uint16(0xffff)},
	} {
		if field.got != field.want {
			t.Errorf("%s is %v, want %v", field.name, field.got, field.want)
		}
	}
}

func TestLadder(t *testing.T) {
	r := New(Policy{Failed: 1})
	record(r, "a\x1b[2Jb@192.0.2.1", 3, measure.Blocked, nil)
	if len(r.failed) == 0 {
		t.Fatal("nothing was kept")
	}
	var out bytes.Buffer
	if err := r.failed[0].WriteLadder(&out, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	want := `Call-ID a.[2Jb@192.0.2.1
Outcome: blocked.
Times in seconds from 1970-01-01T00:00:00.000000Z on.

            192.0.2.1:5060                              192.0.2.2:5060
  0.000000  |-- INVITE sip:+15550100@192.0.2.2 (SDP) --------------->|
  0.001000  |== 3 RTP ==============================================>|
  0.002000  |<============================================== 3 RTP ==|
  1.000000  |<--------------------------------------------- 200 OK --|

  0.000000  192.0.2.1:5060 -> 192.0.2.2:5060
            INVITE sip:+15550100@192.0.2.2 SIP/2.0
            Call-ID: a.[2Jb@192.0.2.1
            Content-Length: 4
            
            v=0

  1.000000  192.0.2.2:5060 -> 192.0.2.1:5060
            SIP/2.0 200 OK
            i:  a.[2Jb@192.0.2.1
            
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestParsePolicy(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Policy
		bad  bool
	}{
		{"failed", Policy{Failed: MaxFailed}, false}, {"worst:20", Policy{Worst: 20}, false},
		{"failed:3, worst", Policy{Failed: 3, Worst: MaxWorst}, false},
		{"worst:1", Policy{Worst: 1}, false}, {"failed:1", Policy{Failed: 1}, false},
		{"", Policy{}, true}, {"best", Policy{}, true}, {"worst:0", Policy{}, true}, {"worst:1001", Policy{}, true}, {"failed:x", Policy{}, true},
	} {
		p, err := ParsePolicy(tt.text)
		if (err != nil) != tt.bad || !tt.bad && p != tt.want {
			t.Errorf("%q: %+v, %v", tt.text, p, err)
		}
		if !tt.bad && !p.Kept() {
			t.Errorf("%q keeps no call", tt.text)
		}
	}
	for _, p := range []Policy{{Failed: -1}, {Worst: -1}, {Failed: MaxCalls + 1}, {Worst: MaxCalls + 1}, {Bytes: -1}, {Total: -1}} {
		if p.Validate() == nil {
			t.Errorf("%+v passes", p)
		}
	}
	if err := (Policy{Failed: MaxCalls, Worst: MaxCalls}).Validate(); err != nil {
		t.Errorf("as many as can be kept: %v", err)
	}
	if err := (Policy{Failed: -1, Bytes: -1}).Validate(); err == nil || !strings.Contains(err.Error(), "\n") {
		t.Errorf("two bounds that make no sense: %v", err)
	}
}

func FuzzBlank(f *testing.F) {
	f.Add([]byte("a=crypto:1 X inline:\r\nAuthorization: Digest response=\r\n"))
	f.Add([]byte("Proxy-Authorization:Digest a=\",response=\"x"))
	f.Fuzz(func(t *testing.T, message []byte) {
		before := bytes.Clone(message)
		blank(message)
		for i := range message {
			if message[i] != before[i] && message[i] != blanked {
				t.Fatalf("octet %d became %q", i, message[i])
			}
		}
	})
}
