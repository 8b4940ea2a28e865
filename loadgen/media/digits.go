package media

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtp"
)

// Digit is a telephone event that was received (RFC 4733).
type Digit struct {
	Key      byte          // 0 to 9, *, #, A to D, or F for a hook flash
	At       time.Duration // run time at which its first packet arrived
	Duration time.Duration // as its last packet says
	Ended    bool          // a packet said that it is over: else its end got lost, or is to come
}

// mostDigits bounds what a leg keeps of a flood of digits.
const mostDigits = 64

// flash is the event of a hook flash (RFC 4733 table 3); what follows it is no key of a telephone.
const (
	flash    = 16
	flashKey = 'F'
)

// keypad decodes the telephone events that a leg receives.
type keypad struct {
	digits    []Digit
	known     bool
	timestamp uint32 // of the last event
	others    uint64 // events that are no keys: fax tones and the like
	malformed uint64
	beyond    uint64 // digits not kept
}

func (k *keypad) clear() { *k = keypad{digits: k.digits[:0]} }

// hear takes the payload of an event packet. All packets of an event have the timestamp of its beginning;
// an older one is a straggler of an event that is known.
func (k *keypad) hear(h *rtp.Header, payload []byte, arrival time.Duration, clock int) {
	if len(payload) < eventSize {
		k.malformed++
		return
	}
	if k.known && int32(h.Timestamp-k.timestamp) < 0 {
		return
	}
	fresh := !k.known || h.Timestamp != k.timestamp
	k.known, k.timestamp = true, h.Timestamp
	key, ok := keyOf(payload[0])
	switch {
	case !ok && fresh:
		k.others++
	case ok && fresh && len(k.digits) < mostDigits:
		k.digits = append(k.digits, Digit{Key: key, At: arrival})
	case ok && fresh:
		k.beyond++
	}
	if !ok || len(k.digits) == 0 || k.beyond > 0 {
		return
	}
	last := &k.digits[len(k.digits)-1]
	lasts := time.Duration(binary.BigEndian.Uint16(payload[2:])) * time.Second / time.Duration(clock)
	last.Duration = max(last.Duration, lasts)
	last.Ended = last.Ended || payload[1]&eventEnd != 0
}

// keyOf returns the key of an event.
func keyOf(event byte) (byte, bool) {
	switch {
	case int(event) < len(keys):
		return keys[event], true
	case event == flash:
		return flashKey, true
	}
	return 0, false
}

// keyNames returns the keys of digits.
func keyNames(digits []Digit) string {
	if len(digits) == 0 {
		return ""
	}
	names := make([]byte, len(digits))
	for i, d := range digits {
		names[i] = d.Key
	}
	return string(names)
}

// Digits returns the telephone events received since Start, valid until the leg is stopped; at most 64.
func (l *Leg) Digits() []Digit { return l.keypad.digits }

// Heard reports whether audio of the far end has come in since Start.
func (l *Leg) Heard() bool { return l.wheel != nil && l.receiver.heard }

// Dialled returns the keys of Digits, for a check against what should have been dialled.
func (l *Leg) Dialled() string { return keyNames(l.keypad.digits) }
