package cmd

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// peer is a program that somebody else wrote, running beside the test.
type peer struct {
	name   string
	folder string // in which it runs and leaves its files
	output *transcript
	ended  chan struct{}
	code   int // once ended is closed
	cmd    *exec.Cmd
}

// peerPatience is how long a peer may run.
const peerPatience = 60 * time.Second

// startPeer starts a program. It is killed when its time is over and when the test ends.
func startPeer(t *testing.T, path string, args ...string) *peer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), peerPatience)
	p := &peer{name: path, folder: t.TempDir(), output: newTranscript(), ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, path, args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = p.folder, p.output, p.output
	p.cmd.WaitDelay = time.Second
	if err := p.cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // the state of the process says it
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		cancel()
		<-p.ended
	})
	return p
}

// wait returns the exit code of a peer that ends by itself.
func (p *peer) wait(t *testing.T) int {
	t.Helper()
	<-p.ended // killed when its time is over
	if p.code < 0 {
		t.Fatalf("%s did not end by itself within %s; it said:\n%s", p.name, peerPatience, p.tail())
	}
	return p.code
}

// tail is the end of what a peer said.
func (p *peer) tail() string {
	lines := strings.Split(p.output.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}
