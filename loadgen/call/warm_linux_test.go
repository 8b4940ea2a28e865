package call

import (
	"net/netip"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/testbed"
)

// TestWarmCallWithAudioAllocatesNothing is calls that talk for 100 ms, one after the other, over port pairs that earlier
// ones have used. With SRTP a call allocates its keys and what the library makes of them.
func TestWarmCallWithAudioAllocatesNothing(t *testing.T) {
	const loopback, pairs = "127.0.0.1", 100
	testbed.Loopback(t, loopback)
	local := netip.MustParseAddr(loopback)
	var engines []*media.Engine
	j := newChangedJoint(t, builtIn(t, "caller"), builtIn(t, "gateway"), func(caller, answerer *Config) {
		for i, end := range []*Config{caller, answerer} {
			first := uint16(28000 + 2*pairs*i)
			e, err := media.NewEngine(media.Config{Local: local, Ports: media.PortRange{First: first, Last: first + 2*pairs - 1}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = e.Close() })
			engines = append(engines, e)
			end.Audio = Audio{Engine: e, Source: media.Speech, Address: local, Allowed: func(netip.Addr) bool { return true }}
		}
	})
	now, placed := time.Duration(0), uint64(0)
	call := func() {
		placed++
		j.call(now, Attempt{Trunk: labTrunk, Holding: 100 * time.Millisecond})
		for end := now + 120*time.Millisecond; now < end; now += 10 * time.Millisecond {
			for _, e := range engines {
				e.Sweep(now)
			}
			j.runUntil(now, now)
		}
	}
	for range 2 * pairs {
		call()
	}
	if n := testing.AllocsPerRun(200, call); n != 0 {
		t.Errorf("a warm call with audio allocates %g times", n)
	}
	for _, m := range []*Machine{j.caller, j.answerer} {
		if into := m.cfg.Steady; into.Completed != placed || into.Media.Received < 4*placed {
			t.Errorf("%d of %d calls were completed and heard %d packets", into.Completed, placed, into.Media.Received)
		}
	}
}
