package media

import (
	"testing"

	"github.com/pion/rtcp"
)

// marshalled returns packets as another implementation writes them.
func marshalled(t testing.TB, packets ...rtcp.Packet) []byte {
	t.Helper()
	b, err := rtcp.Marshal(packets)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWholeCompound(t *testing.T) {
	const empty = "80c9 0001 00000007"
	for _, row := range []struct {
		name, compound string
		whole          bool
	}{
		{"a report about nobody", empty, true},
		{"a report with fewer blocks than it says", "81c9 0006 00000007 00000001 00000002 00000003 00000004 00000005", false},
		{"a sender report without its times", "80c8 0001 00000007", false},
		{"a report with an extension of a profile", "80c9 0002 00000007 01020304", true},
		{"nothing behind the header of the next packet", empty + "81ca 0002 00000007", false},
		{"a name that ends with its packet", empty + "81ca 0003 00000007 0103 61626300 0000", true},
		{"a name without an end", empty + "81ca 0002 00000007 0102 6162", false},
		{"a name longer than its packet", empty + "81ca 0002 00000007 0109 6162", false},
		{"fewer names than it says", empty + "82ca 0002 00000007 0101 6100", false},
		{"a source description of nobody", empty + "80ca 0000", true},
		{"goodbye for a reason", empty + "81cb 0002 00000007 03 616263", true},
		{"goodbye for half a reason", empty + "81cb 0002 00000007 04 616263", false},
		{"goodbye of more than are named", empty + "82cb 0001 00000007", false},
		{"an application without a name", empty + "80cc 0001 00000007", false},
		{"feedback of an unknown kind", empty + "9fcd 0002 00000007 00000008", true},
		{"feedback about nobody", empty + "81ce 0001 00000007", false},
		{"a packet of an unknown type", empty + "80d0 0000", true},
		{"an extended report of nobody", empty + "80cf 0000", false},
		{"a block longer than its report", empty + "80cf 0002 00000007 09000001", false},
		{"a block of an unknown type", empty + "80cf 0002 00000007 09000000", true},
		{"runs of lost packets of nobody", empty + "80cf 0002 00000007 01000000", false},
		{"half a time", empty + "80cf 0003 00000007 04000001 00000000", false},
		{"half an answer", empty + "80cf 0003 00000007 05000001 00000000", false},
		{"half of what it sounds like", empty + "80cf 0003 00000007 07000001 00000000", false},
	} {
		if got := wholeCompound(unhex(t, row.compound)); got != row.whole {
			t.Errorf("%s: %v, want %v", row.name, got, row.whole)
		}
	}
}

// FuzzCompound holds what is read in place against another implementation: what is whole for us it reads too, and what
// both have heard is the same.
func FuzzCompound(f *testing.F) {
	f.Add(unhex(f, "80c9 0001 00000007"))
	f.Add(unhex(f, "81c8000c decafbad 83aa7e8100000000 00002328 00000005 00000320 00000007 cc000008 00010003 00000009 aabbccdd 00008000"))
	f.Add(unhex(f, "80c9000100000007 80cf000a00000007 0700000800000007 cc00ff0000a00014 00000050 7f7f7f10 157f0d0d e000003c 003c003c"))
	f.Add(unhex(f, "80c9000100000007 80cf000800000007 0500000300000007 00010000 00000100 040000027fffffff00000000"))
	f.Add(unhex(f, "80c9000100000007 81ca0003decafbad010363406e000000 81cb0001decafbad"))
	f.Add(unhex(f, "80c900013030303080cf00083030303030300003303030303030303030303030303000000230000030300000")) // runs without a stream
	f.Fuzz(func(t *testing.T, b []byte) {
		if !wholeCompound(b) {
			return
		}
		packets, err := rtcp.Unmarshal(b)
		if err != nil {
			for rest := b; len(rest) > 0; {
				var p controlPacket
				if p, rest, _ = cutControl(rest); p.kind >= applicationDefined && p.kind <= payloadFeedback {
					return // of which we read nothing, and it much
				}
			}
			t.Fatalf("%x: %v", b, err)
		}
		near, far := control{clock: clockRate}, control{clock: clockRate}
		near.hear(b, second, 20<<32, 7)
		far.hearPackets(packets)
		if near != far {
			t.Errorf("%x: heard\n%+v, want\n%+v", b, near, far)
		}
	})
}

// hearPackets is hear for a compound that another implementation has read, in the setting of FuzzCompound.
func (c *control) hearPackets(packets []rtcp.Packet) {
	c.received, c.ignored = 1, 1
	learn := func(reports []rtcp.ReceptionReport) {
		for _, r := range reports {
			if r.SSRC != 7 {
				continue
			}
			c.reported, c.ignored, c.remoteHighest = true, 0, r.LastSequenceNumber
			c.remoteLost, c.remoteJitter = int64(int32(r.TotalLost<<8)>>8), mediaTime(int32(r.Jitter), clockRate)
			if r.LastSenderReport != 0 {
				c.roundTrip(20<<16, r.LastSenderReport, r.Delay)
			}
		}
	}
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			c.senderReport, c.arrived = compact(p.NTPTime), second
			learn(p.Reports)
		case *rtcp.ReceiverReport:
			learn(p.Reports)
		case *rtcp.ExtendedReport:
			c.hearBlocks(p)
		}
	}
}

func (c *control) hearBlocks(x *rtcp.ExtendedReport) {
	for _, block := range x.Reports {
		switch b := block.(type) {
		case *rtcp.VoIPMetricsReportBlock:
			if b.SSRC == 7 && b.MOSCQ >= 10 && b.MOSCQ <= 50 {
				c.remoteMOS = float64(b.MOSCQ) / 10
			}
		case *rtcp.ReceiverReferenceTimeReportBlock:
			c.reference, c.referrer, c.referred = compact(b.NTPTimestamp), x.SenderSSRC, second
		case *rtcp.DLRRReportBlock:
			for _, r := range b.Reports {
				if r.SSRC == 7 && r.LastRR != 0 {
					c.roundTrip(20<<16, r.LastRR, r.DLRR)
				}
			}
		}
	}
}
