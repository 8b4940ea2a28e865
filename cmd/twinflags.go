package cmd

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/pflag"
)

// twinFlags are the flags about the other half of third-party calls.
type twinFlags struct {
	address       string
	master, slave string
	peers         string
}

func (f *twinFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.address, "3pcc", "", "`address:port` of the other half of third-party calls (SIPp: -3pcc)")
	flags.StringVar(&f.master, "master", "", "`name` of this half when commands have several peers, and it begins the calls (SIPp: -master)")
	flags.StringVar(&f.slave, "slave", "", "`name` of this half when commands have several peers, and others begin the calls (SIPp: -slave)")
	flags.StringVar(&f.peers, "slave-cfg", "", "`file` with a line name;address:port for each peer (SIPp: -slave_cfg)")
}

// extended tells whether commands have several peers.
func (f *twinFlags) extended() bool { return f.master != "" || f.slave != "" }

// name is how the peers call this half.
func (f *twinFlags) name() string { return f.master + f.slave }

func (f *twinFlags) check() error {
	switch {
	case f.master != "" && f.slave != "":
		return errors.New("--master, --slave: one half is one of them, got both")
	case f.extended() && f.peers == "":
		return errors.New("--slave-cfg: several peers need a file with their addresses")
	case f.address != "" && f.extended():
		return errors.New("--3pcc: is for one peer, --master and --slave for several, got both")
	}
	if f.address != "" {
		if _, err := netip.ParseAddrPort(f.address); err != nil {
			return fmt.Errorf("--3pcc: must be an IP address and a port such as 127.0.0.1:6001, got %q", f.address)
		}
	}
	return nil
}

// config says where the other halves are, nil for a scenario without commands. The half that sends the first
// command connects, the other listens, as in SIPp; with several peers each listens and connects.
func (f *twinFlags) config(script *scenarios.Script, guard loadgen.Guard) (*loadgen.TwinConfig, error) {
	commands := false
	first := scenarios.ScriptAct
	for _, step := range script.Steps {
		if op := step.Op; !commands && (op == scenarios.ScriptCommand || op == scenarios.ScriptAwait) {
			commands, first = true, op
		}
	}
	switch {
	case !commands && f.address == "" && !f.extended():
		return nil, nil
	case f.address == "" && !f.extended():
		return nil, errors.New("--3pcc: the scenario sends or awaits commands; say where the other half is")
	}
	peers, err := f.addresses()
	if err != nil {
		return nil, err
	}
	for name, address := range peers {
		if err := guard.CheckTarget("", address.Addr()); err != nil {
			return nil, fmt.Errorf("--3pcc: %s %w", name, err)
		}
	}
	if f.extended() {
		own, known := peers[f.name()]
		if !known {
			return nil, fmt.Errorf("--slave-cfg: %s names no %q", f.peers, f.name())
		}
		delete(peers, f.name())
		return &loadgen.TwinConfig{Listen: own, Peers: peers}, nil
	}
	if first == scenarios.ScriptAwait {
		return &loadgen.TwinConfig{Listen: peers[""]}, nil
	}
	return &loadgen.TwinConfig{Peers: peers}, nil
}

// addresses reads the file of the peers.
func (f *twinFlags) addresses() (map[string]netip.AddrPort, error) {
	peers := map[string]netip.AddrPort{}
	if f.address != "" {
		peers[""] = netip.MustParseAddrPort(f.address)
		return peers, nil
	}
	text, err := readInput(f.peers, 1<<20)
	if err != nil {
		return nil, fmt.Errorf("--slave-cfg: %w", err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, place, _ := strings.Cut(line, ";")
		address, err := netip.ParseAddrPort(strings.TrimSpace(strings.TrimRight(place, ";")))
		if err != nil {
			return nil, fmt.Errorf("--slave-cfg: %s: line %d: must be name;address:port, got %q", f.peers, i+1, line)
		}
		peers[strings.TrimSpace(name)] = address
	}
	return peers, nil
}
