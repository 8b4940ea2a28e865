package design

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sipplan/sipplan/planner/plan"
)

// different writes so many sites of about 1,000 users, no two of them alike.
func different(n int) string {
	var text strings.Builder
	text.WriteString("itsps: [{name: X}]\nsites:\n")
	for i := range n {
		fmt.Fprintf(&text, "- {name: S%d, country: DE, users: {moderate: %d}, central: %v, wan: {bandwidth: 20 Mbit/s}}\n", i, 500+i, i == 0)
	}
	return text.String()
}

// BenchmarkThousandSites works out 1,000 sites of 1,000 users; the plan must take less than two seconds.
func BenchmarkThousandSites(b *testing.B) {
	for _, variation := range []string{"none", "high"} {
		b.Run("day_to_day "+variation, func(b *testing.B) {
			p, err := plan.Read("p.yaml", []byte("demand: {day_to_day: "+variation+"}\n"+different(1000)))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Work(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
