package quality

// widebandBest is the highest rating of the wideband scale, R of a direct channel with default values (G.107.1).
const widebandBest = 129

// WidebandPath is one direction of a wideband call without echo and with the default values of ITU-T G.107.1 for all
// that is not here.
type WidebandPath struct {
	Ta     float64 // delay from mouth to ear in ms
	Ie     float64 // wideband equipment impairment
	Bpl    float64 // wideband packet-loss robustness; above 0
	Ppl    float64 // loss in percent
	BurstR float64 // 1 for random loss
}

// Rate returns the rating and score of the path on the wideband scale. The error is that of [Path.Rate].
//
//	R   = 129 - Idd - Ie,eff
//	MOS = f(R / 1.29), f as in G.107 annex B
//
// The constant 95 of Ie,eff stays as it is (G.107.1, 7.5).
func (p WidebandPath) Rate() (Score, error) {
	d := Default()
	d.Ta, d.Ie, d.Bpl, d.Ppl, d.BurstR = p.Ta, p.Ie, p.Bpl, p.Ppl, p.BurstR
	if err := d.check(); err != nil {
		return Score{}, err
	}
	r := widebandBest - absoluteDelay(p.Ta, d.MT, d.ST) - effective(p.Ie, p.Bpl, p.Ppl, p.BurstR)
	return Score{
		Scale: Wideband, R: r, MOS: MOS(r / (widebandBest / 100.0)),
		Extrapolated: p.Ta > 500 || p.Ppl > 20 || p.BurstR > 8 || p.BurstR > 2 && p.Ppl > 2,
	}, nil
}
