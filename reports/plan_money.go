package reports

import (
	"strings"

	"github.com/sipplan/sipplan/planner/plan"
)

// money writes an amount with thousands separators and its currency: 12,500.00 EUR. The amount is exact.
func (p planPage) money(m plan.Money) string {
	text := amount(m)
	if p.d.Plan.Currency != "" {
		text += " " + p.d.Plan.Currency
	}
	return text
}

// amount writes an amount with thousands separators.
func amount(m plan.Money) string {
	whole, fraction, _ := strings.Cut(m.String(), ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + fraction
}
