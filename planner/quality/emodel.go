// Package quality says what a call sounds like, from what its network does to it: the E-model of ITU-T G.107 for
// telephone band, that of G.107.1 for wideband, the impairments of codecs, and how losses come in bursts.
//
// It is mathematics alone: values in, values out. Scores of different scales are never mixed; a codec without a
// published value has no score.
package quality

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// ErrDomain is wrapped by the error for a value that has no meaning: not a number, infinite or outside the range
// that the error states.
var ErrDomain = errors.New("outside the domain of the E-model")

// Path is one direction of a call as ITU-T G.107 describes it. Levels and ratings are in decibels, delays in
// milliseconds, loss in percent: the units of the Recommendation's table 3. Default gives its default values.
type Path struct {
	SLR, RLR   float64 // send and receive loudness rating
	STMR, LSTR float64 // sidetone masking and listener sidetone rating
	Ds, Dr     float64 // D-values of the telephones; Dr enters G.107 only through LSTR
	TELR, WEPL float64 // talker echo loudness rating, weighted echo path loss

	T, Tr, Ta float64 // mean one-way delay of the echo path, its round trip, absolute delay from mouth to ear, in ms

	QDU      float64 // quantization distortion units
	Ie       float64 // equipment impairment of the codec
	Bpl      float64 // packet-loss robustness of the codec; above 0
	Ppl      float64 // random packet loss in percent
	BurstR   float64 // burst ratio, 1 for random loss
	Nc, Nfor float64 // circuit noise in dBm0p, noise floor at the receiver in dBmp
	Ps, Pr   float64 // room noise at the two sides in dB(A)
	A        float64 // advantage of access
	MT, ST   float64 // least perceivable delay in ms and sensitivity to delay
}

// Default returns the default values of ITU-T G.107 (06/2015), table 3.
func Default() Path {
	return Path{
		SLR: 8, RLR: 2, STMR: 15, LSTR: 18, Ds: 3, Dr: 3, TELR: 65, WEPL: 110,
		QDU: 1, Bpl: 4.3, BurstR: 1, Nc: -70, Nfor: -64, Ps: 35, Pr: 35, MT: 100, ST: 1,
	}
}

// WithDelay returns the path with a delay from mouth to ear. Where the call has no hybrid that returns an echo,
// as between IP telephones, the delay is no echo path: T and Tr stay 0.
func (p Path) WithDelay(oneWay time.Duration, echo bool) Path {
	p.Ta = float64(oneWay) / float64(time.Millisecond)
	p.T, p.Tr = 0, 0
	if echo {
		p.T, p.Tr = p.Ta, 2*p.Ta
	}
	return p
}

// Rating is what the E-model makes of a path: R and the parts that it is made of,
//
//	R = Ro - Is - Id - IeEff + A
type Rating struct {
	R                   float64
	No                  float64 // sum of all noise, dBm0p
	Ro                  float64 // basic signal-to-noise ratio
	Is, Iolr, Ist, Iq   float64 // simultaneous impairments: loudness, sidetone, quantization
	Id, Idte, Idle, Idd float64 // delay impairments: talker echo, listener echo, absolute delay
	IeEff               float64 // effective equipment impairment
	A                   float64
	Extrapolated        bool // a value lies where G.107 is not validated: Ta, Ppl, BurstR or A
}

// MOS returns the estimated conversational score of the rating, MOS-CQE on the telephone-band scale, 1 to 4.5.
func (r Rating) MOS() float64 { return MOS(r.R) }

// Rate returns the rating of the path by ITU-T G.107. The error wraps [ErrDomain] and names each value that is not a
// number or not in its range.
func (p Path) Rate() (Rating, error) {
	if err := p.check(); err != nil {
		return Rating{}, err
	}
	r := Rating{A: p.A, IeEff: effective(p.Ie, p.Bpl, p.Ppl, p.BurstR)}
	r.No = p.noise()
	r.Ro = 15 - 1.5*(p.SLR+r.No)
	r.Iolr, r.Ist, r.Iq = p.loudness(r.No), p.sidetone(), p.quantization(r.Ro)
	r.Is = r.Iolr + r.Ist + r.Iq
	r.Idte, r.Idle, r.Idd = p.talkerEcho(r.No), p.listenerEcho(r.Ro), absoluteDelay(p.Ta, p.MT, p.ST)
	r.Id = r.Idte + r.Idle + r.Idd
	r.R = r.Ro - r.Is - r.Id - r.IeEff + r.A
	r.Extrapolated = p.Ta > 500 || p.Ppl > 20 || p.BurstR > 8 || p.BurstR > 2 && p.Ppl > 2 || p.A > 20
	return r, nil
}

// noise returns the noise referred to the 0 dBr point, in dBm0p (G.107 7.2).
//
//	Nos = Ps - SLR - Ds - 100 + 0.004·(Ps - OLR - Ds - 14)²
//	Nor = RLR - 121 + Pre + 0.008·(Pre - 35)²,  Pre = Pr + 10·log10(1 + 10^((10-LSTR)/10))
//	No  = 10·log10(10^(Nc/10) + 10^(Nos/10) + 10^(Nor/10) + 10^((Nfor+RLR)/10))
func (p Path) noise() float64 {
	nos := p.Ps - p.SLR - p.Ds - 100 + 0.004*square(p.Ps-p.olr()-p.Ds-14)
	pre := p.Pr + 10*math.Log10(1+power(10-p.LSTR))
	nor := p.RLR - 121 + pre + 0.008*square(pre-35)
	return 10 * math.Log10(power(p.Nc)+power(nos)+power(nor)+power(p.Nfor+p.RLR))
}

func (p Path) olr() float64 { return p.SLR + p.RLR }

// loudness returns the impairment of too low an overall loudness (G.107 7.3).
//
//	Iolr = 20·[(1 + (Xolr/8)^8)^(1/8) - Xolr/8],  Xolr = OLR + 0.2·(64 + No - RLR)
func (p Path) loudness(no float64) float64 {
	x := (p.olr() + 0.2*(64+no-p.RLR)) / 8
	return 20 * (math.Pow(1+math.Pow(x, 8), 1.0/8) - x)
}

// sidetone returns the impairment of a sidetone that is not at its best (G.107 7.3).
//
//	STMRo = -10·log10(10^(-STMR/10) + e^(-T/4)·10^(-TELR/10))
//	Ist   = 12·[1 + ((STMRo-13)/6)^8]^(1/8) - 28·[1 + ((STMRo+1)/19.4)^35]^(1/35) - 13·[1 + ((STMRo-3)/33)^13]^(1/13) + 29
func (p Path) sidetone() float64 {
	stmr := -10 * math.Log10(power(-p.STMR)+math.Exp(-p.T/4)*power(-p.TELR))
	term := func(factor, offset, scale, order float64) float64 {
		return factor * math.Pow(1+math.Pow((stmr-offset)/scale, order), 1/order)
	}
	return term(12, 13, 6, 8) - term(28, -1, 19.4, 35) - term(13, 3, 33, 13) + 29
}

// quantization returns the impairment of quantizing (G.107 7.3).
//
//	Iq = 15·log10(1 + 10^Y + 10^Z),  Y = (Ro-100)/15 + 46/8.4 - G/9,  Z = 46/30 - G/40
//	G  = 1.07 + 0.258·Q + 0.0602·Q²,  Q = 37 - 15·log10(qdu)
func (p Path) quantization(ro float64) float64 {
	q := 37 - 15*math.Log10(p.QDU)
	g := 1.07 + 0.258*q + 0.0602*q*q
	y, z := (ro-100)/15+46/8.4-g/9, 46.0/30-g/40
	return 15 * math.Log10(1+math.Pow(10, y)+math.Pow(10, z))
}

// talkerEcho returns the impairment of hearing oneself (G.107 7.4), 0 for a delay below 1 ms.
//
//	Idte = [(Roe-Re)/2 + √((Roe-Re)²/4 + 100) - 1]·(1 - e^-T),  Roe = -1.5·(No - RLR)
//	Re   = 80 + 2.5·(TERV - 14),  TERV = TELR - 40·log10((1 + T/10)/(1 + T/150)) + 6·e^(-0.3·T²)
func (p Path) talkerEcho(no float64) float64 {
	if p.T < 1 {
		return 0
	}
	terv := p.TELR - 40*math.Log10((1+p.T/10)/(1+p.T/150)) + 6*math.Exp(-0.3*p.T*p.T)
	half := (-1.5*(no-p.RLR) - (80 + 2.5*(terv-14))) / 2
	return (half + math.Sqrt(half*half+100) - 1) * (1 - math.Exp(-p.T))
}

// listenerEcho returns the impairment of hearing the other side twice (G.107 7.4).
//
//	Idle = (Ro-Rle)/2 + √((Ro-Rle)²/4 + 169),  Rle = 10.5·(WEPL + 7)·(Tr + 1)^-0.25
func (p Path) listenerEcho(ro float64) float64 {
	half := (ro - 10.5*(p.WEPL+7)*math.Pow(p.Tr+1, -0.25)) / 2
	return half + math.Sqrt(half*half+169)
}

// absoluteDelay returns the impairment of a delay that slows the conversation, without any echo (G.107 7.4).
//
//	Idd = 25·[(1 + X^e)^(1/e) - 3·(1 + (X/3)^e)^(1/e) + 2],  X = log2(Ta/mT),  e = 6·sT;  0 for Ta ≤ mT
func absoluteDelay(ta, mt, st float64) float64 {
	if ta <= mt {
		return 0
	}
	x, e := math.Log2(ta/mt), 6*st
	return 25 * (math.Pow(1+math.Pow(x, e), 1/e) - 3*math.Pow(1+math.Pow(x/3, e), 1/e) + 2)
}

// effective returns the equipment impairment under loss (G.107 7.5).
//
//	Ie,eff = Ie + (95 - Ie)·Ppl / (Ppl/BurstR + Bpl)
func effective(ie, bpl, ppl, burstR float64) float64 {
	if ppl == 0 {
		return ie
	}
	return ie + (95-ie)*ppl/(ppl/burstR+bpl)
}

// check names every value that the formulas have no meaning for.
func (p Path) check() error {
	const most = 1e4 // far beyond any telephone; keeps every formula finite
	var problems []error
	for _, v := range []struct {
		name             string
		value, low, high float64
	}{
		{"SLR", p.SLR, -100, 100}, {"RLR", p.RLR, -100, 100}, {"STMR", p.STMR, -100, 100}, {"LSTR", p.LSTR, -100, 100},
		{"Ds", p.Ds, -100, 100}, {"Dr", p.Dr, -100, 100}, {"TELR", p.TELR, 0, 200}, {"WEPL", p.WEPL, 0, 200},
		{"T", p.T, 0, most}, {"Tr", p.Tr, 0, 2 * most}, {"Ta", p.Ta, 0, most},
		{"qdu", p.QDU, 1, 100}, {"Ie", p.Ie, 0, 95}, {"Bpl", p.Bpl, math.SmallestNonzeroFloat64, 1000},
		{"Ppl", p.Ppl, 0, 100}, {"BurstR", p.BurstR, 1, 1e6},
		{"Nc", p.Nc, -200, 0}, {"Nfor", p.Nfor, -200, 0}, {"Ps", p.Ps, 0, 200}, {"Pr", p.Pr, 0, 200},
		{"A", p.A, 0, 100}, {"mT", p.MT, math.SmallestNonzeroFloat64, most}, {"sT", p.ST, math.SmallestNonzeroFloat64, 10},
	} {
		if !(v.value >= v.low && v.value <= v.high) { // false for what is not a number, too
			problems = append(problems, fmt.Errorf("%s: must be from %.3g to %.3g, got %g: %w", v.name, v.low, v.high, v.value, ErrDomain))
		}
	}
	return errors.Join(problems...)
}

// MOS returns the score of a telephone-band rating (G.107 annex B), 1 to 4.5. The polynomial falls a little below 1 for
// ratings from 0 to 6.5; a score is at least 1. It is not a number for an R that is none.
//
//	MOS = 1 + 0.035·R + R·(R-60)·(100-R)·7e-6
func MOS(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	return math.Max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)
}

func square(x float64) float64 { return x * x }

// power returns the ratio of powers of a level in decibels.
func power(level float64) float64 { return math.Pow(10, level/10) }
