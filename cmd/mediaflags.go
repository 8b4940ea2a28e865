package cmd

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/spf13/cobra"
)

// mediaFlags are the flags that say what calls sound like.
type mediaFlags struct {
	sound  string
	codecs []string
	ports  portRange
}

// sounds are the values of --media.
var sounds = map[string]media.Source{"tone": media.Tone, "speech": media.Speech, "silence": media.Silence, "echo": media.Echo}

var soundNames = []string{"tone", "speech", "silence", "echo", "none"}

// addMedia gives a command the media flags.
func addMedia(command *cobra.Command, sound string, ports media.PortRange) *mediaFlags {
	f := &mediaFlags{ports: portRange(ports)}
	flags := command.Flags()
	flags.StringVar(&f.sound, "media", sound, "what calls send as RTP: tone, speech, silence, echo, or none for signalling alone")
	flags.StringSliceVar(&f.codecs, "codec", []string{"pcmu", "pcma"}, "G.711 codecs in order of preference")
	flags.Var(&f.ports, "rtp-ports", "range of the RTP/RTCP port pairs, two ports a call")
	completeFlag(command, "media", soundNames)
	completeFlag(command, "codec", []string{"pcmu", "pcma"})
	return f
}

// media returns what the flags say.
func (f *mediaFlags) media() (loadgen.Media, error) {
	m := loadgen.Media{Off: f.sound == "none", Ports: media.PortRange(f.ports)}
	if err := oneOf("media", f.sound, soundNames); err != nil {
		return m, err
	}
	m.Source = sounds[f.sound]
	if len(f.codecs) == 0 {
		return m, usagef("--codec: must be pcmu or pcma, got none")
	}
	for _, name := range f.codecs {
		switch strings.ToLower(name) {
		case "pcmu", "ulaw", "mulaw":
			m.Codecs = append(m.Codecs, sip.PCMU)
		case "pcma", "alaw":
			m.Codecs = append(m.Codecs, sip.PCMA)
		default:
			return m, usagef("--codec: must be pcmu or pcma, got %q", name)
		}
	}
	return m, nil
}

// portRange is a flag for a range of ports: 20000-32767.
type portRange media.PortRange

// String writes the range as Set reads it.
func (p *portRange) String() string {
	if *p == (portRange{}) {
		return ""
	}
	return media.PortRange(*p).String()
}

// Type names what the flag takes.
func (p *portRange) Type() string { return "first-last" }

// Set reads a range.
func (p *portRange) Set(text string) error {
	first, last, ok := strings.Cut(text, "-")
	low, err1 := strconv.ParseUint(strings.TrimSpace(first), 10, 16)
	high, err2 := strconv.ParseUint(strings.TrimSpace(last), 10, 16)
	if !ok || err1 != nil || err2 != nil || low < 1024 || high <= low {
		return fmt.Errorf("must be two ports from 1024 to 65535, the lower one first, such as 20000-32767, got %q", text)
	}
	*p = portRange{First: uint16(low), Last: uint16(high)}
	return nil
}

// durationLaw is a flag for a fixed or random time: 2s, exponential:2s, lognormal:2s,0.8.
type durationLaw traffic.Duration

// String writes the law as Set reads it.
func (d *durationLaw) String() string { return traffic.Duration(*d).String() }

// Type names what the flag takes.
func (d *durationLaw) Type() string { return "time" }

// Set reads a law.
func (d *durationLaw) Set(text string) error {
	law, err := traffic.ParseDuration(text)
	*d = durationLaw(law)
	return err
}
