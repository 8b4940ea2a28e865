//go:build !portablesocket

package sip

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// outbox holds the datagrams of a batch until they leave. Datagrams of one length to one address leave as
// one: the kernel takes their concatenation through its layers once and cuts it into datagrams at the end
// (UDP_SEGMENT, udp(7)), which costs a fifth of sending each by itself. The INVITEs of a batch of calls
// have one length, and so have their ACKs and their answers.
//
// A datagram may overtake one of another flow that way, never one of its own: it joins a group only if
// nothing of its flow stands in a later one.
type outbox struct {
	data    [Batch]room
	vectors [Batch]unix.Iovec
	queued  int

	groups    [Batch]group
	members   [Batch]uint8 // group of each datagram
	numGroups int
	latest    [flows]uint8 // group of the last datagram of each flow, plus one

	headers [Batch]mmsghdr
	names   [Batch]unix.RawSockaddrInet6
	control [Batch][segmentControl]byte
	gather  [Batch]unix.Iovec // the vectors in the order of the groups
	whole   bool              // the kernel cannot cut: each datagram is a group of its own
}

// group is a run of datagrams of one length to one address.
type group struct {
	to     netip.AddrPort
	length int
	count  int
}

// flows is the number of flows that are told apart; those that share a number keep their common order.
const flows = 256

// maxGather bounds the octets of a group: what fits into one datagram before it is cut.
const maxGather = 60_000

// maxPiece is the longest datagram that joins others: longer ones may be fragmented by IP on the way, which
// the kernel does not do to pieces.
const maxPiece = 1300

// lookBack bounds how many groups a datagram is compared with.
const lookBack = 8

// segmentControlLen is the room for a control message with the length of the pieces.
var segmentControlLen = unix.CmsgLen(2)

const segmentControl = 24 // CmsgSpace(2) on 64-bit systems, enough on 32-bit ones

// add puts the datagram that was written to slot queued into a group.
func (o *outbox) add(length int, to netip.AddrPort, flow uint32) {
	i := o.queued
	o.vectors[i].SetLen(length)
	g := o.groupFor(length, to, flow)
	o.groups[g].count++
	o.members[i] = uint8(g)
	o.latest[flow%flows] = uint8(g + 1)
	o.queued++
}

// groupFor returns the group that a datagram joins, a new one if need be.
func (o *outbox) groupFor(length int, to netip.AddrPort, flow uint32) int {
	first := max(int(o.latest[flow%flows])-1, o.numGroups-lookBack, 0)
	for g := first; g < o.numGroups && !o.whole && length <= maxPiece; g++ {
		if have := &o.groups[g]; have.length == length && have.to == to && (have.count+1)*length <= maxGather {
			return g
		}
	}
	o.groups[o.numGroups] = group{to: to, length: length}
	o.numGroups++
	return o.numGroups - 1
}

// seal writes the headers of the groups for the kernel.
func (o *outbox) seal() {
	var next [Batch]int
	at := 0
	for g := range o.numGroups {
		next[g] = at
		o.sealGroup(g, at)
		at += o.groups[g].count
	}
	for i := range o.queued {
		g := o.members[i]
		o.gather[next[g]] = o.vectors[i]
		next[g]++
	}
}

func (o *outbox) sealGroup(g, first int) {
	h := &o.headers[g].header
	h.Iov = &o.gather[first]
	h.SetIovlen(o.groups[g].count)
	h.Name = (*byte)(unsafe.Pointer(&o.names[g]))
	h.Namelen = putSockaddr(&o.names[g], o.groups[g].to)
	h.Control = nil
	h.SetControllen(0)
	if o.groups[g].count > 1 {
		c := (*unix.Cmsghdr)(unsafe.Pointer(&o.control[g][0]))
		c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
		c.SetLen(segmentControlLen)
		*(*uint16)(unsafe.Pointer(&o.control[g][unix.CmsgLen(0)])) = uint16(o.groups[g].length)
		h.Control = &o.control[g][0]
		h.SetControllen(unix.CmsgSpace(2))
	}
}

// reset empties the outbox.
func (o *outbox) reset() {
	o.queued, o.numGroups = 0, 0
	o.latest = [flows]uint8{}
}
