package media

// pack puts frames of a codec together as the payload of one packet, and appends it.
func pack(dst []byte, c Codec, frames [][]byte) []byte {
	switch c {
	case Opus:
		return packOpus(dst, frames)
	case AMR:
		return packAMR(dst, frames)
	case AMRAligned:
		return packAMRAligned(dst, frames)
	}
	for _, f := range frames {
		dst = append(dst, f...)
	}
	return dst
}

// packOpus joins Opus packets of one frame each, all of one configuration (RFC 6716 section 3.2.5: code 3,
// variable sizes, each but the last before the frames).
func packOpus(dst []byte, frames [][]byte) []byte {
	if len(frames) == 1 {
		return append(dst, frames[0]...)
	}
	const code3, variable = 3, 0x80
	dst = append(dst, frames[0][0]|code3, variable|byte(len(frames)))
	for _, f := range frames[:len(frames)-1] {
		dst = appendOpusSize(dst, len(f)-1)
	}
	for _, f := range frames {
		dst = append(dst, f[1:]...)
	}
	return dst
}

// sameConfiguration reports whether Opus packets can be joined.
func sameConfiguration(frames [][]byte) bool {
	for _, f := range frames {
		if f[0] != frames[0][0] {
			return false
		}
	}
	return true
}

// appendOpusSize appends the size of a frame (RFC 6716 section 3.2.1).
func appendOpusSize(dst []byte, size int) []byte {
	if size < 252 {
		return append(dst, byte(size))
	}
	return append(dst, byte(252+size&3), byte((size-252-size&3)/4))
}

// amrBits are the bits of an AMR frame by its type: the eight modes and the comfort noise (3GPP TS 26.101
// table 1b). All others carry none.
var amrBits = [16]int{95, 103, 118, 134, 148, 159, 204, 244, 39}

// amrNoRequest asks the far end for no particular mode (RFC 4867 section 4.3.1).
const amrNoRequest = 15

// A stored AMR frame is an octet of header, 0FFFFQ00 with type and quality, and its bits, filled up to an
// octet (RFC 4867 section 5.3).
func amrType(stored []byte) byte { return stored[0] >> 3 & 0x0f }

// packAMRAligned follows RFC 4867 section 4.4: mode request, table of contents, frames, each in whole
// octets.
func packAMRAligned(dst []byte, frames [][]byte) []byte {
	dst = append(dst, amrNoRequest<<4)
	for i, f := range frames {
		dst = append(dst, f[0]&0x7c|more(i, frames)<<7)
	}
	for _, f := range frames {
		dst = append(dst, f[1:]...)
	}
	return dst
}

// packAMR follows RFC 4867 section 4.3: the same without the filling, up to the end of the payload.
func packAMR(dst []byte, frames [][]byte) []byte {
	w := bitWriter{to: dst}
	w.write([]byte{amrNoRequest << 4}, 4)
	for i, f := range frames {
		w.write([]byte{f[0]&0x7c | more(i, frames)<<7}, 6)
	}
	for _, f := range frames {
		w.write(f[1:], amrBits[amrType(f)])
	}
	return w.to
}

// more returns 1 when another frame follows, as a table of contents says it.
func more(i int, frames [][]byte) byte {
	if i < len(frames)-1 {
		return 1
	}
	return 0
}

// bitWriter appends bits, the most significant of an octet first.
type bitWriter struct {
	to   []byte
	free uint // bits of the last octet that are not written yet
}

// write appends the first n bits.
func (w *bitWriter) write(bits []byte, n int) {
	for i := range n {
		if w.free == 0 {
			w.to, w.free = append(w.to, 0), 8
		}
		w.free--
		w.to[len(w.to)-1] |= bits[i/8] >> (7 - i%8) & 1 << w.free
	}
}
