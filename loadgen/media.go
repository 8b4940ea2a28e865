package loadgen

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// Media says what the calls of a run send. The zero value is a tone in G.711, of which the ports are still to
// be said.
type Media struct {
	Off          bool // signalling alone
	Source       media.Source
	Sound        *media.Audio            // what media.Play plays
	Rows         []*media.Audio          // what the call of each row of the data plays instead; nil: as the others
	Files        map[string]*media.Audio // what steps of the scenario play that name a file
	Plays        int                     // times that a file is played; 0: for ever
	Codecs       []sip.Codec             // in order of preference; empty for PCMU, PCMA
	Ptime        time.Duration           // packet time to ask for, whole milliseconds from 10 to 60; 0: 20 ms
	Suppress     media.Suppression       // of silence
	Suites       []media.Suite           // of SRTP, in order of preference; empty for RTP
	Mux          bool                    // offer that RTP and RTCP share a port
	DSCP         int                     // as media.Config has it
	JitterBuffer time.Duration           // depth of the one by which calls are judged; 0: media.DefaultJitterBuffer
	Ports        media.PortRange
}

// Validate reports what cannot be sent: a file in a codec that it has no rendition for, a packet time out
// of range. It makes what calls will send ready, so that none of them waits for it.
func (m *Media) Validate() error {
	if m.Off {
		return nil
	}
	var errs []error
	if p := m.Ptime; p != 0 && (p < media.MinPacketTime || p > media.MaxPacketTime || p%time.Millisecond != 0) {
		errs = append(errs, fmt.Errorf("ptime: must be whole milliseconds from %s to %s, got %s", media.MinPacketTime, media.MaxPacketTime, p))
	}
	if len(errs) == 0 {
		errs = append(errs, problem("play", m.prepareAll()))
	}
	return errors.Join(errs...)
}

// prepareAll prepares whatever calls play from files.
func (m *Media) prepareAll() error {
	var errs []error
	if m.Source == media.Play {
		errs = append(errs, m.prepare(m.Sound))
	}
	seen := map[*media.Audio]bool{nil: true}
	for _, sound := range slices.AppendSeq(slices.Clone(m.Rows), maps.Values(m.Files)) {
		if !seen[sound] {
			seen[sound] = true
			errs = append(errs, m.prepare(sound))
		}
	}
	return errors.Join(errs...)
}

// prepare works out what a sound is in each codec that may be agreed on.
func (m *Media) prepare(sound *media.Audio) error {
	if sound == nil {
		return errors.New("needs a file")
	}
	codecs := m.Codecs
	if len(codecs) == 0 {
		codecs = []sip.Codec{sip.PCMU, sip.PCMA}
	}
	var errs []error
	for _, c := range codecs {
		errs = append(errs, m.prepareFor(sound, c))
	}
	return errors.Join(errs...)
}

// prepareFor prepares a sound for a codec of a description, in any of its payload formats.
func (m *Media) prepareFor(sound *media.Audio, c sip.Codec) error {
	var first error
	for _, format := range call.PayloadFormats(c) {
		err := sound.Prepare(format, m.Ptime, m.Suppress)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// forShard returns the media of a shard: the same on its share of the ports.
func (m Media) forShard(i, shards int) Media {
	if !m.Off {
		m.Ports = m.Ports.Split(shards)[i]
	}
	return m
}

// Audio returns what the calls of the shard say and hear at the address of its socket, sending only to what is allowed.
// Unless they have no media it makes the engine that runs it, on the ports of m. The seed is that of the chance in media.
func (s *Shard) Audio(m *Media, seed uint64, allowed func(netip.Addr) bool) (call.Audio, error) {
	audio := call.Audio{
		Source: m.Source, Sound: m.Sound, Rows: m.Rows, Files: m.Files, Plays: m.Plays, Codecs: m.Codecs, Ptime: m.Ptime, Suppress: m.Suppress,
		Suites: m.Suites, Mux: m.Mux, Address: s.Socket.Local().Addr(), Allowed: allowed,
	}
	if m.Off {
		return audio, nil
	}
	engine, err := media.NewEngine(media.Config{
		Local: audio.Address, Ports: m.Ports, Start: s.Start, DSCP: m.DSCP, JitterBuffer: m.JitterBuffer, Seed: seed,
		SendLate: &s.Steady.Media.SendLate,
	})
	if err != nil {
		return audio, err
	}
	s.Media, audio.Engine = engine, engine
	return audio, nil
}
