package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"text/tabwriter"
	"time"
)

// scripted is sipplan with SIPp's own uac and uas as files, which make the calls of the built-in caller and answerer.
func (b *bench) scripted(ctx context.Context) (program, error) {
	for _, name := range []string{"uac", "uas"} {
		text, err := exec.CommandContext(ctx, "sipp", "-sd", name).Output()
		if len(text) == 0 { // it may end with a code although it wrote
			return program{}, fmt.Errorf("sipp -sd %s: no scenario: %w", name, err)
		}
		if err := os.WriteFile(b.file(name+".xml"), text, 0o600); err != nil {
			return program{}, err
		}
	}
	p := b.sipplan()
	p.name = "sipplan with a SIPp file"
	p.answers = func(port int) []string {
		return []string{b.file("sipplan"), "answer", "--sipp", b.file("uas.xml"), "--listen", fmt.Sprintf("%s:127.0.0.1:%d", b.transport, port),
			"--tls-cert", b.file("certificate.pem"), "--tls-key", b.file("key.pem")}
	}
	p.calls = func(port int, l load) []string {
		return []string{b.file("sipplan"), "blast", fmt.Sprintf("sip:127.0.0.1:%d;transport=%s", port, b.transport), "--sipp", b.file("uac.xml"), "-r", strconv.Itoa(l.rate),
			"-m", strconv.Itoa(l.calls), "-d", strconv.FormatInt(l.hold.Milliseconds(), 10), "--ceiling", "off", "--drain", "5s", "--tls-ca", b.file("certificate.pem"),
			"--out", "json=" + p.report}
	}
	return p, nil
}

// compareScript prints what a call of a SIPp file costs beside one of the built-in caller and of the built-in answerer.
func (b *bench) compareScript(ctx context.Context, o options, rate int) error {
	script, err := b.scripted(ctx)
	if err != nil {
		return err
	}
	own := b.sipplan()
	caller, err := b.besides(ctx, o, rate, script, func(p program) (caller, answerer program) { return p, own }, func(c cost) time.Duration { return c.caller })
	if err != nil {
		return err
	}
	answerer, err := b.besides(ctx, o, rate, script, func(p program) (caller, answerer program) { return own, p }, func(c cost) time.Duration { return c.answerer })
	if err != nil {
		return err
	}
	fmt.Printf("%d calls/s over %s, medians of %d rounds, µs of processor time a call\n", rate, o.transport, o.rounds)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "role\tbuilt-in\tSIPp file\tratio\tcalls\tfailed\trepeated\t\ncaller\t%s\nanswerer\t%s\n", caller, answerer)
	return t.Flush()
}

// besides runs the built-in side and the file in one role against the built-in other side and returns their row. Who
// goes first changes from round to round.
func (b *bench) besides(ctx context.Context, o options, rate int, script program, roles func(program) (caller, answerer program), used func(cost) time.Duration) (string, error) {
	var micros [2][]float64 // of the built-in one, and of the file
	var ratio []float64
	var sum account
	for round := range o.rounds {
		fmt.Fprintf(os.Stderr, "%d calls/s, round %d of %d\n", rate, round+1, o.rounds)
		for i := range 2 {
			which := (i + round) % 2
			caller, answerer := roles([2]program{b.sipplan(), script}[which])
			c, err := b.pair(ctx, caller, answerer, o.load(rate))
			if err != nil {
				return "", err
			}
			micros[which] = append(micros[which], float64(used(c))/float64(c.calls)/float64(time.Microsecond))
			sum.add(c.account)
		}
		ratio = append(ratio, micros[1][round]/micros[0][round])
	}
	return fmt.Sprintf("%.1f\t%.1f\t%.2f\t%d\t%d\t%d\t", median(micros[0]), median(micros[1]), median(ratio), sum.calls, sum.failed, sum.repeated), nil
}
