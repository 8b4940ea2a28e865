package sip

import (
	"errors"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestPeerThatDoesNotReadLosesItsConnection(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s, peer := open(StreamConfig{Buffer: 1 << 16}), newPlainPeer(t, "127.0.0.1:0")
		var now time.Duration
		s.clock = func() time.Duration { return now }
		message := request(1, 30_000)
		queued := uint64(0)
		for s.Connections().Overflows == 0 {
			s.Queue(message, peer.address())
			queued++
			s.Flush()
			s.Read()
		}
		until(t, "connection that is stuck", func() bool { s.Read(); return len(s.stuck) == 1 }, s)
		if n := s.Stats(); n.SendErrors != 1 {
			t.Errorf("%+v: want what overflowed counted", n)
		}
		now = stallLimit
		s.Flush()
		if n := s.Connections(); n.Stalls != 0 {
			t.Fatalf("%+v: too early", n)
		}
		now++
		s.Flush()
		failed := s.TakeUnreachable()
		if len(failed) != 1 || !errors.Is(failed[0].Cause, errNotReading) {
			t.Errorf("reported %v", failed)
		}
		n := s.Connections()
		if n.Stalls != 1 || s.Stats().Sent+s.Stats().SendErrors+n.Undelivered != queued {
			t.Errorf("%+v, %+v: want each of %d messages in one class", n, s.Stats(), queued)
		}
	})
}

func TestPeerThatReadsLateGetsAllMessagesInOrder(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		s, peer := open(StreamConfig{Buffer: 1 << 16}), newPlainPeer(t, "127.0.0.1:0")
		const n = 200
		var want []byte
		for i := range n {
			want = append(want, request(i, 30_000)...)
			s.Queue(request(i, 30_000), peer.address())
		}
		until(t, "connection that is stuck", func() bool { s.Read(); return len(s.stuck) == 1 }, s)
		conn := peer.accept()
		done := make(chan string)
		go func() { done <- readExactly(t, conn, len(want)) }()
		until(t, "messages sent", func() bool { s.Read(); return s.Stats().Sent == n }, s)
		if got := <-done; got != string(want) {
			t.Error("the messages came changed")
		}
	})
}

func TestLanesHaveConnectionsOfTheirOwn(t *testing.T) {
	eachPoller(t, func(t *testing.T, open func(StreamConfig) *Streams) {
		caller, answerer := open(StreamConfig{}), open(StreamConfig{Listen: true})
		const lanes = 10
		for lane := range uint32(lanes) {
			caller.QueueLane(request(int(lane), 0), answerer.Local(), lane)
		}
		got := collect(t, lanes, answerer, caller)
		from := map[netip.AddrPort]bool{}
		for _, d := range got {
			from[d.From] = true
			answerer.Queue(d.Data, d.From)
		}
		if len(from) != lanes {
			t.Errorf("%d lanes used %d connections", lanes, len(from))
		}
		collect(t, lanes, caller, answerer)
		for lane := range uint32(lanes) {
			caller.QueueLane(request(100, 0), answerer.Local(), lane)
			caller.Release(answerer.Local(), lane)
		}
		caller.Release(answerer.Local(), 99) // never used
		collect(t, lanes, answerer, caller)
		until(t, "end of all connections", func() bool { answerer.Read(); return answerer.Connections().ClosedByPeer == lanes }, answerer)
		if n := caller.Connections(); n.Open != 0 || n.Undelivered != 0 || len(caller.routes) != 0 {
			t.Errorf("%+v, %d routes: want all released", n, len(caller.routes))
		}
	})
}

func TestReleaseBeforeTheConnectionIsUpStillSends(t *testing.T) {
	caller, answerer := openTest(t, StreamConfig{}, newPoller), openTest(t, StreamConfig{Listen: true}, newPoller)
	caller.QueueLane(request(1, 0), answerer.Local(), 1)
	caller.Release(answerer.Local(), 1)
	collect(t, 1, answerer, caller)
	until(t, "end of the connection", func() bool { answerer.Read(); return answerer.Connections().ClosedByPeer == 1 }, answerer)
}

func TestLimitOfConnectionsHoldsOnBothSides(t *testing.T) {
	caller, answerer := openTest(t, StreamConfig{MaxConnections: 3}, newPoller), openTest(t, StreamConfig{Listen: true, MaxConnections: 2}, newPoller)
	for lane := range uint32(4) {
		caller.QueueLane(request(1, 0), answerer.Local(), lane)
	}
	if n := caller.Connections(); n.Undelivered != 1 || n.DialFailures != 1 {
		t.Errorf("%+v: want the fourth refused here", n)
	}
	if failed := caller.TakeUnreachable(); len(failed) != 1 || !errors.Is(failed[0].Cause, errTooMany) {
		t.Errorf("reported %v", failed)
	}
	collect(t, 2, answerer, caller)
	until(t, "refusal", func() bool { answerer.Read(); caller.Read(); return answerer.Connections().Refused == 1 }, answerer, caller)
	if n := answerer.Connections(); n.Accepted != 2 || n.Open != 2 {
		t.Errorf("%+v: want two taken", n)
	}
}

func TestMessageTooLongToSendIsRefused(t *testing.T) {
	s := openTest(t, StreamConfig{}, newPoller)
	s.Queue(make([]byte, maxOutgoing+1), netip.MustParseAddrPort("127.0.0.1:9"))
	if n := s.Stats(); n.SendErrors != 1 || n.Sent != 0 {
		t.Errorf("%+v", n)
	}
}

func TestSourceAddressIsTheConfiguredOne(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has all of 127.0.0.0/8 on loopback")
	}
	peer := newPlainPeer(t, "127.0.0.1:0")
	s := openTest(t, StreamConfig{Local: netip.MustParseAddrPort("127.0.0.2:0")}, newPoller)
	s.Queue(request(1, 0), peer.address())
	conn := peer.accept()
	if from := addressOf(conn.RemoteAddr()).Addr().String(); from != "127.0.0.2" {
		t.Errorf("connected from %s", from)
	}
	if s.Local().Port() != DefaultPort {
		t.Errorf("local address %s; want the port of the transport where nobody listens", s.Local())
	}
}

func TestConfigurationThatCannotWorkIsRefused(t *testing.T) {
	taken := newPlainPeer(t, "127.0.0.1:0")
	for name, tt := range map[string]struct {
		cfg  StreamConfig
		want string
	}{
		"a datagram transport":       {StreamConfig{}, "UDP is no stream"},
		"an address in use":          {StreamConfig{Transport: TCP, Local: taken.address(), Listen: true}, "address already in use"},
		"a path with a line end":     {StreamConfig{Transport: WS, Path: "/a\r\nX: 1"}, "path"},
		"a path without a slash":     {StreamConfig{Transport: WS, Path: "a"}, "path"},
		"a name with a line end":     {StreamConfig{Transport: WS, Names: map[netip.AddrPort]string{taken.address(): "a\r\nX: 1"}}, "name"},
		"listening without identity": {StreamConfig{Transport: TLS, Local: netip.MustParseAddrPort("127.0.0.1:0"), Listen: true}, "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := OpenStreams(tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
			if err == nil {
				_ = s.Close()
			}
		})
	}
}
