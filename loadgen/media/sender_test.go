package media

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"
)

func TestPacketsByteForByte(t *testing.T) {
	s := sender{ssrc: 0xdecafbad, number: 0xffff, timestamp: 0xffffff60, marker: true}
	stream := Stream{Codec: PCMA, PayloadType: 8, Source: Tone, PacketTime: 10 * time.Millisecond}
	s.play(stream, stream.track())
	b := make([]byte, maxDatagramSize)
	cycle := "342121 34b4a1a1b4"
	for _, want := range []string{
		"8088 ffff ffffff60 decafbad",
		"8008 0000 ffffffb0 decafbad", // marker off, sequence wrapped
		"8008 0001 00000000 decafbad", // timestamp wrapped
	} {
		n := s.next(b)
		packet := append(unhex(t, want), bytes.Repeat(unhex(t, cycle), 10)...)
		if !bytes.Equal(b[:n], packet) {
			t.Errorf("got  %x\nwant %x", b[:n], packet)
		}
	}
	if s.packets != 3 || s.octets != 240 {
		t.Errorf("counted %d packets with %d octets, want 3 with 240", s.packets, s.octets)
	}
}

// First sequence numbers are drawn from the whole lower half, and from it alone.
func TestFirstSequenceNumbersLeaveRoomBeforeAWrap(t *testing.T) {
	var eighths [8]int
	random := rand.New(rand.NewPCG(1, 1))
	for range 8000 {
		eighths[newSender(random).number>>13]++
	}
	for i, n := range eighths {
		if i < 4 && (n < 1800 || n > 2200) || i >= 4 && n > 0 {
			t.Errorf("%d of 8,000 numbers lie between %#x and %#x", n, i<<13, i<<13+0x1fff)
		}
	}
}

func TestSourcesFillAPacket(t *testing.T) {
	b := make([]byte, maxDatagramSize)
	for _, row := range []struct {
		name   string
		stream Stream
		octets int
	}{
		{"20 ms unless told otherwise", Stream{}, 160},
		{"60 ms of speech", Stream{Source: Speech, PacketTime: 60 * time.Millisecond}, 480},
		{"33 ms of silence: the loop ends inside a packet", Stream{Source: Silence, PacketTime: 33 * time.Millisecond}, 264},
		{"a packet time above the range is cut", Stream{PacketTime: time.Second}, 480},
		{"a packet time below the range is raised", Stream{PacketTime: time.Millisecond}, 80},
		{"an unknown codec is sent as mu-law", Stream{Codec: 9}, 160},
	} {
		s := newSender(rand.New(rand.NewPCG(1, 1)))
		s.play(row.stream, row.stream.track())
		before := s.timestamp
		for range 500 {
			if n := s.next(b); n != 12+row.octets {
				t.Fatalf("%s: packet of %d octets, want 12 + %d", row.name, n, row.octets)
			}
		}
		if got := s.timestamp - before; got != uint32(500*row.octets) {
			t.Errorf("%s: timestamps advanced by %d, want %d", row.name, got, 500*row.octets)
		}
	}
}

func TestAudioGoesOnWhereTheLastPacketEnded(t *testing.T) {
	for _, source := range []Source{Tone, Speech, Silence} {
		stream := Stream{Source: source, PacketTime: 33 * time.Millisecond}
		s := newSender(rand.New(rand.NewPCG(1, 1)))
		s.play(stream, stream.track())
		a := builtin(source)
		codes := bytes.Join(encode(PCMU, a.pcm), nil)
		var sent []byte
		var p rtp.Packet
		b := make([]byte, maxDatagramSize)
		for len(sent) < 3*len(codes) {
			if err := p.Unmarshal(b[:s.next(b)]); err != nil {
				t.Fatal(err)
			}
			sent = append(sent, p.Payload...)
		}
		for i, code := range sent {
			if want := codes[i%len(codes)]; code != want {
				t.Fatalf("source %d: sample %d is %#02x, want %#02x", source, i, code, want)
			}
		}
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(s), []byte(" "), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
