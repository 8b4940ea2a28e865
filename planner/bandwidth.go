package planner

// Stream is the voice of one call in one direction, as packets on a link.
type Stream struct {
	Codec            string
	PayloadOctets    int // voice in one packet
	PacketsPerSecond int
	HeaderOctets     int // IP, UDP and RTP
	FrameOctets      int // what the link adds to each packet; 0 for the bandwidth of IP alone
}

// G711 is G.711 in packets of 20 ms over IPv4: 160 octets of voice under 20 of IP (RFC 791), 8 of UDP (RFC
// 768) and 12 of RTP (RFC 3550), in Ethernet frames of 14 octets of header and 4 of check sequence (IEEE
// 802.3). It includes no SRTP tag (10 octets), no VLAN tag (4), no preamble and gap (20), no RTCP.
var G711 = Stream{Codec: "G.711", PayloadOctets: 160, PacketsPerSecond: 50, HeaderOctets: 40, FrameOctets: 18}

// BitsPerSecond returns the bandwidth of the stream on its link.
func (s Stream) BitsPerSecond() float64 {
	return float64((s.PayloadOctets + s.HeaderOctets + s.FrameOctets) * 8 * s.PacketsPerSecond)
}

// OnIP returns the stream without the link below IP.
func (s Stream) OnIP() Stream {
	s.FrameOctets = 0
	return s
}

// Bandwidth is what the calls of a trunk group take in each direction.
type Bandwidth struct {
	Stream Stream
	Calls  int // in progress when all ports that the GoS needs are busy
}

// BitsPerSecond returns the bandwidth of all calls together, in each direction.
func (b Bandwidth) BitsPerSecond() float64 { return float64(b.Calls) * b.Stream.BitsPerSecond() }
