package media

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtp"
)

// dialled runs a call in which one leg dials, and returns what it sent and what the other one heard.
func dialled(t *testing.T, s Stream, digits string, d Dialing) (sent []rtp.Packet, heard Stats, decoded []Digit) {
	t.Helper()
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
	a, b := mustOpen(t, m), mustOpen(t, m)
	x.seen = func(from, _ netip.AddrPort, data []byte) {
		var p rtp.Packet
		if from.Port() == a.Port() && p.Unmarshal(append([]byte(nil), data...)) == nil {
			sent = append(sent, p)
		}
	}
	s.Remote, s.EventType = at(b.Port()), 101
	a.Start(0, s)
	b.Start(0, Stream{Remote: at(a.Port()), Source: None, Codec: s.Codec, PayloadType: s.PayloadType, PacketTime: s.PacketTime, EventType: 101})
	x.run(500*time.Millisecond, m)
	if err := a.Dial(x.now, digits, d); err != nil {
		t.Fatal(err)
	}
	for a.Dialing() {
		x.run(x.now+10*time.Millisecond, m)
	}
	x.run(x.now+200*time.Millisecond, m)
	decoded = append(decoded, b.Digits()...)
	a.Stop(x.now)
	return sent, b.Stop(x.now), decoded
}

// The packets of one digit, against RFC 4733: section 2.5.1.2 (marker, timestamp, growing duration),
// 2.5.1.3 (the last one three times), 2.3 (the payload).
func TestOneDigitPacketByPacket(t *testing.T) {
	sent, _, _ := dialled(t, Stream{}, "5", Dialing{})
	var events []rtp.Packet
	for i, p := range sent {
		if i > 0 && p.SequenceNumber != sent[i-1].SequenceNumber+1 {
			t.Fatalf("packet %d has number %d after %d", i, p.SequenceNumber, sent[i-1].SequenceNumber)
		}
		if p.PayloadType == 101 {
			events = append(events, p)
		} else if p.Timestamp != sent[0].Timestamp+uint32(i)*160 || p.Marker != (i == 0) {
			t.Errorf("audio packet %d: timestamp %d, marker %v: the audio has lost its time", i, p.Timestamp-sent[0].Timestamp, p.Marker)
		}
	}
	type event struct {
		payload string
		marker  bool
	}
	want := []event{
		{"050a00a0", true}, {"050a0140", false}, {"050a01e0", false}, {"050a0280", false},
		{"058a0320", false}, {"058a0320", false}, {"058a0320", false},
	}
	if len(events) != len(want) {
		t.Fatalf("%d event packets, want %d", len(events), len(want))
	}
	began := sent[0].Timestamp + uint32(events[0].SequenceNumber-sent[0].SequenceNumber)*160
	for i, p := range events {
		if string(p.Payload) != string(unhex(t, want[i].payload)) || p.Marker != want[i].marker || p.Timestamp != began {
			t.Errorf("packet %d: %x, marker %v, timestamp %d; want %+v at %d", i, p.Payload, p.Marker, p.Timestamp, want[i], began)
		}
	}
}

func TestDigitsAreHeardAsDialled(t *testing.T) {
	all := "0123456789*#ABCD"
	for _, row := range []struct {
		name   string
		stream Stream
		digits string
		how    Dialing
		tone   time.Duration // as the far end decodes it
	}{
		{"every key", Stream{}, all, Dialing{}, 100 * time.Millisecond},
		{"the same key again and again", Stream{}, "0000", Dialing{}, 100 * time.Millisecond},
		{"shortest tones and pauses", Stream{}, "123", Dialing{40 * time.Millisecond, 40 * time.Millisecond}, 40 * time.Millisecond},
		{"a tone that is no whole packets", Stream{PacketTime: 30 * time.Millisecond}, "12", Dialing{Tone: 70 * time.Millisecond}, 70 * time.Millisecond},
		{"long packets", Stream{PacketTime: 60 * time.Millisecond}, "9#", Dialing{}, 100 * time.Millisecond},
		{"eight seconds", Stream{}, "1", Dialing{Tone: 8 * time.Second}, 8 * time.Second},
		{"a leg without audio of its own", Stream{Source: None}, "42", Dialing{}, 100 * time.Millisecond},
		{"an echo", Stream{Source: Echo}, "42", Dialing{}, 100 * time.Millisecond},
		{"a clock of 48,000 Hz", Stream{Codec: Opus, PayloadType: 107}, "42", Dialing{}, 100 * time.Millisecond},
		{"frames of 30 ms", Stream{Codec: ILBC30, PayloadType: 98, PacketTime: 30 * time.Millisecond}, "42", Dialing{}, 100 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, heard, decoded := dialled(t, row.stream, row.digits, row.how)
			if heard.Digits != row.digits || heard.WrongPayload != 0 || heard.Lost != 0 {
				t.Fatalf("heard %q, wrong payload %d, lost %d; dialled %q", heard.Digits, heard.WrongPayload, heard.Lost, row.digits)
			}
			spacing := row.how.Lasts("1")
			for i, d := range decoded {
				if !d.Ended || d.Duration != row.tone {
					t.Errorf("digit %c: ended %v after %v, want %v", d.Key, d.Ended, d.Duration, row.tone)
				}
				if packet := row.stream.packetTime(); i > 0 && (d.At-decoded[i-1].At-spacing < 0 || d.At-decoded[i-1].At-spacing > 4*packet) {
					t.Errorf("digit %d came %v after the one before, want about %v", i+1, d.At-decoded[i-1].At, spacing)
				}
			}
		})
	}
}

func TestCommaWaitsASecond(t *testing.T) {
	_, _, decoded := dialled(t, Stream{}, "1,2", Dialing{})
	if len(decoded) != 2 {
		t.Fatalf("%d digits", len(decoded))
	}
	if gap := decoded[1].At - decoded[0].At; gap < 1200*time.Millisecond || gap > 1240*time.Millisecond {
		t.Errorf("the second digit came %v after the first, want tone, pause and a second: 1.2 s", gap)
	}
}

func TestDialRefuses(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	if err := l.Dial(0, "1", Dialing{}); !errors.Is(err, ErrNoAudio) {
		t.Errorf("a leg that does not run: %v", err)
	}
	l.Start(0, Stream{Remote: at(5000)})
	if err := l.Dial(0, "1", Dialing{}); !errors.Is(err, ErrNoEvents) {
		t.Errorf("no events agreed on: %v", err)
	}
	l.Start(0, Stream{EventType: 101})
	if err := l.Dial(0, "1", Dialing{}); !errors.Is(err, ErrNoAudio) {
		t.Errorf("on hold: %v", err)
	}
	l.Start(0, Stream{Remote: at(5000), EventType: 101})
	if err := l.Dial(0, "12x", Dialing{Tone: time.Millisecond}); err == nil || !strings.Contains(err.Error(), `digit 3 of "12x"`) || !strings.Contains(err.Error(), "tone: must be from 40ms") {
		t.Errorf("a letter and a tone too short: %v", err)
	}
	if l.Dialing() {
		t.Error("what was refused is being dialled")
	}
}

// What the network does to events (RFC 4733 section 2.5.2) must not change what was dialled.
func TestDigitsSurviveTheNetwork(t *testing.T) {
	begin, mid, end := "070a00a0", "070a0140", "078a01e0"
	for _, row := range []struct {
		name    string
		packets []string // timestamp in units of 160, then the payload
		want    []Digit
	}{
		{"the end is lost", []string{"1 " + begin, "1 " + mid}, []Digit{{'7', 0, 40 * time.Millisecond, false}}},
		{"the begin is lost", []string{"1 " + end, "1 " + end}, []Digit{{'7', 0, 60 * time.Millisecond, true}}},
		{"the end overtakes", []string{"1 " + begin, "1 " + end, "1 " + mid}, []Digit{{'7', 0, 60 * time.Millisecond, true}}},
		{"a straggler of the digit before", []string{"1 " + end, "9 010a00a0", "1 " + end}, []Digit{{'7', 0, 60 * time.Millisecond, true}, {'1', 0, 20 * time.Millisecond, false}}},
		{"a hook flash and a fax tone", []string{"1 108a0320", "9 248a0320"}, []Digit{{'F', 0, 100 * time.Millisecond, true}}},
		{"a payload too short", []string{"1 0505"}, nil},
	} {
		var k keypad
		for _, text := range row.packets {
			timestamp, payload, _ := strings.Cut(text, " ")
			k.hear(&rtp.Header{Timestamp: uint32(timestamp[0]-'0') * 160}, unhex(t, payload), 0, clockRate)
		}
		if diff := cmp.Diff(row.want, k.digits); diff != "" {
			t.Errorf("%s: %s", row.name, diff)
		}
	}
}

func FuzzKeypad(f *testing.F) {
	f.Add(uint32(1), []byte{5, 10, 0, 160}, uint32(1), []byte{5, 0x8a, 1, 64})
	f.Fuzz(func(t *testing.T, t1 uint32, p1 []byte, t2 uint32, p2 []byte) {
		var k keypad
		for range mostDigits {
			k.hear(&rtp.Header{Timestamp: t1}, p1, 0, clockRate)
			k.hear(&rtp.Header{Timestamp: t2}, p2, 0, 48000)
			t1, t2 = t1+7, t2+11
		}
		if len(k.digits) > mostDigits {
			t.Fatalf("%d digits kept", len(k.digits))
		}
		for _, d := range k.digits {
			if !strings.ContainsRune(keys+"F", rune(d.Key)) || d.Duration < 0 || d.Duration > 8192*time.Millisecond {
				t.Fatalf("%+v", d)
			}
		}
	})
}
