package media

import "time"

// ntpEpoch is the Unix epoch in seconds of NTP, which count from 1900 (RFC 3550 section 4).
const ntpEpoch = 2208988800

// ntpTime returns a time in NTP format: seconds in the upper 32 bits, their fraction in the lower.
func ntpTime(t time.Time) uint64 {
	return uint64(t.Unix()+ntpEpoch)<<32 | uint64(t.Nanosecond())<<32/1e9
}

// compact returns the middle 32 bits of an NTP time, in units of 1/65536 s.
func compact(ntp uint64) uint32 {
	return uint32(ntp >> 16)
}

// compactDelay returns a delay in units of 1/65536 s.
func compactDelay(d time.Duration) uint32 {
	return uint32(d << 16 / time.Second)
}

// roundTrip returns the time of a round trip (RFC 3550 section 6.4.1): arrival of the report, less the
// time of our report that it answers, less how long the far end held it. False when the figures
// contradict each other.
//
//	RTT = A - LSR - DLSR
func roundTrip(a, lsr, dlsr uint32) (time.Duration, bool) {
	d := int32(a - lsr - dlsr)
	return time.Duration(d) * time.Second >> 16, d >= 0
}
