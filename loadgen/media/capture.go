package media

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/pion/rtp"
)

// What reading a capture finds wrong.
var (
	errNoCapture  = errors.New("is neither pcap nor pcapng")
	errCaptureRTP = errors.New("holds no RTP stream of three packets or more")
	errCaptureLow = errors.New("has timestamps that do not advance by 10 to 60 ms a packet")
)

// Bounds of a capture.
const (
	fewestPackets = 3
	mostSlots     = int(maxMinutes * time.Minute / MinPacketTime)
	longestHole   = time.Minute // a longer step of the timestamps is a new origin of the clock
)

// capture is one RTP stream of a capture file, in the order of its sequence numbers.
type capture struct {
	packets     []rtp.Packet
	payloadType uint8  // of the audio: the most frequent
	eventType   uint8  // of telephone events, 0 when there are none
	step        uint32 // clock units from packet to packet: the most frequent
}

// noAudio stands for the payload type of a capture that holds telephone events alone.
const noAudio = 0xff

// streamKey tells the streams of a capture apart: by direction and source.
type streamKey struct {
	network, transport gopacket.Flow
	ssrc               uint32
}

// readCapture returns the RTP stream with the most packets of a pcap or pcapng file.
func readCapture(b []byte) (*capture, error) {
	source, err := openCapture(b)
	if err != nil {
		return nil, err
	}
	streams := map[streamKey][]rtp.Packet{}
	var longest []rtp.Packet
	for {
		data, _, err := source.ReadPacketData()
		if err != nil {
			break // the end, or a file that was cut off: what came before it counts
		}
		key, packet, ok := decodeFrame(data, source.LinkType())
		if !ok {
			continue
		}
		streams[key] = append(streams[key], packet)
		if len(streams[key]) > len(longest) {
			longest = streams[key]
		}
	}
	if len(longest) < fewestPackets {
		return nil, errCaptureRTP
	}
	c := &capture{packets: inSequence(longest)}
	c.classify()
	c.measure()
	return c, nil
}

// packetTime returns the packet time of the capture, if its audio is of the given codec: cut to what
// packets may last.
func (c *capture) packetTime(codec Codec) time.Duration {
	if c.payloadType == noAudio {
		return DefaultPacketTime
	}
	lasts := time.Duration(c.step) * time.Second / time.Duration(codec.Clock())
	return min(max(lasts, MinPacketTime), MaxPacketTime).Truncate(time.Millisecond)
}

// captureSource is a file of captured frames.
type captureSource interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
	LinkType() layers.LinkType
}

func openCapture(b []byte) (captureSource, error) {
	if r, err := pcapgo.NewReader(bytes.NewReader(b)); err == nil {
		return r, nil
	} else if errors.Is(err, io.EOF) {
		return nil, errNoCapture
	}
	r, err := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		return nil, errNoCapture
	}
	return r, nil
}

// decodeFrame returns the RTP packet of a captured frame, false for a frame of something else.
func decodeFrame(data []byte, link layers.LinkType) (key streamKey, p rtp.Packet, ok bool) {
	frame := gopacket.NewPacket(data, link, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	udp, ok := frame.Layer(layers.LayerTypeUDP).(*layers.UDP)
	if !ok || frame.NetworkLayer() == nil || !readRTP(&p, udp.Payload) || len(p.Payload) == 0 {
		return key, p, false
	}
	return streamKey{frame.NetworkLayer().NetworkFlow(), udp.TransportFlow(), p.SSRC}, p, true
}

// inSequence sorts packets by their numbers and drops copies. Captures of many hours wrap: the number is
// taken relative to that of the packet before it.
func inSequence(packets []rtp.Packet) []rtp.Packet {
	type numbered struct {
		number int64
		packet rtp.Packet
	}
	all := make([]numbered, len(packets))
	var highest int64
	for i, p := range packets {
		number := highest + int64(int16(p.SequenceNumber-uint16(highest)))
		if i == 0 {
			number = int64(p.SequenceNumber)
		}
		highest = max(highest, number)
		all[i] = numbered{number, p}
	}
	slices.SortStableFunc(all, func(a, b numbered) int { return int(a.number - b.number) })
	all = slices.CompactFunc(all, func(a, b numbered) bool { return a.number == b.number })
	sorted := make([]rtp.Packet, len(all))
	for i, n := range all {
		sorted[i] = n.packet
	}
	return sorted
}

// classify finds the payload type of the audio and that of telephone events: another one whose packets
// have four octets and repeat their timestamp.
func (c *capture) classify() {
	var count [128]int
	for _, p := range c.packets {
		if count[p.PayloadType]++; count[p.PayloadType] > count[c.payloadType] {
			c.payloadType = p.PayloadType
		}
	}
	for i, p := range c.packets[1:] {
		before := c.packets[i]
		if p.PayloadType != c.payloadType && p.PayloadType == before.PayloadType &&
			len(p.Payload) == eventSize && p.Timestamp == before.Timestamp {
			c.eventType = p.PayloadType
		}
	}
	if c.eventType == 0 && c.eventsAlone() {
		c.payloadType, c.eventType = noAudio, c.payloadType
	}
}

// eventsAlone reports whether the packets can be nothing but telephone events.
func (c *capture) eventsAlone() bool {
	repeats := 0
	for i, p := range c.packets {
		if len(p.Payload) != eventSize || p.PayloadType < 96 {
			return false
		}
		if i > 0 && p.Timestamp == c.packets[i-1].Timestamp {
			repeats++
		}
	}
	return 2*repeats >= len(c.packets)
}

// measure finds the step of the timestamps of the audio.
func (c *capture) measure() {
	count := map[uint32]int{}
	var before *rtp.Packet
	for i := range c.packets {
		p := &c.packets[i]
		if p.PayloadType != c.payloadType {
			continue
		}
		if before != nil && p.Timestamp != before.Timestamp {
			step := p.Timestamp - before.Timestamp
			if count[step]++; count[step] > count[c.step] || count[step] == count[c.step] && step < c.step {
				c.step = step
			}
		}
		before = p
	}
}

// carries reports an error when the capture's audio is of another codec than wanted. A dynamic payload
// type says nothing of the codec: the user knows.
func (c *capture) carries(codec Codec) error {
	if c.payloadType == noAudio {
		return nil
	}
	for known := range numCodecs {
		static := known.PayloadType() < 96 && known.PayloadType() == c.payloadType
		if static && known != codec {
			return fmt.Errorf("%w %s: the capture holds %s (payload type %d)", ErrNoRendition, codec, known, c.payloadType)
		}
	}
	if c.payloadType < 96 && c.payloadType != codec.PayloadType() {
		return fmt.Errorf("%w %s: the capture holds payload type %d", ErrNoRendition, codec, c.payloadType)
	}
	return nil
}

// track lays the packets out on the packet time of the stream, by their timestamps: what the network of
// the capture did to their spacing is not played, pauses are, and so is the room of packets that are
// missing. Packets of one timestamp, telephone events, follow each other.
func (c *capture) track(k trackKey) (*track, error) {
	if err := c.carries(k.codec); err != nil {
		return nil, err
	}
	step := uint32(units(k.packetTime, k.codec.Clock()))
	if c.payloadType != noAudio && c.step != step {
		return nil, errCaptureLow
	}
	t := &track{marked: true}
	origin := c.packets[0].Timestamp
	for _, p := range c.packets {
		at := int(int32(p.Timestamp-origin)) / int(step)
		if at > len(t.slots)+int(longestHole/k.packetTime) || at < -int(longestHole/k.packetTime) {
			origin, at = p.Timestamp-uint32(len(t.slots))*step, len(t.slots) // a new origin of the clock
		}
		for len(t.slots) < at {
			t.add(slot{}, nil)
		}
		if len(t.slots) >= mostSlots {
			return nil, fmt.Errorf("must last at most %d minutes", maxMinutes)
		}
		s := slot{lag: uint32(len(t.slots))*step - (p.Timestamp - origin), marker: p.Marker, kind: voice}
		switch {
		case p.PayloadType == c.payloadType:
		case p.PayloadType == c.eventType && c.eventType != 0:
			s.kind, s.payloadType = event, p.PayloadType
		case p.PayloadType == comfortNoiseType:
			s.kind = noise
		default:
			s.kind, s.payloadType = foreign, p.PayloadType
		}
		t.add(s, p.Payload)
	}
	return t, nil
}
