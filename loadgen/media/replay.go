package media

import (
	"errors"
	"fmt"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// Replay is what a capture holds of one stream of UDP datagrams, to be sent as they are when they were: video,
// fax over UDPTL (T.38), or RTP that must not change. It never changes and is shared by any number of legs.
type Replay struct {
	datagrams []replayed
}

// replayed is a datagram and when it was sent, counted from the first.
type replayed struct {
	at   time.Duration
	data []byte
}

// errCaptureUDP is what a capture without datagrams is refused with.
var errCaptureUDP = errors.New("holds no UDP datagram that could be sent")

// ReadReplay returns the stream with the most datagrams, by addresses and ports, of a pcap or pcapng file. The
// error names the file.
func ReadReplay(name string, content []byte) (*Replay, error) {
	source, err := openCapture(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	type flow struct{ network, transport gopacket.Flow }
	streams := map[flow]*Replay{}
	longest := &Replay{}
	var first time.Time
	for {
		data, info, err := source.ReadPacketData()
		if err != nil {
			break // the end, or a file that was cut off: what came before it counts
		}
		frame := gopacket.NewPacket(data, source.LinkType(), gopacket.DecodeOptions{Lazy: true, NoCopy: true})
		udp, ok := frame.Layer(layers.LayerTypeUDP).(*layers.UDP)
		if !ok || frame.NetworkLayer() == nil || len(udp.Payload) == 0 || len(udp.Payload) > maxDatagramSize {
			continue
		}
		key := flow{frame.NetworkLayer().NetworkFlow(), udp.TransportFlow()}
		r := streams[key]
		if r == nil {
			r = &Replay{}
			streams[key] = r
		}
		if first.IsZero() {
			first = info.Timestamp
		}
		r.datagrams = append(r.datagrams, replayed{max(0, info.Timestamp.Sub(first)), udp.Payload})
		if len(r.datagrams) > len(longest.datagrams) {
			longest = r
		}
	}
	if len(longest.datagrams) == 0 {
		return nil, fmt.Errorf("%s: %w", name, errCaptureUDP)
	}
	longest.begin()
	return longest, nil
}

// begin counts the instants from the first datagram of the stream. None lies before the one it follows.
func (r *Replay) begin() {
	first, last := r.datagrams[0].at, time.Duration(0)
	for i := range r.datagrams {
		last = max(last, r.datagrams[i].at-first)
		r.datagrams[i].at = last
	}
}

// replaying is how far a leg is with a Replay.
type replaying struct {
	of    *Replay
	next  int
	began time.Duration
}

// Replay lets a running leg send the datagrams of a capture from now on, each when it was sent then, as finely as
// the leg is visited: a Stream of MinPacketTime is the finest. A leg that does not run sends nothing.
func (l *Leg) Replay(now time.Duration, r *Replay) {
	if l.wheel != nil && sendable(l.stream.Remote) {
		l.replaying, l.replays = replaying{of: r, began: now}, true
	}
}

// sendReplay sends the datagrams that are due.
func (l *Leg) sendReplay(at time.Duration) {
	p := &l.replaying
	for range maxReplayed {
		if p.next == len(p.of.datagrams) {
			*p, l.replays = replaying{}, false
			return
		}
		d := &p.of.datagrams[p.next]
		if p.began+d.at > at {
			return
		}
		l.transmit(copy(l.engine.buffer[:], d.data))
		p.next++
	}
}

// maxReplayed bounds the datagrams that a leg sends at one visit: more than a picture of video has.
const maxReplayed = 256
