package media

import (
	"testing"

	"github.com/pion/rtcp"
)

// TestWhatBothEndsSayOfEachOther: the far end only listens. It learns the round trip from our answer to its time, and
// we learn from it what we sound like.
func TestWhatBothEndsSayOfEachOther(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
	near, far := mustOpen(t, m), mustOpen(t, m)
	near.Start(0, Stream{Remote: at(4002)})
	far.Start(0, Stream{Remote: at(4000), Source: None})
	x.run(60*second, m)
	n, f := near.Stop(60*second), far.Stop(60*second)
	if n.RemoteMOS != 4.4 || !n.Remote || n.RemoteShare != 0 {
		t.Errorf("the far end reports MOS %v, lost %v (%v); want 4.4 and nothing lost", n.RemoteMOS, n.RemoteShare, n.Remote)
	}
	if f.RTTs == 0 || f.RTT < 0 || f.RTT > 2*controlRead {
		t.Errorf("the listener measured %d round trips, the last one %v", f.RTTs, f.RTT)
	}
	if f.RemoteMOS != 0 {
		t.Errorf("somebody rates a stream that was never sent: %v", f.RemoteMOS)
	}
}

func TestExtendedReportsOfOthersAreNotBelieved(t *testing.T) {
	for _, row := range []struct {
		name  string
		block rtcp.ReportBlock
		mos   float64
		rtts  uint64
	}{
		{"ours", &rtcp.VoIPMetricsReportBlock{SSRC: 7, MOSCQ: 38}, 3.8, 0},
		{"about somebody else", &rtcp.VoIPMetricsReportBlock{SSRC: 8, MOSCQ: 38}, 0, 0},
		{"not available", &rtcp.VoIPMetricsReportBlock{SSRC: 7, MOSCQ: unavailable}, 0, 0},
		{"off the scale", &rtcp.VoIPMetricsReportBlock{SSRC: 7, MOSCQ: 51}, 0, 0},
		{"an answer to our time", &rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 7, LastRR: 19 << 16, DLRR: 1 << 15}}}, 0, 1},
		{"an answer to nobody's time", &rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 7, DLRR: 1 << 15}}}, 0, 0},
		{"an answer to another listener", &rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 8, LastRR: 19 << 16}}}, 0, 0},
	} {
		c := control{clock: clockRate}
		c.hear(marshalled(t, &rtcp.ExtendedReport{SenderSSRC: 9, Reports: []rtcp.ReportBlock{row.block}}), second, 20<<32, 7)
		if c.remoteMOS != row.mos || c.rtts != row.rtts || row.rtts > 0 && c.rtt != second/2 {
			t.Errorf("%s: MOS %v, %d round trips of %v", row.name, c.remoteMOS, c.rtts, c.rtt)
		}
	}
}
