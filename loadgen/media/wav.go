package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// What reading a WAV file finds wrong.
var (
	errWAV       = errors.New("is no WAV file (RIFF/WAVE)")
	errWAVFormat = errors.New("has no fmt chunk before its data")
	errWAVData   = errors.New("has no data chunk")
	errWAVEmpty  = errors.New("holds no sample")
)

// The format tags of WAVE that are read.
const (
	wavePCM        = 1
	waveFloat      = 3
	waveALaw       = 6
	waveMuLaw      = 7
	waveExtensible = 0xfffe
)

// Bounds of a WAV file: the rates that audio for telephony comes in, and an hour of it.
const (
	minRate, maxRate = 4000, 192000
	maxChannels      = 8
	maxMinutes       = 60
)

// waveFormat is the fmt chunk.
type waveFormat struct {
	tag      uint16
	channels int
	rate     int
	bits     int
}

// readWAV reads a WAV file: PCM of 8, 16, 24 or 32 bits, floating point, A-law or mu-law, at any rate from 4 to
// 192 kHz; of several channels the mean. A data chunk that ends early is read as far as it goes, as
// recorders leave it that were cut off.
func readWAV(b []byte) (pcm, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return pcm{}, errWAV
	}
	var format waveFormat
	for b = b[12:]; len(b) >= 8; {
		name, size := string(b[:4]), int(binary.LittleEndian.Uint32(b[4:]))
		body := b[8:min(8+size, len(b))]
		switch name {
		case "fmt ":
			if err := format.read(body); err != nil {
				return pcm{}, err
			}
		case "data":
			return format.samples(body)
		}
		b = b[min(8+size+size&1, len(b)):]
	}
	return pcm{}, errWAVData
}

// read reads the fmt chunk and checks that samples of it can be read.
func (f *waveFormat) read(b []byte) error {
	if len(b) < 16 {
		return errWAVFormat
	}
	f.tag = binary.LittleEndian.Uint16(b)
	f.channels = int(binary.LittleEndian.Uint16(b[2:]))
	f.rate = int(binary.LittleEndian.Uint32(b[4:]))
	f.bits = int(binary.LittleEndian.Uint16(b[14:]))
	if f.tag == waveExtensible && len(b) >= 26 {
		f.tag = binary.LittleEndian.Uint16(b[24:]) // the identifier of the format begins with the tag
	}
	switch {
	case f.channels < 1 || f.channels > maxChannels:
		return fmt.Errorf("must have 1 to %d channels, has %d", maxChannels, f.channels)
	case f.rate < minRate || f.rate > maxRate:
		return fmt.Errorf("must have a rate from %d to %d Hz, has %d", minRate, maxRate, f.rate)
	case f.decoder() == nil:
		return fmt.Errorf("has samples of format %d with %d bits: must be PCM of 8, 16, 24 or 32 bits, floating point, A-law or mu-law", f.tag, f.bits)
	}
	return nil
}

// decoder returns what reads one sample, as a fraction of full scale; nil for a format that is not known.
func (f *waveFormat) decoder() func(b []byte) float64 {
	type kind struct {
		tag  uint16
		bits int
	}
	switch (kind{f.tag, f.bits}) {
	case kind{wavePCM, 8}:
		return func(b []byte) float64 { return (float64(b[0]) - 128) / 128 }
	case kind{wavePCM, 16}:
		return func(b []byte) float64 { return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15) }
	case kind{wavePCM, 24}:
		return func(b []byte) float64 {
			return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case kind{wavePCM, 32}:
		return func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31) }
	case kind{waveFloat, 32}:
		return func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }
	case kind{waveFloat, 64}:
		return func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }
	case kind{waveALaw, 8}:
		return func(b []byte) float64 { return float64(PCMA.Decode(b[0])) / (1 << 15) }
	case kind{waveMuLaw, 8}:
		return func(b []byte) float64 { return float64(PCMU.Decode(b[0])) / (1 << 15) }
	}
	return nil
}

// samples reads the data chunk.
func (f *waveFormat) samples(b []byte) (pcm, error) {
	decode := f.decoder()
	if f.rate == 0 || decode == nil {
		return pcm{}, errWAVFormat
	}
	width := f.bits / 8
	n := len(b) / (width * f.channels)
	switch {
	case n == 0:
		return pcm{}, errWAVEmpty
	case n > maxMinutes*60*f.rate:
		return pcm{}, fmt.Errorf("must last at most %d minutes", maxMinutes)
	}
	p := pcm{samples: make([]int16, n), rate: f.rate}
	for i := range p.samples {
		sum := 0.0
		for range f.channels {
			sum += decode(b)
			b = b[width:]
		}
		if math.IsNaN(sum) {
			sum = 0
		}
		p.samples[i] = clip(sum / float64(f.channels) * (1 << 15))
	}
	return p, nil
}
