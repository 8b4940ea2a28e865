package media

import (
	"testing"
	"time"
)

// Every codec has each built-in source in every packet time, and what it sends has the size and the time
// that its payload format says.
func TestBuiltInSourcesOfEveryCodec(t *testing.T) {
	for codec := range numCodecs {
		for _, source := range []Source{Tone, Speech, Silence} {
			for ptime := MinPacketTime; ptime <= MaxPacketTime; ptime += 10 * time.Millisecond {
				s := Stream{Codec: codec, Source: source, PacketTime: ptime}
				if err := builtin(source).Prepare(codec, ptime, EveryPacket); err != nil {
					t.Fatalf("%s of %s in %s: %v", source, codec, ptime, err)
				}
				track, packet := s.track(), s.packetTime()
				if packet%codec.FrameTime() != 0 || packet < codec.FrameTime() || packet > ptime && packet != codec.FrameTime() {
					t.Fatalf("%s in %s: packet time %s", codec, ptime, packet)
				}
				for i := range track.slots {
					payload := track.payload(&track.slots[i])
					if lasts := codec.payloadTime(len(payload)); len(payload) == 0 || lasts != 0 && lasts != packet {
						t.Fatalf("%s of %s in %s: packet %d has %d octets, which last %s", source, codec, packet, i, len(payload), lasts)
					}
				}
			}
		}
	}
}

// Speech in iLBC is speech: as long as it is in G.711 (the last frame of 30 ms reaches beyond), no frame like another one, and
// another signal than the tone.
func TestFramesOfILBC(t *testing.T) {
	second := int(time.Second / time.Millisecond)
	for codec, want := range map[Codec]int{ILBC20: 4 * second / 20, ILBC30: 4*second/30 + 1} {
		distinct := map[string]bool{}
		for _, frame := range builtin(Speech).frames[codec] {
			distinct[string(frame)] = true
		}
		if n := len(builtin(Speech).frames[codec]); n != want || len(distinct) < want*3/4 {
			t.Errorf("%s: %d frames of speech, %d distinct ones; want %d", codec, n, len(distinct), want)
		}
		for _, frame := range builtin(Tone).frames[codec] {
			if distinct[string(frame)] {
				t.Errorf("%s: a frame of the tone is one of speech: %x", codec, frame)
			}
		}
	}
}

// The payloads of RFC 4867 by their examples: section 4.3.5.1 (one frame of mode 7.4, bandwidth-efficient)
// and 4.4.4.1 (octet-aligned), without the mode request of the examples.
func TestAMRPayloads(t *testing.T) {
	frame := append([]byte{4<<3 | 1<<2}, make([]byte, 19)...) // 7.4 kbit/s, good, 148 bits
	frame[1], frame[19] = 0x80, 0xf0
	efficient := pack(nil, AMR, [][]byte{frame})
	// 1111 (no request), 0 (last) 0100 (type) 1 (good), 1000..., 4+6+148 = 158 bits and 2 of padding
	if len(efficient) != 20 || efficient[0] != 0xf2 || efficient[1] != 0x60 || efficient[19] != 0x3c {
		t.Errorf("bandwidth-efficient: %x", efficient)
	}
	aligned := pack(nil, AMRAligned, [][]byte{frame, frame})
	if len(aligned) != 1+2+2*19 || aligned[0] != 0xf0 || aligned[1] != 0xa4 || aligned[2] != 0x24 {
		t.Errorf("octet-aligned, two frames: %x", aligned)
	}
}

func TestOpusPacketsOfSeveralFrames(t *testing.T) {
	long := append([]byte{0x78}, make([]byte, 300)...)
	got := pack(nil, Opus, [][]byte{long, {0x78, 1, 2}})
	// RFC 6716 section 3.2.5: code 3, variable sizes, 2 frames; 300 = 4 * 12 + 252
	if len(got) != 2+2+300+2 || got[0] != 0x7b || got[1] != 0x82 || got[2] != 252 || got[3] != 12 {
		t.Errorf("% x ...", got[:4])
	}
}

func FuzzReadFrames(f *testing.F) {
	for _, name := range []string{"speech.g729", "speech.amr", "speech.opus"} {
		text, err := storedFiles.ReadFile("frames/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name[len("speech"):], text)
	}
	f.Add(".ilbc", append([]byte("#!iLBC20\n"), make([]byte, 76)...))
	f.Fuzz(func(t *testing.T, ending string, b []byte) {
		renditions, err := readFrames(ending, b)
		if err != nil {
			return
		}
		for codec, frames := range renditions {
			a := Audio{frames: renditions}
			for ptime := MinPacketTime; ptime <= MaxPacketTime; ptime += 10 * time.Millisecond {
				_ = a.Prepare(codec, ptime, EveryPacket)
			}
			if len(frames) == 0 {
				t.Fatalf("%s: no frames and no error", codec)
			}
		}
	})
}
