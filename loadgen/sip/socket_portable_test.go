package sip

import (
	"net/netip"
	"testing"
	"time"
)

// A loop that does not read must not take all memory, nor lose datagrams in silence.
func TestDatagramsBeyondTheBoundAreCounted(t *testing.T) {
	b, err := openPortable(SocketConfig{Local: netip.MustParseAddrPort("127.0.0.1:0"), Buffer: 4096, Start: runStart})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	a := listen(t, "127.0.0.1:0")
	for deadline := time.Now().Add(10 * time.Second); b.Stats().Drops == 0 && time.Now().Before(deadline); {
		a.Queue(make([]byte, 500), b.Local(), 0)
		a.Flush()
	}
	if stats := b.Stats(); stats.Drops == 0 || stats.DropsKnown {
		t.Errorf("%d drops are counted, all of them known: %v", stats.Drops, stats.DropsKnown)
	}
	if n := b.Read(); n != 4096/(500+keptCost) {
		t.Errorf("%d datagrams were kept in a buffer for %d", n, 4096/(500+keptCost))
	}
}

func TestEmptyDatagramsAreBoundedToo(t *testing.T) {
	s := &portableSocket{limit: 10 * keptCost, event: make(chan struct{}, 1)}
	for range 11 {
		s.keep(nil, kept{})
	}
	if len(s.waiting.each) != 10 || s.drops != 1 {
		t.Errorf("%d are kept and %d dropped, want 10 and 1", len(s.waiting.each), s.drops)
	}
}
