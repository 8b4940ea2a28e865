package sip

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"strconv"
	"testing"
)

// streamMessage is of the size of a usual response.
var streamMessage = request(1, 250)

// pairOf returns a caller with an open connection to an answerer.
func pairOf(t testing.TB, transport Transport, newPoller func() (poller, error)) (caller, answerer *Streams) {
	t.Helper()
	ca := newAuthority(t)
	client, server := ca.client(), ca.server("127.0.0.1")
	client.Transport, server.Transport = transport, transport
	caller, answerer = openTest(t, client, newPoller), openTest(t, server, newPoller)
	caller.Queue(streamMessage, answerer.Local())
	collect(t, 1, answerer, caller)
	return caller, answerer
}

// pass sends n messages in one batch and receives them.
func pass(from, to *Streams, n int) {
	for range n {
		from.Queue(append(from.Buffer(), streamMessage...), to.Local())
	}
	from.Flush()
	for got := 0; got < n; {
		k := to.Read()
		for i := range k {
			_ = to.Datagram(i)
		}
		if got += k; k == 0 {
			to.Wait(longWait)
		}
	}
}

// longWait is longer than anything that is waited for.
const longWait = testPatience

// TestMessageCostsNoMemoryOnceWarm: over TCP and WebSocket nothing at all; below TLS, crypto/tls allocates for
// each record, of which a batch of messages makes few.
func TestMessageCostsNoMemoryOnceWarm(t *testing.T) {
	for transport, most := range map[Transport]float64{TCP: 0, WS: 0, TLS: 0.2, WSS: 0.2} {
		t.Run(transport.String(), func(t *testing.T) {
			caller, answerer := pairOf(t, transport, newPoller)
			const batch = 50
			pass(caller, answerer, batch)
			if allocated := testing.AllocsPerRun(100, func() { pass(caller, answerer, batch) }) / batch; allocated > most {
				t.Errorf("%v allocations a message, want at most %v", allocated, most)
			}
		})
	}
}

// BenchmarkStreams passes messages over loopback in batches as busy event loops do, against bare
// connections that move the same octets with one write and as many reads as it takes.
//
//	go test -run '^$' -bench Streams ./loadgen/sip
func BenchmarkStreams(b *testing.B) {
	for _, transport := range []Transport{TCP, TLS, WS, WSS} {
		for _, batch := range []int{1, 10, 60} {
			b.Run(transport.String()+"/batch="+strconv.Itoa(batch), func(b *testing.B) {
				caller, answerer := pairOf(b, transport, newPoller)
				b.ReportAllocs()
				b.ResetTimer()
				for done := 0; done < b.N; done += batch {
					pass(caller, answerer, batch)
				}
			})
		}
	}
	for _, secure := range []bool{false, true} {
		for _, batch := range []int{1, 10, 60} {
			name := "bare-TCP"
			if secure {
				name = "bare-TLS"
			}
			b.Run(name+"/batch="+strconv.Itoa(batch), func(b *testing.B) { benchmarkBare(b, secure, batch) })
		}
	}
}

// benchmarkBare is the floor: octets without any message in them.
func benchmarkBare(b *testing.B, secure bool, batch int) {
	near, far := barePair(b, secure)
	octets := bytes.Repeat(streamMessage, batch)
	buffer := make([]byte, len(octets))
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; done += batch {
		if _, err := near.Write(octets); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(far, buffer); err != nil {
			b.Fatal(err)
		}
	}
}

func barePair(b *testing.B, secure bool) (near, far net.Conn) {
	b.Helper()
	peer := newPlainPeer(b, "127.0.0.1:0")
	near, err := net.Dial("tcp", peer.address().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = near.Close() })
	far = peer.accept()
	if !secure {
		return near, far
	}
	ca := newAuthority(b)
	_, server, err := ca.server("127.0.0.1").TLS.load(true)
	if err != nil {
		b.Fatal(err)
	}
	client, _, err := ca.client().TLS.load(false)
	if err != nil {
		b.Fatal(err)
	}
	client.ServerName = "127.0.0.1"
	a, z := tls.Client(near, client), tls.Server(far, server)
	shaken := make(chan error)
	go func() { shaken <- z.Handshake() }()
	if err := a.Handshake(); err != nil {
		b.Fatal(err)
	}
	if err := <-shaken; err != nil {
		b.Fatal(err)
	}
	return a, z
}

// BenchmarkFraming cuts messages out of a buffer.
func BenchmarkFraming(b *testing.B) {
	stream := bytes.Repeat(streamMessage, 60)
	frames := []byte{}
	sender := &webSocketFraming{}
	for range 60 {
		frames = sender.appendMessage(frames, streamMessage)
	}
	for name, f := range map[string]struct {
		framing framing
		octets  []byte
	}{"SIP": {&sipFraming{}, stream}, "WebSocket": {&webSocketFraming{client: true}, frames}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for done := 0; done < b.N; {
				for rest := f.octets; len(rest) > 0; done++ {
					result, err := f.framing.next(rest)
					if err != nil {
						b.Fatal(err)
					}
					rest = rest[result.size:]
				}
			}
		})
	}
}
