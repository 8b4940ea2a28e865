//go:build linux

package gateway

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/loadgen/testbed"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
)

// slowAnswerer answers each INVITE with 180 and 200 at once after a delay, and knows how long it took: from the
// kernel's timestamp of the INVITE to the instant at which the kernel had its answer. It never naps.
type slowAnswerer struct {
	socket *sip.Socket
	start  time.Time
	delay  time.Duration
	due    []answerDue     // in the order of arrival
	took   []time.Duration // of all answers
}

type answerDue struct {
	arrived time.Duration
	invite  []byte
	from    netip.AddrPort
}

func newSlowAnswerer(t *testing.T, delay time.Duration) *slowAnswerer {
	t.Helper()
	a := &slowAnswerer{start: time.Now(), delay: delay}
	var err error
	if a.socket, err = sip.Listen(sip.SocketConfig{Local: netip.MustParseAddrPort("127.0.0.1:0"), Start: a.start}); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *slowAnswerer) run(ctx context.Context) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for ctx.Err() == nil {
		for n := a.socket.Read(); n > 0; n = a.socket.Read() {
			for i := range n {
				a.receive(a.socket.Datagram(i))
			}
		}
		wait := 100 * time.Millisecond
		if len(a.due) > 0 {
			wait = a.due[0].arrived + a.delay - time.Since(a.start)
		}
		if wait > 0 {
			a.socket.Flush()
			a.socket.Wait(wait)
			continue
		}
		d := a.due[0]
		a.due = a.due[1:]
		a.answer(d.invite, "180 Ringing", d.from)
		a.answer(d.invite, "200 OK", d.from)
		a.socket.Flush()
		a.took = append(a.took, time.Since(a.start)-d.arrived)
	}
}

func (a *slowAnswerer) receive(d sip.Datagram) {
	switch {
	case bytes.HasPrefix(d.Data, []byte("INVITE ")):
		a.due = append(a.due, answerDue{d.At, bytes.Clone(d.Data), d.From})
	case bytes.HasPrefix(d.Data, []byte("BYE ")):
		a.answer(d.Data, "200 OK", d.From)
	}
}

// answer sends a response with the headers that a request gives it.
func (a *slowAnswerer) answer(request []byte, status string, to netip.AddrPort) {
	b := append(append(append(a.socket.Buffer(), "SIP/2.0 "...), status...), "\r\n"...)
	for line := range bytes.SplitAfterSeq(request, []byte("\r\n")) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "Via", "From", "Call-ID", "CSeq":
			b = append(b, line...)
		case "To":
			b = append(append(b, bytes.TrimSuffix(line, []byte("\r\n"))...), ";tag=slow\r\n"...)
		}
	}
	b = append(append(append(b, "Contact: <sip:"...), a.socket.Local().String()...), ">\r\nContent-Length: 0\r\n\r\n"...)
	a.socket.Queue(b, to, 0)
}

// TestDelaysAreTrueWhileTheLoopNaps calls an answerer that knows its own delay, at a rate at which the loop
// wakes up for each message and at one at which it naps for a millisecond at a time: the medians of the
// post-dial delay and of the session request delay are the answerer's within 0.2 ms at both.
func TestDelaysAreTrueWhileTheLoopNaps(t *testing.T) {
	const tolerance = 200 * time.Microsecond
	for _, tt := range []struct {
		name  string
		caps  float64
		calls uint64
		delay time.Duration
	}{
		{"100 calls a second, 7 ms", 100, 100, 7 * time.Millisecond},
		{"8,000 calls a second, 7 ms", 8000, 12_000, 7 * time.Millisecond},
		{"8,000 calls a second, at once", 8000, 12_000, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			testbed.Undisturbed(t, func() string {
				truth, result := callSlowAnswerer(t, tt.delay, tt.caps, tt.calls)
				// A call that begins late by more than the loop's rhythm counts from its intended instant, as it should.
				late := result.Steady.Delays[measure.Lateness].Quantile(0.9)
				if limited := result.Health.Limited(); len(limited) > 0 || late > 2*time.Millisecond || result.Steady.Outcomes[measure.Answered] != tt.calls {
					return fmt.Sprintf("%d calls answered, a tenth of them %v late or more, %v", result.Steady.Outcomes[measure.Answered], late, limited)
				}
				for name, kind := range map[string]measure.Delay{"post-dial delay": measure.PDD, "session request delay": measure.SRD} {
					median := result.Steady.Delays[kind].Quantile(0.5)
					t.Logf("%s: median %v, truth %v", name, median, truth)
					if off := (median - truth).Abs(); off > tolerance {
						t.Errorf("the median %s is %v, the answerer took %v: %v off", name, median, truth, off)
					}
				}
				return ""
			})
		})
	}
}

// callSlowAnswerer returns the median of the delays that the answerer knows of, and what the generator measured.
func callSlowAnswerer(t *testing.T, delay time.Duration, caps float64, calls uint64) (truth time.Duration, result *loadgen.Result) {
	t.Helper()
	answerer := newSlowAnswerer(t, delay)
	defer answerer.socket.Close()
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		answerer.run(ctx)
	}()
	load := loadgen.Config{
		CAPS: caps, Calls: calls, Arrivals: traffic.Poisson, Holding: traffic.Duration{Mean: 10 * time.Millisecond}, Drain: 10 * time.Second,
		Media: loadgen.Media{Off: true}, Seed: 4, Shards: 1,
	}
	result = callOver(t, answerer.socket.Local(), 0, load)
	stop()
	answerer.socket.Wake()
	<-over
	slices.Sort(answerer.took)
	return answerer.took[len(answerer.took)/2], result
}
