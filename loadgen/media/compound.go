package media

import "encoding/binary"

// RTCP is written and read in place: a leg does it every few seconds for as long as its call lasts, and nothing that
// lasts allocates. A compound is a row of packets, the first of which is a report (RFC 3550 section 6.1).

// Types of RTCP packets (RFC 3550 section 12.1, RFC 4585 section 6.1, RFC 3611 section 2).
const (
	senderReport       = 200
	receiverReport     = 201
	sourceDescription  = 202
	goodbye            = 203
	applicationDefined = 204
	transportFeedback  = 205
	payloadFeedback    = 206
	extendedReport     = 207
)

// Sizes in octets.
const (
	controlHeader = 4
	senderInfo    = 20 // of a sender report, behind its SSRC
	receptionSize = 24
)

// controlPacket is one packet of a compound.
type controlPacket struct {
	kind  byte
	count int    // of its blocks or sources
	body  []byte // what follows the header
}

// cutControl cuts the first packet off a compound, and tells whether there is a whole one.
func cutControl(compound []byte) (p controlPacket, rest []byte, ok bool) {
	if len(compound) < controlHeader || compound[0]>>6 != rtpVersion {
		return p, nil, false
	}
	size := controlHeader + 4*int(binary.BigEndian.Uint16(compound[2:]))
	if size > len(compound) {
		return p, nil, false
	}
	return controlPacket{compound[1], int(compound[0] & 0x1f), compound[controlHeader:size]}, compound[size:], true
}

// wholeCompound tells whether a datagram is an RTCP compound: it begins with a report (RFC 3550 appendix A.2), and each
// packet holds what it says.
func wholeCompound(datagram []byte) bool {
	if len(datagram) < controlHeader || datagram[1] != senderReport && datagram[1] != receiverReport {
		return false
	}
	for rest := datagram; len(rest) > 0; {
		p, behind, ok := cutControl(rest)
		if !ok || !p.whole() {
			return false
		}
		rest = behind
	}
	return true
}

func (p *controlPacket) whole() bool {
	switch p.kind {
	case senderReport, receiverReport:
		return len(p.body) >= p.blocksAt()+p.count*receptionSize
	case sourceDescription:
		return p.wholeChunks()
	case goodbye:
		reason := 4 * p.count
		return len(p.body) == reason || len(p.body) > reason && len(p.body) > reason+int(p.body[reason])
	case applicationDefined, transportFeedback, payloadFeedback:
		return len(p.body) >= 8 // an SSRC and a name or another one
	case extendedReport:
		return p.wholeBlocks()
	}
	return true
}

// blocksAt returns where the reception reports of a report begin.
func (p *controlPacket) blocksAt() int {
	if p.kind == senderReport {
		return 4 + senderInfo
	}
	return 4
}

// wholeChunks tells whether a source description holds as many chunks as it says: an SSRC, items with a type and a
// length, and a zero, filled up to 32 bits (RFC 3550 section 6.5).
func (p *controlPacket) wholeChunks() bool {
	rest := p.body
	for range p.count {
		at := 4
		for at < len(rest) && rest[at] != 0 {
			if at+1 >= len(rest) {
				return false
			}
			at += 2 + int(rest[at+1])
		}
		if at = (at + 4) &^ 3; at > len(rest) {
			return false
		}
		rest = rest[at:]
	}
	return len(rest) == 0
}

// Types of blocks of an extended report that are written or read here (RFC 3611 sections 4.4, 4.5 and 4.7).
const (
	referenceTime = 4
	lastReference = 5
	voipBlock     = 7
)

// leastBlocks are the octets that the blocks of RFC 3611 hold at least behind their headers, by type.
var leastBlocks = [...]int{1: 8, 2: 8, 3: 8, referenceTime: 8, 6: 36, voipBlock: voipSize}

const (
	lastReferenceSize = 12 // of one of the answers in a block
	voipSize          = 32
	voipMOS           = 23 // where the conversational MOS stands in it
)

// extendedBlock is one block of an extended report.
type extendedBlock struct {
	kind byte
	body []byte // what follows the header
}

// cutBlock cuts the first block off the blocks of an extended report, and tells whether there is a whole one.
func cutBlock(blocks []byte) (b extendedBlock, rest []byte, ok bool) {
	if len(blocks) < 4 {
		return b, nil, false
	}
	size := 4 + 4*int(binary.BigEndian.Uint16(blocks[2:]))
	if size > len(blocks) {
		return b, nil, false
	}
	return extendedBlock{blocks[0], blocks[4:size]}, blocks[size:], true
}

// wholeBlocks tells whether an extended report holds an SSRC and whole blocks.
func (p *controlPacket) wholeBlocks() bool {
	if len(p.body) < 4 {
		return false
	}
	for rest := p.body[4:]; len(rest) > 0; {
		b, behind, ok := cutBlock(rest)
		if !ok || int(b.kind) < len(leastBlocks) && len(b.body) < leastBlocks[b.kind] ||
			b.kind == lastReference && len(b.body)%lastReferenceSize != 0 {
			return false
		}
		rest = behind
	}
	return true
}

// beginControl appends the header and the SSRC of a packet, whose length endControl completes.
func beginControl(dst []byte, kind byte, count int, ssrc uint32) []byte {
	dst = append(dst, rtpVersion<<6|byte(count), kind, 0, 0)
	return binary.BigEndian.AppendUint32(dst, ssrc)
}

// endControl completes the packet that begins at an index.
func endControl(dst []byte, begin int) []byte {
	binary.BigEndian.PutUint16(dst[begin+2:], uint16((len(dst)-begin)/4-1))
	return dst
}

// reception is a reception report: what is said of one stream (RFC 3550 section 6.4.1).
type reception struct {
	ssrc         uint32
	fraction     uint8  // lost since the report before, of 256
	lost         uint32 // in all, 24 bits in two's complement
	highest      uint32 // extended sequence number
	jitter       uint32 // units of the media clock
	senderReport uint32 // middle of the NTP time of the last sender report, 0 for none
	delay        uint32 // since then, of 65,536 to the second
}

func (r *reception) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, r.ssrc)
	dst = binary.BigEndian.AppendUint32(dst, uint32(r.fraction)<<24|r.lost)
	dst = binary.BigEndian.AppendUint32(dst, r.highest)
	dst = binary.BigEndian.AppendUint32(dst, r.jitter)
	dst = binary.BigEndian.AppendUint32(dst, r.senderReport)
	return binary.BigEndian.AppendUint32(dst, r.delay)
}

// readReception reads the report at the beginning of b, which holds one.
func readReception(b []byte) reception {
	word := func(i int) uint32 { return binary.BigEndian.Uint32(b[4*i:]) }
	return reception{
		ssrc: word(0), fraction: b[4], lost: word(1) & 0xffffff, highest: word(2), jitter: word(3), senderReport: word(4), delay: word(5),
	}
}
