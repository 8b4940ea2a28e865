package cmd

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// newVersionCommand returns `version`.
func newVersionCommand(streams Streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  sipplan version",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(streams.Out, versionLine())
			return err
		},
	}
}

// devel is the version of a program that was built outside version control.
const devel = "(devel)"

// version is the version of the module that the program was built from, which the Go command takes
// from the release or the commit.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok || build.Main.Version == "" {
		return devel
	}
	return build.Main.Version
}

// build tells the builds of a version apart. That of a release or a commit says all; a build of files that were changed
// since is known by the time and the size of its program.
func build(version string, program func() (string, error)) string {
	if version != devel && !strings.HasSuffix(version, "+dirty") {
		return version
	}
	path, err := program()
	if err != nil {
		return version
	}
	info, err := os.Stat(path)
	if err != nil {
		return version
	}
	return fmt.Sprintf("%s of %s, %d octets", version, info.ModTime().UTC().Format(time.RFC3339Nano), info.Size())
}

// versionLine is the version with what it was built by and for.
func versionLine() string {
	return fmt.Sprintf("sipplan %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
