package media

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
)

// The example of RFC 3550 section 6.4.1, figure 2.
func TestRoundTripOfTheStandard(t *testing.T) {
	for _, row := range []struct {
		name         string
		a, lsr, dlsr uint32
		want         time.Duration
		ok           bool
	}{
		{"RFC 3550 figure 2", 0xb7108000, 0xb7052000, 0x00054000, 6125 * time.Millisecond, true},
		{"the clock wraps on the way", 0x00008000, 0xffff8000, 0x00008000, 500 * time.Millisecond, true},
		{"at once", 0x10000, 0x10000, 0, 0, true},
		{"held longer than it was away", 0x20000, 0x10000, 0x10001, 0, false},
	} {
		if got, ok := roundTrip(row.a, row.lsr, row.dlsr); ok != row.ok || ok && got != row.want {
			t.Errorf("%s: %v, %v; want %v, %v", row.name, got, ok, row.want, row.ok)
		}
	}
}

func TestNTPTime(t *testing.T) {
	// RFC 3550 figure 2: 0xb44db705.20000000 is 10 Nov 1995 11:33:25.125 UTC.
	at := time.Date(1995, 11, 10, 11, 33, 25, 125_000_000, time.UTC)
	if got := ntpTime(at); got != 0xb44db705_20000000 {
		t.Errorf("%#x, want 0xb44db70520000000", got)
	}
	if got := compact(ntpTime(at)); got != 0xb7052000 {
		t.Errorf("compact %#x, want 0xb7052000", got)
	}
	if got := compactDelay(5250 * time.Millisecond); got != 0x00054000 {
		t.Errorf("a delay of 5.25 s is %#x, want 0x54000", got)
	}
}

func TestReportsAreSpreadOverTheInterval(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	sum, least, most := time.Duration(0), time.Hour, time.Duration(0)
	for range 10000 {
		d := spread(reportInterval, random)
		sum, least, most = sum+d, min(least, d), max(most, d)
	}
	// RFC 3550 section 6.3.1: 0.5 to 1.5 times 5 s, over 1.21828.
	if least < 2052*time.Millisecond || least > 2100*time.Millisecond || most > 6157*time.Millisecond || most < 6100*time.Millisecond {
		t.Errorf("intervals from %v to %v, want 2.05 to 6.16 s", least, most)
	}
	if mean := sum / 10000; (mean - 4104*time.Millisecond).Abs() > 50*time.Millisecond {
		t.Errorf("mean interval %v, want 4.1 s", mean)
	}
}

func TestALegIsASenderUntilTwoReportsAfterItsLastPacket(t *testing.T) {
	var c control
	for i, row := range []struct {
		packets uint32
		sender  bool
	}{{0, false}, {10, true}, {10, true}, {10, false}, {11, true}, {12, true}, {12, true}, {12, false}} {
		if got := c.speaks(row.packets); got != row.sender {
			t.Errorf("report %d, %d packets: sender %v, want %v", i, row.packets, got, row.sender)
		}
	}
}

func TestSigned24(t *testing.T) {
	for n, want := range map[int64]uint32{0: 0, 1: 1, -1: 0xffffff, 1 << 40: 0x7fffff, -1 << 40: 0x800000, 0x7fffff: 0x7fffff} {
		if got := signed24(n); got != want {
			t.Errorf("%d is %#x, want %#x", n, got, want)
		}
	}
}

func TestWhatTheFarEndSaysOfUs(t *testing.T) {
	c := control{clock: clockRate}
	arrival := 10 * time.Second
	report := func(r rtcp.ReceptionReport) {
		c.hear(marshalled(t, &rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{r}}), arrival, 20<<32, 7)
	}
	report(rtcp.ReceptionReport{SSRC: 8, TotalLost: 99, LastSenderReport: 19 << 16})
	if c.rtts != 0 || c.remoteLost != 0 {
		t.Errorf("a report about somebody else was believed: %+v", c)
	}
	report(rtcp.ReceptionReport{SSRC: 7, TotalLost: 0xfffffe, Jitter: 80})
	if c.rtts != 0 || c.remoteLost != -2 || c.remoteJitter != 10*time.Millisecond {
		t.Errorf("without LSR: %+v; want lost -2, jitter 10ms and no round trip", c)
	}
	report(rtcp.ReceptionReport{SSRC: 7, LastSenderReport: 19 << 16, Delay: 1 << 15})
	if c.rtts != 1 || c.rtt != 500*time.Millisecond {
		t.Errorf("%d round trips of %v, want one of 500ms", c.rtts, c.rtt)
	}
	report(rtcp.ReceptionReport{SSRC: 7, LastSenderReport: 19 << 16, Delay: 2 << 16})
	if c.rtts != 1 || c.badRTTs != 1 {
		t.Errorf("a negative round trip: %d good, %d bad; want it discarded and counted", c.rtts, c.badRTTs)
	}
	if c.received != 4 {
		t.Errorf("%d compounds, want 4", c.received)
	}
}
