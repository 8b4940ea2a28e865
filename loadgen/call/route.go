package call

import "bytes"

// The route set of a dialog stands in its text as the value of a Route header. Where its first route has no lr
// parameter, that proxy is of RFC 2543: it wants to find itself in the request URI, and the remote target behind
// the other routes (RFC 3261, 12.2.1.1).

// requestURI returns the request URI of a request to somebody.
func (d *dialog) requestURI(to party) []byte {
	if routes := d.get(to.routes); strict(routes) {
		uri, _, _ := bytes.Cut(firstURI(routes), []byte("?")) // no headers in a request URI
		return uri
	}
	return d.get(to.target)
}

// appendRoutes appends the Route header line of a request to somebody, if it has one.
func (d *dialog) appendRoutes(dst []byte, to party) []byte {
	routes := d.get(to.routes)
	if len(routes) == 0 {
		return dst
	}
	dst = append(dst, "Route: "...)
	if strict(routes) {
		if _, others, more := bytes.Cut(routes, routeSeparator); more {
			dst = append(append(dst, others...), routeSeparator...)
		}
		dst = append(append(append(dst, '<'), d.get(to.target)...), '>')
	} else {
		dst = append(dst, routes...)
	}
	return append(dst, "\r\n"...)
}

// strict tells whether the first route of a set lacks lr.
func strict(routes []byte) bool {
	if len(routes) == 0 {
		return false
	}
	for parameter := range bytes.SplitSeq(firstURI(routes), []byte(";")) {
		name, _, _ := bytes.Cut(parameter, []byte("="))
		if bytes.EqualFold(name, []byte("lr")) {
			return false
		}
	}
	return true
}

// firstURI returns the URI of the first route of a route set.
func firstURI(routes []byte) []byte {
	if open := bytes.IndexByte(routes, '<'); open >= 0 {
		routes = routes[open+1:]
	}
	if end := bytes.IndexAny(routes, ">,"); end >= 0 {
		routes = routes[:end]
	}
	return routes
}
