package planner

import (
	"fmt"
	"strings"
)

// maxMisspelt is the length from which a name is no misspelt one, in octets.
const maxMisspelt = 100

// DidYouMean returns the end of a complaint about a name that is not known: the one that was probably meant, or
// nothing.
func DidYouMean(name string, known []string) string {
	if near := Nearest(name, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// Nearest returns the known name that was most likely meant by a misspelt one: the one with the fewest
// changed characters, at most about a third of them and never all; "" when none is near.
func Nearest(name string, known []string) string {
	if len(name) > maxMisspelt {
		return ""
	}
	best, nearest := max(1, (len(name)+1)/3)+1, ""
	for _, candidate := range known {
		if d := editDistance(strings.ToLower(name), strings.ToLower(candidate)); d < best && d < len(name) {
			best, nearest = d, candidate
		}
	}
	return nearest
}

// editDistance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b
// (Damerau, 1964, with no place edited twice).
func editDistance(a, b string) int {
	d := make([][]int, len(a)+1) // d[i][j] turns the first i bytes of a into the first j of b
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := d[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			d[i][j] = min(replaced, d[i-1][j]+1, d[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
