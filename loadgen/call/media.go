package call

import (
	"net/netip"

	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// discardPort stands in a description for a stream that will not flow (RFC 863): signalling alone.
const discardPort = 9

// sdpChoice is what the two descriptions of a call agreed on.
type sdpChoice struct {
	remote  netip.AddrPort // invalid where nothing may be sent
	codec   media.Codec
	payload uint8
	packet  time.Duration
	wanted  bool // the peer wants media from us
	silent  bool // the peer sends none
	known   bool
}

// openLeg takes a port pair for the call; it tells whether there was one. Without media there is nothing
// to take.
func (m *Machine) openLeg(c *call) bool {
	if m.cfg.Audio.Engine == nil {
		return true
	}
	leg, err := m.cfg.Audio.Engine.Open()
	if err != nil {
		return false
	}
	c.leg = leg
	return true
}

// appendSDP writes our description: an answer when the request that is answered carries an offer, else
// an offer.
func (m *Machine) appendSDP(dst []byte, c *call, answered *sip.Message) []byte {
	local := sip.Local{
		ID: uint64(c.attempt.Intended/time.Microsecond) + 1, Version: c.version + 1, Addr: m.cfg.Local.Addr(),
		Port: discardPort, Codecs: m.cfg.Audio.Codecs, Ptime: media.DefaultPacketTime, Direction: sip.Inactive,
	}
	if c.leg != nil {
		local.Addr, local.Port, local.Direction = m.cfg.Audio.Address, c.leg.Port(), c.direction
	}
	if answered != nil && len(answered.Body) > 0 && sip.ScanSession(answered.Body, &m.offer) == nil {
		if answer, err := sip.AppendAnswer(dst, &m.offer, &local); err == nil {
			return answer
		}
	}
	return sip.AppendOffer(dst, &local)
}

// agree reads the peer's description and notes where and how media is to be sent. A description that
// names none of our codecs leaves the call without media.
func (m *Machine) agree(c *call, body []byte) {
	if len(body) == 0 || sip.ScanSession(body, &m.offer) != nil {
		return
	}
	codecs := m.cfg.Audio.Codecs
	if len(codecs) == 0 {
		codecs = []sip.Codec{sip.PCMU, sip.PCMA}
	}
	format, ok := m.offer.Choose(codecs...)
	if !ok {
		return
	}
	remote, wanted := m.offer.Destination()
	c.session = sdpChoice{
		codec: media.PCMU, payload: format.PayloadType, packet: m.offer.Ptime, known: true,
		silent: !m.offer.Direction.Sends(),
	}
	if m.reachable(c, remote) {
		c.session.remote, c.session.wanted = remote, wanted
	}
	if format.Codec == sip.PCMA {
		c.session.codec = media.PCMA
	}
}

// play starts the media of an answered call.
func (m *Machine) play(c *call, now time.Duration) {
	if c.leg == nil || !c.session.known {
		return
	}
	source := m.cfg.Audio.Source
	if !c.session.wanted || !c.direction.Sends() {
		source = media.None
	}
	c.leg.Start(now, media.Stream{
		Remote: c.session.remote, Codec: c.session.codec, PayloadType: c.session.payload,
		Source: source, PacketTime: c.session.packet, SendOnly: c.session.silent,
	})
}

// renegotiate moves the media of an established call to what a new description of the peer says. It tells
// whether the description could be met; an empty one changes nothing.
func (m *Machine) renegotiate(c *call, body []byte, now time.Duration) bool {
	if len(body) == 0 {
		return true
	}
	before := c.session
	c.session.known = false
	if m.agree(c, body); !c.session.known {
		c.session = before
		return false
	}
	c.version++
	m.play(c, now)
	return true
}

// hush ends the media of a call and counts it.
func (m *Machine) hush(c *call, now time.Duration) {
	if c.leg == nil {
		return
	}
	stats := c.leg.Stop(now)
	m.countAudio(c, &stats, now)
	c.leg = nil
}
