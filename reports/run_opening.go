package reports

import "fmt"

// Mixed is the method of a load whose calls are begun by requests of several methods.
const Mixed = "mixed"

// opening names the request that begins a call of the load.
func (l *Load) opening() string {
	switch l.Opens {
	case "":
		return "INVITE"
	case Mixed:
		return "first request"
	}
	return l.Opens
}

// other names the requests of the load that are no INVITE.
func (l *Load) other() string {
	if l.sessions() {
		return "REGISTER and the like"
	}
	return l.Opens
}

// sessions tells whether the calls of the load are sessions: traffic in erlangs and the ratios of calls mean something.
func (l *Load) sessions() bool { return l.Opens == "" || l.Opens == Mixed }

// calls writes a number of what the load counts as calls: a REGISTER is none.
func (l *Load) calls(n uint64) string {
	if l.sessions() {
		return plural(int(n), "call")
	}
	return plural(int(n), l.Opens+" request")
}

// rate writes a number of them in a second.
func (l *Load) rate(perSecond string) string {
	if l.sessions() {
		return perSecond + " calls"
	}
	return fmt.Sprintf("%s %s requests", perSecond, l.Opens)
}

// circuitless says of each class that speaks of circuits or conversations what it is for a load without them.
var circuitless = map[string]struct{ about, fate string }{
	"blocked": {"refused for want of capacity", "were refused for want of capacity"},
	"user":    {"refused by the called user", "were refused by the called user"},
}

// about says what a class of the load holds.
func (l *Load) about(o outcome) string {
	other, known := circuitless[o.class]
	switch {
	case o.class == "answered" && l.Opens != "":
		return "2xx to the " + l.opening()
	case known && !l.sessions():
		return other.about
	}
	return o.about
}

// fate says what became of the calls of a class; known is false for those about which there is nothing to say.
func (l *Load) fate(class string) (text string, known bool) {
	if other, there := circuitless[class]; there && !l.sessions() {
		return other.fate, true
	}
	text, known = fates[class]
	return text, known
}
