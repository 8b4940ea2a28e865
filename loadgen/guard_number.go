package loadgen

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// ErrNumberRefused is wrapped by every error of CheckNumber.
var ErrNumberRefused = errors.New("refused by the number guard")

// worldwide are the outside-line digits of the numbers that are known far from their own country.
const worldwide = "089"

// refusedNumbers are the emergency and crisis numbers of all regions: which of them a trunk serves is
// known only to its carrier. They come from the national numbering plans as libphonenumber collects
// them, the numbers that handsets call without a SIM (3GPP TS 22.101, 10.1.1) and the crisis lines of
// the larger countries. Each group names the outside-line digits that count before its numbers.
var refusedNumbers = []struct{ outsideLine, numbers string }{
	// 1911 and 1988 carry the trunk prefix of North America.
	{worldwide, "110 112 118 119 911 988 999 1911 1988"},

	{"09", "000 060 061 062 065 066 068 080 085 088 091 092 " +
		"100 101 102 103 104 105 106 107 108 109 111 113 114 115 116 117 120 121 122 123 124 125 126 127 128 129 " +
		"130 131 132 133 134 135 137 140 141 142 143 144 145 147 150 151 152 153 154 155 156 157 158 159 160 163 " +
		"166 170 171 172 175 177 180 185 188 189 190 191 192 193 194 " +
		"907 912 913 917 919 939 940 945 955 977 981 984 985 986 987 990 991 992 993 994 995 996 997 998 " +
		"1122 1669 1730 9999 10111 10177 18000 90000 " +
		"131114 8002738255 18002738255 08001110111 08001110222 498001110111 498001110222 08001111 448001111 61131114"},

	// Two digits; 195 to 199, because 9195 to 9199 are the test extensions of FreeSWITCH; and numbers that
	// many extension plans hold with a 9 in front.
	{"0", "01 02 03 04 08 13 14 15 16 17 18 19 90 91 92 93 94 97 " +
		"195 196 197 198 199 001 002 003 011 016 019 022 024 033 050 " +
		"211 311 333 355 411 511 555 611 666 711 767 811 819 888 901 902 903 904 922 933"},

	// Of four digits and more: as they are, or international.
	{"", "1055 1091 1098 1130 1155 1177 1201 1220 1298 1393 1414 1415 1444 1460 1515 1522 1530 1548 1554 1591 " +
		"1717 1737 1767 1813 1915 1925 1926 1990 2611 3114 3919 11414 12110 12356 12395 15889191 19222 132500"},
}

// inRefusedRange reports whether digits are refused though not every number of their form is one of the
// above: short codes of these forms are public services in most numbering plans. Extensions of three
// digits that start with 0, 1 or 9 fall under it; those from 200 to 899 do not, and neither do longer
// ones such as 1000.
func inRefusedRange(digits string) bool {
	switch len(digits) {
	case 3:
		return digits[0] == '0' || digits[0] == '1' || digits[0] == '9'
	case 4:
		return digits[:2] == "13" // police and fire brigade of Gabon
	}
	return isHelpline(digits)
}

// isHelpline reports whether digits are a helpline of the European Union: 116 and three more.
func isHelpline(digits string) bool { return len(digits) == 6 && digits[:3] == "116" }

// listedNumbers maps each refused number to the outside-line digits of its group.
var listedNumbers = func() map[string]string {
	listed := map[string]string{}
	for _, group := range refusedNumbers {
		for number := range strings.FieldsSeq(group.numbers) {
			listed[number] = group.outsideLine
		}
	}
	return listed
}()

// Bounds of what is looked through.
const (
	maxNumberText  = 1024 // octets; no number that can be dialled comes near
	maxOutsideLine = 3
	maxCountryCode = 3
)

// CheckNumber returns an error that wraps ErrNumberRefused if a call to text could reach an emergency
// service or a crisis line anywhere. No flag changes that. The text may be a number, a SIP or tel URI,
// a URN or an address with a display name; a name such as "service" is no number and passes. It is
// asked about the number as it is dialled, so again after each rewrite.
//
// Separators, escapes, parameters and a + are looked through, and so are up to three outside-line
// digits, a country code, an international prefix, a service code such as *67, and letters before the
// number (w911, tel911; see behindName).
// urn:service:test.sos, which answers tests (RFC 6881), passes.
func CheckNumber(text string) error {
	if len(text) > maxNumberText {
		return fmt.Errorf("%w: number of %d octets; want at most %d", ErrNumberRefused, len(text), maxNumberText)
	}
	for step := text; ; {
		if reason := refusal(step); reason != "" {
			return fmt.Errorf("%w: number %q %s", ErrNumberRefused, text, reason)
		}
		decoded := unescape(step)
		if decoded == step {
			return nil
		}
		step = decoded
	}
}

const noFlag = "; such calls are never made, and no flag allows them"

// refusal says why text is not called, "" if it may be.
func refusal(text string) string {
	for _, r := range text {
		switch {
		case unicode.IsControl(r):
			return "has a control character"
		case r > unicode.MaxASCII && unicode.IsNumber(r):
			return "has digits other than 0 to 9"
		}
	}
	if _, address, found := strings.Cut(text, "<"); found {
		text, _, _ = strings.Cut(address, ">")
	}
	text = strings.ToLower(strings.TrimSpace(text))
	if strings.Contains(text, "urn:") && strings.Count(text, "service:") > strings.Count(text, "service:test.") {
		return "is a service URN" + noFlag
	}
	text, isSIP := cutSchemes(text)
	users := strings.Split(text, "@")
	if len(users) > 1 {
		users = users[:len(users)-1] // the last one is the host
	} else if isSIP && isHost(text) {
		return ""
	}
	for _, user := range users {
		if isEmergencyName(user) {
			return "is an emergency address" + noFlag
		}
		if number := cmp.Or(reachedBy(dialled(user)), behindName(user)); number != "" {
			return "may reach " + number + ", which is an emergency or crisis number in some country" + noFlag
		}
	}
	return ""
}

// cutSchemes removes "sip:", "tel:" and any other scheme of letters, and tells whether one was SIP's.
func cutSchemes(text string) (rest string, isSIP bool) {
	for {
		scheme, rest, found := strings.Cut(text, ":")
		if !found || scheme == "" || strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz") != "" {
			return strings.TrimLeft(text, "/"), isSIP
		}
		isSIP = isSIP || scheme == "sip" || scheme == "sips"
		text = strings.TrimLeft(rest, "/ ")
	}
}

// isHost reports whether a SIP URI without a user names a host, which is no number: an IP address, or a
// name with dots and letters.
func isHost(text string) bool {
	if end := strings.IndexAny(text, ";?"); end >= 0 {
		text = text[:end]
	}
	_, withPort := netip.ParseAddrPort(text)
	_, alone := netip.ParseAddr(strings.Trim(text, "[]"))
	return withPort == nil || alone == nil || strings.Contains(text, ".") && strings.ContainsFunc(text, unicode.IsLetter)
}

// pauseLetters stand for a wait between digits.
const pauseLetters = "pwx"

// dialled returns what of a user part is dialled: a + in front, digits, and a space for each service
// code mark (* or #) or pause. It ends at parameters, a password, or a letter after digits; of a text that
// starts with a letter nothing is dialled, but see behindName.
func dialled(user string) string {
	var b strings.Builder
	for _, r := range user {
		switch {
		case r >= '0' && r <= '9', r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case r == ';' || r == '?' || r == ':':
			return b.String()
		case strings.ContainsRune("*#,!", r), strings.ContainsRune(pauseLetters, r) && b.Len() > 0:
			b.WriteByte(' ')
		case unicode.IsLetter(r):
			return b.String()
		}
	}
	return b.String()
}

// reachedBy returns the refused number that a dialled text reaches, as a whole or in one of its parts,
// "" if none.
func reachedBy(dialled string) string {
	whole, plus := strings.CutPrefix(dialled, "+")
	if number := reached(strings.ReplaceAll(whole, " ", ""), plus); number != "" {
		return number
	}
	for part := range strings.FieldsSeq(whole) {
		if number := reached(part, plus); number != "" {
			return number
		}
		// Service codes such as *67 and *82 have two or three digits, and nothing ends them.
		for n := 2; n <= 3 && strings.HasPrefix(whole, " ") && n < len(part); n++ {
			if number := reached(part[n:], false); number != "" {
				return number
			}
		}
	}
	return ""
}

// reached returns the refused number that digits reach: as they are, behind an outside line, or behind
// a country code if they are international, perhaps with the trunk prefix of "+49 (0) 112".
func reached(digits string, plus bool) string {
	if number := behindOutsideLine(digits); number != "" {
		return number
	}
	for line := 0; line <= 1 && line < len(digits); line++ {
		if line == 1 && !strings.Contains("089", digits[:1]) {
			break
		}
		national, international := cutInternational(digits[line:], plus && line == 0)
		for n := 1; international && n <= maxCountryCode && n < len(national); n++ {
			number := national[n:]
			if plus {
				number = strings.TrimPrefix(number, "0")
			}
			if isRefused(national[n:]) || isRefused(number) {
				return number
			}
		}
	}
	return ""
}

// cutInternational removes the international prefixes 00 and 011, which a + stands for.
func cutInternational(digits string, plus bool) (rest string, international bool) {
	for _, prefix := range [...]string{"00", "011"} {
		if rest, found := strings.CutPrefix(digits, prefix); found {
			return rest, true
		}
	}
	return digits, plus
}

// behindOutsideLine returns the refused number that digits are, without up to three outside-line digits.
func behindOutsideLine(digits string) string {
	if isRefused(digits) {
		return digits
	}
	for n := 1; n <= maxOutsideLine && n < len(digits); n++ {
		line, number := digits[:n], digits[n:]
		allowed, refused := listedNumbers[number]
		if isHelpline(number) {
			allowed, refused = worldwide, true
		}
		if refused && strings.Trim(line, allowed) == "" {
			return number
		}
	}
	return ""
}

// isRefused reports whether digits as they are belong to the refused numbers.
func isRefused(digits string) bool {
	_, listed := listedNumbers[digits]
	return listed || inRefusedRange(digits)
}

// unescape resolves the percent escapes of text once, and leaves what is no escape.
func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if octet, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(octet))
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
