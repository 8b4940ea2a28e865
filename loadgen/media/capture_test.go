package media

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/pion/rtp"
)

// captured returns a capture of RTP packets between two hosts.
func captured(t *testing.T, link layers.LinkType, packets ...*rtp.Packet) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(65535, link); err != nil {
		t.Fatal(err)
	}
	for i, p := range packets {
		raw, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: []byte{10, 0, 0, 1}, DstIP: []byte{10, 0, 0, 2}}
		udp := &layers.UDP{SrcPort: 6000, DstPort: 7000}
		if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		stack := []gopacket.SerializableLayer{ip, udp, gopacket.Payload(raw)}
		if link == layers.LinkTypeEthernet {
			stack = append([]gopacket.SerializableLayer{&layers.Ethernet{
				SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4,
			}}, stack...)
		}
		frame := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(frame, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, stack...); err != nil {
			t.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: time.Unix(int64(i), 0), CaptureLength: len(frame.Bytes()), Length: len(frame.Bytes())}
		if err := w.WritePacket(info, frame.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}

// voicePacket is a packet of a captured stream.
func voicePacket(number uint16, timestamp uint32, payloadType uint8, marker bool, payload ...byte) *rtp.Packet {
	return &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: number, Timestamp: timestamp, PayloadType: payloadType, Marker: marker, SSRC: 77},
		Payload: payload,
	}
}

// A capture is played with its payloads, its pauses, its losses and its digits, under our own numbers.
func TestCaptureIsPlayedOnItsOwnClock(t *testing.T) {
	audio := bytes.Repeat([]byte{0x55}, 160)
	for _, link := range []layers.LinkType{layers.LinkTypeEthernet, layers.LinkTypeRaw} {
		file := captured(t, link,
			voicePacket(65534, 1000, 8, true, audio...),
			voicePacket(65535, 1160, 8, false, audio...),
			voicePacket(1, 1480, 8, false, 1, 2, 3), // overtook the one before it
			voicePacket(0, 1320, 8, false, audio...),
			voicePacket(0, 1320, 8, false, audio...), // a copy
			voicePacket(3, 1800, 8, false, audio...), // one is missing
			voicePacket(4, 1960, 96, true, 5, 10, 0, 160),
			voicePacket(5, 1960, 96, false, 5, 10, 1, 64),
			voicePacket(6, 1960, 96, false, 5, 0x8a, 1, 64),
			voicePacket(7, 10440, 8, true, audio...), // after a pause of a second
		)
		a, err := ReadAudio("call.pcap", file)
		if err != nil {
			t.Fatal(err)
		}
		type step struct {
			at          int // packet times
			timestamp   uint32
			payloadType uint8
			marker      bool
			octets      int
		}
		want := []step{
			{0, 0, 8, true, 160}, {1, 160, 8, false, 160}, {2, 320, 8, false, 160}, {3, 480, 8, false, 3}, {5, 800, 8, false, 160},
			{6, 960, 101, true, 4}, {7, 960, 101, false, 4}, {8, 960, 101, false, 4}, {59, 9440, 8, true, 160},
		}
		x := newEther()
		m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
		l := mustOpen(t, m)
		sent := record(x, 4000)
		l.Start(0, Stream{Remote: at(5000), Codec: PCMA, PayloadType: 8, EventType: 101, Source: Play, Audio: a, Plays: 1})
		x.run(3*second, m)
		if len(sent.packets) != len(want) {
			t.Fatalf("%d packets, want %d", len(sent.packets), len(want))
		}
		first := sent.packets[0]
		for i, h := range sent.packets {
			got := step{int((sent.times[i] - sent.times[0]) / (20 * time.Millisecond)), h.Timestamp - first.Timestamp, h.PayloadType, h.Marker, want[i].octets}
			if got != want[i] || h.SequenceNumber != first.SequenceNumber+uint16(i) || h.SSRC == 77 {
				t.Errorf("packet %d: %+v with number %d of %d, want %+v", i, got, h.SequenceNumber-first.SequenceNumber, h.SSRC, want[i])
			}
		}
		if l.Playing() {
			t.Error("it was to be played once")
		}
	}
}

// The captures of digits that come with SIPp hold nothing but one event.
func TestCaptureOfNothingButADigit(t *testing.T) {
	a, err := ReadAudio("dtmf.pcap", captured(t, layers.LinkTypeEthernet,
		voicePacket(1, 5, 96, true, 9, 10, 0, 160), voicePacket(2, 5, 96, false, 9, 10, 1, 64), voicePacket(3, 5, 96, false, 9, 0x8a, 1, 64)))
	if err != nil {
		t.Fatal(err)
	}
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
	from, to := mustOpen(t, m), mustOpen(t, m)
	from.Start(0, Stream{Remote: at(to.Port()), EventType: 101, Source: Play, Audio: a, Plays: 1})
	to.Start(0, Stream{Remote: at(from.Port()), EventType: 101, Source: None})
	x.run(second, m)
	if s := to.Stop(x.now); s.Digits != "9" || s.Received != 3 || s.WrongPayload != 0 {
		t.Errorf("digits %q in %d packets, %d of a wrong type", s.Digits, s.Received, s.WrongPayload)
	}
}

func TestCaptureOfAnotherCodecIsRefused(t *testing.T) {
	file := captured(t, layers.LinkTypeRaw, voicePacket(1, 0, 18, true, 1), voicePacket(2, 160, 18, false, 1), voicePacket(3, 320, 18, false, 1))
	a, err := ReadAudio("g729.pcap", file)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Prepare(PCMU, 0, EveryPacket); !errors.Is(err, ErrNoRendition) || !strings.Contains(err.Error(), "g729.pcap: cannot be sent as PCMU: the capture holds G729") {
		t.Errorf("%v", err)
	}
	if err := a.Prepare(G729, 0, EveryPacket); err != nil {
		t.Error(err)
	}
	if _, err := ReadAudio("few.pcap", captured(t, layers.LinkTypeRaw, voicePacket(1, 0, 0, true, 1))); !errors.Is(err, errCaptureRTP) {
		t.Errorf("a single packet: %v", err)
	}
}

func FuzzReadCapture(f *testing.F) {
	var t testing.T
	file := captured(&t, layers.LinkTypeEthernet, voicePacket(1, 0, 0, true, 1), voicePacket(2, 160, 0, false, 1), voicePacket(3, 320, 101, false, 1, 2, 3, 4))
	f.Add(file)
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ReadAudio("x.pcap", b)
		if err != nil {
			return
		}
		for _, c := range []Codec{PCMU, Opus} {
			_ = a.Prepare(c, 0, EveryPacket)
		}
	})
}
