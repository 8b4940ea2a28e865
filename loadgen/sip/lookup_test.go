package sip

import "testing"

const lookedUp = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\n" +
	"CSeq: 1 INVITE\r\nr: <sip:refer@to>\r\nk: timer\r\nSupported: , 100rel\r\nX: 90;refresher=uac\r\nRSeq: 7\r\nMin-SE: 60\r\nALLOW:INVITE,UPDATE\r\nContent-Length: 9\r\n\r\nOther: no"

func TestLookupFindsHeadersInAnyFormAndNoneInTheBody(t *testing.T) {
	var m Message
	if err := Scan([]byte(lookedUp), &m); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		compact byte
		want    string
	}{{"Refer-To", 'r', "<sip:refer@to>"}, {"Allow", 0, "INVITE,UPDATE"}, {"Other", 0, ""}, {"Event", 'o', ""}} {
		if got := string(m.Lookup(tt.name, tt.compact)); got != tt.want {
			t.Errorf("%s is %q, want %q", tt.name, got, tt.want)
		}
	}
	if !m.Lists("Supported", 'k', "100REL") || m.Lists("Supported", 'k', "100") || string(m.RSeq) != "7" || string(m.MinSE) != "60" {
		t.Errorf("Supported %q, RSeq %q, Min-SE %q", m.Lookup("Supported", 'k'), m.RSeq, m.MinSE)
	}
	seconds, params, ok := DeltaSeconds(m.SessionExpires)
	if !ok || seconds != 90 || string(Parameter(params, "refresher")) != "uac" {
		t.Errorf("Session-Expires is %d %q %v", seconds, params, ok)
	}
}
