package recording

import (
	"bufio"
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"time"
)

// The capture format of libpcap: times in nanoseconds, packets that begin with their IP header.
const (
	pcapMagic   = 0xa1b23c4d
	linkTypeRaw = 101
	snapLength  = 65535
)

// WritePcap writes the call as a capture. start is the origin of the run clock. Every datagram is written as UDP over
// IP, also the messages that went over a connection: an analyser reads them so. Lengths and checksums are made up
// anew; what was sent was the data.
func (r *Recording) WritePcap(w io.Writer, start time.Time) error {
	out := bufio.NewWriter(w)
	header := make([]byte, 24)
	binary.LittleEndian.PutUint32(header, pcapMagic)
	binary.LittleEndian.PutUint16(header[4:], 2) // version 2.4
	binary.LittleEndian.PutUint16(header[6:], 4)
	binary.LittleEndian.PutUint32(header[16:], snapLength)
	binary.LittleEndian.PutUint32(header[20:], linkTypeRaw)
	if _, err := out.Write(header); err != nil {
		return err
	}
	var packet []byte
	for _, d := range r.inOrder() {
		packet = appendPacket(packet[:0], d)
		at := start.Add(d.At)
		record := make([]byte, 16)
		binary.LittleEndian.PutUint32(record, uint32(at.Unix()))
		binary.LittleEndian.PutUint32(record[4:], uint32(at.Nanosecond()))
		binary.LittleEndian.PutUint32(record[8:], uint32(len(packet)))
		binary.LittleEndian.PutUint32(record[12:], uint32(len(packet)))
		if _, err := out.Write(append(record, packet...)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// inOrder returns the datagrams by their time: what was received was noticed a little after it came.
func (r *Recording) inOrder() []Datagram {
	all := slices.Collect(r.Datagrams())
	slices.SortStableFunc(all, func(a, b Datagram) int { return int(a.At - b.At) })
	return all
}

const (
	protocolUDP = 17
	hopLimit    = 64
	udpHeader   = 8
)

// appendPacket appends a datagram with its IP and UDP headers.
func appendPacket(b []byte, d Datagram) []byte {
	from, to := d.From.Addr().Unmap(), d.To.Addr().Unmap()
	length := udpHeader + len(d.Data)
	if from.Is4() && to.Is4() {
		header := len(b)
		b = append(b, 0x45, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(20+length))
		b = append(b, 0, 0, 0x40, 0, hopLimit, protocolUDP, 0, 0) // not to be fragmented
		b = append(append(b, from.AsSlice()...), to.AsSlice()...)
		binary.BigEndian.PutUint16(b[header+10:], ^sum(b[header:], 0))
	} else {
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(length))
		b = append(b, protocolUDP, hopLimit)
		sender, receiver := from.As16(), to.As16()
		b = append(append(b, sender[:]...), receiver[:]...)
	}
	udp := len(b)
	b = binary.BigEndian.AppendUint16(b, d.From.Port())
	b = binary.BigEndian.AppendUint16(b, d.To.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(append(b, 0, 0), d.Data...)
	binary.BigEndian.PutUint16(b[udp+6:], udpChecksum(from, to, b[udp:]))
	return b
}

// udpChecksum returns the checksum of a UDP packet with its pseudo header (RFC 768, RFC 8200 section 8.1).
func udpChecksum(from, to netip.Addr, packet []byte) uint16 {
	pseudo := append(addressOctets(from, to), addressOctets(to, from)...)
	pseudo = binary.BigEndian.AppendUint32(pseudo, uint32(len(packet)))
	pseudo = append(pseudo, 0, 0, 0, protocolUDP)
	checksum := ^sum(packet, uint32(sum(pseudo, 0)))
	if checksum == 0 {
		return 0xffff // 0 would say that there is none
	}
	return checksum
}

// addressOctets returns an address as the pseudo header of the packet has it: of the family of both.
func addressOctets(a, other netip.Addr) []byte {
	if a.Is4() && other.Is4() {
		return a.AsSlice()
	}
	all := a.As16()
	return all[:]
}

// sum returns the one's complement sum of 16-bit words (RFC 1071).
func sum(b []byte, carry uint32) uint16 {
	for ; len(b) >= 2; b = b[2:] {
		carry += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		carry += uint32(b[0]) << 8
	}
	for carry > 0xffff {
		carry = carry>>16 + carry&0xffff
	}
	return uint16(carry)
}
