package cmd

import (
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// session is a command line that runs in memory while the test watches its streams and interrupts it.
type session struct {
	stdout, stderr *transcript
	line           string
	interrupts     chan os.Signal
	ended          chan struct{}
	code           int // once ended is closed
}

// patience is how long a test waits for what should happen at once, before it fails.
const patience = 20 * time.Second

// startSession starts a command line. Its progress is live, so that every fifth of a second says how many
// calls are up. It is made to leave when the test ends.
func startSession(t *testing.T, args ...string) *session {
	t.Helper()
	s := &session{
		stdout: newTranscript(), stderr: newTranscript(), line: "sipplan " + strings.Join(args, " "),
		interrupts: make(chan os.Signal, 4), ended: make(chan struct{}),
	}
	streams := Streams{
		In: strings.NewReader(""), Out: s.stdout, Err: s.stderr, Env: func(string) string { return "" },
		LiveErr: true, Interrupts: func() <-chan os.Signal { return s.interrupts },
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(s.ended)
		s.code = Run(ctx, args, streams)
	}()
	t.Cleanup(func() {
		cancel()
		s.interrupt()
		s.interrupt()
		<-s.ended
	})
	return s
}

// interrupt is one Ctrl-C.
func (s *session) interrupt() {
	select {
	case s.interrupts <- os.Interrupt:
	default: // enough of them wait already
	}
}

// leaves returns the exit code of a session that has nothing left to do.
func (s *session) leaves(t *testing.T) int {
	t.Helper()
	select {
	case <-s.ended:
		return s.code
	case <-time.After(patience):
		t.Fatalf("%s\nhas not ended after %s; stderr:\n%s", s.line, patience, s.stderr)
		return -1
	}
}

// says waits until stderr matches the pattern, and returns the match and its groups.
func (s *session) says(t *testing.T, pattern string) []string {
	t.Helper()
	wanted, timeout := regexp.MustCompile(pattern), time.After(patience)
	for {
		text, more := s.stderr.read()
		if found := wanted.FindStringSubmatch(text); found != nil {
			return found
		}
		select {
		case <-more:
		case <-s.ended:
			if text := s.stderr.String(); !wanted.MatchString(text) {
				t.Fatalf("%s\nended with %d before it said %q; stderr:\n%s", s.line, s.code, pattern, text)
			}
		case <-timeout:
			t.Fatalf("%s\ndid not say %q within %s; stderr:\n%s", s.line, pattern, patience, text)
		}
	}
}

// startGateway starts `sipplan gateway` on a port of the system's choice, with a JSON report, and returns
// the address that it answers on.
func startGateway(t *testing.T, args ...string) (gateway *session, address string) {
	t.Helper()
	gateway = startSession(t, append([]string{"gateway", "--listen", "127.0.0.1:0", "--output", "json"}, args...)...)
	return gateway, gateway.says(t, `gateway (\S+) answers`)[1]
}

// transcript is what was written so far. Any goroutine may write and read it.
type transcript struct {
	mutex sync.Mutex
	text  strings.Builder
	more  chan struct{} // closed by the next Write
}

var _ io.Writer = (*transcript)(nil)

func newTranscript() *transcript { return &transcript{more: make(chan struct{})} }

// Write appends.
func (t *transcript) Write(p []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	close(t.more)
	t.more = make(chan struct{})
	return t.text.Write(p)
}

// read returns the text until now, and a channel that is closed when there is more of it.
func (t *transcript) read() (text string, more <-chan struct{}) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.text.String(), t.more
}

// String returns the text until now.
func (t *transcript) String() string {
	text, _ := t.read()
	return text
}
