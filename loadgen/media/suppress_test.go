package media

import (
	"testing"
	"time"
)

// The built-in speech has a second of perfect silence in every four. Of it the first 200 ms are sent, and
// for the rest nothing, or a comfort noise packet every 200 ms (RFC 3389).
func TestSilenceIsSuppressed(t *testing.T) {
	for _, row := range []struct {
		name     string
		suppress Suppression
		noise    int // comfort noise packets in a pause
		sent     int // packets in four seconds
	}{
		{"every packet", EveryPacket, 0, 200},
		{"gaps", Gaps, 0, 160},
		{"comfort noise", ComfortNoise, 4, 164},
	} {
		x := newEther()
		m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
		from, to := mustOpen(t, m), mustOpen(t, m)
		sent := record(x, from.Port())
		to.Start(0, Stream{Remote: at(from.Port()), Source: None})
		from.Start(0, Stream{Remote: at(to.Port()), Source: Speech, Suppress: row.suppress})
		x.run(8*second, m)
		noise, pauses := 0, 0
		for i, h := range sent.packets[1:] {
			before := sent.packets[i]
			if h.SequenceNumber != before.SequenceNumber+1 {
				t.Fatalf("%s: number %d after %d", row.name, h.SequenceNumber, before.SequenceNumber)
			}
			if elapsed := sent.times[i+1] - sent.times[i]; h.Timestamp-before.Timestamp != uint32(units(elapsed, clockRate)) {
				t.Fatalf("%s: timestamps step by %d in %v", row.name, h.Timestamp-before.Timestamp, elapsed)
			}
			if h.PayloadType == comfortNoiseType {
				noise++
			}
			if h.Marker {
				pauses++
			}
			if want := h.PayloadType == 0 && (before.PayloadType != 0 || sent.times[i+1]-sent.times[i] > 20*time.Millisecond); h.Marker != want {
				t.Errorf("%s: packet %d: marker %v, want %v at the begin of a talkspurt and nowhere else", row.name, i+1, h.Marker, want)
			}
		}
		if got := len(sent.packets) / 2; got != row.sent || noise != 2*row.noise || row.suppress != EveryPacket && pauses < 1 {
			t.Errorf("%s: %d packets and %d of comfort noise in 4 s, want %d and %d; %d markers", row.name, got, noise/2, row.sent, row.noise, pauses)
		}
		if s := to.Stop(x.now); s.WrongPayload != 0 || s.Lost != 0 {
			t.Errorf("%s: the far end counts %d of a wrong type, %d lost", row.name, s.WrongPayload, s.Lost)
		}
	}
}

func TestComfortNoiseLevel(t *testing.T) {
	loud, quiet := make([]int16, 160), make([]int16, 160)
	for i := range loud {
		loud[i], quiet[i] = int16(8000*(1-2*(i%2))), int16(33*(1-2*(i%2))) // 33 of 32768: -59.9 dBov
	}
	for _, row := range []struct {
		samples []int16
		want    byte
	}{{loud, 12}, {quiet, 59}, {make([]int16, 160), quietestNoise}} {
		if got := noiseLevel(pcm{row.samples, clockRate}.level(0, 20*time.Millisecond)); got != row.want {
			t.Errorf("level octet %d, want %d", got, row.want)
		}
	}
}
