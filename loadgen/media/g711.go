package media

// Encode returns the code of a 16-bit sample. G.711 defines 14-bit (mu-law) and 13-bit (A-law) samples;
// here they stand in the upper bits, so that both laws have the same full scale.
func (c Codec) Encode(sample int16) byte {
	if c == PCMA {
		return encodeALaw(int(sample))
	}
	return encodeMuLaw(int(sample))
}

// Decode returns the 16-bit sample of a code: the middle of the interval of samples that Encode maps to
// it.
func (c Codec) Decode(code byte) int16 {
	if c == PCMA {
		return int16(decodeALaw(code))
	}
	return int16(decodeMuLaw(code))
}

const (
	muLawBias = 33 << 2   // shifts the curve so that each segment starts at a power of two
	muLawMax  = 8158 << 2 // the largest sample of G.711 table 2a, in the upper 14 of 16 bits
)

// encodeMuLaw follows G.711 table 2: a biased magnitude of the form 1mmmm... in segment e becomes the
// sign, three bits of e and four of m, all inverted for the line.
//
//	|x| + 33 = (16 + m + f) · 2^(e+1)   in units of the 14-bit sample, 0 <= f < 1
func encodeMuLaw(x int) byte {
	sign := byte(0)
	if x < 0 {
		sign, x = 0x80, -x
	}
	x = min(x, muLawMax) + muLawBias
	segment := segmentOf(x)
	return ^(sign | byte(segment<<4) | byte(x>>(segment+3))&0x0f)
}

func decodeMuLaw(code byte) int {
	code = ^code
	x := (int(code&0x0f)<<3+muLawBias)<<(code>>4&7) - muLawBias
	if code&0x80 != 0 {
		return -x
	}
	return x
}

// encodeALaw follows G.711 table 1: segment 0 and 1 share a step, then each doubles it; every other bit
// is inverted for the line. The sign bit is set for positive samples, and the sample just below zero
// belongs to the negative side.
func encodeALaw(x int) byte {
	sign := byte(0x80)
	if x < 0 {
		sign, x = 0, ^x
	}
	segment := segmentOf(x)
	return (sign | byte(segment<<4) | byte(x>>(max(segment, 1)+3))&0x0f) ^ 0x55
}

func decodeALaw(code byte) int {
	code ^= 0x55
	x := int(code&0x0f)<<4 + 8
	if segment := code >> 4 & 7; segment > 0 {
		x = (x + 0x100) << (segment - 1)
	}
	if code&0x80 == 0 {
		return -x
	}
	return x
}

// segmentOf returns how many times x must be halved until it is below 256, at most 7.
func segmentOf(x int) int {
	segment := 0
	for x >>= 8; x > 0 && segment < 7; x >>= 1 {
		segment++
	}
	return segment
}
