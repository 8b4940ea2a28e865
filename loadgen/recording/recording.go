package recording

import (
	"bytes"
	"encoding/binary"
	"iter"
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// Kind says what a datagram of a call is.
type Kind uint8

// The kinds.
const (
	SIP Kind = iota
	RTP
	RTCP
)

// Datagram is one datagram of a recorded call.
type Datagram struct {
	At       time.Duration // on the run clock
	Kind     Kind
	Sent     bool // by us
	From, To netip.AddrPort
	Data     []byte
}

// Recording is one call: what went over the wire, and what became of it.
type Recording struct {
	CallID string
	Class  measure.Class
	Audio  measure.CallAudio
	Heard  bool   // whether Audio says anything
	Failed bool   // whether the call failed
	Why    string // it was kept, in a word or two: the class, a fault, or its score
	Left   uint64 // datagrams that were left out, because the recording was large enough

	chunks    [][]byte
	size      int
	addresses []netip.AddrPort
}

// chunkSize is the piece in which memory is taken.
const chunkSize = 16 << 10

// entrySize is what a datagram takes beside its data: time, kind, two addresses, length.
const entrySize = 8 + 1 + 1 + 1 + 2

// sentBit marks the kind of what was sent.
const sentBit = 0x80

// maxAddresses is how many addresses one recording tells apart.
const maxAddresses = 255

// add keeps a datagram, if there is room: memory is what takes and gives chunks.
func (r *Recording) add(m *memory, limit int, d Datagram) {
	need := entrySize + len(d.Data)
	from, to := r.address(d.From), r.address(d.To)
	over := r.size+need > limit && d.Kind != SIP
	if over || need > chunkSize || from < 0 || to < 0 {
		r.Left++
		return
	}
	last := len(r.chunks) - 1
	if last < 0 || len(r.chunks[last])+need > chunkSize {
		chunk := m.take()
		if chunk == nil {
			r.Left++
			return
		}
		r.chunks = append(r.chunks, chunk)
		last++
	}
	b := binary.BigEndian.AppendUint64(r.chunks[last], uint64(d.At))
	b = append(b, byte(d.Kind), byte(from), byte(to))
	if d.Sent {
		b[len(b)-3] |= sentBit
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(d.Data)))
	r.chunks[last] = append(b, d.Data...)
	r.size += need
	if d.Kind == SIP {
		blank(r.chunks[last][len(r.chunks[last])-len(d.Data):])
	}
}

// address returns the number of an address, -1 when there are too many.
func (r *Recording) address(a netip.AddrPort) int {
	for i, known := range r.addresses {
		if known == a {
			return i
		}
	}
	if len(r.addresses) == maxAddresses {
		return -1
	}
	r.addresses = append(r.addresses, a)
	return len(r.addresses) - 1
}

// Datagrams returns what was recorded, in the order in which it was noticed. The data is valid as long as the
// recording.
func (r *Recording) Datagrams() iter.Seq[Datagram] {
	return func(yield func(Datagram) bool) {
		for _, chunk := range r.chunks {
			for len(chunk) >= entrySize {
				n := int(binary.BigEndian.Uint16(chunk[entrySize-2:]))
				d := Datagram{
					At: time.Duration(binary.BigEndian.Uint64(chunk)), Kind: Kind(chunk[8] &^ sentBit), Sent: chunk[8]&sentBit != 0,
					From: r.addresses[chunk[9]], To: r.addresses[chunk[10]], Data: chunk[entrySize : entrySize+n],
				}
				if chunk = chunk[entrySize+n:]; !yield(d) {
					return
				}
			}
		}
	}
}

// memory is what the recordings of a shard may take.
type memory struct {
	free  [][]byte
	taken int
	most  int // chunks
}

func (m *memory) take() []byte {
	if n := len(m.free); n > 0 {
		chunk := m.free[n-1]
		m.free = m.free[:n-1]
		return chunk
	}
	if m.taken == m.most {
		return nil
	}
	m.taken++
	return make([]byte, 0, chunkSize)
}

// give takes back what a recording held.
func (m *memory) give(r *Recording) {
	for _, chunk := range r.chunks {
		m.free = append(m.free, chunk[:0])
	}
	r.chunks, r.size = r.chunks[:0], 0
}

// callID returns the Call-ID of a message, in its full or its compact form (RFC 3261, 7.3.3); nil without one.
func callID(message []byte) []byte {
	for line := range bytes.Lines(message) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return nil
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		if name = bytes.TrimSpace(name); found && (bytes.EqualFold(name, []byte("Call-ID")) || bytes.EqualFold(name, []byte("i"))) {
			return bytes.TrimSpace(value)
		}
	}
	return nil
}
