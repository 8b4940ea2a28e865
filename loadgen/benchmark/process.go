package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// process is one program of a pair.
type process struct {
	cmd    *exec.Cmd
	out    bytes.Buffer
	cancel context.CancelFunc
}

// longest is how long a process may run.
const longest = 3 * time.Minute

// start starts a program on a processor of its own.
func (b *bench) start(ctx context.Context, processor int, command []string) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	p := &process{cancel: cancel}
	p.cmd = exec.CommandContext(ctx, "taskset", append([]string{"-c", strconv.Itoa(processor)}, command...)...)
	p.cmd.Dir = b.folder
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(os.Interrupt) }
	p.cmd.WaitDelay = 2 * time.Second
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	return p, nil
}

// wait waits for the end and returns the processor time used.
func (p *process) wait() (time.Duration, error) {
	defer p.cancel()
	err := p.cmd.Wait()
	if p.cmd.ProcessState == nil {
		return 0, err
	}
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime(), err
}

// end asks the program to end and waits for it.
func (p *process) end() (time.Duration, error) {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return 0, err
	}
	cpu, err := p.wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = nil // asked to end, it may say so by its code
	}
	return cpu, err
}

// resident returns the memory that the process has in use, in octets.
func (p *process) resident() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kibibytes, err := strconv.ParseFloat(fields[1], 64)
			return 1024 * kibibytes, err
		}
	}
	return 0, errors.New("the system does not tell VmRSS")
}

// growth returns by how many octets the memory of the process grows between two instants from now.
func (p *process) growth(ctx context.Context, from, to time.Duration) (float64, error) {
	pause(ctx, from)
	before, err := p.resident()
	if err != nil {
		return 0, err
	}
	pause(ctx, to-from)
	after, err := p.resident()
	return after - before, err
}

// freePort returns a port on loopback that nobody has.
func freePort() (int, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).Port, nil
}

// settle is how long an answerer gets to open its socket.
const settle = 500 * time.Millisecond

// pause waits, unless the comparison is given up.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// cost is what one pair used for the calls that its caller counted.
type cost struct {
	account
	caller, answerer time.Duration
}

// pair runs a caller against an answerer.
func (b *bench) pair(ctx context.Context, caller, answerer program, l load) (c cost, err error) {
	far, near, err := b.begin(ctx, caller, answerer, l)
	if err != nil {
		return c, err
	}
	var nearErr, farErr error
	c.caller, nearErr = near.wait()
	c.answerer, farErr = far.end()
	if c.account, err = caller.account(); err != nil || c.calls == 0 {
		return c, fmt.Errorf("%s calls %s: no account of the calls: %w; caller: %v %s; answerer: %v", caller.name, answerer.name, err, nearErr, near.out.String(), farErr)
	}
	return c, nil
}

// begin starts an answerer and a caller.
func (b *bench) begin(ctx context.Context, caller, answerer program, l load) (far, near *process, err error) {
	_ = os.Remove(caller.report) // nobody takes the last one for this one's
	port, err := freePort()
	if err != nil {
		return nil, nil, err
	}
	if far, err = b.start(ctx, 1, answerer.answers(port)); err != nil {
		return nil, nil, err
	}
	pause(ctx, settle)
	if near, err = b.start(ctx, 0, caller.calls(port, l)); err != nil {
		_, _ = far.end()
		return nil, nil, err
	}
	return far, near, nil
}
