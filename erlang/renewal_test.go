package erlang

import (
	"errors"
	"strings"
	"testing"
)

func checkRenewal(t *testing.T, row referenceRow) {
	t.Helper()
	var calls Renewal
	switch law := row.extra["interarrival"]; {
	case law == "deterministic":
		calls = must[Renewal](t)(RegularCalls(row.traffic))
	case strings.HasPrefix(law, "erlang"):
		calls = must[Renewal](t)(ErlangCalls(row.traffic, 2))
	default:
		calls = must[Renewal](t)(HyperexponentialCalls(row.traffic, row.value(t, "cv2")))
	}
	got := must[RenewalResult](t)(RenewalLoss(int(row.servers), calls))
	near(t, row, got.CallCongestion, row.probability, 5e-15)
}

func checkInterrupted(t *testing.T, row referenceRow) {
	t.Helper()
	calls := must[Renewal](t)(InterruptedCalls(row.value(t, "on_rate"), row.value(t, "on_to_off"), row.value(t, "off_to_on")))
	near(t, row, calls.Traffic(), row.traffic, 1e-15)
	got := must[RenewalResult](t)(RenewalLoss(int(row.servers), calls))
	near(t, row, got.CallCongestion, row.probability, 5e-15)
	near(t, row, got.TimeCongestion, row.value(t, "time_congestion"), 5e-15)
	stream := must[Stream](t)(calls.Stream())
	near(t, row, stream.Peakedness(), row.value(t, "peakedness"), 5e-15)
	near(t, row, must[float64](t)(Hayward(stream, row.servers)), row.value(t, "hayward"), 5e-15)
}

func TestPoissonCallsAreRenewalCalls(t *testing.T) {
	poisson := map[string]Renewal{
		"one phase":            must[Renewal](t)(ErlangCalls(25, 1)),
		"no variation":         must[Renewal](t)(HyperexponentialCalls(25, 1)),
		"hardly ever switched": must[Renewal](t)(InterruptedCalls(25, 1e-9, 1e6)),
	}
	b := must[float64](t)(B(30, 25))
	for name, calls := range poisson {
		got := must[RenewalResult](t)(RenewalLoss(30, calls))
		near(t, name, got.CallCongestion, b, 1e-13)
		near(t, name, got.TimeCongestion, b, 1e-13)
		near(t, name, must[Stream](t)(calls.Stream()).Peakedness(), 1, 1e-12)
	}
}

// The second way: the chain of the switch and the calls in progress.
func TestInterruptedCallsAgreeWithTheChain(t *testing.T) {
	const servers, onRate, onToOff, offToOn = 10, 20.0, 1.0, 0.5
	c := newChain(2 * (servers + 1)) // even: off, odd: on
	for j := range servers + 1 {
		off, on := 2*j, 2*j+1
		c[off][on], c[on][off] = offToOn, onToOff
		if j > 0 {
			c[off][off-2], c[on][on-2] = float64(j), float64(j)
		}
		if j < servers {
			c[on][on+2] = onRate
		}
	}
	shares := c.stationary()
	full, fullAndOn := shares[2*servers]+shares[2*servers+1], shares[2*servers+1]
	got := must[RenewalResult](t)(RenewalLoss(servers, must[Renewal](t)(InterruptedCalls(onRate, onToOff, offToOn))))
	near(t, "time congestion", got.TimeCongestion, full, 1e-13)
	near(t, "call congestion", got.CallCongestion, fullAndOn*(onToOff+offToOn)/offToOn, 1e-13)
}

func TestMoreRegularCallsLoseLess(t *testing.T) {
	last := 1.0
	for _, calls := range []Renewal{
		must[Renewal](t)(HyperexponentialCalls(8, 4)), must[Renewal](t)(ErlangCalls(8, 1)),
		must[Renewal](t)(ErlangCalls(8, 2)), must[Renewal](t)(ErlangCalls(8, 20)), must[Renewal](t)(RegularCalls(8)),
	} {
		got := must[RenewalResult](t)(RenewalLoss(10, calls)).CallCongestion
		if got >= last {
			t.Errorf("call congestion %g, with less regular calls %g", got, last)
		}
		last = got
	}
}

func TestRenewalLossAtTheEnds(t *testing.T) {
	regular := must[Renewal](t)(RegularCalls(1e-300))
	if got := must[RenewalResult](t)(RenewalLoss(3, regular)); got != (RenewalResult{}) {
		t.Errorf("a call in a blue moon: %+v", got)
	}
	if got := must[RenewalResult](t)(RenewalLoss(0, regular)); got.CallCongestion != 1 {
		t.Errorf("no circuit: %+v", got)
	}
	if _, err := RenewalLoss(3, Renewal{}); !errors.Is(err, ErrDomain) {
		t.Errorf("calls from nowhere: %v", err)
	}
}
