package call

import (
	"testing"

	"github.com/sipplan/sipplan/loadgen/media"
)

const (
	keyA = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	keyB = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
)

// Which keys a stream takes of two descriptions. RFC 4568, 5.1: an answer has one line, of the tag and the suite
// that it chose; SIPp answers under tag 1 whatever the suite is.
func TestKeysOfScriptsAreChosenBySuiteThenTag(t *testing.T) {
	const audio = "v=0\r\nm=audio 6000 RTP/AVP 0\r\n"
	for _, row := range []struct {
		name, ours, theirs string
		send, receive      string // keys; empty for RTP in the clear
		suite              media.Suite
	}{
		{"one line each", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyA, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyB, keyA, keyB, media.AES128SHA80},
		{"the second of two, under its tag", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyB + "\r\na=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:" + keyA, "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:" + keyB, keyA, keyB, media.AES128SHA32},
		{"the second of two, under the first tag", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyB + "\r\na=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:" + keyA, "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:" + keyB, keyA, keyB, media.AES128SHA32},
		{"a lifetime", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyA + "|2^31", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyB + "|2^20", keyA, keyB, media.AES128SHA80},
		{"no suite in common", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyA, "a=crypto:1 NULL_HMAC_SHA1_80 inline:" + keyB, "", "", media.Plain},
		{"no keys in the answer", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyA, "a=sendrecv", "", "", media.Plain},
		{"a master key index", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyA, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyB + "|2^20|1:4", "", "", media.Plain},
		{"a parameter that is not known", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyA, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyB + " KDR=1", "", "", media.Plain},
		{"a key that is too short", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyA, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA", "", "", media.Plain},
	} {
		ours, theirs := readCrypto([]byte(audio+row.ours+"\r\n")), readCrypto([]byte(audio+row.theirs+"\r\n"))
		own, other, found := chooseCrypto(&ours[0], &theirs[0])
		if found != (row.send != "") || own.keys.Suite() != row.suite {
			t.Errorf("%s: found %v, suite %s, want %s", row.name, found, own.keys.Suite(), row.suite)
			continue
		}
		if found && (string(own.keys.AppendInline(nil)) != row.send || string(other.keys.AppendInline(nil)) != row.receive) {
			t.Errorf("%s: the keys are not those of the lines", row.name)
		}
	}
}

func TestCryptoLinesBelongToTheirStream(t *testing.T) {
	streams := readCrypto([]byte("m=audio 6000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + keyA + " UNENCRYPTED_SRTP\r\n" +
		"m=video 6002 RTP/AVP 99\r\na=crypto:2 NULL_HMAC_SHA1_32 inline:" + keyB + "\r\nm=audio 6004 RTP/AVP 0\r\na=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:" + keyB + "\r\n"))
	audio, video := &streams[0], &streams[1]
	if audio.n != 1 || !audio.demands || !audio.lines[0].open || audio.lines[0].keys.Suite() != media.AES128SHA80 {
		t.Errorf("audio: %d lines, demands %v", audio.n, audio.demands)
	}
	if video.n != 1 || video.demands || video.lines[0].open || video.lines[0].tag != 2 || video.lines[0].keys.Suite() != media.NullSHA32 {
		t.Errorf("video: %d lines, demands %v", video.n, video.demands)
	}
}
