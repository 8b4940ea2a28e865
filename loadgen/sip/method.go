package sip

// methodNames holds the methods as they are written on the wire, in the order of the constants.
var methodNames = [...]string{
	"", "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO",
	"MESSAGE", "SUBSCRIBE", "NOTIFY", "REFER", "PUBLISH",
}

// MethodOf returns the method that a token names, UnknownMethod if it is none of the constants.
// Methods are case-sensitive and know no escapes (RFC 3261, 7.1 and 25.1).
func MethodOf(token []byte) Method {
	switch string(token) {
	case "INVITE":
		return INVITE
	case "ACK":
		return ACK
	case "BYE":
		return BYE
	case "CANCEL":
		return CANCEL
	case "OPTIONS":
		return OPTIONS
	case "REGISTER":
		return REGISTER
	case "PRACK":
		return PRACK
	case "UPDATE":
		return UPDATE
	case "INFO":
		return INFO
	case "MESSAGE":
		return MESSAGE
	case "SUBSCRIBE":
		return SUBSCRIBE
	case "NOTIFY":
		return NOTIFY
	case "REFER":
		return REFER
	case "PUBLISH":
		return PUBLISH
	}
	return UnknownMethod
}

// String returns the method as it is written on the wire, "unknown" for UnknownMethod.
func (m Method) String() string {
	if m == UnknownMethod || int(m) >= len(methodNames) {
		return "unknown"
	}
	return methodNames[m]
}
