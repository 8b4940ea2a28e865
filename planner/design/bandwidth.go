package design

import (
	"fmt"
	"math"
	"time"

	"github.com/sipplan/sipplan/planner/catalog"
	"github.com/sipplan/sipplan/planner/plan"
)

// Bandwidth is what one call takes of a link in one direction, and how that was found.
type Bandwidth struct {
	BitsPerSecond float64
	Reason        string
}

// CallBandwidth returns the bandwidth of one call, with the defaults of the media filled in: by the octets of the headers,
//
//	(payload + RTP 12 + UDP 8 + IP 20 or 40 + SRTP 10 + link) · 8 · packets a second
//
// or by the row of Microsoft's table, which is not exact arithmetic.
func CallBandwidth(m plan.Media) Bandwidth {
	name := m.Codec
	if name == "" {
		name = "G.711"
	}
	codec, _ := catalog.FindCodec(name)
	if m.Profile == "ms-sfb" && codec.MSSfB != nil {
		return microsoftBandwidth(m, codec)
	}
	ptime := m.PacketTime
	if ptime <= 0 {
		ptime = max(20*time.Millisecond, time.Duration(codec.FrameMS)*time.Millisecond)
	}
	rate := float64(m.BitRate)
	if rate == 0 && codec.PayloadBitsPerSecond != nil {
		rate = *codec.PayloadBitsPerSecond
	}
	payload := math.Round(rate * ptime.Seconds() / 8)
	if m.FEC {
		payload *= 2
	}
	ip, srtp, link := 20.0, 0.0, linkOctets(m)
	if m.IPVersion == 6 {
		ip = 40
	}
	if m.SRTP {
		srtp = 10
	}
	bits := (payload + 12 + 8 + ip + srtp + link) * 8 / ptime.Seconds()
	return Bandwidth{bits, fmt.Sprintf("%s every %s: %g octets of voice, RTP 12, UDP 8, IP %g, SRTP %g, link %g", name, ptime, payload, ip, srtp, link)}
}

// linkOctets returns what the link adds to a packet: Ethernet 14 and 4 of check sequence, on the wire 20 more of preamble
// and gap, PPP 6; a VLAN tag 4.
func linkOctets(m plan.Media) float64 {
	octets := map[string]float64{"": 18, "ethernet": 18, "ethernet-wire": 38, "ppp": 6, "ip": 0}[m.Link]
	if m.VLAN && m.Link != "ppp" && m.Link != "ip" {
		octets += 4
	}
	return octets
}

// microsoftBandwidth takes the largest figure of the table for the stream with its RTCP, else that with SRTP alone.
func microsoftBandwidth(m plan.Media, codec catalog.Codec) Bandwidth {
	row := codec.MSSfB
	kbits, what := row.SRTP, "with SRTP"
	if row.Maximum != nil {
		kbits, what = *row.Maximum, "maximum without FEC"
	}
	if m.FEC {
		kbits, what = row.FEC, "with FEC"
		if row.MaximumFEC != nil {
			kbits, what = *row.MaximumFEC, "maximum with FEC"
		}
	}
	return Bandwidth{kbits * 1000, fmt.Sprintf("%s by Microsoft's table (ms-sfb): %s", codec.Name, what)}
}
