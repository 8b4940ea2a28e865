package call

import (
	"bytes"
	crand "crypto/rand"
	"encoding/base64"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/scenarios"
)

const (
	srtpKeyOctets = 30 // 128 bits of key, 112 of salt
	srtpKeyText   = srtpKeyOctets / 3 * 4
)

// srtpKey is a master key and salt of SRTP as a description offers it (RFC 4568, 6.1).
type srtpKey struct {
	text [srtpKeyText]byte
	made bool
}

// scriptCrypto is the SRTP of a call whose script writes keys, by stream: audio, video.
type scriptCrypto struct {
	made         [2][2]srtpKey  // the first and the second that we offer
	ours, theirs [2]cryptoLines // of the last descriptions
	sending      [2]media.Keys  // that both sides agreed on
	receiving    [2]media.Keys
	refused      [2]bool // no keys were agreed on where a description demands them: nothing is sent
}

// cryptoLines are the a=crypto lines of a stream that can be used.
type cryptoLines struct {
	lines   [4]cryptoLine
	n       int
	demands bool // the profile of the stream is one of SRTP
}

// cryptoLine is one of them, with the key of who wrote it.
type cryptoLine struct {
	tag  int
	open bool // UNENCRYPTED_SRTP
	keys media.Keys
}

// appendCrypto writes a keyword of an SRTP key that we offer. A key is made anew each time that it is
// written, unless an offset below 0 asks for the one before.
func (s *scripts) appendCrypto(dst []byte, st *scriptCall, segment *scenarios.Segment) []byte {
	ref := segment.Reference
	stream, which := 0, 0
	if ref.Video {
		stream = 1
	}
	if ref.Second {
		which = 1
	}
	switch segment.Keyword {
	case scenarios.CryptoTag:
		return append(dst, byte('1'+which))
	case scenarios.CryptoSuite:
		return append(dst, ref.Name...)
	}
	if st.crypto == nil {
		st.crypto = &scriptCrypto{} // a key outside of descriptions: in a log
	}
	key := &st.crypto.made[stream][which]
	if !key.made || ref.Offset >= 0 {
		var raw [srtpKeyOctets]byte
		_, _ = crand.Read(raw[:]) // never fails (crypto/rand)
		base64.StdEncoding.Encode(key.text[:], raw[:])
		key.made = true
	}
	return append(dst, key.text[:]...)
}

// offersKeys tells whether a script writes keys of SRTP that it made.
func offersKeys(steps []scenarios.ScriptStep) bool {
	for i := range steps {
		if steps[i].Message == nil {
			continue
		}
		for _, segment := range steps[i].Message.Body {
			if segment.Keyword == scenarios.CryptoKey {
				return true
			}
		}
	}
	return false
}

// noteCrypto takes over the keys of a description, ours or the peer's. What a request offers counts once its
// answer is there: in a response, or in the ACK to one that held the offer.
func (s *scripts) noteCrypto(c *call, body []byte, sent, offer bool) {
	crypto := s.state(c).crypto
	if crypto == nil || !bytes.Contains(body, []byte("\nm=")) { // a body without a description changes nothing
		return
	}
	if sent {
		crypto.ours = readCrypto(body)
	} else {
		crypto.theirs = readCrypto(body)
	}
	if offer {
		return
	}
	for stream, leg := range []*media.Leg{c.leg, s.state(c).media.video} {
		s.agreeCrypto(crypto, stream)
		if s.state(c).media.started[stream] && leg != nil {
			leg.Rekey(crypto.sending[stream], crypto.receiving[stream])
		}
	}
}

// offers tells the requests in which a description offers.
func offers(m sip.Method) bool { return m == sip.INVITE || m == sip.UPDATE || m == sip.PRACK }

// agreeCrypto chooses the keys of a stream: of one suite on both sides, and under one tag if there is one.
func (s *scripts) agreeCrypto(crypto *scriptCrypto, stream int) {
	ours, theirs := &crypto.ours[stream], &crypto.theirs[stream]
	crypto.sending[stream], crypto.receiving[stream] = media.Keys{}, media.Keys{}
	own, other, found := chooseCrypto(ours, theirs)
	crypto.refused[stream] = !found && (ours.demands || theirs.demands)
	switch {
	case found:
		crypto.sending[stream], crypto.receiving[stream] = own.effective(), other.effective()
	case crypto.refused[stream]:
		s.warn("media: no key of SRTP was agreed on; nothing is sent")
	}
}

func chooseCrypto(ours, theirs *cryptoLines) (own, other cryptoLine, found bool) {
	for _, sameTag := range []bool{true, false} {
		for _, own := range ours.lines[:ours.n] {
			for _, other := range theirs.lines[:theirs.n] {
				if own.keys.Suite() == other.keys.Suite() && (own.tag == other.tag || !sameTag) {
					return own, other, true
				}
			}
		}
	}
	return own, other, false
}

// effective returns the keys as the line says that they are used.
func (l cryptoLine) effective() media.Keys {
	if l.open {
		return l.keys.Unencrypted()
	}
	return l.keys
}

// readCrypto reads the a=crypto lines of the first stream of audio and of video.
func readCrypto(body []byte) (streams [2]cryptoLines) {
	var into *cryptoLines
	seen := [2]bool{}
	for line := range bytes.Lines(body) {
		line = bytes.TrimRight(line, "\r\n")
		if kind, isMedia := bytes.CutPrefix(line, []byte("m=")); isMedia {
			into = nil
			for i, name := range []string{"audio ", "video "} {
				if bytes.HasPrefix(kind, []byte(name)) && !seen[i] {
					seen[i], into = true, &streams[i]
					into.demands = bytes.Contains(kind, []byte("/SAVP"))
				}
			}
			continue
		}
		if value, isCrypto := bytes.CutPrefix(line, []byte("a=crypto:")); isCrypto && into != nil && into.n < len(into.lines) {
			if crypto, usable := parseCryptoLine(value); usable {
				into.lines[into.n] = crypto
				into.n++
			}
		}
	}
	return streams
}

// parseCryptoLine reads "1 AES_CM_128_HMAC_SHA1_80 inline:BASE64|2^31 UNENCRYPTED_SRTP". A line with a master
// key index or another session parameter is not usable.
func parseCryptoLine(value []byte) (line cryptoLine, usable bool) {
	tag, rest, _ := bytes.Cut(bytes.TrimSpace(value), []byte(" "))
	name, rest, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	key, parameters, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	for _, c := range tag {
		if c < '0' || c > '9' || line.tag > 1e8 {
			return line, false
		}
		line.tag = 10*line.tag + int(c-'0')
	}
	parameters = bytes.TrimSpace(parameters)
	if line.open = string(parameters) == "UNENCRYPTED_SRTP"; !line.open && len(parameters) > 0 {
		return line, false
	}
	key, inline := bytes.CutPrefix(key, []byte("inline:"))
	key, limits, _ := bytes.Cut(key, []byte("|"))
	suite, known := media.ParseSuite(name)
	if len(tag) == 0 || !inline || !known || bytes.IndexByte(limits, ':') >= 0 {
		return line, false
	}
	keys, err := media.ParseKeys(suite, key)
	line.keys = keys
	return line, err == nil
}
