package call

import (
	"bytes"
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
	packet  time.Duration
	control uint16 // port that RTCP goes to, 0 for the one after RTP's
	mux     bool   // or to RTP's own
	codec   media.Codec
	payload uint8
	events  uint8 // payload type of telephone events, 0 when there are none
	also    uint8 // 1 + another payload type that the peer may send, 0 for none
	wanted  bool  // the peer wants media from us
	silent  bool  // the peer sends none
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
	audio := &m.cfg.Audio
	local := sip.Local{
		ID: uint64(c.attempt.Intended/time.Microsecond) + 1, Version: c.version + 1, Addr: m.lineOf(c).Local.Addr(),
		Port: discardPort, Codecs: audio.Codecs, Ptime: audio.Ptime, Direction: sip.Inactive,
		Events: true, Noise: audio.Suppress == media.ComfortNoise,
	}
	if c.codec != sip.OtherCodec {
		m.oneCodec[0] = c.codec
		local.Codecs = m.oneCodec[:]
	}
	if local.Ptime == 0 {
		local.Ptime = media.DefaultPacketTime
	}
	if c.leg != nil {
		local.Addr, local.Port, local.Direction = audio.Address, c.leg.Port(), c.direction
	}
	if answered != nil && m.readOffer(answered.Session) {
		local.Mux, local.Crypto = true, m.cryptoAnswer(c) // what was not offered is not accepted either
		if answer, err := sip.AppendAnswer(dst, &m.offer, &local); err == nil {
			return answer
		}
	}
	local.Mux, local.Crypto = audio.Mux, m.cryptoOffer(c)
	return sip.AppendOffer(dst, &local)
}

// purport says what a description of the peer's is.
type purport bool

const (
	anOffer  purport = false // which we answer with the codec that we like best
	anAnswer purport = true  // which names first what the peer likes best
)

// agree reads the peer's description and notes where and how media is to be sent. A description that
// names none of our codecs leaves the call without media.
func (m *Machine) agree(c *call, body []byte, is purport) {
	if len(body) == 0 || !m.readOffer(body) {
		return
	}
	codecs := m.cfg.Audio.Codecs
	if len(codecs) == 0 {
		codecs = []sip.Codec{sip.PCMU, sip.PCMA}
	}
	format, ok := m.offer.Choose(codecs...)
	if is == anAnswer {
		format, ok = m.offer.ChooseTheirs(codecs...)
	}
	if !ok {
		return
	}
	if !m.agreeKeys(c) {
		return
	}
	remote, wanted := m.offer.Destination()
	c.session = sdpChoice{
		codec: mediaCodec(&format), payload: format.PayloadType, packet: m.offer.Ptime, known: true,
		silent: !m.offer.Direction.Sends(), mux: m.offer.Mux,
	}
	if another, ok := m.offer.Another(format, codecs...); ok && is == anAnswer {
		c.session.also = another.PayloadType + 1
	}
	if events, ok := m.offer.ChooseEvents(format); ok {
		c.session.events = events.PayloadType
	}
	if m.reachable(c, remote) {
		c.session.remote, c.session.wanted = remote, wanted
		c.session.control = m.controlPort(remote)
	}
}

// purportOf says what the description in a response is: an answer, unless our INVITE had none.
func (c *call) purportOf() purport { return c.lastSent == nil || len(c.lastSent.Body) > 0 }

// readOffer reads a description of the peer's into m.offer and tells whether it could be read. Peers send the same one
// in call after call, but for its origin, and an offer is read twice, to agree and to answer: it is read anew only where
// it differs from the last one, of which m.offer keeps a copy to point into.
func (m *Machine) readOffer(description []byte) bool {
	if !bytes.Equal(behindOrigin(description), behindOrigin(m.offerText)) {
		m.offerText = append(m.offerText[:0], description...)
		m.offerRead = sip.ScanSession(m.offerText, &m.offer) == nil
	}
	return m.offerRead
}

// behindOrigin returns what follows the version and the origin of a description, where it begins with these; else all
// of it.
func behindOrigin(description []byte) []byte {
	if rest, ok := bytes.CutPrefix(description, sessionStart); ok {
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			return rest[end+1:]
		}
	}
	return description
}

var sessionStart = []byte("v=0\r\no=")

// controlPort returns where the peer wants RTCP, if it says so (RFC 3605), else 0: never at another host than RTP.
func (m *Machine) controlPort(rtp netip.AddrPort) uint16 {
	if at := m.offer.RTCP; !at.Addr().IsValid() || at.Addr() == rtp.Addr() {
		return at.Port()
	}
	return 0
}

// payloadFormats are the codecs of descriptions as the media engine knows them; the first is what we offer.
var payloadFormats = map[sip.Codec][]media.Codec{
	sip.PCMU: {media.PCMU}, sip.PCMA: {media.PCMA}, sip.G722: {media.G722}, sip.G729: {media.G729}, sip.Opus: {media.Opus},
	sip.ILBC: {media.ILBC20, media.ILBC30}, sip.AMR: {media.AMR, media.AMRAligned},
}

// PayloadFormats returns the payload formats that a codec of a description may have, the one that we offer
// first.
func PayloadFormats(c sip.Codec) []media.Codec { return payloadFormats[c] }

// mediaCodec returns the codec of a format as the media engine knows it.
func mediaCodec(f *sip.Format) media.Codec {
	formats := payloadFormats[f.Codec]
	switch {
	case f.Codec == sip.ILBC && !f.ShortFrames(), f.Codec == sip.AMR && f.OctetAligned():
		return formats[1]
	}
	return formats[0]
}

// play starts the media of an answered call.
func (m *Machine) play(c *call, now time.Duration) {
	if c.leg == nil || !c.session.known {
		return
	}
	audio, s := &m.cfg.Audio, &c.session
	source, sound := audio.Source, audio.Sound
	if row := int(c.row); row < len(audio.Rows) && audio.Rows[row] != nil {
		source, sound = media.Play, audio.Rows[row]
	}
	if c.sound != nil {
		source, sound = media.Play, c.sound
	}
	if !s.wanted || !c.direction.Sends() {
		source = media.None
	}
	if m.cfg.Observer != nil {
		m.cfg.Observer.Media(c.callID(), c.leg)
	}
	stream := media.Stream{
		Remote: s.remote, Mux: s.mux, Codec: s.codec, PayloadType: s.payload, Also: s.also, EventType: s.events,
		Source: source, Mark: c.mark(), FromMiddle: c.flags.incoming, Audio: sound, Plays: audio.Plays, Suppress: audio.Suppress,
		PacketTime: s.packet, Asked: audio.Ptime, SendOnly: s.silent,
	}
	if s.control != 0 {
		stream.RemoteRTCP = netip.AddrPortFrom(s.remote.Addr(), s.control)
	}
	if c.secrets != nil {
		stream.Send, stream.Receive = c.secrets.sending, c.secrets.receiving
	}
	c.leg.Start(now, stream)
}

// renegotiate moves the media of an established call to what a new description of the peer says. It tells
// whether the description could be met; an empty one changes nothing.
func (m *Machine) renegotiate(c *call, body []byte, is purport, now time.Duration) bool {
	if len(body) == 0 {
		return true
	}
	before := c.session
	c.session.known = false
	if m.agree(c, body, is); !c.session.known {
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
