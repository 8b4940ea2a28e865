package sip

import "bytes"

// maxCSeq is the largest sequence number of a request (RFC 3261, 8.1.1.5).
const maxCSeq = 1<<31 - 1

// vias stores the values of one Via line and reads the topmost of the message.
func (s *scanner) vias(line []byte) {
	m := s.m
	for more := true; more; {
		var value []byte
		value, line, more = cutOutside(line, ',')
		switch value = trim(value); {
		case len(value) == 0:
			s.fail(errEmptyVia)
			continue
		case m.NumVias == MaxVias:
			s.fail(errTooManyVias)
			return
		}
		m.Vias[m.NumVias] = value
		m.NumVias++
		if m.NumVias == 1 {
			s.topVia(value)
		}
	}
}

// topVia reads where the answer goes and which transaction it belongs to: protocol name, version and
// transport with slashes between them, the sender, the parameters (RFC 3261, 20.42).
func (s *scanner) topVia(value []byte) {
	sentBy, params := splitParameters(value)
	for range 2 {
		slash := bytes.IndexByte(sentBy, '/')
		if slash < 0 {
			s.fail(errVia)
			return
		}
		sentBy = trim(sentBy[slash+1:])
	}
	transport := 0
	for transport < len(sentBy) && !isSpace(sentBy[transport]) {
		transport++
	}
	s.m.SentBy = trim(sentBy[transport:])
	if len(s.m.SentBy) == 0 {
		s.fail(errVia)
	}
	s.m.Branch = parameter(params, "branch")
}

// address stores a From or To value and its tag.
func (s *scanner) address(field, tag *[]byte, value []byte, twice *MalformedError) {
	if !s.single(field, value, twice) {
		return
	}
	_, params, ok := splitAddress(value)
	if !ok {
		s.fail(errAddress)
		return
	}
	*tag = parameter(params, "tag")
}

// single stores a value that may be there only once: with two of them the transaction is anyone's
// guess (RFC 4475, 3.3.8). It returns false when there is nothing more to read in it.
func (s *scanner) single(field *[]byte, value []byte, twice *MalformedError) bool {
	if *field != nil {
		s.fail(twice)
		return false
	}
	*field = value
	if len(value) == 0 {
		s.fail(errEmptyValue)
	}
	return len(value) > 0
}

// cseq reads "314159 INVITE". The method must be that of the request (RFC 3261, 8.1.1.5); a response
// takes its method from here.
func (s *scanner) cseq(value []byte) {
	m := s.m
	if !s.single(&m.CSeqValue, value, errTwoCSeqs) {
		return
	}
	digits := 0
	for digits < len(value) && !isSpace(value[digits]) {
		digits++
	}
	sequence, ok := number(value[:digits], maxCSeq)
	method := trim(value[digits:])
	if !ok || len(method) == 0 {
		s.fail(errCSeq)
		return
	}
	m.CSeq = uint32(sequence)
	if !m.Request {
		m.Method, m.MethodName = MethodOf(method), method
	} else if !bytes.Equal(method, m.MethodName) {
		s.fail(errMethodMismatch)
	}
}

// contact keeps the first Contact value of the message and its URI.
func (s *scanner) contact(line []byte) {
	if s.m.Contact != nil {
		return
	}
	value, _, _ := cutOutside(line, ',')
	s.m.Contact = trim(value)
	uri, _, ok := splitAddress(s.m.Contact)
	if !ok {
		s.fail(errAddress)
		return
	}
	if string(uri) != "*" {
		s.m.Target = uri
	}
}

// recordRoutes stores the values of one Record-Route line.
func (s *scanner) recordRoutes(line []byte) {
	m := s.m
	for more := true; more; {
		var value []byte
		value, line, more = cutOutside(line, ',')
		if value = trim(value); len(value) == 0 {
			continue
		}
		if m.NumRecordRoutes == MaxRecordRoutes {
			s.fail(errTooManyRoutes)
			return
		}
		m.RecordRoutes[m.NumRecordRoutes] = value
		m.NumRecordRoutes++
	}
}

// contentLength reads the length of the body; two that agree are one.
func (s *scanner) contentLength(value []byte) {
	length, ok := number(value, maxCSeq)
	switch {
	case !ok:
		s.fail(errContentLength)
	case s.length >= 0 && s.length != int(length):
		s.fail(errTwoLengths)
	default:
		s.length = int(length)
	}
}

// reason keeps the line that knows the cause of the telephone network, whatever came before it.
func (s *scanner) reason(line []byte) {
	if _, known := Q850Cause(s.m.Reason); known {
		return
	}
	if _, known := Q850Cause(line); known || s.m.Reason == nil {
		s.m.Reason = line
	}
}

// keepFirst stores value unless the field is there already.
func keepFirst(field *[]byte, value []byte) {
	if *field == nil {
		*field = value
	}
}
