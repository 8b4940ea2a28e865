package call

import (
	crand "crypto/rand"
	"slices"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// secrets are the keys of a call over SRTP.
type secrets struct {
	own                []media.Keys // that we have offered or answered with, one a suite
	sending, receiving media.Keys   // that were agreed on
}

// ownKeys returns the keys that we send with in a suite: drawn when the call first needs them, and the same
// through the call, so that a re-INVITE that changes nothing else keeps the stream (RFC 4568, 7.1.4).
func (c *call) ownKeys(s media.Suite) media.Keys {
	if c.secrets == nil {
		c.secrets = new(secrets)
	}
	for _, k := range c.secrets.own {
		if k.Suite() == s {
			return k
		}
	}
	k, _ := media.NewKeys(s, crand.Reader) // never fails (crypto/rand)
	c.secrets.own = append(c.secrets.own, k)
	return k
}

// cryptoOffer returns the a=crypto lines of our offer: one for each suite. None for plain RTP.
func (m *Machine) cryptoOffer(c *call) []sip.Crypto {
	var lines []sip.Crypto
	for i, suite := range m.cfg.Audio.Suites {
		key := c.ownKeys(suite).AppendInline(nil)
		lines = append(lines, sip.Crypto{Tag: uint32(i + 1), Suite: []byte(suite.String()), Key: key})
	}
	return lines
}

// cryptoAnswer returns the one line of our answer, which agreeKeys chooses too, under the tag of the offer
// (RFC 4568, 5.1).
func (m *Machine) cryptoAnswer(c *call) []sip.Crypto {
	line, found := m.offeredLine()
	if !found {
		return nil
	}
	suite, _ := media.ParseSuite(line.Suite)
	line.Key = c.ownKeys(suite).AppendInline(nil)
	return []sip.Crypto{line}
}

// offeredLine returns the first a=crypto line of the peer that is of a suite of ours.
func (m *Machine) offeredLine() (sip.Crypto, bool) {
	for _, line := range m.offer.Crypto[:m.offer.NumCrypto] {
		suite, known := media.ParseSuite(line.Suite)
		if known && slices.Contains(m.cfg.Audio.Suites, suite) {
			return line, true
		}
	}
	return sip.Crypto{}, false
}

// agreeKeys notes the keys of both directions as the peer's description and ours have them; none for plain RTP.
// False: there is no suite in common, or the peer's key is none.
func (m *Machine) agreeKeys(c *call) bool {
	if len(m.cfg.Audio.Suites) == 0 {
		return true
	}
	line, found := m.offeredLine()
	if !found {
		return false
	}
	suite, _ := media.ParseSuite(line.Suite)
	receiving, err := media.ParseKeys(suite, line.Key)
	if err != nil {
		return false
	}
	sending := c.ownKeys(suite)
	c.secrets.sending, c.secrets.receiving = sending, receiving
	return true
}
