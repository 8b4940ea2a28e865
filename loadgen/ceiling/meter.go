package ceiling

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/gateway"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// Meter measures ceilings. Its methods offer calls on loopback for some seconds and must not run beside a
// load that matters.
type Meter struct {
	Transport sip.Transport
	// try offers a rate for a while and says what gave way, "" for nothing. Tests put their own in place.
	try func(ctx context.Context, caps float64) (calls uint64, why string, err error)
}

// NewMeter returns a meter of calls over a transport.
func NewMeter(transport sip.Transport) (*Meter, error) {
	m := &Meter{Transport: transport}
	trial := trial{transport: transport}
	if transport.Secure() {
		certificate, key, err := sip.SelfSigned()
		if err != nil {
			return nil, fmt.Errorf("ceiling over %s: %w", transport, err)
		}
		own, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			return nil, fmt.Errorf("ceiling over %s: %w", transport, err)
		}
		trial.tls = sip.TLSConfig{Own: &own, Insecure: true} // both ends are this process
	}
	m.try = trial.run
	return m, nil
}

// The search for a ceiling.
const (
	// margin is how much more than asked for a machine has to keep, so that the run has room to breathe.
	margin = 1.25
	// tries is how often a rate is offered before it counts as not kept: other work on the machine comes and
	// goes, and what was kept once can be kept.
	tries = 2
	// fewest is the lowest rate that is tried, in calls per second.
	fewest = 500
)

// Prove measures whether the machine keeps caps calls per second with a margin. If it does not, lower rates
// say what it keeps. It takes about a second when it does, and ten at the most.
func (m *Meter) Prove(ctx context.Context, caps float64) (Ceiling, error) {
	s := search{meter: m, begun: time.Now()}
	for _, rate := range []float64{min(margin*caps, loadgen.MaxCAPS), caps, caps / 2, caps / 4} {
		if kept, err := s.keeps(ctx, max(rate, fewest)); kept || err != nil {
			return s.ceiling(), err
		}
	}
	return s.ceiling(), nil
}

// search is one search under way.
type search struct {
	meter *Meter
	begun time.Time
	found Ceiling
}

// keeps tries a rate and notes what came of it.
func (s *search) keeps(ctx context.Context, caps float64) (bool, error) {
	why := ""
	for range tries {
		calls, reason, err := s.meter.try(ctx, caps)
		s.found.Calls += calls
		if err != nil {
			return false, err
		}
		if why = reason; why == "" {
			s.found.CAPS = max(s.found.CAPS, caps)
			return true, nil
		}
	}
	if s.found.Broke == 0 || caps < s.found.Broke {
		s.found.Broke, s.found.Why = caps, why
	}
	return false, nil
}

func (s *search) ceiling() Ceiling {
	s.found.Measured = s.begun
	s.found.Took = time.Since(s.begun).Seconds()
	return s.found
}

// trial is one rate offered for trialLength.
type trial struct {
	transport sip.Transport
	tls       sip.TLSConfig
}

const (
	trialLength = time.Second
	// trialPatience is how long after the last arrival a call may still be unanswered.
	trialPatience = 2 * time.Second
	// trialT1 repeats what got lost within the trial (RFC 3261, 17.1.1.1, with a network of no delay).
	trialT1 = 100 * time.Millisecond
	// mostRepeated is the share of messages sent again from which a rate is not clean.
	mostRepeated = 0.001
)

// run offers calls without a length, so that the trial is about the rate alone.
func (t trial) run(ctx context.Context, caps float64) (calls uint64, why string, err error) {
	timers := sip.Timers{T1: trialT1, T2: 8 * trialT1}
	g, err := gateway.Open(gateway.Config{
		Listen: netip.MustParseAddrPort("127.0.0.1:0"), Transport: t.transport, TLS: t.tls, Timers: timers,
		Circuits: int(caps*(trialLength+trialPatience).Seconds()) + 1, Media: loadgen.Media{Off: true},
	})
	if err != nil {
		return 0, "", fmt.Errorf("ceiling: %w", err)
	}
	ended, end := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		g.Run(ended)
	}()
	result, err := t.call(ctx, g.Address(), caps, timers)
	end()
	<-over
	if err != nil {
		return 0, "", fmt.Errorf("ceiling: %w", err)
	}
	return result.Steady.Offered, verdict(result, g.SocketStats()), nil
}

// call runs the generator against the gateway.
func (t trial) call(ctx context.Context, gateway netip.AddrPort, caps float64, timers sip.Timers) (*loadgen.Result, error) {
	target, err := sip.ParseTarget("sip:" + gateway.String() + t.transport.Parameter())
	if err != nil {
		return nil, err
	}
	programs, err := scenarios.Load("caller")
	if err != nil {
		return nil, err
	}
	generator, err := loadgen.New(loadgen.Config{
		Target: target, TLS: t.tls, Programs: programs, Media: loadgen.Media{Off: true}, Timers: timers,
		Arrivals: traffic.Poisson, CAPS: caps, Duration: trialLength, Drain: trialPatience,
	})
	if err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, trialLength+trialPatience)
	defer cancel()
	result, err := generator.Run(bounded)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var unreachable *loadgen.UnreachableError
	if errors.As(err, &unreachable) {
		err = nil // a gateway that was too busy to answer: the accounts say so
	}
	return result, err
}

// verdict says what gave way in a trial, "" for nothing.
func verdict(r *loadgen.Result, answerer sip.SocketStats) string {
	total := r.Total()
	var repeated uint64
	for _, n := range total.Retransmissions[measure.Sent] {
		repeated += n
	}
	limits := r.Health.OfCalls().Limited()
	switch failed := total.Offered - total.Outcomes[measure.Answered]; {
	case len(limits) > 0:
		return limits[0].Why
	case answerer.Drops > 0:
		return fmt.Sprintf("%d SIP messages overran the receive buffer of the answering side", answerer.Drops)
	case failed > 0:
		return fmt.Sprintf("%d of %d calls were not answered in time", failed, total.Offered)
	case float64(repeated) > mostRepeated*float64(total.Offered):
		return fmt.Sprintf("%d messages of %d calls had to be sent again", repeated, total.Offered)
	}
	return ""
}
