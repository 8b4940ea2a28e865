package planner

import "strings"

// Nearest returns the known name that was most likely meant by a misspelt one: the one with the fewest
// changed characters, at most a third of them; "" when none is near.
func Nearest(name string, known []string) string {
	best, nearest := max(2, len(name)/3)+1, ""
	for _, candidate := range known {
		if d := editDistance(strings.ToLower(name), candidate); d < best {
			best, nearest = d, candidate
		}
	}
	return nearest
}

// editDistance counts the insertions, deletions and replacements that turn a into b (Levenshtein, 1966).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
