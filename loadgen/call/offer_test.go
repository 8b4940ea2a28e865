package call

import (
	"strings"
	"testing"
)

// A description that comes again is the one that was read, whatever became of the datagram that it stood in.
func TestDescriptionThatComesAgainIsReadAsTheFirstTime(t *testing.T) {
	l := newLab(t, nil)
	m := l.caller
	other := strings.Replace(holdOffer, "audio 4000", "audio 4002", 1)
	for i, tt := range []struct {
		text string
		port uint16 // 0 for what cannot be read
	}{{"", 0}, {holdOffer, 4000}, {holdOffer, 4000}, {other, 4002}, {"v=1", 0}, {"v=1", 0}, {holdOffer, 4000}, {"", 0}} {
		datagram := []byte(tt.text)
		read := m.readOffer(datagram)
		for at := range datagram {
			datagram[at] = 'x'
		}
		if read != (tt.port > 0) || read && (m.offer.Media[0].Port != tt.port || string(m.offer.Media[0].Kind) != "audio") {
			t.Errorf("%d: read %v, the stream is %q to port %d, want port %d", i, read, m.offer.Media[0].Kind, m.offer.Media[0].Port, tt.port)
		}
	}
}
