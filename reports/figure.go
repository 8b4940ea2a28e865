package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// count writes a whole number with thousands separators: 9,400.
func count[N ~int | ~int64 | ~uint64](n N) string {
	digits := strconv.FormatInt(int64(n), 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// decimal writes a number with thousands separators and at most so many decimals, without trailing zeros:
// 7,050, 0.75, 39.2.
func decimal(x float64, decimals int) string {
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || math.IsNaN(x) {
		return strconv.FormatFloat(x, 'g', 6, 64)
	}
	if whole = strings.TrimPrefix(count(n), "-"); math.Signbit(x) && (n != 0 || fraction != "") {
		whole = "-" + whole
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// percent writes a share as a percentage with the digits that matter: 21.5 %, 0.82 %, 0.004 %.
func percent(share float64) string {
	switch {
	case math.IsNaN(share):
		return "-"
	case share == 0 || share == 1:
		return fmt.Sprintf("%g %%", 100*share)
	case share > 0 && share < 1e-6:
		return "< 0.0001 %"
	case share > 0 && share < 1e-4:
		return decimal(100*share, 4) + " %"
	case share > 0 && share < 0.0995:
		return decimal(100*share, 2) + " %"
	case share > 0.9995 && share < 1:
		return "> 99.9 %"
	}
	return decimal(100*share, 1) + " %"
}

// erlangs writes traffic: 7,050 E, 0.667 E.
func erlangs(traffic float64) string {
	if traffic > 0 && traffic < 1 {
		return strconv.FormatFloat(traffic, 'g', 3, 64) + " E"
	}
	return decimal(traffic, 2) + " E"
}

// perSecond writes a rate with the digits that matter also when it is low: 39.2, 0.0056.
func perSecond(rate float64) string {
	if rate > 0 && rate < 1 {
		return strconv.FormatFloat(rate, 'g', 2, 64)
	}
	return decimal(rate, 1)
}

// inSeconds writes a duration as traffic engineers do: 180 s, 27.5 s.
func inSeconds(d time.Duration) string {
	return decimal(d.Seconds(), 1) + " s"
}

// spoken writes a duration for a sentence: 3 minutes, 27.5 s.
func spoken(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "1 minute"
	case d >= time.Minute && d%time.Minute == 0:
		return count(d/time.Minute) + " minutes"
	}
	return inSeconds(d)
}

// plural writes a number of things: 1 port, 2 ports.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return count(n) + " " + thing + "s"
}

// verb puts a verb in agreement with a number of things: 1 port blocks, 2 ports block.
func verb(n int, plural string) string {
	if n == 1 {
		return plural + "s"
	}
	return plural
}

// calls writes a number of calls, which may be a mean: 1 call, 2.5 calls.
func calls(n float64) string {
	if n == 1 {
		return "1 call"
	}
	return decimal(n, 3) + " calls"
}

// bitRate writes a bandwidth: 87.2 kbit/s, 614.2 Mbit/s.
func bitRate(bitsPerSecond float64) string {
	switch {
	case bitsPerSecond >= 1e9:
		return decimal(bitsPerSecond/1e9, 2) + " Gbit/s"
	case bitsPerSecond >= 1e6:
		return decimal(bitsPerSecond/1e6, 1) + " Mbit/s"
	}
	return decimal(bitsPerSecond/1e3, 1) + " kbit/s"
}
