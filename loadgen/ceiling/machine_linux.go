package ceiling

import (
	"bufio"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// processorModel returns the first "model name" of /proc/cpuinfo, or the architecture.
func processorModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// bufferLimits returns what the system grants a socket at the most (socket(7)), which decides when messages overrun.
func bufferLimits() string {
	var limits []string
	for _, name := range []string{"rmem_max", "wmem_max"} {
		if value, err := os.ReadFile("/proc/sys/net/core/" + name); err == nil {
			limits = append(limits, name+" "+strings.TrimSpace(string(value)))
		}
	}
	return strings.Join(limits, ", ")
}

func kernelRelease() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return runtime.GOOS
	}
	return "Linux " + unix.ByteSliceToString(u.Release[:])
}
