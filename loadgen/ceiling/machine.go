package ceiling

import (
	"fmt"
	"runtime"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// Machine is what a ceiling belongs to. On a machine that differs in any of it, it is measured anew.
type Machine struct {
	Processor  string        // model, as far as the system tells it
	Processors int           // that this process may use
	Kernel     string        // system and release
	Buffers    string        // limits of the system on the buffers of sockets; "" where there are none
	Version    string        // of this program, with what tells its builds apart
	Transport  sip.Transport // of the calls
}

// ThisMachine describes the machine that runs the program in this version.
func ThisMachine(version string, transport sip.Transport) Machine {
	return Machine{Processor: processorModel(), Processors: runtime.GOMAXPROCS(0), Kernel: kernelRelease(), Buffers: bufferLimits(),
		Version: version, Transport: transport}
}

// String is the machine as the key of a cache.
func (m Machine) String() string {
	system := m.Kernel
	if m.Buffers != "" {
		system += ", " + m.Buffers
	}
	return fmt.Sprintf("%s × %d, %s, sipplan %s, %s", m.Processor, m.Processors, system, m.Version, m.Transport)
}
