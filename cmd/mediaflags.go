package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
	"github.com/spf13/cobra"
)

// mediaFlags are the flags that say what calls sound like.
type mediaFlags struct {
	sound    string
	play     []string
	plays    int
	codecs   []string
	ptime    time.Duration
	suppress string
	srtp     []string
	mux      bool
	dscp     int
	buffer   time.Duration
	ports    portRange
}

// sounds are the values of --media.
var sounds = map[string]media.Source{"tone": media.Tone, "speech": media.Speech, "silence": media.Silence, "echo": media.Echo, "reference": media.Reference}

var soundNames = []string{"tone", "speech", "silence", "echo", "reference", "none"}

// addMedia gives a command the media flags.
func addMedia(command *cobra.Command, sound string, ports media.PortRange) *mediaFlags {
	f := &mediaFlags{ports: portRange(ports)}
	flags := command.Flags()
	flags.StringVar(&f.sound, "media", sound, "what calls send as RTP: tone, speech, silence, echo, reference (marked, so that the right audio is recognised where it comes back), or none for signalling alone")
	flags.StringArrayVar(&f.play, "play", nil, "file that calls play instead: "+media.FileKinds()+"; several for several codecs")
	flags.IntVar(&f.plays, "plays", 0, "times that --play is played, 0 for as long as the call lasts")
	flags.StringSliceVar(&f.codecs, "codecs", []string{"pcmu", "pcma"}, "codecs in order of preference: "+strings.Join(codecNames, ", "))
	flags.StringSliceVar(&f.codecs, "codec", []string{"pcmu", "pcma"}, "the same as --codecs")
	_ = flags.MarkHidden("codec") // as the flag was called first
	flags.DurationVar(&f.ptime, "ptime", media.DefaultPacketTime, "audio in a packet, 10ms to 60ms; sending follows what the far end asks for")
	flags.StringVar(&f.suppress, "silence", "send", "what becomes of silence in G.711 and G.722: send, gaps (nothing is sent), or comfort-noise (RFC 3389)")
	flags.StringSliceVar(&f.srtp, "srtp", nil, "SRTP by SDES, with one or more suites: "+suiteNames()+"; use SIP over TLS, which hides the keys")
	flags.Lookup("srtp").NoOptDefVal = media.AES128SHA80.String()
	flags.BoolVar(&f.mux, "rtcp-mux", false, "offer that RTP and RTCP share a port (RFC 5761)")
	flags.IntVar(&f.dscp, "media-dscp", expeditedForwarding, "DSCP of media packets, 0 to 63; 46 is expedited forwarding")
	flags.DurationVar(&f.buffer, "jitter-buffer", media.DefaultJitterBuffer, "depth of the jitter buffer by which calls are judged: RTP that comes later is lost to the ear")
	flags.Var(&f.ports, "rtp-ports", "range of the RTP/RTCP port pairs, two ports a call")
	completeFlag(command, "media", soundNames)
	completeFlag(command, "codecs", codecNames)
	completeFlag(command, "silence", silenceNames)
	return f
}

// media returns what the flags say.
func (f *mediaFlags) media() (loadgen.Media, error) {
	m := loadgen.Media{Off: f.sound == "none", Ports: media.PortRange(f.ports), Ptime: f.ptime, Plays: f.plays, Mux: f.mux, DSCP: f.dscp, JitterBuffer: f.buffer}
	if f.dscp == 0 {
		m.DSCP = media.BestEffort
	}
	err := errors.Join(
		oneOf("media", f.sound, soundNames), oneOf("silence", f.suppress, silenceNames), f.checkNumbers(),
		f.readCodecs(&m), f.readSuites(&m))
	if err != nil {
		return m, err
	}
	m.Source, m.Suppress = sounds[f.sound], silences[f.suppress]
	return m, f.readFiles(&m)
}

// silences are the values of --silence.
var (
	silences     = map[string]media.Suppression{"send": media.EveryPacket, "gaps": media.Gaps, "comfort-noise": media.ComfortNoise}
	silenceNames = []string{"send", "gaps", "comfort-noise"}
)

// codecsByName are the values of --codecs, with the names that other programs have for them.
var (
	codecsByName = map[string]sip.Codec{
		"pcmu": sip.PCMU, "ulaw": sip.PCMU, "mulaw": sip.PCMU, "pcma": sip.PCMA, "alaw": sip.PCMA, "g722": sip.G722,
		"g729": sip.G729, "opus": sip.Opus, "ilbc": sip.ILBC, "amr": sip.AMR,
	}
	codecNames = []string{"pcmu", "pcma", "g722", "g729", "opus", "ilbc", "amr"}
)

func (f *mediaFlags) readCodecs(m *loadgen.Media) error {
	for _, name := range f.codecs {
		codec, known := codecsByName[strings.ToLower(name)]
		if !known {
			return usagef("--codecs: must be among %s, got %q", strings.Join(codecNames, ", "), name)
		}
		if slices.Contains(m.Codecs, codec) {
			return usagef("--codecs: %s stands there twice", name)
		}
		m.Codecs = append(m.Codecs, codec)
	}
	if len(m.Codecs) == 0 {
		return usagef("--codecs: must be among %s, got none", strings.Join(codecNames, ", "))
	}
	return nil
}

func (f *mediaFlags) readSuites(m *loadgen.Media) error {
	for _, name := range f.srtp {
		suite, known := media.ParseSuite([]byte(strings.ToUpper(name)))
		if !known || !suite.Encrypts() {
			return usagef("--srtp: must be among %s, got %q", suiteNames(), name)
		}
		if !slices.Contains(m.Suites, suite) {
			m.Suites = append(m.Suites, suite)
		}
	}
	return nil
}

// suiteNames lists the suites of SRTP.
func suiteNames() string {
	var names []string
	for _, s := range media.Suites() {
		names = append(names, s.String())
	}
	return strings.Join(names, ", ")
}

func (f *mediaFlags) checkNumbers() error {
	switch {
	case f.dscp < 0 || f.dscp > 63:
		return usagef("--media-dscp: must be from 0 to 63, got %d", f.dscp)
	case f.buffer <= 0 || f.buffer > time.Second:
		return usagef("--jitter-buffer: must be more than 0s and at most 1s, got %s", f.buffer)
	case f.plays < 0:
		return usagef("--plays: must not be negative, got %d", f.plays)
	case f.ptime == 0:
		return usagef("--ptime: must be from %s to %s, got 0s", media.MinPacketTime, media.MaxPacketTime)
	}
	return nil
}

// longestSound bounds a file of --play: an hour of stereo at 48 kHz and 16 bits, nearly.
const longestSound = 600 << 20

// sounds returns what reads files of audio.
func (f *mediaFlags) sounds() *media.Library {
	return media.NewLibrary(func(name string) ([]byte, error) { return readInput(name, longestSound) })
}

// readRows reads what the column play of the data names, for the call of each row: each content once.
func (f *mediaFlags) readRows(m *loadgen.Media, data *scenarios.Table) error {
	if data == nil || m.Off || data.Column("play") < 0 {
		return nil
	}
	library, column := f.sounds(), data.Column("play")
	m.Rows = make([]*media.Audio, data.Rows())
	for row := range m.Rows {
		name := string(data.AppendCell(nil, row, column))
		if name == "" {
			continue
		}
		sound, err := library.Open(name)
		if err != nil {
			return fmt.Errorf("--data: row %d, play: %w", row+1, err)
		}
		m.Rows[row] = sound
	}
	return nil
}

// readSteps reads what the steps of a scenario play, from the folder of its file or below.
func (f *mediaFlags) readSteps(m *loadgen.Media, file string, programs []*scenarios.Program) error {
	var names []string
	for _, p := range programs {
		names = append(names, p.Files()...)
	}
	if len(names) == 0 || m.Off {
		return nil
	}
	folder, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return fmt.Errorf("--scenario: %w", err)
	}
	defer folder.Close()
	library := media.NewLibrary(func(name string) ([]byte, error) {
		source, err := folder.Open(name)
		if err != nil {
			return nil, err
		}
		defer source.Close()
		return readAll(source, name, longestSound)
	})
	m.Files = map[string]*media.Audio{}
	for _, name := range names {
		if m.Files[name], err = library.Open(name); err != nil {
			return fmt.Errorf("--scenario: play %s: %w", name, err)
		}
	}
	return nil
}

// readFiles reads what --play names.
func (f *mediaFlags) readFiles(m *loadgen.Media) error {
	if len(f.play) == 0 || m.Off {
		return nil
	}
	library := f.sounds()
	var files []*media.Audio
	for _, name := range f.play {
		audio, err := library.Open(name)
		if err != nil {
			return usagef("--play: %w", err)
		}
		files = append(files, audio)
	}
	sound, err := media.JoinAudio(files...)
	if err != nil {
		return usagef("--play: %w", err)
	}
	m.Source, m.Sound = media.Play, sound
	return nil
}

// expeditedForwarding is the default of --media-dscp (RFC 3246).
const expeditedForwarding = 46

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
