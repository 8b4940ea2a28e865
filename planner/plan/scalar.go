package plan

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// scalar is a type that reads itself from the text of a file, which no YAML rule has touched: 0401555 stays
// a telephone number.
type scalar interface{ setText(text string) error }

// Share is a share: 1% or 0.01.
type Share float64

func (s *Share) setText(text string) error {
	number, isPercent := strings.CutSuffix(text, "%")
	value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if isPercent {
		value /= 100
	}
	if err != nil || !(value >= 0 && value <= 1) {
		return fmt.Errorf("must be a share from 0 to 100%%, such as 1%% or 0.01, got %q", text)
	}
	*s = Share(value)
	return nil
}

// BusyHour is the share of a day's calls that fall into its busy hour; 0 is not given.
type BusyHour float64

// The rules of the busy hour: an even day of 8 hours, Westbay's and that of Microsoft's user model (half of the
// calls in a fifth of the day).
const (
	Flat      BusyHour = 1. / 8
	Westbay   BusyHour = 0.17
	Microsoft BusyHour = 0.5 / 1.6
)

func (b *BusyHour) setText(text string) error {
	switch text {
	case "flat":
		*b = Flat
		return nil
	case "westbay":
		*b = Westbay
		return nil
	case "microsoft":
		*b = Microsoft
		return nil
	}
	var share Share
	if err := share.setText(text); err != nil || share < 1./24 {
		return fmt.Errorf("must be flat, westbay, microsoft or a share from 4.17%% to 100%%, got %q", text)
	}
	*b = BusyHour(share)
	return nil
}

// BitRate is a bandwidth in bits per second: 2 Mbit/s, 512 kbit/s.
type BitRate int64

var bitUnits = map[string]float64{"bit/s": 1, "bps": 1, "kbit/s": 1e3, "kbps": 1e3, "mbit/s": 1e6, "mbps": 1e6, "gbit/s": 1e9, "gbps": 1e9}

func (b *BitRate) setText(text string) error {
	at := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if at > 0 {
		value, err := strconv.ParseFloat(text[:at], 64)
		unit, known := bitUnits[strings.ToLower(strings.TrimSpace(text[at:]))]
		if bits := value * unit; err == nil && known && bits >= 1 && bits <= 1e13 {
			*b = BitRate(math.Round(bits))
			return nil
		}
	}
	return fmt.Errorf("must be a bandwidth with its unit, such as 10 Mbit/s or 512 kbit/s, got %q", text)
}

// Money is an amount in 1/10,000 of the currency, so that the price of a minute is exact.
type Money int64

// MoneyUnit is one unit of the currency.
const MoneyUnit Money = 10_000

var errMoney = errors.New("must be an amount with at most four decimals, such as 249.90, in the plan's currency")

func (m *Money) setText(text string) error {
	whole, fraction, _ := strings.Cut(text, ".")
	value, err := strconv.ParseUint(whole+(fraction + "0000")[:max(4, len(fraction))], 10, 63)
	if err != nil || len(fraction) > 4 || whole == "" || len(whole) > 12 {
		return fmt.Errorf("%w, got %q", errMoney, text)
	}
	*m = Money(value)
	return nil
}

// String writes the amount as a decimal number with two decimals, or four where they are needed.
func (m Money) String() string {
	sign, n := "", m
	if n < 0 {
		sign, n = "-", -n
	}
	text := fmt.Sprintf("%s%d.%04d", sign, n/MoneyUnit, n%MoneyUnit)
	return strings.TrimSuffix(text, "00")
}

// Times returns the amount that many times, rounded to 1/10,000.
func (m Money) Times(factor float64) Money { return Money(math.Round(float64(m) * factor)) }

// Rounded returns the amount rounded to 1/100 of the currency, as bills have it.
func (m Money) Rounded() Money { return (m + MoneyUnit/200) / (MoneyUnit / 100) * (MoneyUnit / 100) }

// Hours is a long time: 10y, 4h, 90d.
type Hours float64

func (h *Hours) setText(text string) error {
	for unit, hours := range map[string]float64{"y": 8766, "d": 24, "h": 1} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			if value, err := strconv.ParseFloat(number, 64); err == nil && value > 0 && value*hours < 1e9 {
				*h = Hours(value * hours)
				return nil
			}
		}
	}
	return fmt.Errorf("must be a time such as 4h, 90d or 10y, got %q", text)
}

// Date is a day: 2027-03-01.
type Date string

func (d *Date) setText(text string) error {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return fmt.Errorf("must be a day such as 2027-03-01, got %q", text)
	}
	*d = Date(text)
	return nil
}

// Number is a telephone number by ITU-T E.164, with its + and without spaces.
type Number string

func (n *Number) setText(text string) error {
	digits, plus := strings.CutPrefix(strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(text), "+")
	_, err := strconv.ParseUint(digits, 10, 64)
	if !plus || err != nil || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
		return fmt.Errorf("must be a number by E.164: +, the country's code and up to 15 digits in all, got %q", text)
	}
	*n = Number("+" + digits)
	return nil
}
