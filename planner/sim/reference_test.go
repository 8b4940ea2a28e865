package sim

import (
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// reference is one value of the reference set (erlang/testdata/README.md says how it was computed).
type reference struct {
	model   string
	servers int
	traffic float64
	extra   map[string]string
	value   float64
}

func (r reference) String() string {
	return fmt.Sprintf("%s, %d, %g E, %v", r.model, r.servers, r.traffic, r.extra)
}

// number returns one of the named numbers of a row.
func (r reference) number(t *testing.T, name string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(r.extra[name], 64)
	if err != nil {
		t.Fatalf("%s: %s is no number: %v", r, name, err)
	}
	return x
}

// references reads the rows of the given models.
func references(t *testing.T, models ...string) []reference {
	t.Helper()
	file, err := os.Open("../../erlang/testdata/reference.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []reference
	for _, line := range lines[1:] {
		for _, model := range models {
			if line[0] == model {
				all = append(all, parseReference(t, line))
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("no rows of %v", models)
	}
	return all
}

func parseReference(t *testing.T, line []string) reference {
	t.Helper()
	servers, err := strconv.ParseFloat(line[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	r := reference{model: line[0], servers: int(servers), extra: map[string]string{}}
	if r.traffic, err = strconv.ParseFloat(line[2], 64); err != nil {
		t.Fatal(err)
	}
	if r.value, err = strconv.ParseFloat(line[4], 64); err != nil {
		t.Fatal(err)
	}
	for pair := range strings.SplitSeq(line[3], ";") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			r.extra[name] = value
		}
	}
	return r
}
