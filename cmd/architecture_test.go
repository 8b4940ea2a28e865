package cmd

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/sipplan/sipplan/"

// arrows says for each room which rooms it may import, itself aside: the picture in the README. A room
// is the nearest entry at or above a package's folder.
var arrows = map[string][]string{
	"":                   {"cmd"},
	"cmd":                {"loadgen", "scenarios", "reports", "planner", "erlang"},
	"loadgen":            {"planner", "scenarios"},
	"reports":            {"planner"},
	"planner":            {"erlang"},
	"scenarios":          {"planner"},
	"erlang":             {},
	"planner/catalog":    {"erlang"},
	"planner/measure":    {"erlang"},
	"planner/quality":    {},
	"planner/routing":    {"erlang"},
	"planner/traffic":    {"erlang"},
	"planner/acceptance": {"erlang", "planner"},
	"planner/sim":        {"erlang", "planner"},
	"planner/records":    {"erlang", "planner/traffic"},
}

// keepers says which room alone may use a library.
var keepers = map[string]string{
	"github.com/emiago/sipgo":             "loadgen",
	"github.com/olekukonko/tablewriter":   "reports",
	"github.com/spf13/cobra":              "cmd",
	"github.com/spf13/pflag":              "cmd",
	"github.com/rogpeppe/go-internal":     "cmd",
	"github.com/nats-io":                  "loadgen",
	"github.com/pion":                     "loadgen",
	"github.com/prometheus/client_golang": "loadgen",
}

type listedPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestImportsFollowTheArrows(t *testing.T) {
	for _, p := range listPackages(t) {
		from := folder(p.ImportPath)
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported+"/", module) && !mayImport(from, folder(imported)) {
				t.Errorf("%q imports %q: no arrow leads there", from, folder(imported))
			}
			if folder(imported) == "loadgen/testbed" {
				t.Errorf("%q imports the testbed, which is for tests", from)
			}
		}
	}
}

func TestLibrariesStayInTheirRoom(t *testing.T) {
	for _, p := range listPackages(t) {
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for library, keeper := range keepers {
				if strings.HasPrefix(imported+"/", library+"/") && !within(folder(p.ImportPath), keeper) {
					t.Errorf("%q imports %s, which belongs to %q alone", folder(p.ImportPath), imported, keeper)
				}
			}
		}
	}
}

func TestTopLevelHoldsTheSixRoomsOnly(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	rooms := []string{"cmd", "erlang", "loadgen", "planner", "reports", "scenarios"}
	for _, entry := range entries {
		hidden := strings.HasPrefix(entry.Name(), ".")
		if entry.IsDir() && !hidden && !slices.Contains(rooms, entry.Name()) {
			t.Errorf("top-level folder %q is none of %v", entry.Name(), rooms)
		}
		if path.Ext(entry.Name()) == ".go" && entry.Name() != "main.go" {
			t.Errorf("top-level file %q: only main.go belongs there", entry.Name())
		}
	}
}

// roomRow is a row of the README's table of rooms.
var roomRow = regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\| .*\\|$")

func TestTheREADMENamesEveryRoomOnce(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "| room | what lives there |")
	table, _, _ = strings.Cut(table, "\n\n")
	var named, rooms []string
	for _, row := range roomRow.FindAllStringSubmatch(table, -1) {
		named = append(named, row[1])
	}
	for _, p := range listPackages(t) {
		if room := folder(p.ImportPath); room != "" {
			rooms = append(rooms, room)
		}
	}
	slices.Sort(named)
	slices.Sort(rooms)
	if diff := cmp.Diff(rooms, named); diff != "" {
		t.Errorf("rooms of the module (-) and rows of the README's table (+):\n%s", diff)
	}
}

func TestArrowRules(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     bool
	}{
		{"", "cmd", true},
		{"", "planner", false},
		{"planner", "erlang", true},
		{"planner", "planner/catalog", true},
		{"planner", "reports", false},
		{"planner/traffic", "planner", false},
		{"planner/traffic", "planner/measure", false},
		{"planner/acceptance", "planner/measure", true},
		{"planner/quality", "planner/measure", false},
		{"loadgen/sip", "loadgen/call", true},
		{"loadgen", "planner/measure", true},
		{"loadgen", "reports", false},
		{"reports/gate", "planner/measure", true},
		{"scenarios/sipp", "scenarios", true},
		{"scenarios", "planner/traffic", true},
		{"scenarios", "planner", true},
	} {
		if got := mayImport(test.from, test.to); got != test.want {
			t.Errorf("%q may import %q: %v, want %v", test.from, test.to, got, test.want)
		}
	}
}

// mayImport says whether an arrow leads from one folder to another. A room with parts may use them; a
// leaf that is a part of a room may not use the room or its other parts.
func mayImport(from, to string) bool {
	room := roomOf(from)
	if roomOf(to) == room {
		return true
	}
	if within(to, room) && room != "" {
		return true
	}
	return slices.ContainsFunc(arrows[room], func(target string) bool { return within(to, target) })
}

// roomOf returns the nearest room at or above a folder.
func roomOf(folder string) string {
	for folder != "." && folder != "" {
		if _, ok := arrows[folder]; ok {
			return folder
		}
		folder = path.Dir(folder)
	}
	return ""
}

// within says whether a folder is the room or inside it.
func within(folder, room string) bool {
	return folder == room || strings.HasPrefix(folder, room+"/")
}

// folder returns a package's folder in the module, "" for the root.
func folder(importPath string) string {
	return strings.TrimSuffix(strings.TrimPrefix(importPath+"/", module), "/")
}

// listPackages asks the Go command for the packages of the module.
func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	list := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	list.Dir = ".."
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listedPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
