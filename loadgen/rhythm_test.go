package loadgen

import (
	"testing"
	"time"
)

func TestNapsInBusyTimesOnly(t *testing.T) {
	type turns struct {
		n        int
		each     time.Duration // from one turn to the next
		messages uint64        // of each turn
	}
	for _, test := range []struct {
		name   string
		period []turns // repeated for a second
		want   bool
	}{
		{"100 calls a second, the messages of each in turns of 50 µs", []turns{{7, 50 * time.Microsecond, 1}, {1, 9650 * time.Microsecond, 0}}, false},
		{"1,000 calls a second, the messages of each in turns of 50 µs", []turns{{7, 50 * time.Microsecond, 1}, {1, 650 * time.Microsecond, 0}}, false},
		{"4,000 calls a second, one by one", []turns{{7, 30 * time.Microsecond, 1}, {1, 40 * time.Microsecond, 0}}, true},
		{"4,000 calls a second, a batch after each nap", []turns{{1, time.Millisecond, 28}}, true},
		{"nothing to do", []turns{{1, 100 * time.Millisecond, 0}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var r rhythm
			var now time.Duration
			var messages uint64
			naps, asked := 0, 0
			for now < time.Second {
				for _, part := range test.period {
					for range part.n {
						now, messages = now+part.each, messages+part.messages
						if settled := now > 5*rateWindow; settled {
							asked++
							if r.naps(now, messages) {
								naps++
							}
						} else {
							r.naps(now, messages)
						}
					}
				}
			}
			if test.want && naps != asked || !test.want && naps != 0 {
				t.Errorf("naps in %d of %d turns, want %v", naps, asked, test.want)
			}
		})
	}
}
