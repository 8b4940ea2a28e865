package erlang

import (
	"math"
	"sort"
)

// root returns a zero of the continuous function f between lo and hi, at which its signs differ, to the last bits of
// the argument. It takes inverse quadratic steps where they can be trusted and halves the bracket elsewhere:
// Chandrupatla, Advances in Engineering Software 28 (1997). Where f(lo) and f(hi) have the same sign, because the zero
// lies at an end but for rounding, it returns the end with the smaller value.
func root(f func(float64) float64, lo, hi float64) float64 {
	const most, precision = 200, 0x1p-52
	a, fa, b, fb := hi, f(hi), lo, f(lo)
	c, fc := a, fa
	if fa == 0 || fb == 0 || (fa > 0) == (fb > 0) {
		return closer(a, fa, b, fb)
	}
	for step, t := 0, 0.5; step < most; step++ {
		x := a + t*(b-a)
		fx := f(x)
		if math.Signbit(fx) == math.Signbit(fa) {
			c, fc = a, fa
		} else {
			c, fc, b, fb = b, fb, a, fa
		}
		a, fa = x, fx
		width := math.Abs(b - a)
		tolerance := precision * math.Abs(closer(a, fa, b, fb))
		if fa == 0 || fb == 0 || width <= 2*tolerance || width == 0 {
			break
		}
		t = nextCut(a, fa, b, fb, c, fc)
		t = math.Min(math.Max(t, tolerance/width), 1-tolerance/width)
	}
	return closer(a, fa, b, fb)
}

// nextCut returns where between a (0) and b (1) to look next: by inverse quadratic interpolation when the three points
// look like a smooth inverse, else in the middle.
func nextCut(a, fa, b, fb, c, fc float64) float64 {
	xi, phi := (a-b)/(c-b), (fa-fb)/(fc-fb)
	if !(phi*phi < xi && (1-phi)*(1-phi) < 1-xi) {
		return 0.5
	}
	return fa/(fb-fa)*fc/(fb-fc) + (c-a)/(b-a)*fa/(fc-fa)*fb/(fc-fb)
}

// closer returns the argument whose value is closer to zero.
func closer(a, fa, b, fb float64) float64 {
	if math.Abs(fa) < math.Abs(fb) {
		return a
	}
	return b
}

// least returns the smallest n ≥ from that is enough. If n is enough, so must be n+1, and some n must be.
func least(from int, enough func(int) bool) int {
	if enough(from) {
		return from
	}
	step := 1
	for ; !enough(from + step); step *= 2 {
		from += step
	}
	return from + 1 + sort.Search(step-1, func(i int) bool { return enough(from + 1 + i) })
}

// leastNear is least for who has a good guess of the answer, which is from or more.
func leastNear(from, guess int, enough func(int) bool) int {
	guess = max(from, guess)
	if !enough(guess) {
		return least(guess+1, enough)
	}
	step := 1
	for ; guess-step >= from && enough(guess-step); step *= 2 {
		guess -= step
	}
	low := max(from, guess-step+1)
	return low + sort.Search(guess-low, func(i int) bool { return enough(low + i) })
}
