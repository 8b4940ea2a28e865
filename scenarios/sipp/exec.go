package sipp

import (
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/scenarios"
)

// exec compiles <exec>: a command, an order to the program or media. The first attribute that SIPp looks
// for counts.
func (c *compiler) exec(e *element, a *scenarios.Action) {
	c.attributesOf(e, "command", "int_cmd", "play_pcap_audio", "play_pcap_video", "play_pcap_image", "play_dtmf", "rtp_stream", "rtp_echo")
	if _, given := e.get("command"); given {
		a.Op, a.Text = scenarios.Execute, c.template(e, "command")
		return
	}
	if order, given := e.get("int_cmd"); given {
		c.order(e, a, order)
		return
	}
	a.Op = scenarios.PlayAction
	a.Media.Payload = -1
	c.script.Media = true
	for name, stream := range map[string]scenarios.Stream{"play_pcap_audio": scenarios.AudioStream, "play_pcap_video": scenarios.VideoStream, "play_pcap_image": scenarios.ImageStream} {
		if file, given := e.get(name); given {
			a.Media.Op, a.Media.Stream = scenarios.ReplayCapture, stream
			c.mediaFile(e, a, file)
			return
		}
	}
	if digits, given := e.get("play_dtmf"); given {
		a.Media.Op, a.Media.Text = scenarios.PlayDigits, c.segments(digits, e.line)
		return
	}
	if stream, given := e.get("rtp_stream"); given {
		c.stream(e, a, stream)
		return
	}
	if echo, given := e.get("rtp_echo"); given {
		c.echoStream(e, a, echo)
		return
	}
	c.fail(e.line, "<exec> needs command, int_cmd, rtp_stream, rtp_echo, play_dtmf or play_pcap_audio, _video or _image")
}

// order compiles int_cmd; any other text stops the call, as in SIPp.
func (c *compiler) order(e *element, a *scenarios.Action, order string) {
	switch order {
	case "stop_now":
		a.Op = scenarios.StopNow
	case "stop_gracefully":
		a.Op = scenarios.StopGracefully
	case "stop_call":
		a.Op = scenarios.StopCall
	default:
		c.warn(e.line, "int_cmd: must be stop_call, stop_gracefully or stop_now, got %q; it stops the call", order)
		a.Op = scenarios.StopCall
	}
}

// mediaFile notes the name of a file that is played. Keywords of the user's own may stand in it.
func (c *compiler) mediaFile(e *element, a *scenarios.Action, name string) {
	var whole strings.Builder
	for _, s := range c.segments(name, e.line) {
		if s.Keyword != scenarios.Literal {
			c.fail(e.line, "the name of a media file may have keywords of the user's own only, got %q", name)
			return
		}
		whole.Write(s.Text)
	}
	a.Media.File = strings.TrimSpace(whole.String())
	if a.Media.File == "" || filepath.Clean(a.Media.File) == "." {
		c.fail(e.line, "<exec> needs the name of a media file")
	}
}

// stream compiles rtp_stream: pause, resume, a pattern, or file[,loops[,payload type[,format]]].
func (c *compiler) stream(e *element, a *scenarios.Action, text string) {
	m := &a.Media
	for prefix, stream := range map[string]scenarios.Stream{"a": scenarios.AudioStream, "v": scenarios.VideoStream} {
		switch {
		case text == "pause"+prefix+"pattern":
			m.Op, m.Stream = scenarios.PauseStream, stream
			return
		case text == "resume"+prefix+"pattern":
			m.Op, m.Stream = scenarios.ResumeStream, stream
			return
		case strings.HasPrefix(text, prefix+"pattern"):
			m.Op, m.Stream = scenarios.StreamTone, stream
			c.streamParameters(e, m, strings.Split(text, ","))
			return
		}
	}
	switch text {
	case "pause":
		m.Op = scenarios.PauseStream
	case "resume":
		m.Op = scenarios.ResumeStream
	default:
		m.Op = scenarios.StreamFile
		parts := strings.Split(text, ",")
		c.mediaFile(e, a, parts[0])
		c.streamParameters(e, m, parts)
	}
}

// streamParameters reads what stands behind the name of a file or a pattern.
func (c *compiler) streamParameters(e *element, m *scenarios.MediaAction, parts []string) {
	m.Loops = 1
	for i, into := range []*int{&m.Loops, &m.Payload} {
		if len(parts) <= i+1 || strings.TrimSpace(parts[i+1]) == "" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(parts[i+1]))
		if err != nil {
			c.fail(e.line, "rtp_stream: loops and payload type must be numbers, got %q", parts[i+1])
			return
		}
		*into = n
	}
	if m.Payload > 127 {
		c.fail(e.line, "rtp_stream: payload type must be from 0 to 127, got %d", m.Payload)
	}
	if len(parts) > 3 {
		m.Format = strings.TrimSpace(strings.Join(parts[3:], ","))
	}
}

// echoes are the orders of rtp_echo.
var echoes = []struct {
	name   string
	op     scenarios.MediaOp
	stream scenarios.Stream
}{
	{"startaudio", scenarios.StartEcho, scenarios.AudioStream}, {"updateaudio", scenarios.UpdateEcho, scenarios.AudioStream},
	{"stopaudio", scenarios.StopEcho, scenarios.AudioStream}, {"startvideo", scenarios.StartEcho, scenarios.VideoStream},
	{"updatevideo", scenarios.UpdateEcho, scenarios.VideoStream}, {"stopvideo", scenarios.StopEcho, scenarios.VideoStream},
}

func (c *compiler) echoStream(e *element, a *scenarios.Action, text string) {
	for _, echo := range echoes {
		if strings.HasPrefix(text, echo.name) {
			a.Media.Op, a.Media.Stream = echo.op, echo.stream
			return
		}
	}
	c.fail(e.line, "rtp_echo: must be startaudio, updateaudio, stopaudio, startvideo, updatevideo or stopvideo, got %q", text)
}
