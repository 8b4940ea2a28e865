// Command skipped reads what `go test -json` writes, prints what `go test` would, and ends with the tests that were skipped
// and why: a test that never runs guards nothing.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"strings"
)

// event is what test2json says of a test, of a package (no Test) or of a build (neither).
type event struct {
	Action, Package, Test, Output string
}

// reason is what a test says where it is skipped.
var reason = regexp.MustCompile(`(?m)^\s*(\S+_test\.go:\d+: .*)`)

func main() {
	skipped, err := follow(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "skipped:", err)
		os.Exit(1)
	}
	fmt.Printf("\n%d tests were skipped\n%s", len(skipped), strings.Join(skipped, ""))
}

// follow copies what is worth reading and returns a line for each test that was skipped.
func follow(from io.Reader, to io.Writer) (skipped []string, err error) {
	said := map[[2]string]*bytes.Buffer{} // by package and test
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return skipped, nil
		} else if err != nil && err != io.EOF {
			return skipped, err
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			e = event{Output: string(line)}
		}
		name := [2]string{e.Package, e.Test}
		if said[name] == nil {
			said[name] = &bytes.Buffer{}
		}
		switch {
		case e.Test == "":
			if e.Output != "PASS\n" {
				fmt.Fprint(to, e.Output)
			}
		case e.Action == "output":
			said[name].WriteString(e.Output)
		case e.Action == "fail":
			_, _ = said[name].WriteTo(to)
		case e.Action == "skip":
			why := ""
			if all := reason.FindAllStringSubmatch(said[name].String(), -1); all != nil {
				why = all[len(all)-1][1]
			}
			skipped = append(skipped, fmt.Sprintf("  %s %s: %s\n", path.Base(e.Package), e.Test, why))
		}
		if e.Action == "pass" || e.Action == "fail" || e.Action == "skip" {
			delete(said, name)
		}
	}
}
