package media

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// capturedDatagram is what stands in a capture for a test.
type capturedDatagram struct {
	at      time.Duration
	port    layers.UDPPort // that it goes to
	payload string
}

// datagrams returns a capture of UDP datagrams.
func datagrams(t *testing.T, list ...capturedDatagram) []byte {
	t.Helper()
	var file bytes.Buffer
	w := pcapgo.NewWriter(&file)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		ethernet := &layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4}
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: []byte{10, 0, 0, 1}, DstIP: []byte{10, 0, 0, 2}}
		udp := &layers.UDP{SrcPort: 6000, DstPort: d.port}
		if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		frame := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(frame, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ethernet, ip, udp, gopacket.Payload(d.payload)); err != nil {
			t.Fatal(err)
		}
		info := gopacket.CaptureInfo{Timestamp: time.Unix(100, 0).Add(d.at), CaptureLength: len(frame.Bytes()), Length: len(frame.Bytes())}
		if err := w.WritePacket(info, frame.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}

// Datagrams go out as they are and when they did, whether they are RTP or not: fax over UDPTL is none.
func TestReplaySendsDatagramsAsTheyWere(t *testing.T) {
	file := datagrams(t,
		capturedDatagram{0, 7002, "other stream"},
		capturedDatagram{5 * time.Millisecond, 7000, "\x00\x01udptl one"},
		capturedDatagram{45 * time.Millisecond, 7000, "\x00\x02udptl two"},
		capturedDatagram{45 * time.Millisecond, 7000, "\x00\x03udptl three"},
		capturedDatagram{305 * time.Millisecond, 7000, "\x00\x04udptl four"})
	r, err := ReadReplay("fax.pcap", file)
	if err != nil {
		t.Fatal(err)
	}
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4001}})
	l := mustOpen(t, m)
	l.Start(0, Stream{Remote: at(5000), Source: None, PacketTime: MinPacketTime})
	type sent struct {
		when time.Duration
		text string
	}
	var got []sent
	x.seen = func(from, to netip.AddrPort, b []byte) {
		if from.Port() == 4000 && to == at(5000) {
			got = append(got, sent{x.now, string(b)})
		}
	}
	x.run(100*time.Millisecond, m)
	l.Replay(x.now, r)
	x.run(second, m)
	want := []sent{{0, "\x00\x01udptl one"}, {40 * time.Millisecond, "\x00\x02udptl two"}, {40 * time.Millisecond, "\x00\x03udptl three"}, {300 * time.Millisecond, "\x00\x04udptl four"}}
	if len(got) != len(want) {
		t.Fatalf("%d datagrams, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		if late := got[i].when - 100*time.Millisecond - w.when; got[i].text != w.text || late < 0 || late > MinPacketTime {
			t.Errorf("datagram %d: %q %s late, want %q within %s", i, got[i].text, late, w.text, MinPacketTime)
		}
	}
	if s := l.Stop(x.now); s.Sent != 4 {
		t.Errorf("counted %d sent, want 4", s.Sent)
	}
}

func TestReplayRefusesWhatHoldsNoDatagram(t *testing.T) {
	if _, err := ReadReplay("none.pcap", datagrams(t)); !errors.Is(err, errCaptureUDP) {
		t.Errorf("a capture without datagrams: %v", err)
	}
	if _, err := ReadReplay("none.pcap", []byte("no capture")); !errors.Is(err, errNoCapture) {
		t.Errorf("no capture: %v", err)
	}
}
