package sip

import (
	"bytes"
	"time"
)

// RetryAfter returns the time of a Retry-After header, such as "120", "5 (in a meeting)" or
// "18000;duration=3600" (RFC 3261, 20.33); 0 for none and for what is no number of seconds.
func RetryAfter(value []byte) time.Duration {
	if end := bytes.IndexAny(value, ";( \t"); end >= 0 {
		value = value[:end]
	}
	seconds, _ := number(value, 1<<32-1)
	return time.Duration(seconds) * time.Second
}
