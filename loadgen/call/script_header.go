package call

import (
	"bytes"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// compactNames are the one-letter forms of header names (RFC 3261, 7.3.3).
var compactNames = map[string]byte{
	"call-id": 'i', "contact": 'm', "content-encoding": 'e', "content-length": 'l', "content-type": 'c', "from": 'f', "to": 't', "via": 'v',
}

// compactOf returns the one-letter form of a name, 0 for none.
func compactOf(name []byte) byte {
	var lower [16]byte
	if len(name) > len(lower) {
		return 0
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	return compactNames[string(lower[:len(name)])]
}

// appendHeaders appends the values of all header lines of a name, with commas between them, and tells
// whether there was one.
func appendHeaders(dst, message, name []byte) ([]byte, bool) {
	compact, found := compactOf(name), false
	eachHeader(message, func(field, value []byte) bool {
		if bytes.EqualFold(field, name) || compact != 0 && len(field) == 1 && field[0]|0x20 == compact {
			if found {
				dst = append(dst, ", "...)
			}
			dst, found = append(dst, value...), true
		}
		return true
	})
	return dst, found
}

// headerValue returns the value of the first header line of a name, nil when there is none.
func headerValue(message, name []byte) (found []byte) {
	compact := compactOf(name)
	eachHeader(message, func(field, value []byte) bool {
		if bytes.EqualFold(field, name) || compact != 0 && len(field) == 1 && field[0]|0x20 == compact {
			found = value
			return false
		}
		return true
	})
	return found
}

// eachHeader calls visit for each header line of a message until it returns false.
func eachHeader(message []byte, visit func(field, value []byte) bool) {
	for {
		end := bytes.IndexByte(message, '\n')
		if end < 0 {
			return
		}
		message = message[end+1:]
		line, _, _ := bytes.Cut(message, []byte{'\n'})
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 {
			return
		}
		colon := bytes.IndexByte(line, ':')
		if colon > 0 && !visit(bytes.TrimRight(line[:colon], " \t"), bytes.Trim(line[colon+1:], " \t")) {
			return
		}
	}
}

var (
	nameVia     = []byte("Via")
	nameTo      = []byte("To")
	nameCSeq    = []byte("CSeq")
	branchIs    = []byte("branch=")
	looseRouter = []byte(";lr")
)

// branchIn returns the branch of the topmost Via of a message of ours.
func branchIn(text []byte) []byte {
	via := headerValue(text, nameVia)
	at := bytes.Index(via, branchIs)
	if at < 0 {
		return nil
	}
	via = via[at+len(branchIs):]
	if end := bytes.IndexAny(via, ";, \t"); end >= 0 {
		via = via[:end]
	}
	return via
}

// firstLine returns the first line of a message.
func firstLine(message []byte) []byte {
	line, _, _ := bytes.Cut(message, []byte{'\r'})
	return line
}

// keepRoutes takes the route set and the remote target from a message (RFC 3261, 12.1): the routes in
// reverse from a response. A first router that is strict is the target itself, and the Contact the last
// route (12.2.1.1).
func (st *scriptCall) keepRoutes(r *sip.Message) {
	if len(r.Contact) == 0 {
		return
	}
	st.target = append(st.target[:0], uriOf(r.Contact)...)
	st.routes = st.routes[:0]
	n := r.NumRecordRoutes
	strict := false
	for i := range n {
		route := r.RecordRoutes[i]
		if !r.Request {
			route = r.RecordRoutes[n-1-i]
		}
		if i == 0 && !bytes.Contains(route, looseRouter) {
			st.target, strict = append(st.target[:0], uriOf(route)...), true
			continue
		}
		st.addRoute(route)
	}
	if strict {
		st.addRoute(bytes.TrimSpace(r.Contact))
	}
}

func (st *scriptCall) addRoute(route []byte) {
	if len(st.routes) > 0 {
		st.routes = append(st.routes, ", "...)
	}
	st.routes = append(st.routes, route...)
}

// lastRequestURI returns the URI in the To of the last message.
func (st *scriptCall) lastRequestURI() []byte {
	to := headerValue(st.last, nameTo)
	if bytes.IndexByte(to, '<') < 0 {
		return nil
	}
	return uriOf(to)
}
