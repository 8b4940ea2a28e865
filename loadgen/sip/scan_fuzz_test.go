package sip

import (
	"bytes"
	"testing"
	"unsafe"
)

// checkInvariants wants of whatever was scanned: slices within the datagram, counts within their bounds,
// and no line end in a value that a response copies.
func checkInvariants(t *testing.T, m *Message) {
	t.Helper()
	if m.NumVias < 0 || m.NumVias > MaxVias || m.NumRecordRoutes < 0 || m.NumRecordRoutes > MaxRecordRoutes {
		t.Fatalf("%d Via and %d Record-Route values", m.NumVias, m.NumRecordRoutes)
	}
	if m.CSeq > maxCSeq || m.Status != 0 && (m.Status < 100 || m.Status > 699) || m.Request && m.Status != 0 {
		t.Fatalf("CSeq %d, status %d, request %t", m.CSeq, m.Status, m.Request)
	}
	values := [][]byte{m.MethodName, m.RequestURI, m.Phrase, m.Branch, m.SentBy, m.CallID, m.From, m.FromTag, m.To, m.ToTag,
		m.CSeqValue, m.Contact, m.Target, m.Expires, m.Reason, m.RetryAfter, m.Require, m.ContentType}
	values = append(values, m.Vias[:m.NumVias]...)
	values = append(values, m.RecordRoutes[:m.NumRecordRoutes]...)
	for _, a := range m.Authentications[:m.NumAuthentications] {
		values = append(values, a.Value)
	}
	for _, value := range values {
		if bytes.ContainsAny(value, "\r\n") {
			t.Fatalf("line end in %q", value)
		}
		checkWithin(t, m.Raw, value)
	}
	checkWithin(t, m.Raw, m.Body)
}

// checkWithin wants value to lie within datagram.
func checkWithin(t *testing.T, datagram, value []byte) {
	t.Helper()
	if len(value) == 0 {
		return
	}
	start, first := uintptr(unsafe.Pointer(unsafe.SliceData(datagram))), uintptr(unsafe.Pointer(unsafe.SliceData(value)))
	if first < start || first+uintptr(len(value)) > start+uintptr(len(datagram)) {
		t.Fatalf("%q lies outside the datagram", value)
	}
}

func TestScanTruncatedAtEveryByte(t *testing.T) {
	for _, message := range benchMessages {
		for end := range message.text {
			var m Message
			if err := Scan([]byte(message.text[:end]), &m); err == nil {
				t.Errorf("%s: the first %d of %d octets pass for a message", message.name, end, len(message.text))
			}
			checkInvariants(t, &m)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, message := range benchMessages {
		f.Add([]byte(message.text))
	}
	f.Add(byeWith("Via: SIP / 2.0 / UDP\r\n h ; branch = x, SIP/2.0/TCP g", `f: "a \" b" <sip:a;tag=x@b>;tag=y`, "l: 0"))
	f.Add(byeWith("Call-ID: a\r\nCall-ID: b", "CSeq: 99999999999 X", "Contact: *", "Reason: Q.850;cause=34"))
	f.Add([]byte("\r\n\r\n"))
	f.Add([]byte("SIP/2.0 200\n\nbody"))
	f.Fuzz(func(t *testing.T, original []byte) {
		datagram := bytes.Clone(original)
		var m, again Message
		err := Scan(datagram, &m)
		checkInvariants(t, &m)
		if len(original) != len(datagram) {
			t.Fatal("length changed")
		}
		for i, c := range datagram {
			if c != original[i] && (c != ' ' || original[i] != '\r' && original[i] != '\n') {
				t.Fatalf("octet %d changed from %q to %q", i, original[i], c)
			}
		}
		if err == nil && (m.NumVias == 0 || len(m.From) == 0 || len(m.To) == 0 || len(m.CallID) == 0 || len(m.CSeqValue) == 0) {
			t.Fatalf("accepted without a mandatory header field: %q", datagram)
		}
		if err != nil {
			return
		}
		// The unfolded datagram says the same, so that a kept request can be scanned again.
		if err := Scan(datagram, &again); err != nil || scannedRouting(&m) != scannedRouting(&again) {
			t.Fatalf("first %+v\nthen %+v, error %v", scannedRouting(&m), scannedRouting(&again), err)
		}
	})
}
