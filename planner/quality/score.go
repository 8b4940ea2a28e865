package quality

import (
	"time"
)

// Listening is what one direction of a call was like, as it was measured.
type Listening struct {
	Codec  Codec
	Loss   float64       // share of packets lost or too late to be played, from 0 to 1
	BurstR float64       // burst ratio of these; below 1 counts as 1
	Delay  time.Duration // from mouth to ear
	Echo   bool          // whether the delay is that of an echo path, as through a hybrid
}

// Score is an estimated conversational score, MOS-CQE, on its scale.
type Score struct {
	Scale        Scale
	R, MOS       float64
	Extrapolated bool // the model is not validated for such values
}

// Conversation returns the score of a direction by the E-model of the codec's scale with the default values of the
// Recommendation. The reason says why there is no score: the codec has no published value. The error wraps [ErrDomain].
func Conversation(l Listening) (score Score, reason string, err error) {
	ie, bpl, reason := l.Codec.Impairment(l.Loss)
	if reason != "" {
		return Score{}, reason, nil
	}
	p := Default().WithDelay(l.Delay, l.Echo)
	p.Ie, p.Bpl, p.Ppl, p.BurstR = ie, bpl, 100*l.Loss, max(1, l.BurstR)
	if l.Codec.Scale == Wideband {
		score, err = WidebandPath{Ta: p.Ta, Ie: ie, Bpl: bpl, Ppl: p.Ppl, BurstR: p.BurstR}.Rate()
		return score, "", err
	}
	rating, err := p.Rate()
	return Score{Narrowband, rating.R, rating.MOS(), rating.Extrapolated}, "", err
}
