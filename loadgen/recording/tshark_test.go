package recording_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/recording"
	"github.com/sipplan/sipplan/loadgen/testbed"
	"github.com/sipplan/sipplan/planner/measure"
)

// TestTsharkAgrees lets a leg hear a stream over a real socket that loses, delays and swaps packets, records it, and
// lets tshark analyse the capture: its counts and jitter must be ours.
func TestTsharkAgrees(t *testing.T) {
	path := testbed.Peer(t, "tshark", "tshark")
	for _, row := range []struct {
		name   string
		within float64 // by what share jitters may differ, beside the digits that tshark writes
		change func(random *rand.Rand) (lose bool, delay time.Duration)
	}{
		{"a clean stream", 0, func(*rand.Rand) (bool, time.Duration) { return false, 0 }},
		{"one in ten lost", 0, func(r *rand.Rand) (bool, time.Duration) { return r.IntN(10) == 0, 0 }},
		{"jitter and losses", 0, func(r *rand.Rand) (bool, time.Duration) {
			return r.IntN(20) == 0, time.Duration(r.Int64N(int64(15 * time.Millisecond)))
		}},
		// tshark leaves packets that were overtaken out of the jitter; RFC 3550 appendix A.8 does not.
		{"packets that are overtaken", 0.15, func(r *rand.Rand) (bool, time.Duration) {
			return r.IntN(20) == 0, time.Duration(r.Int64N(int64(30 * time.Millisecond)))
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel() // each is a stream of two seconds
			audio, capture := hear(t, row.change)
			theirs := analyse(t, path, capture)
			if theirs.packets != audio.Received || theirs.lost != audio.Lost {
				t.Errorf("tshark counts %d packets and %d lost, we %d and %d", theirs.packets, theirs.lost, audio.Received, audio.Lost)
			}
			const rounding = 0.002 // tshark writes milliseconds with three decimals
			for _, jitter := range []struct {
				name         string
				theirs, ours float64
			}{
				{"mean jitter", theirs.meanJitter, float64(audio.MeanJitter) / 1e6},
				{"highest jitter", theirs.maxJitter, float64(audio.MaxJitter) / 1e6},
			} {
				if math.Abs(jitter.theirs-jitter.ours) > rounding+row.within*jitter.ours {
					t.Errorf("%s: tshark says %v ms, we %v ms", jitter.name, jitter.theirs, jitter.ours)
				}
			}
		})
	}
}

// hear plays two seconds of a stream to a leg and returns what the leg made of it, and the capture of its call.
func hear(t *testing.T, change func(*rand.Rand) (bool, time.Duration)) (measure.CallAudio, []byte) {
	t.Helper()
	start := time.Now()
	loopback := netip.MustParseAddr("127.0.0.1")
	engine, err := media.NewEngine(media.Config{Local: loopback, Ports: media.PortRange{First: 21000, Last: 21999}, Start: start})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	leg, err := engine.Open()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)), net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, leg.Port())))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()

	const id = "1@127.0.0.1"
	recorder := recording.New(recording.Policy{Worst: 1})
	recorder.Message(0, true, netip.AddrPortFrom(loopback, 5060), netip.AddrPortFrom(loopback, 5061), []byte("INVITE sip:x SIP/2.0\r\nCall-ID: "+id+"\r\n\r\n"))
	recorder.Media([]byte(id), leg)
	leg.Start(time.Since(start), media.Stream{Remote: conn.LocalAddr().(*net.UDPAddr).AddrPort(), Source: media.None})
	play(t, engine, conn, start, change)
	stats := leg.Stop(time.Since(start))
	recorder.Heard([]byte(id), stats.Audio())
	recorder.Ended([]byte(id), measure.Answered, false)
	kept, _ := recording.Kept(recording.Policy{Worst: 1}, recorder)
	var capture bytes.Buffer
	if err := kept[0].WritePcap(&capture, start); err != nil {
		t.Fatal(err)
	}
	return kept[0].Audio, capture.Bytes()
}

// play sends a packet each 20 ms, changed, while the engine sweeps.
func play(t *testing.T, engine *media.Engine, conn net.Conn, start time.Time, change func(*rand.Rand) (bool, time.Duration)) {
	t.Helper()
	random := rand.New(rand.NewPCG(3550, 1))
	type departure struct {
		at     time.Duration
		number int
	}
	var due []departure
	began := time.Since(start)
	for k := range 100 {
		lose, delay := change(random)
		if !lose || k == 0 || k == 99 {
			due = append(due, departure{began + time.Duration(k)*20*time.Millisecond + delay, k})
		}
	}
	for len(due) > 0 {
		now := time.Since(start)
		for i := 0; i < len(due); i++ {
			if due[i].at > now {
				continue
			}
			b := append([]byte{0x80, 0}, make([]byte, 170)...)
			binary.BigEndian.PutUint16(b[2:], uint16(65500+due[i].number)) // wraps on the way
			binary.BigEndian.PutUint32(b[4:], uint32(due[i].number)*160)
			binary.BigEndian.PutUint32(b[8:], 0xdecafbad)
			if _, err := conn.Write(b); err != nil {
				t.Fatal(err)
			}
			due = append(due[:i], due[i+1:]...)
			i--
		}
		if next, running := engine.Next(); running && next <= now {
			engine.Sweep(now)
		}
		time.Sleep(500 * time.Microsecond) // the pace of the stream, not a wait for something to happen
	}
}

// streamAnalysis is what tshark says of an RTP stream.
type streamAnalysis struct {
	packets               uint64
	lost                  int64
	meanJitter, maxJitter float64 // ms
}

// analyse lets tshark analyse the only RTP stream of a capture. Its table has the columns Start time, End time, Src IP
// addr, Port, Dest IP addr, Port, SSRC, Payload, Pkts, Lost, Min, Mean and Max Delta, Min, Mean and Max Jitter.
func analyse(t *testing.T, path string, capture []byte) streamAnalysis {
	t.Helper()
	file := filepath.Join(t.TempDir(), "call.pcap")
	if err := os.WriteFile(file, capture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "-r", file, "-q", "-o", "rtp.heuristic_rtp:TRUE", "-z", "rtp,streams").CombinedOutput()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		ssrc := -1
		for i, f := range fields {
			if strings.EqualFold(f, "0xDECAFBAD") {
				ssrc = i
			}
		}
		if ssrc < 0 {
			continue
		}
		t.Log(strings.TrimSpace(line))
		return read(t, fields[ssrc+1:])
	}
	t.Fatalf("tshark sees no stream:\n%s", out)
	return streamAnalysis{}
}

// read reads the columns after the SSRC.
func read(t *testing.T, fields []string) (a streamAnalysis) {
	t.Helper()
	var numbers []float64
	for _, f := range fields {
		if strings.HasPrefix(f, "(") || strings.Contains(f, "g711") || strings.Contains(f, "%") {
			continue
		}
		n, err := strconv.ParseFloat(f, 64)
		if err != nil {
			break
		}
		numbers = append(numbers, n)
	}
	if len(numbers) < 8 {
		t.Fatalf("tshark says %q", fields)
	}
	return streamAnalysis{packets: uint64(numbers[0]), lost: int64(numbers[1]), meanJitter: numbers[6], maxJitter: numbers[7]}
}
