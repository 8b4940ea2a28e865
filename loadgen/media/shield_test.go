package media

import (
	"bytes"
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/sipplan/sipplan/planner/measure"
)

func mustKeys(t testing.TB, s Suite) Keys {
	t.Helper()
	if s == Plain {
		return Keys{}
	}
	k, err := NewKeys(s, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Two legs talk in every suite, RTCP on its own port and on the shared one: nothing is lost, nothing that
// is sent shows the audio, and the round trip is measured.
func TestProtectedCalls(t *testing.T) {
	for _, suite := range append(Suites(), Plain) {
		for _, mux := range []bool{false, true} {
			x := newEther()
			m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
			a, b := mustOpen(t, m), mustOpen(t, m)
			readable, onOther := 0, 0
			x.seen = func(from, to netip.AddrPort, data []byte) {
				if bytes.Contains(data, bytes.Repeat(milliwatt(PCMU), 3)) {
					readable++
				}
				if to.Port()%2 == 1 {
					onOther++
				}
			}
			one, two := mustKeys(t, suite), mustKeys(t, suite)
			a.Start(0, Stream{Remote: at(b.Port()), Send: one, Receive: two, Mux: mux, EventType: 101})
			b.Start(0, Stream{Remote: at(a.Port()), Send: two, Receive: one, Mux: mux, EventType: 101})
			x.run(10*second, m)
			if err := a.Dial(x.now, "7", Dialing{}); err != nil {
				t.Fatal(err)
			}
			x.run(20*second, m)
			for name, s := range map[string]Stats{"first": a.Stop(x.now), "second": b.Stop(x.now)} {
				if s.Lost != 0 || s.Received < 990 || s.Unauthentic+s.Malformed+s.Foreign+s.SendErrors != 0 || s.RTTs == 0 {
					t.Errorf("%s, mux %v, the %s leg: received %d, lost %d, unauthentic %d, malformed %d, foreign %d, errors %d, %d round trips",
						suite, mux, name, s.Received, s.Lost, s.Unauthentic, s.Malformed, s.Foreign, s.SendErrors, s.RTTs)
				}
				if name == "second" && s.Digits != "7" {
					t.Errorf("%s: heard the digits %q", suite, s.Digits)
				}
			}
			if (readable == 0) != (suite != Plain) || (onOther == 0) != mux {
				t.Errorf("%s, mux %v: %d packets show the audio, %d went to RTCP ports", suite, mux, readable, onOther)
			}
		}
	}
}

// A packet that is forged, changed or replayed is counted and changes no statistics of the call.
func TestUnauthenticPacketsChangeNothing(t *testing.T) {
	for _, suite := range Suites() {
		x := newEther()
		m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
		a, b := mustOpen(t, m), mustOpen(t, m)
		var last []byte
		x.seen = func(from, _ netip.AddrPort, data []byte) {
			if from.Port() == a.Port() {
				last = bytes.Clone(data)
			}
		}
		one, two := mustKeys(t, suite), mustKeys(t, suite)
		a.Start(0, Stream{Remote: at(b.Port()), Send: one, Receive: two})
		b.Start(0, Stream{Remote: at(a.Port()), Send: two, Receive: one})
		x.run(second, m)
		changed := bytes.Clone(last)
		changed[20] ^= 1
		for _, bad := range [][]byte{last, changed, packet(0, 9, 9, 9), last[:20]} {
			x.deliver(at(a.Port()), at(b.Port()), bad)
		}
		x.run(2*second, m)
		if s := b.Stop(x.now); s.Unauthentic != 4 || s.Lost != 0 || s.Duplicated != 0 || s.Malformed != 0 || s.SSRCChanges != 0 {
			t.Errorf("%s: %d unauthentic of 4, lost %d, duplicated %d, malformed %d", suite, s.Unauthentic, s.Lost, s.Duplicated, s.Malformed)
		}
	}
}

// A far end that protects its media by other keys than it announced is heard by nobody, and that is said.
func TestKeysThatDoNotFitAreNamed(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
	a, b := mustOpen(t, m), mustOpen(t, m)
	one, two, other := mustKeys(t, AES128SHA80), mustKeys(t, AES128SHA80), mustKeys(t, AES128SHA80)
	a.Start(0, Stream{Remote: at(b.Port()), Send: other, Receive: two})
	b.Start(0, Stream{Remote: at(a.Port()), Send: two, Receive: one})
	x.run(4*second, m)
	heard, deaf := a.Stop(x.now), b.Stop(x.now)
	if !deaf.Faults.Has(measure.NotAuthentic) || !deaf.Faults.Has(measure.HeardNothing) || deaf.Audio().MOS != 1 {
		t.Errorf("%d unauthentic packets: faults %v, MOS %g", deaf.Unauthentic, deaf.Faults.Names(), deaf.Audio().MOS)
	}
	if heard.Faults.Has(measure.NotAuthentic) {
		t.Errorf("the side whose keys fit has the faults %v", heard.Faults.Names())
	}
}

// The key derivation and the packet indexes of SRTP go on through a re-INVITE that keeps the keys, and start
// anew with other ones.
func TestKeysMayChangeDuringTheCall(t *testing.T) {
	x := newEther()
	m := x.engine(t, Config{Ports: PortRange{4000, 4003}})
	a, b := mustOpen(t, m), mustOpen(t, m)
	keys := []Keys{mustKeys(t, AES128SHA80), mustKeys(t, AES128SHA80), mustKeys(t, AES256GCM), mustKeys(t, AES256GCM)}
	for i, pair := range [][2]Keys{{keys[0], keys[1]}, {keys[0], keys[1]}, {keys[2], keys[3]}} {
		a.Start(x.now, Stream{Remote: at(b.Port()), Send: pair[0], Receive: pair[1]})
		b.Start(x.now, Stream{Remote: at(a.Port()), Send: pair[1], Receive: pair[0]})
		x.run(time.Duration(i+1)*second, m)
	}
	if s := b.Stop(x.now); s.Received < 148 || s.Lost > 1 || s.Unauthentic > 1 { // one may be on its way when the keys change
		t.Errorf("received %d, lost %d, unauthentic %d", s.Received, s.Lost, s.Unauthentic)
	}
}

// The same keys, announced again, leave packet indexes as they are: at a wrap of the sequence numbers both ends would
// otherwise count another one, and a replay would be taken.
func TestTheSameKeysAgainChangeNothing(t *testing.T) {
	keys, header := mustKeys(t, AES128SHA80), &rtp.Header{}
	var out, in shield
	out.set(keys, Keys{})
	in.set(Keys{}, keys)
	open := func(sealed []byte) bool {
		_, ok := in.open(nil, sealed, header, false)
		return ok
	}
	seal := func(number uint16) []byte {
		sealed, _ := out.seal(nil, packet(0, number, 1000, 7), header, false)
		return sealed
	}
	before, behind := open(seal(65535)), seal(0)
	if !before || !open(behind) {
		t.Fatal("a wrap of the sequence numbers is not followed")
	}
	out.set(keys, Keys{})
	if !open(seal(1)) {
		t.Error("who sends has lost count of the wrap")
	}
	in.set(Keys{}, keys)
	if open(behind) {
		t.Error("a replay is taken")
	}
	if !open(seal(2)) {
		t.Error("who listens has lost count of the wrap")
	}
}

func TestKeysTravelInSDP(t *testing.T) {
	for _, suite := range append(Suites(), NullSHA80, NullSHA32) {
		k := mustKeys(t, suite)
		parsed, ok := ParseSuite([]byte(suite.String()))
		if !ok || parsed != suite {
			t.Errorf("%s is read as %s", suite, parsed)
		}
		inline := k.AppendInline(nil)
		if back, err := ParseKeys(suite, inline); err != nil || back != k {
			t.Errorf("%s: the keys do not come back: %v", suite, err)
		}
		if back, err := ParseKeys(suite, bytes.TrimRight(inline, "=")); err != nil || back != k {
			t.Errorf("%s: the keys do not come back without padding: %v", suite, err)
		}
		for _, bad := range []string{"", "x", string(inline[:len(inline)-4]), string(inline) + "AAAA", string(inline) + "===", strings.Repeat("A", 500)} {
			if _, err := ParseKeys(suite, []byte(bad)); err != errKeyLength {
				t.Errorf("%s: %d characters: %v", suite, len(bad), err)
			}
		}
	}
	if _, err := ParseKeys(Plain, nil); err == nil {
		t.Error("keys of no suite")
	}
}

// NULL ciphers and UNENCRYPTED_SRTP leave the payload as it is and still authenticate it.
func TestKeysThatOnlyAuthenticate(t *testing.T) {
	for name, keys := range map[string]Keys{
		"NULL_HMAC_SHA1_80": mustKeys(t, NullSHA80), "NULL_HMAC_SHA1_32": mustKeys(t, NullSHA32), "UNENCRYPTED_SRTP": mustKeys(t, AES128SHA80).Unencrypted(),
	} {
		var out, in shield
		out.set(keys, Keys{})
		in.set(Keys{}, keys)
		plain, header := packet(0, 10, 1000, 7), &rtp.Header{}
		sealed, ok := out.seal(nil, plain, header, false)
		if !ok || !bytes.HasPrefix(sealed, plain) || len(sealed) == len(plain) {
			t.Errorf("%s: sealed %v, %d octets of %d", name, ok, len(sealed), len(plain))
			continue
		}
		forged := bytes.Clone(sealed)
		forged[20] ^= 1
		if _, ok := in.open(nil, forged, header, false); ok {
			t.Errorf("%s: a changed packet is taken", name)
		}
		if opened, ok := in.open(nil, sealed, header, false); !ok || !bytes.Equal(opened, plain) {
			t.Errorf("%s: opened %v", name, ok)
		}
	}
	if NullSHA80.Encrypts() || NullSHA32.Encrypts() || Plain.Encrypts() || !AES128SHA80.Encrypts() {
		t.Error("suites that encrypt are told wrongly")
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	k := Keys{suite: AES128SHA80}
	copy(k.material[:], "SECRETSECRET")
	encoded, err := json.Marshal(Stream{Send: k})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(k), fmt.Sprintf("%+v %#v %x %s %d", k, k, k, k, k), fmt.Sprintf("%+v", Stream{Send: k}), fmt.Sprintf("%#v", &k), string(encoded),
	} {
		if strings.Contains(text, "SECRET") || strings.Contains(text, "534543") || strings.Contains(text, "83 69 67") || strings.Contains(text, "0x53") {
			t.Errorf("the key is in %q", text)
		}
	}
}
