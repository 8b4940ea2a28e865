package design

import (
	"fmt"
	"strings"
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
