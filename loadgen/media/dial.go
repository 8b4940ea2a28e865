package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// What Dial refuses.
var (
	ErrNoEvents = errors.New("no telephone events were agreed on")
	ErrNoAudio  = errors.New("the leg is not running, or has nowhere to send to")
)

// Dialing says how digits are sent. The zero value is 100 ms a digit and 100 ms between two.
type Dialing struct {
	Tone  time.Duration // of a digit, 40 ms (ITU-T Q.24) to 8 s; 0: 100 ms
	Pause time.Duration // between two digits, 40 ms to 8 s; 0: 100 ms
}

// Bounds of a digit. A duration is 16 bits of the stream's clock: at 8,000 Hz 8.19 s (RFC 4733 section
// 2.3.5); a longer tone would be cut into segments. At 48,000 Hz it ends at 1.36 s.
const (
	defaultTone = 100 * time.Millisecond
	minTone     = 40 * time.Millisecond
	maxTone     = 8 * time.Second
	waitTone    = time.Second // what a comma stands for
)

const (
	endRepeats  = 3  // times that the last packet of an event is sent (RFC 4733 section 2.5.1.4)
	eventVolume = 10 // -10 dBm0
	eventSize   = 4  // octets of a payload
	eventEnd    = 0x80
)

// keys are the digits in the order of their event codes (RFC 4733 table 3).
const keys = "0123456789*#ABCD"

func (d Dialing) withDefaults() Dialing {
	pick := func(t time.Duration) time.Duration {
		if t == 0 {
			return defaultTone
		}
		return t
	}
	return Dialing{pick(d.Tone), pick(d.Pause)}
}

// Validate reports times out of range.
func (d Dialing) Validate() error {
	var errs []error
	check := func(name string, t time.Duration) {
		if t != 0 && (t < minTone || t > maxTone) {
			errs = append(errs, fmt.Errorf("%s: must be from %s to %s, got %s", name, minTone, maxTone, t))
		}
	}
	check("tone", d.Tone)
	check("pause", d.Pause)
	return errors.Join(errs...)
}

// CheckDigits reports the first character that cannot be dialled: 0 to 9, *, #, A to D, and a comma,
// which waits a second.
func CheckDigits(digits string) error {
	for i, r := range digits {
		if r != ',' && !strings.ContainsRune(keys+"abcd", r) {
			return fmt.Errorf("digit %d of %q: must be 0 to 9, *, #, A to D or a comma, got %q", i+1, digits, r)
		}
	}
	return nil
}

// Lasts returns how long the digits take, from the first tone to the end of the last pause.
func (d Dialing) Lasts(digits string) time.Duration {
	d = d.withDefaults()
	waits := strings.Count(digits, ",")
	return time.Duration(len(digits)-waits)*(d.Tone+d.Pause) + time.Duration(waits)*waitTone
}

// Dial sends digits as telephone events (RFC 4733) inside the audio stream, from the next packet on: in
// place of the audio, under its SSRC and in its sequence, each event with a marker on its first packet,
// one timestamp, a duration that grows and its last packet three times. Digits that are being sent
// already go first. The leg needs neither a source nor an end of its audio for it.
//
// The error is ErrNoAudio on a leg that does not run or is on hold, ErrNoEvents when the stream has no
// EventType, or that of CheckDigits or Validate: then nothing is sent.
func (l *Leg) Dial(now time.Duration, digits string, d Dialing) error {
	switch {
	case l.wheel == nil || !sendable(l.stream.Remote):
		return ErrNoAudio
	case l.stream.EventType == 0:
		return ErrNoEvents
	}
	if err := errors.Join(CheckDigits(digits), d.Validate()); err != nil {
		return err
	}
	if !l.paced {
		l.pace(now)
	}
	l.sender.dialer.add(digits, d.withDefaults(), l.sender.clock)
	return nil
}

// Dialing reports whether digits of Dial are still to be sent.
func (l *Leg) Dialing() bool { return l.wheel != nil && l.sender.dialer.busy() }

// dialer turns digits into events, a packet time after the other.
type dialer struct {
	digits      string // still to be sent
	tone, pause uint32 // in units of the stream's clock
	second      uint32 // waitTone in these units

	state    dialState
	code     byte
	began    uint32 // timestamp of the event
	duration uint32 // units of it that were sent
	ends     int    // last packets still to be sent
	wait     uint32 // units until the next digit
}

type dialState uint8

const (
	hungUp   dialState = iota // no digit in progress
	pressed                   // the tone lasts
	released                  // it has ended, its last packet is repeated
	waiting                   // for the next digit
)

func (d *dialer) add(digits string, how Dialing, clock int) {
	const longest = 1<<16 - 1
	d.digits += digits
	d.tone = uint32(min(units(how.Tone, clock), longest))
	d.pause, d.second = uint32(units(how.Pause, clock)), uint32(units(waitTone, clock))
}

func (d *dialer) busy() bool { return d.state != hungUp || d.digits != "" }

// step goes on by one packet time of so many units and writes the event packet of it into payload, if
// there is one: false says that the packet time is the audio's.
func (d *dialer) step(payload *[eventSize]byte, timestamp, step uint32) (marker, ours bool) {
	if d.state == hungUp || d.state == waiting {
		if marker = d.press(timestamp, step); !marker {
			return false, false
		}
	}
	if d.state == pressed {
		d.duration = min(d.duration+step, d.tone)
		if d.duration == d.tone {
			d.state, d.ends = released, endRepeats
		}
	}
	payload[0], payload[1] = d.code, eventVolume
	binary.BigEndian.PutUint16(payload[2:], uint16(d.duration))
	if d.state != released {
		return marker, true
	}
	payload[1] |= eventEnd
	if d.ends--; d.ends == 0 {
		spent := timestamp + step - (d.began + d.tone) // of the pause, while the end was repeated
		d.state, d.wait = waiting, d.pause-min(spent, d.pause)
	}
	return marker, true
}

// press begins the next digit once the pause is over, and tells whether it did.
func (d *dialer) press(timestamp, step uint32) bool {
	if d.wait > 0 {
		d.wait -= min(step, d.wait)
		return false
	}
	d.state = hungUp
	if d.digits == "" {
		return false
	}
	key := d.digits[0]
	d.digits = d.digits[1:]
	if key == ',' {
		d.state, d.wait = waiting, d.second-min(step, d.second)
		return false
	}
	if key >= 'a' {
		key -= 'a' - 'A'
	}
	d.state, d.code = pressed, byte(strings.IndexByte(keys, key))
	d.began, d.duration = timestamp, 0
	return true
}
