package loadgen

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// post is a twin whose commands can be waited for.
type post struct {
	*Twin
	came chan struct{}
}

func openPost(t *testing.T, cfg TwinConfig) *post {
	t.Helper()
	m := &post{came: make(chan struct{}, 2*maxTwinBacklog)}
	cfg.Wake = func() { m.came <- struct{}{} }
	twin, err := OpenTwin(cfg)
	if err != nil {
		t.Fatal(err)
	}
	m.Twin = twin
	t.Cleanup(twin.Close)
	return m
}

// await returns the next command.
func (m *post) await(t *testing.T) string {
	t.Helper()
	select {
	case <-m.came:
	case <-time.After(twinPatience):
		t.Fatal("no command came")
	}
	command, any := m.Take()
	if !any {
		t.Fatal("woken without a command")
	}
	return string(command)
}

// freeTCP returns an address on loopback that was free a moment ago.
func freeTCP(t *testing.T) netip.AddrPort {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return netip.MustParseAddrPort(listener.Addr().String())
}

func TestCommandsGoBothWaysBetweenTwins(t *testing.T) {
	address := freeTCP(t)
	first := openPost(t, TwinConfig{Peers: map[string]netip.AddrPort{"": address}}) // begins before the other one listens
	second := openPost(t, TwinConfig{Listen: address})
	for _, command := range []string{"one", "two\r\nlines", strings.Repeat("long ", 5000)} {
		if err := first.Send("", []byte(command)); err != nil {
			t.Fatal(err)
		}
		if got := second.await(t); got != command {
			t.Errorf("got %.20q, want %.20q", got, command)
		}
		if err := second.Send("", []byte("to "+command)); err != nil {
			t.Fatal(err)
		}
		if got := first.await(t); got != "to "+command {
			t.Errorf("got %.20q, want %.20q", got, "to "+command)
		}
	}
	if _, any := first.Take(); any {
		t.Error("a command too many")
	}
}

func TestCommandsToPeersByName(t *testing.T) {
	a, b := freeTCP(t), freeTCP(t)
	first := openPost(t, TwinConfig{Listen: a, Peers: map[string]netip.AddrPort{"b": b}})
	second := openPost(t, TwinConfig{Listen: b, Peers: map[string]netip.AddrPort{"a": a}})
	if err := first.Send("b", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got := second.await(t); got != "hello" {
		t.Errorf("got %q", got)
	}
	if err := second.Send("a", []byte("world")); err != nil {
		t.Fatal(err)
	}
	if got := first.await(t); got != "world" {
		t.Errorf("got %q", got)
	}
	if err := first.Send("nobody", nil); !errors.Is(err, ErrNoPeer) || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("a peer that is not known: %v", err)
	}
}

// A peer that never comes takes no more than a bounded number of commands, and closing does not wait for it.
func TestTwinIsBoundedWithoutItsPeer(t *testing.T) {
	twin, err := OpenTwin(TwinConfig{Peers: map[string]netip.AddrPort{"": freeTCP(t)}})
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for ; sent <= maxTwinBacklog; sent++ {
		if err = twin.Send("", []byte("x")); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrNoPeer) || sent != maxTwinBacklog {
		t.Errorf("%d commands were taken, then %v", sent, err)
	}
	twin.Close()
}

// What is longer than a command may be ends the connection, not the process, and what came before it counts.
func TestTwinEndsAConnectionThatSendsTooMuch(t *testing.T) {
	address := freeTCP(t)
	twin := openPost(t, TwinConfig{Listen: address})
	connection, err := net.Dial("tcp", address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(twinPatience))
	if _, err := connection.Write([]byte("fine\x1b\x1b")); err != nil {
		t.Fatal(err)
	}
	if got := twin.await(t); got != "fine" {
		t.Errorf("got %q", got)
	}
	_, _ = connection.Write(make([]byte, 2*maxCommand)) // the other end may close before all is written
	if _, err := connection.Read(make([]byte, 1)); err == nil {
		t.Error("the connection goes on")
	}
	if _, any := twin.Take(); any {
		t.Error("half a command was taken")
	}
}

func TestTwinSaysThatItCannotListen(t *testing.T) {
	address := freeTCP(t)
	openPost(t, TwinConfig{Listen: address})
	if _, err := OpenTwin(TwinConfig{Listen: address}); err == nil || !strings.HasPrefix(err.Error(), "3pcc: ") {
		t.Errorf("twice on one address: %v", err)
	}
}
