package media

import "math"

// g722Encoder is the encoder of ITU-T G.722 at 64 kbit/s: two sub-bands of 16 kHz audio, split by a
// quadrature mirror filter, each coded by adaptive differential PCM with 6 and 2 bits. Names are those of
// the Recommendation (section 3 and tables 10 to 21).
type g722Encoder struct {
	history   [24]int // of the samples, latest last
	low, high g722Band
}

func newG722Encoder() *g722Encoder {
	e := &g722Encoder{}
	e.low.det, e.high.det = 32, 8
	return e
}

// g722Mirror is half of the filter; the other half is the same backwards (table 11).
var g722Mirror = [12]int{3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11}

// encode returns an octet for each two samples.
func (e *g722Encoder) encode(samples []int16) []byte {
	codes := make([]byte, 0, len(samples)/2)
	for i := 0; i+1 < len(samples); i += 2 {
		copy(e.history[:], e.history[2:])
		e.history[22], e.history[23] = int(samples[i]), int(samples[i+1])
		odd, even := 0, 0
		for k, c := range g722Mirror {
			odd += e.history[2*k] * c
			even += e.history[2*k+1] * g722Mirror[11-k]
		}
		codes = append(codes, e.encodeHigh((even-odd)>>14)<<6|e.encodeLow((even+odd)>>14))
	}
	return codes
}

// The decision levels and the output of the quantizer of the lower sub-band (tables 14 and 17), and what
// its step adapts by (tables 15 and 19).
var (
	g722LowLevels = [...]int{
		35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023,
		1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
	}
	g722LowOutput = [...]int{
		0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
	}
	g722LowWeights = [...]int{-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60}
)

// encodeLow codes a sample of the lower sub-band in 6 bits.
func (e *g722Encoder) encodeLow(x int) byte {
	b := &e.low
	difference := saturate(x - b.s)
	size, level := magnitude(difference), 0
	for level < len(g722LowLevels) && size >= g722LowLevels[level]*b.det>>12 {
		level++
	}
	code := 61 - level // table 16: positive from 61 down, negative 63, 62, then from 31 down
	switch {
	case difference < 0 && level < 2:
		code = 63 - level
	case difference < 0:
		code = 33 - level
	}
	coarse := code >> 2
	b.update(b.det * g722LowOutput[coarse] >> 15)
	b.adapt(g722LowWeights[coarse], 18432, 8)
	return byte(code)
}

// The same of the higher sub-band (tables 18, 20 and 21).
var (
	g722HighOutput  = [...]int{-7408, -1616, 7408, 1616}
	g722HighWeights = [...]int{798, -214, 798, -214}
)

// encodeHigh codes a sample of the higher sub-band in 2 bits.
func (e *g722Encoder) encodeHigh(x int) byte {
	b := &e.high
	difference := saturate(x - b.s)
	code := 1
	if magnitude(difference) >= 564*b.det>>12 {
		code = 0
	}
	if difference >= 0 {
		code += 2
	}
	b.update(b.det * g722HighOutput[code] >> 15)
	b.adapt(g722HighWeights[code], 22528, 10)
	return byte(code)
}

// g722Band is the predictor and the quantizer step of a sub-band.
type g722Band struct {
	s, sz   int    // predicted sample, and the part of the zeros in it
	det, nb int    // quantizer step, and its logarithm
	a       [2]int // coefficients of the poles
	b       [6]int // coefficients of the zeros
	r, p    [2]int // last reconstructed and partially reconstructed samples, latest first
	d       [6]int // last quantized differences, latest first
}

// update moves the predictor on by a quantized difference (sections 3.6.1 to 3.6.5).
func (g *g722Band) update(d int) {
	r, p := saturate(g.s+d), saturate(g.sz+d)
	g.updatePoles(p)
	g.updateZeros(d)
	copy(g.d[1:], g.d[:5])
	g.d[0] = d
	g.r = [2]int{r, g.r[0]}
	g.p = [2]int{p, g.p[0]}
	g.sz = 0
	for i := len(g.b) - 1; i >= 0; i-- {
		g.sz += g.b[i] * saturate(2*g.d[i]) >> 15
	}
	g.sz = saturate(g.sz)
	poles := saturate(g.a[0]*saturate(2*g.r[0])>>15 + g.a[1]*saturate(2*g.r[1])>>15)
	g.s = saturate(poles + g.sz)
}

// updatePoles adapts the second-order section of the poles, which stays stable (UPPOL1 and UPPOL2).
func (g *g722Band) updatePoles(p int) {
	same := sameSign(p, g.p[0])
	push := min(-same*saturate(4*g.a[0]), math.MaxInt16)
	second := limit(push>>7+sameSign(p, g.p[1])*128+g.a[1]*32512>>15, 12288)
	first := limit(saturate(same*192+g.a[0]*32640>>15), saturate(15360-second))
	g.a = [2]int{first, second}
}

// updateZeros adapts the coefficients of the zeros (UPZERO).
func (g *g722Band) updateZeros(d int) {
	gain := 128
	if d == 0 {
		gain = 0
	}
	for i := range g.b {
		g.b[i] = saturate(sameSign(d, g.d[i])*gain + g.b[i]*32640>>15)
	}
}

// g722Step is 2048 · 2^(i/32), the mantissa of the quantizer step (table 13).
var g722Step = func() (steps [32]int) {
	for i := range steps {
		steps[i] = int(math.Round(2048 * math.Exp2(float64(i)/32)))
	}
	return steps
}()

// adapt changes the quantizer step, whose logarithm stays between 0 and a limit (sections 3.5.1, 3.5.2).
func (g *g722Band) adapt(weight, most, shift int) {
	g.nb = min(max(g.nb*127>>7+weight, 0), most)
	mantissa := g722Step[g.nb>>6&31]
	if shift -= g.nb >> 11; shift < 0 {
		g.det = mantissa << -shift << 2
	} else {
		g.det = mantissa >> shift << 2
	}
}

// magnitude returns |x|, with one less for negative numbers, as two's complement inverts them.
func magnitude(x int) int {
	if x < 0 {
		return ^x
	}
	return x
}

// sameSign returns 1 when both are negative or neither is, else -1.
func sameSign(x, y int) int {
	if x < 0 == (y < 0) {
		return 1
	}
	return -1
}

func limit(x, bound int) int { return min(max(x, -bound), bound) }

// saturate keeps x within 16 bits.
func saturate(x int) int { return min(max(x, math.MinInt16), math.MaxInt16) }
