package call

import (
	"bytes"
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

// scriptMedia is the media of a call beside its audio, which the call's own leg carries.
type scriptMedia struct {
	video   *media.Leg
	started [2]bool           // audio, video
	remotes [3]netip.AddrPort // by scenarios.Stream
	echoed  netip.AddrPort    // remote that hears itself
	event   uint8             // payload type of telephone events, 0 for none
}

// learnMedia takes over where a description wants media.
func (s *scripts) learnMedia(c *call, r *sip.Message) {
	m := &s.state(c).media
	for stream, name := range map[scenarios.Stream]string{scenarios.AudioStream: "audio", scenarios.VideoStream: "video", scenarios.ImageStream: "image"} {
		if remote := streamAddress(r.Session, name); s.reachable(c, remote) {
			m.remotes[stream] = remote
		}
	}
	s.agree(c, r.Session, anOffer)
	s.noteCrypto(c, r.Session, false, r.Request && offers(r.Method))
	if format, ok := s.offer.Choose(sip.TelephoneEvent); ok {
		m.event = format.PayloadType
	}
}

// echoAudio is what every call does whose far end hears itself.
var echoAudio = scenarios.Action{Op: scenarios.PlayAction, Media: scenarios.MediaAction{Op: scenarios.StartEcho, Payload: -1}}

// echo sends the far end's audio back to where it wants media, if the run says so of all calls.
func (s *scripts) echo(c *call, st *scriptCall, now time.Duration) {
	m := &st.media
	if remote := m.remotes[scenarios.AudioStream]; s.cfg.Echo && m.echoed != remote {
		m.echoed = remote
		s.playScript(c, st, &echoAudio, now)
	}
}

// streamAddress returns the address of the first stream of a kind in a description (RFC 8866).
func streamAddress(body []byte, name string) netip.AddrPort {
	var host, session netip.Addr
	var port uint16
	inside, found := false, false
	for line := range bytes.Lines(body) {
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case bytes.HasPrefix(line, []byte("m=")):
			if inside = !found && bytes.HasPrefix(line[2:], []byte(name+" ")); inside {
				found = true
				digits, _, _ := bytes.Cut(line[2+len(name)+1:], []byte{' '})
				n, _ := strconv.ParseUint(string(digits), 10, 16)
				port = uint16(n)
			}
		case bytes.HasPrefix(line, []byte("c=IN IP")) && len(line) > len("c=IN IP4 "):
			address, _ := netip.ParseAddr(string(line[len("c=IN IP4 "):]))
			if inside {
				host = address
			} else if !found {
				session = address
			}
		}
	}
	if !host.IsValid() {
		host = session
	}
	return netip.AddrPortFrom(host, port)
}

// portOf returns the port that a description names for a stream of ours.
func (s *scripts) portOf(c *call, st *scriptCall, segment *scenarios.Segment) int {
	video := segment.Reference != nil && segment.Reference.Video
	switch {
	case video:
		if leg := s.videoLeg(st); leg != nil {
			return int(leg.Port())
		}
	default:
		if leg := s.audioLeg(c); leg != nil {
			return int(leg.Port())
		}
	}
	port := s.mediaPort()
	if segment.Keyword == scenarios.AutoMediaPort {
		port += int(4 * (st.number - 1) % 10_000)
	}
	return port
}

// audioLeg returns the leg of a call, nil when there is none to have. Calls that begin with an INVITE of ours have
// theirs from the start; any other takes it when its script first speaks of media.
func (s *scripts) audioLeg(c *call) *media.Leg {
	if c.leg == nil && !s.openLeg(c) {
		s.warn("media: no port is free")
	}
	return c.leg
}

// videoLeg returns the second leg of a call, nil when there is none to have.
func (s *scripts) videoLeg(st *scriptCall) *media.Leg {
	if st.media.video == nil && s.Machine.cfg.Audio.Engine != nil {
		if leg, err := s.Machine.cfg.Audio.Engine.Open(); err == nil {
			st.media.video = leg
		}
	}
	return st.media.video
}

// stopMedia ends the second leg; the machine ends the first.
func (s *scripts) stopMedia(c *call, st *scriptCall, now time.Duration) {
	if st.media.video != nil {
		stats := st.media.video.Stop(now)
		stats.AddTo(&s.count(c).Media)
		st.media.video = nil
	}
}

// payloadCodecs are the codecs of static payload types (RFC 3551, table 4).
var payloadCodecs = map[int]media.Codec{0: media.PCMU, 8: media.PCMA, 9: media.G722, 18: media.G729}

// playScript does a media action. A call without media of its own does nothing.
func (s *scripts) playScript(c *call, st *scriptCall, a *scenarios.Action, now time.Duration) {
	m := &a.Media
	leg, which := s.audioLeg(c), 0
	if m.Stream != scenarios.AudioStream {
		leg, which = s.videoLeg(st), 1
	}
	if leg == nil {
		return
	}
	switch m.Op {
	case scenarios.PauseStream:
		leg.Pause()
		return
	case scenarios.ResumeStream:
		leg.Resume(now)
		return
	}
	stream := s.stream(c, st, m)
	switch m.Op {
	case scenarios.StreamTone:
		stream.Source = media.Tone
	case scenarios.StartEcho, scenarios.UpdateEcho:
		stream.Source = media.Mirror
	case scenarios.EchoOperand:
		if s.operand(st, a) != 0 {
			stream.Source = media.Mirror
		}
	}
	if stream.Source != media.None || m.Op == scenarios.StopEcho || m.Op == scenarios.EchoOperand || !st.media.started[which] {
		leg.Start(now, stream)
		st.media.started[which] = true
	}
	s.playOn(c, st, a, leg, now)
}

// stream returns what a leg does for an action before it plays something.
func (s *scripts) stream(c *call, st *scriptCall, m *scenarios.MediaAction) media.Stream {
	stream := media.Stream{Remote: st.media.remotes[m.Stream], Source: media.None, Codec: c.session.codec, PayloadType: c.session.payload, PacketTime: c.session.packet, EventType: st.media.event}
	if codec, known := payloadCodecs[m.Payload]; known {
		stream.Codec = codec
	}
	switch sound := s.sounds[soundOf(m)]; {
	case sound == nil:
	case sound.replay != nil:
		stream.PacketTime = media.MinPacketTime
	case !sound.renditions[stream.Codec]:
		stream.Codec = sound.first // what a capture holds is sent as it is, whatever was agreed on
		stream.PayloadType = stream.Codec.PayloadType()
	}
	if m.Payload >= 0 {
		stream.PayloadType = uint8(m.Payload)
	}
	if st.crypto != nil && m.Stream != scenarios.ImageStream {
		which := int(m.Stream)
		stream.Send, stream.Receive = st.crypto.sending[which], st.crypto.receiving[which]
		if st.crypto.refused[which] {
			stream.Remote = netip.AddrPort{}
		}
	}
	return stream
}

// playOn plays the file or the digits of an action.
func (s *scripts) playOn(c *call, st *scriptCall, a *scenarios.Action, leg *media.Leg, now time.Duration) {
	var err error
	switch a.Media.Op {
	case scenarios.StreamFile, scenarios.ReplayCapture:
		plays := 1
		if a.Media.Op == scenarios.StreamFile {
			plays = max(0, a.Media.Loops) // -1 and 0 for ever
		}
		sound := s.sounds[soundOf(&a.Media)]
		if sound.replay != nil {
			leg.Replay(now, sound.replay)
			return
		}
		err = leg.Play(now, sound.audio, plays)
	case scenarios.PlayDigits:
		digits := s.text(s.scratch[0][:0], c, st, a.Media.Text, now)
		s.scratch[0] = digits
		err = leg.Dial(now, string(digits), media.Dialing{})
	}
	if err != nil {
		s.warn("media of line ", strconv.Itoa(a.Line), ": ", err.Error())
	}
}

// sound is what a script plays: audio, with the codecs that it can be sent in, or datagrams as they are.
type sound struct {
	audio      *media.Audio
	renditions map[media.Codec]bool
	first      media.Codec
	replay     *media.Replay
}

// soundKey tells sounds apart: a capture may be played as audio and replayed as it is.
type soundKey struct {
	file string
	raw  bool
}

func soundOf(m *scenarios.MediaAction) soundKey {
	return soundKey{m.File, m.Op == scenarios.ReplayCapture && m.Stream != scenarios.AudioStream}
}

// rawEndings are the endings of files of frames by the payload type that a step sends them under.
var rawEndings = map[int]string{-1: ".alaw", 0: ".ulaw", 8: ".alaw", 9: ".g722", 18: ".g729"}

// endingOf returns the ending that says what a file holds. What a stream plays from a file whose name says
// nothing is frames of its payload type, of PCMA without one, as in SIPp.
func endingOf(m *scenarios.MediaAction) string {
	ending := strings.ToLower(filepath.Ext(m.File))
	if raw, known := rawEndings[m.Payload]; known && m.Op == scenarios.StreamFile && !media.KnowsEnding(ending) {
		return raw
	}
	return ending
}

// soundCodecs are the codecs that a script may play something in.
var soundCodecs = []media.Codec{media.PCMU, media.PCMA, media.G722, media.G729, media.Opus, media.ILBC20, media.ILBC30, media.AMR, media.AMRAligned}

// loadSounds reads what the script plays, before the first call.
func (s *scripts) loadSounds() error {
	s.sounds = map[soundKey]*sound{}
	if s.Machine.cfg.Audio.Engine == nil {
		return nil
	}
	for i := range s.flow.steps {
		for _, a := range s.flow.steps[i].Actions {
			key := soundOf(&a.Media)
			if a.Op != scenarios.PlayAction || key.file == "" || s.sounds[key] != nil {
				continue
			}
			loaded, err := s.loadSound(&a.Media)
			if err != nil {
				return fmt.Errorf("line %d: %w", a.Line, err)
			}
			s.sounds[key] = loaded
		}
	}
	return nil
}

// loadSound reads a file and prepares it for every codec that it can be sent in. A capture of audio that keeps no
// time of its own is replayed as it is, like one of video.
func (s *scripts) loadSound(m *scenarios.MediaAction) (*sound, error) {
	if s.cfg.Sound == nil {
		return nil, errNoScriptHost
	}
	if soundOf(m).raw {
		replay, err := s.cfg.Sound.Replay(m.File)
		return &sound{replay: replay}, err
	}
	audio, err := s.cfg.Sound.OpenAs(m.File, endingOf(m))
	loaded := &sound{audio: audio, renditions: map[media.Codec]bool{}}
	for i := 0; audio != nil && i < len(soundCodecs); i++ {
		stream := media.Stream{Codec: soundCodecs[i]}
		if err = audio.Prepare(stream.Codec, stream.PacketTime, stream.Suppress); err == nil {
			if len(loaded.renditions) == 0 {
				loaded.first = stream.Codec
			}
			loaded.renditions[stream.Codec] = true
		}
	}
	if len(loaded.renditions) > 0 {
		return loaded, nil
	}
	if m.Op == scenarios.ReplayCapture {
		if replay, replayErr := s.cfg.Sound.Replay(m.File); replayErr == nil {
			return &sound{replay: replay}, nil
		}
	}
	return nil, err
}
