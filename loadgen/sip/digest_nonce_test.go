package sip

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNonceSaysWhenItWasIssued(t *testing.T) {
	m := newNonceMint([32]byte{1}, "a", false)
	for serial, now := range []time.Duration{0, time.Millisecond, 1500 * time.Millisecond, 30 * 24 * time.Hour} {
		nonce, _ := m.issue(now)
		issued, got, ok := m.read(bytes.Clone(nonce))
		if !ok || issued != now || got != uint64(serial+1) {
			t.Errorf("issued at %v as number %d, read %v, %d, %t", now, serial+1, issued, got, ok)
		}
	}
}

// TestNonceCannotBeMade changes each character of a nonce, and asks mints of another kind.
func TestNonceCannotBeMade(t *testing.T) {
	m := newNonceMint([32]byte{1}, "a", false)
	nonce, _ := m.issue(time.Second)
	nonce = bytes.Clone(nonce)
	for i := range nonce {
		forged := bytes.Clone(nonce)
		if forged[i]++; forged[i] == nonce[i]|0x80 {
			t.Fatal("unchanged")
		}
		if _, _, ok := m.read(forged); ok {
			t.Errorf("%s passes for %s", forged, nonce)
		}
	}
	for _, other := range [][]byte{nil, nonce[1:], append(bytes.Clone(nonce), 'A'), bytes.Repeat([]byte{'A'}, nonceLen), bytes.Repeat([]byte{'\n'}, nonceLen)} {
		if _, _, ok := m.read(other); ok {
			t.Errorf("%q passes for a nonce", other)
		}
	}
	for name, mint := range map[string]*nonceMint{
		"another key": newNonceMint([32]byte{2}, "a", false), "another realm": newNonceMint([32]byte{1}, "b", false),
		"a proxy": newNonceMint([32]byte{1}, "a", true),
	} {
		if _, _, ok := mint.read(nonce); ok {
			t.Errorf("%s takes the nonce for its own", name)
		}
	}
}

func TestNonceUses(t *testing.T) {
	type use struct {
		count uint32
		first bool
	}
	for _, row := range []struct {
		name string
		uses []use
	}{
		{"in order", []use{{1, true}, {2, true}, {3, true}}},
		{"again", []use{{1, true}, {1, false}, {2, true}, {1, false}}},
		{"overtaken", []use{{3, true}, {1, true}, {2, true}, {2, false}, {3, false}}},
		{"a gap", []use{{1, true}, {1000, true}, {999, true}, {936, false}, {937, true}}},
		{"the end of the window", []use{{64, true}, {1, true}, {65, true}, {1, false}}},
		{"a leap of exactly the window", []use{{1, true}, {65, true}, {2, true}, {1, false}}},
		{"a count of zero, which there is not", []use{{0, false}}},
		{"the highest count", []use{{1<<32 - 1, true}, {1<<32 - 1, false}, {1<<32 - 64, true}, {1<<32 - 65, false}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			uses := make(nonceUses, 3)
			uses.begin(7)
			for i, u := range row.uses {
				if got := uses.first(7, u.count); got != u.first {
					t.Errorf("use %d, count %d: first %t", i+1, u.count, got)
				}
			}
		})
	}
}

func TestForgottenNonceHasNoFirstUse(t *testing.T) {
	uses := make(nonceUses, 2)
	for serial := uint64(1); serial <= 3; serial++ {
		uses.begin(serial)
	}
	if uses.first(1, 1) || !uses.first(2, 1) || !uses.first(3, 1) {
		t.Error("of three nonces in two places, the last two are known")
	}
}

// TestNoCountIsTakenTwice compares the window with a memory without bounds.
func TestNoCountIsTakenTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		uses, taken, highest := make(nonceUses, 1), map[uint32]bool{}, uint32(0)
		uses.begin(1)
		for _, count := range rapid.SliceOf(rapid.Uint32Range(0, 200)).Draw(t, "counts") {
			want := count > 0 && !taken[count] && count+64 > highest
			if got := uses.first(1, count); got != want {
				t.Fatalf("count %d with %d the highest: first %t, want %t", count, highest, got, want)
			}
			taken[count] = taken[count] || want
			highest = max(highest, count)
		}
	})
}
