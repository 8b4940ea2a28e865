package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// buffer is the socket buffer that both programs ask for, in octets.
const buffer = 4 << 20

// bench knows where its programs are.
type bench struct {
	sipplan, folder string
	tcp             bool
}

// transport returns what SIPp is told of the transport: one socket for all calls.
func (b *bench) transport() []string {
	if b.tcp {
		return []string{"-t", "t1"}
	}
	return []string{"-t", "u1"}
}

func (b *bench) build(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "build", "-o", b.sipplan, "github.com/sipplan/sipplan").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build sipplan: %w\n%s", err, out)
	}
	return nil
}

// process is one program of a pair.
type process struct {
	cmd    *exec.Cmd
	out    bytes.Buffer
	cancel context.CancelFunc
}

// start starts a program on a processor of its own.
func (b *bench) start(ctx context.Context, cpu int, name string, args ...string) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	p := &process{cancel: cancel}
	p.cmd = exec.CommandContext(ctx, "taskset", append([]string{"-c", strconv.Itoa(cpu), name}, args...)...)
	p.cmd.Dir = b.folder
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(os.Interrupt) }
	p.cmd.WaitDelay = 10 * time.Second
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", name, err)
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

// freePort returns a UDP port on loopback that nobody has.
func freePort() (int, error) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).Port, nil
}

// sippAnswers and its like are the four command lines that are compared.
func (b *bench) sippAnswers(ctx context.Context, port int) (*process, error) {
	args := []string{"-sn", "uas", "-i", "127.0.0.1", "-p", strconv.Itoa(port), "-nostdin", "-buff_size", strconv.Itoa(buffer)}
	return b.start(ctx, 1, "sipp", append(args, b.transport()...)...)
}

func (b *bench) sippCalls(ctx context.Context, port, rate, calls int, stats string) (*process, error) {
	own, err := freePort()
	if err != nil {
		return nil, err
	}
	args := []string{"-sn", "uac", fmt.Sprintf("127.0.0.1:%d", port), "-i", "127.0.0.1", "-p", strconv.Itoa(own),
		"-r", strconv.Itoa(rate), "-m", strconv.Itoa(calls), "-l", "100000", "-d", "0", "-nostdin",
		"-buff_size", strconv.Itoa(buffer), "-trace_stat", "-stf", stats, "-fd", "60"}
	return b.start(ctx, 0, "sipp", append(args, b.transport()...)...)
}

func (b *bench) sipplanAnswers(ctx context.Context, port int) (*process, error) {
	listen := fmt.Sprintf("127.0.0.1:%d", port)
	if b.tcp {
		listen = "tcp:" + listen
	}
	return b.start(ctx, 1, b.sipplan, "gateway", "--listen", listen, "--ports", "100000", "--media", "none")
}

func (b *bench) sipplanCalls(ctx context.Context, port, rate, calls int, report string) (*process, error) {
	target := fmt.Sprintf("sip:127.0.0.1:%d", port)
	if b.tcp {
		target += ";transport=tcp"
	}
	return b.start(ctx, 0, b.sipplan, "blast", target, "--caps", strconv.Itoa(rate),
		"--calls", strconv.Itoa(calls), "--aht", "0s", "--arrivals", "constant", "--media", "none", "--out", "json="+report)
}

// account is what a caller says of its calls.
type account struct {
	calls, failed, repeated uint64
}

// sippAccount reads the last line of SIPp's statistics.
func sippAccount(path string) (a account, err error) {
	f, err := os.Open(path)
	if err != nil {
		return a, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = ';', -1
	lines, err := r.ReadAll()
	if err != nil || len(lines) < 2 {
		return a, fmt.Errorf("statistics of SIPp: %d lines: %w", len(lines), err)
	}
	value := map[string]uint64{}
	for i, name := range lines[0] {
		if last := lines[len(lines)-1]; i < len(last) {
			value[name], _ = strconv.ParseUint(last[i], 10, 64)
		}
	}
	return account{value["TotalCallCreated"], value["FailedCall(C)"], value["Retransmissions(C)"]}, nil
}

// sipplanAccount reads the report of blast.
func sipplanAccount(path string) (a account, err error) {
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return a, err
	}
	var report struct {
		Totals struct{ Offered, Answered uint64 }
		SIP    struct {
			Sent map[string]uint64 `json:"retransmissions_sent"`
		}
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return a, err
	}
	for _, n := range report.SIP.Sent {
		a.repeated += n
	}
	a.calls, a.failed = report.Totals.Offered, report.Totals.Offered-report.Totals.Answered
	return a, nil
}
