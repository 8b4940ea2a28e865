package cmd

import (
	"encoding/csv"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/loadgen/testbed"
)

// The RTP ports of a captured run: those of the gateway, then those of the caller.
const (
	gatewayRTP, callerRTP = 31000, 31100
	portsCaptured         = 40 // from each of them on
)

// TestCapturedCallsAreWellFormed lets tshark look at what goes over the wire while blast calls gateway.
func TestCapturedCallsAreWellFormed(t *testing.T) {
	t.Parallel()
	path := testbed.Peer(t, "tshark", "tshark")
	testbed.Undisturbed(t, func() string {
		capture, run := captureCalls(t, path)
		if skipped := run.health(t, "rtp_skipped"); skipped > 0 || capture.dropped {
			return fmt.Sprintf("%g packets were never sent; the capture missed some: %v", skipped, capture.dropped)
		}
		calls := run.count(t, "totals.answered")
		if calls != 12 {
			t.Fatalf("%d of 12 calls were answered", calls)
		}
		capture.checkSIP(t, 7*calls+repeated(t, run))
		capture.checkRTP(t, calls)
		capture.checkJitter(t, run, calls)
		return ""
	})
}

// capture is a file of packets and how tshark is to read them.
type capture struct {
	path, file string
	read       []string // ports by protocol
	dropped    bool     // packets were missed
}

// captureCalls captures twelve calls of half a second, and returns the caller's report too.
func captureCalls(t *testing.T, path string) (*capture, document) {
	t.Helper()
	rtp := func(first int) string { return fmt.Sprintf("%d-%d", first, first+portsCaptured-1) }
	gateway, address := startGateway(t, "--rtp-ports", rtp(gatewayRTP), "--ports", "20")
	_, sipPort, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	marker := listenUDP(t)
	c := startCapture(t, path, fmt.Sprintf("udp portrange %s or udp portrange %s or udp port %s", rtp(gatewayRTP), rtp(callerRTP), sipPort), marker)
	code, stdout, stderr := commandLine("blast", "sip:"+address, "--calls", "12", "--caps", "12", "--arrivals", "constant",
		"--aht", "500ms", "--hold", "fixed", "--media", "tone", "--rtp-ports", rtp(callerRTP), "--output", "json")
	if code != codePass && code != codeInconclusive {
		t.Fatalf("exit code %d; stderr:\n%s", code, stderr)
	}
	gateway.interrupt()
	gateway.leaves(t)
	c.end(t)
	result := &capture{
		path: path, file: c.file, read: []string{"-d", "udp.port==" + sipPort + ",sip"},
		dropped: strings.Contains(c.peer.tail(), "dropped from"),
	}
	for i := 0; i < portsCaptured; i += 2 {
		for _, first := range []int{gatewayRTP, callerRTP} {
			result.read = append(result.read, "-d", fmt.Sprintf("udp.port==%d,rtp", first+i), "-d", fmt.Sprintf("udp.port==%d,rtcp", first+i+1))
		}
	}
	return result, parseDocument(t, stdout)
}

// liveCapture is tshark while it captures. It prints the length of each datagram to the marker port, so
// that the test sees what it has captured.
type liveCapture struct {
	peer   *peer
	file   string
	marker net.PacketConn
}

// startCapture starts tshark and waits until it has captured something.
func startCapture(t *testing.T, path, filter string, marker net.PacketConn) *liveCapture {
	t.Helper()
	_, port, err := net.SplitHostPort(marker.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "calls.pcapng")
	c := &liveCapture{file: file, marker: marker}
	c.peer = startPeer(t, path, "-i", "lo", "-n", "-l", "-P", "-w", file, "-f", filter+" or udp port "+port,
		"-T", "fields", "-e", "udp.dstport", "-e", "udp.length")
	c.mark(t, port, 1)
	return c
}

// end waits until tshark has captured all that was sent before, and stops it.
func (c *liveCapture) end(t *testing.T) {
	t.Helper()
	_, port, err := net.SplitHostPort(c.marker.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.mark(t, port, 2)
	if err := c.peer.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := c.peer.wait(t); code != 0 {
		t.Fatalf("tshark ended with %d; it said:\n%s", code, c.peer.tail())
	}
}

// mark sends datagrams of a length until tshark has seen one.
func (c *liveCapture) mark(t *testing.T, port string, length int) {
	t.Helper()
	seen := regexp.MustCompile(fmt.Sprintf(`(?m)^%s\t%d$`, port, length+8)) // the UDP header has 8 octets
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if _, err := c.marker.WriteTo(make([]byte, length), c.marker.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		text, more := c.peer.output.read()
		if seen.MatchString(text) {
			return
		}
		select {
		case <-more:
		case <-time.After(50 * time.Millisecond): // before it listens it says nothing
		case <-c.peer.ended:
			testbed.Missing(t, "tshark cannot capture on loopback: "+c.peer.tail())
		}
	}
	t.Fatalf("tshark has not captured a datagram within %s; it said:\n%s", patience, c.peer.tail())
}

// tshark reads the capture and returns what it prints.
func (c *capture) tshark(t *testing.T, args ...string) string {
	t.Helper()
	reader := startPeer(t, c.path, append(append([]string{"-r", c.file, "-n"}, c.read...), args...)...)
	if code := reader.wait(t); code != 0 {
		t.Fatalf("tshark %q ended with %d; it said:\n%s", args, code, reader.tail())
	}
	return strings.TrimPrefix(reader.output.String(), "Running as user \"root\" and group \"root\". This could be dangerous.\n")
}

// repeated counts the SIP messages that went over the wire again.
func repeated(t *testing.T, run document) (messages int) {
	t.Helper()
	for _, direction := range []string{"sip.retransmissions_sent", "sip.retransmissions_received"} {
		for method := range run.at(t, direction).(map[string]any) {
			messages += run.count(t, direction+"."+method)
		}
	}
	return messages
}

// checkSIP requires a number of messages, for each call INVITE, 100, 180, 200, ACK, BYE and 200, and that
// none of them nor any other packet is malformed or deserves an error or a warning.
func (c *capture) checkSIP(t *testing.T, messages int) {
	t.Helper()
	if n := strings.Count(c.tshark(t, "-Y", "sip", "-T", "fields", "-e", "frame.number"), "\n"); n != messages {
		t.Errorf("tshark sees %d SIP messages, want %d", n, messages)
	}
	if bad := c.tshark(t, "-Y", "_ws.malformed or _ws.expert.severity >= 0x600000", "-V"); bad != "" {
		t.Errorf("tshark finds fault with\n%s", bad)
	}
}

// packet is the header of one RTP packet.
type packet struct {
	from, to, ssrc string
	sequence       uint16
	timestamp      uint32
	marker         bool
	payloadType    string
	octets         int // of the payload
}

// stream is one direction of a call.
type stream struct{ from, to, ssrc string }

// checkRTP requires two streams for each call, one each way: each begins with a marker, has no gap in its
// sequence numbers, timestamps that advance by 160 samples, and 160 octets of PCMU in each packet.
func (c *capture) checkRTP(t *testing.T, calls int) {
	t.Helper()
	last := map[stream]packet{}
	fromCaller := 0
	for _, p := range c.packets(t) {
		key := stream{p.from, p.to, p.ssrc}
		before, known := last[key]
		last[key] = p
		if p.octets != 160 || p.payloadType != "0" {
			t.Errorf("%+v: want 160 octets of PCMU", p)
		}
		switch {
		case !known && !p.marker:
			t.Errorf("%+v: the first packet has no marker", p)
		case known && p.marker:
			t.Errorf("%+v: a marker within the stream", p)
		case known && p.sequence != before.sequence+1:
			t.Errorf("%+v: follows %d", p, before.sequence)
		case known && p.timestamp != before.timestamp+160:
			t.Errorf("%+v: follows timestamp %d", p, before.timestamp)
		}
		if !known && strings.HasPrefix(p.from, "311") {
			fromCaller++
		}
	}
	if len(last) != 2*calls || fromCaller != calls {
		t.Errorf("%d streams, %d of them from the caller, in %d calls", len(last), fromCaller, calls)
	}
	lost := regexp.MustCompile(`(?m)\s(-?\d+) \(-?[\d.]+%\)`).FindAllStringSubmatch(c.tshark(t, "-q", "-z", "rtp,streams"), -1)
	if len(lost) != 2*calls {
		t.Errorf("tshark itself counts %d streams in %d calls", len(lost), calls)
	}
	for _, found := range lost {
		if found[1] != "0" {
			t.Errorf("tshark counts %s packets lost in a stream", found[1])
		}
	}
}

// checkJitter requires that tshark's analysis of the streams to the caller is what the caller reports of its calls: it
// lists the worst, and these are all. Both read the kernel's timestamps, one before the socket and one after it.
func (c *capture) checkJitter(t *testing.T, run document, calls int) {
	t.Helper()
	const within = 0.1 // ms
	// The row of a stream ends with the least, mean and highest delta and jitter.
	row := regexp.MustCompile(`(?m)\s31(\d\d\d)\s.*\(-?[\d.]+%\)\s+[\d.]+\s+[\d.]+\s+[\d.]+\s+[\d.]+\s+([\d.]+)\s+([\d.]+)`)
	var theirs, ours [2][]float64
	for _, found := range row.FindAllStringSubmatch(c.tshark(t, "-q", "-z", "rtp,streams"), -1) {
		if port, _ := strconv.Atoi(found[1]); port >= callerRTP-31000 {
			continue // sent by the caller
		}
		for i := range theirs {
			ms, err := strconv.ParseFloat(found[2+i], 64)
			if err != nil {
				t.Fatal(err)
			}
			theirs[i] = append(theirs[i], ms)
		}
	}
	for i, key := range []string{"jitter_mean_ms", "jitter_max_ms"} {
		for n := range calls {
			ours[i] = append(ours[i], run.at(t, fmt.Sprintf("audio.worst_calls.%d.%s", n, key)).(float64))
		}
		slices.Sort(theirs[i])
		slices.Sort(ours[i])
		if len(theirs[i]) != calls {
			t.Fatalf("tshark analyses %d streams to the caller in %d calls", len(theirs[i]), calls)
		}
		for n := range calls {
			if math.Abs(theirs[i][n]-ours[i][n]) > within {
				t.Errorf("%s of the calls: tshark says %v, the report %v", key, theirs[i], ours[i])
				break
			}
		}
	}
}

// packets are the RTP packets of the capture in their order.
func (c *capture) packets(t *testing.T) []packet {
	t.Helper()
	text := c.tshark(t, "-Y", "rtp", "-T", "fields", "-e", "udp.srcport", "-e", "udp.dstport", "-e", "rtp.ssrc", "-e", "rtp.seq",
		"-e", "rtp.timestamp", "-e", "rtp.marker", "-e", "rtp.p_type", "-e", "udp.length")
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma, reader.FieldsPerRecord = '\t', 8
	rows, err := reader.ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%d packets, %v in:\n%.1000s", len(rows), err, text)
	}
	packets := make([]packet, len(rows))
	for i, row := range rows {
		number := func(text string, bits int) uint64 {
			n, err := strconv.ParseUint(text, 10, bits)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		packets[i] = packet{
			from: row[0], to: row[1], ssrc: row[2], sequence: uint16(number(row[3], 16)), timestamp: uint32(number(row[4], 32)),
			marker: row[5] == "1" || row[5] == "True", payloadType: row[6], octets: int(number(row[7], 16)) - 8 - 12,
		}
	}
	return packets
}
