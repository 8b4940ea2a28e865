package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// buffer is the socket buffer that both programs ask for, in octets.
const buffer = 4 << 20

// program is one of the two that are compared.
type program struct {
	name string
	// answers and calls are its command lines.
	answers func(port int) []string
	calls   func(port int, l load) []string
	// report is the file that it leaves of the calls that it made, which account reads.
	report  string
	account func() (account, error)
}

// load is what a caller offers.
type load struct {
	rate, calls int
	hold        time.Duration
}

// account is what a caller says of its calls.
type account struct {
	calls, failed, repeated uint64
	late                    float64 // 99th percentile of the lateness of arrivals in ms; of sipplan only
}

// add counts the calls of another run.
func (a *account) add(other account) {
	a.calls += other.calls
	a.failed += other.failed
	a.repeated += other.repeated
}

// clean tells whether no call failed and hardly a message had to be sent again.
func (a account) clean() bool {
	return a.calls > 0 && a.failed == 0 && float64(a.repeated) < 0.001*float64(a.calls)
}

// bench knows where its programs are.
type bench struct {
	folder    string
	transport string
}

// newBench builds sipplan in a folder, and makes it a certificate.
func newBench(ctx context.Context, folder, transport string) (*bench, error) {
	b := &bench{folder: folder, transport: transport}
	out, err := exec.CommandContext(ctx, "go", "build", "-o", b.file("sipplan"), "github.com/sipplan/sipplan").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("build sipplan: %w\n%s", err, out)
	}
	certificate, key, err := sip.SelfSigned()
	if err != nil {
		return nil, err
	}
	for name, text := range map[string][]byte{"certificate.pem": certificate, "key.pem": key} {
		if err := os.WriteFile(b.file(name), text, 0o600); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *bench) file(name string) string { return filepath.Join(b.folder, name) }

// sipplan is this program.
func (b *bench) sipplan() program {
	report := b.file("run.json")
	return program{
		name: "sipplan", report: report,
		answers: func(port int) []string {
			return []string{b.file("sipplan"), "gateway", "--listen", fmt.Sprintf("%s:127.0.0.1:%d", b.transport, port), "--ports", "200000", "--media", "none",
				"--tls-cert", b.file("certificate.pem"), "--tls-key", b.file("key.pem")}
		},
		calls: func(port int, l load) []string {
			return []string{b.file("sipplan"), "blast", fmt.Sprintf("sip:127.0.0.1:%d;transport=%s", port, b.transport), "--caps", strconv.Itoa(l.rate),
				"--calls", strconv.Itoa(l.calls), "--aht", l.hold.String(), "--hold", "fixed", "--arrivals", "constant", "--media", "none",
				"--ceiling", "off", "--drain", "5s", "--tls-ca", b.file("certificate.pem"), "--out", "json=" + report}
		},
		account: func() (account, error) { return sipplanAccount(report) },
	}
}

// sipp is SIPp with its built-in scenarios, over TCP where it is held against TLS.
func (b *bench) sipp() program {
	socket := map[string]string{"udp": "u1", "tcp": "t1", "tls": "t1"}[b.transport]
	common := []string{"-i", "127.0.0.1", "-t", socket, "-nostdin", "-buff_size", strconv.Itoa(buffer)}
	stats := b.file("stat.csv")
	return program{
		name: "SIPp", report: stats,
		answers: func(port int) []string {
			return append([]string{"sipp", "-sn", "uas", "-p", strconv.Itoa(port)}, common...)
		},
		calls: func(port int, l load) []string {
			return append([]string{"sipp", "-sn", "uac", fmt.Sprintf("127.0.0.1:%d", port), "-r", strconv.Itoa(l.rate), "-m", strconv.Itoa(l.calls), "-l", "200000",
				"-d", strconv.Itoa(int(l.hold.Milliseconds())), "-trace_stat", "-stf", stats, "-fd", "60"}, common...)
		},
		account: func() (account, error) { return sippAccount(stats) },
	}
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
	return account{calls: value["TotalCallCreated"], failed: value["FailedCall(C)"], repeated: value["Retransmissions(C)"]}, nil
}

// sipplanAccount reads the report of blast.
func sipplanAccount(path string) (a account, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return a, err
	}
	var report struct {
		Totals struct{ Offered, Answered uint64 }
		SIP    struct {
			Sent map[string]uint64 `json:"retransmissions_sent"`
		}
		Health struct {
			Checks []struct {
				Name  string
				Value float64
			}
		}
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return a, err
	}
	a.calls, a.failed = report.Totals.Offered, report.Totals.Offered-report.Totals.Answered
	for _, n := range report.SIP.Sent {
		a.repeated += n
	}
	for _, check := range report.Health.Checks {
		if check.Name == "lateness_p99" {
			a.late = 1e3 * check.Value
		}
	}
	return a, nil
}
