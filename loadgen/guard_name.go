package loadgen

import (
	"strings"
	"unicode"
)

// emergencyServices follow sos in the service URNs of RFC 5031, 4.2, and in addresses made like them.
var emergencyServices = []string{"ambulance", "animal", "ecall", "fire", "gas", "marine", "medical", "mountain", "physician", "poison", "police"}

// isEmergencyName reports whether a user part names an emergency service: "sos" by itself, before
// anything but a letter, or before a service. Other names that begin with it, such as Sosnowski, are none.
func isEmergencyName(user string) bool {
	rest, found := strings.CutPrefix(strings.TrimLeft(user, ".- _+%"), "sos")
	if !found {
		return false
	}
	for _, service := range emergencyServices {
		if strings.HasPrefix(rest, service) {
			return true
		}
	}
	return rest == "" || strings.IndexFunc(rest, notLetter) == 0
}

// dialWords stand before a number that is dialled, with the colon of a scheme forgotten or otherwise.
var dialWords = map[string]bool{"tel": true, "sip": true, "sips": true, "callto": true, "phone": true, "call": true, "dial": true}

// behindName returns the refused number that a user part of letters and then nothing but a number may
// reach, "" if none. Pauses (w911) and words such as "tel" are looked through as separators are. Behind
// any other letters, only the numbers known far from their own country are refused, as they are: e911
// and alice112 are, alice1, user101 and gw911lab are not, for who calls user100 to user199 has names in
// mind.
func behindName(user string) string {
	if end := strings.IndexAny(user, ";?:"); end >= 0 {
		user = user[:end]
	}
	start := strings.IndexAny(user, "0123456789+*#")
	if start < 0 {
		return ""
	}
	name, number := onlyLetters(user[:start]), user[start:]
	if name == "" || strings.Trim(onlyLetters(number), pauseLetters) != "" {
		return ""
	}
	number = dialled(number)
	if dialWords[name] || strings.Trim(name, pauseLetters) == "" {
		return reachedBy(number)
	}
	digits := strings.TrimPrefix(strings.ReplaceAll(number, " ", ""), "+")
	if listedNumbers[digits] == worldwide {
		return digits
	}
	return ""
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

func onlyLetters(text string) string { return strings.Join(strings.FieldsFunc(text, notLetter), "") }
