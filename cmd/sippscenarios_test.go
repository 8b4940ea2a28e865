package cmd

import (
	"fmt"
	"strings"
	"testing"
)

// sippScenario puts steps into a scenario.
func sippScenario(steps ...string) string {
	return "<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n<scenario name=\"test\">\n" + strings.Join(steps, "\n") + "\n</scenario>\n"
}

const description = `

      v=0
      o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio [media_port] RTP/AVP 0
      a=rtpmap:0 PCMU/8000
`

// request is a <send> of a request. An INVITE offers media.
func request(method string, cseq int, attributes string, headers ...string) string {
	body := ""
	if method == "INVITE" {
		headers, body = append(headers, "Content-Type: application/sdp"), description
	}
	return requestWith(method, fmt.Sprintf("%d %s", cseq, method), attributes, body, headers...)
}

func requestWith(method, cseq, attributes, body string, headers ...string) string {
	return fmt.Sprintf(`<send %s><![CDATA[
      %s sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:caller@[local_ip]:[local_port]>;tag=[pid]A[call_number]
      To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: %s
      Contact: <sip:caller@[local_ip]:[local_port]>
      Max-Forwards: 70%s
      Content-Length: [len]
%s
    ]]></send>`, attributes, method, cseq, lines(headers), body)
}

// receive is a <recv> of a response, or of a request when it begins with a letter.
func receive(what string, inside ...string) string {
	what, attributes, _ := strings.Cut(what, " ")
	kind := "response"
	if what[0] > '9' {
		kind = "request"
	}
	action := ""
	if len(inside) > 0 {
		action = "<action>" + strings.Join(inside, "\n") + "</action>"
	}
	return fmt.Sprintf(`<recv %s="%s" %s>%s</recv>`, kind, what, attributes, action)
}

// response is a <send> of a response.
func response(status, attributes string, headers ...string) string {
	body := ""
	if strings.HasPrefix(status, "200 OK+") {
		status, body = "200 OK", description
		headers = append(headers, "Content-Type: application/sdp")
	}
	return fmt.Sprintf(`<send %s><![CDATA[
      SIP/2.0 %s
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]B[call_number]
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:[local_ip]:[local_port];transport=[transport]>%s
      Content-Length: [len]
%s
    ]]></send>`, attributes, status, lines(headers), body)
}

// lines begins a line with each header.
func lines(headers []string) (text string) {
	for _, h := range headers {
		text += "\n      " + h
	}
	return text
}

// plain is the response to a request within the dialog.
const plain = `<send><![CDATA[
      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      [last_CSeq:]
      Content-Length: 0
    ]]></send>`

// answered is a plain answerer with actions upon its INVITE and its BYE.
func answered(invite, bye []string, headers ...string) string {
	return sippScenario(receive("INVITE", invite...), response("180 Ringing", ""), response("200 OK+", `retrans="500"`, headers...),
		receive("ACK"), receive("BYE", bye...), plain)
}

// talk is a plain call up to its ACK, with actions upon the answer.
func talk(actions ...string) []string {
	return []string{request("INVITE", 1, `retrans="500"`), receive(`100 optional="true"`), receive(`180 optional="true"`), receive("200", actions...), request("ACK", 1, "")}
}

func hangUp(headers ...string) []string {
	return []string{request("BYE", 2, `retrans="500"`, headers...), receive("200")}
}

func sequence(parts ...[]string) string {
	var steps []string
	for _, part := range parts {
		steps = append(steps, part...)
	}
	return sippScenario(steps...)
}

// challenged answers a request with a challenge, then checks the credentials.
func challenged(method string, status, header string) string {
	end := []string{plain}
	if method == "INVITE" {
		end = []string{response("200 OK+", ""), receive("ACK"), receive("BYE"), plain}
	}
	first := []string{receive(method), response(status, "", header+`: Digest realm="lab", nonce="47ebe028cda119c35d4877b383027d28da013815", algorithm=MD5, qop="auth"`)}
	if method == "INVITE" {
		first = append(first, receive("ACK"))
	}
	verify := `<verifyauth assign_to="right" username="alice" password="secret"/>`
	second := []string{receive(method+` next="good" test="right"`, verify), response("403 Forbidden", ""), `<nop next="end"/>`, `<label id="good"/>`}
	return sequence(first, second, end, []string{`<label id="end"/>`, `<nop/>`})
}

func TestTwentyScenariosBesideSIPp(t *testing.T) {
	t.Parallel()
	users := "SEQUENTIAL\nann;first;[authentication username=alice password=secret]\nbob;second;[authentication username=alice password=secret]\ncid;third;[authentication username=alice password=secret]\n"
	for _, p := range []sippPair{
		{name: "a header goes back in a variable", caller: sequence(talk(`<ereg regexp=".*" search_in="hdr" header="X-Token:" check_it="true" assign_to="token"/>`), hangUp("X-Back: [$token]")),
			answerer: answered(nil, []string{`<ereg regexp="t-[0-9]+" search_in="hdr" header="X-Back:" check_it="true" assign_to="back"/><log message="[$back]"/>`}, "X-Token: t-[call_number]")},
		{name: "subexpressions of a body", caller: sequence(talk(`<ereg regexp="m=audio ([0-9]+) RTP/AVP ([0-9 ]+)" search_in="body" check_it="true" assign_to="all,port,formats"/><log message="[$all]"/>`), hangUp("X-Port: [$port]/[$formats]")),
			answerer: answered(nil, []string{`<ereg regexp=" *[0-9]+/0" search_in="hdr" header="X-Port:" check_it="true" assign_to="b"/><log message="[$b]"/>`})},
		{name: "what must not be there is there", failures: true, caller: sequence(talk(`<ereg regexp="PCMU" search_in="body" check_it_inverse="true" assign_to="x"/><log message="[$x]"/>`), hangUp()), answerer: answered(nil, nil)},
		{name: "a branch by a variable", caller: sequence(talk(`<ereg regexp="yes" search_in="hdr" header="X-Way:" assign_to="way"/>`), []string{`<nop next="short" test="way"/>`, request("INFO", 2, `retrans="500"`), receive("200"), `<label id="short"/>`}, hangUp()),
			answerer: answered(nil, nil, "X-Way: yes")},
		{name: "a branch that is always and one that is never taken", caller: sequence(talk(), []string{`<nop next="1" chance="1.0"/>`, request("INFO", 2, ""), receive("200"), `<label id="1"/>`, `<nop next="2" chance="0.0"/>`, request("BYE", 2, `retrans="500"`), receive("200"), `<label id="2"/>`, `<nop/>`}),
			answerer: answered(nil, nil)},
		{name: "steps that a condition leaves out", caller: sequence(talk(`<ereg regexp="never" search_in="hdr" header="To:" assign_to="never"/>`), []string{
			strings.Replace(request("INFO", 2, ""), "<send ", `<send condexec="never" `, 1), strings.Replace(receive("481"), "<recv ", `<recv condexec="never" `, 1)}, hangUp()),
			answerer: answered(nil, nil)},
		{name: "a message that does not come in time", caller: sequence(talk(), []string{receive(`183 timeout="60" ontimeout="late"`), `<label id="late"/>`}, hangUp()), answerer: answered(nil, nil)},
		{name: "an optional message that comes later", caller: sequence([]string{request("INVITE", 1, `retrans="500"`), receive(`180 optional="true"`), receive("200"), request("ACK", 1, ""), receive(`INFO optional="true" next="info"`), `<recv request="MESSAGE"/>`, `<label id="info"/>`,
			plain}, hangUp()),
			answerer: sippScenario(receive("INVITE"), response("200 OK+", `retrans="500"`), receive("ACK"), request("INFO", 5, `retrans="500"`), receive("200"), receive("BYE"), plain)},
		{name: "a call that is withdrawn", caller: sequence([]string{request("INVITE", 1, `retrans="500"`), receive("180"), strings.Replace(requestWith("CANCEL", "1 CANCEL", `retrans="500"`, ""), "[branch]", "[branch-2]", 1), receive("200"), receive("487"),
			strings.Replace(request("ACK", 1, ""), "[branch]", "[branch-5]", 1)}),
			answerer: sippScenario(receive("INVITE", `<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="c"/><log message="[$c]"/>`), response("180 Ringing", ""), receive("CANCEL"), plain,
				strings.Replace(strings.Replace(response("487 Request Terminated", `retrans="500"`), "[last_CSeq:]", "CSeq: 1 INVITE", 1), "[last_Via:]", "[last_Via:]", 1), receive("ACK"))},
		{name: "a refusal", caller: sequence([]string{request("INVITE", 1, `retrans="500"`), receive(`180 optional="true"`), receive(`200 optional="true" next="ok"`), receive("486"), request("ACK", 1, ""), `<nop next="end"/>`, `<label id="ok"/>`, request("ACK", 1, ""), `<label id="end"/>`, `<nop/>`}),
			answerer: sippScenario(receive("INVITE"), response("180 Ringing", ""), response("486 Busy Here", `retrans="500"`), receive("ACK"))},
		{name: "rows in turn", callerArgs: []string{"-inf", "users.csv"}, files: map[string]string{"users.csv": users}, caller: sequence(talk(), hangUp("X-User: [field0] [field1]")),
			answerer: answered(nil, []string{`<ereg regexp="(ann first|bob second|cid third)" search_in="hdr" header="X-User:" check_it="true" assign_to="u"/><log message="[$u]"/>`})},
		{name: "rows by number and by PRINTF", callerArgs: []string{"-inf", "users.csv", "-inf", "many.csv"}, files: map[string]string{"users.csv": users, "many.csv": "SEQUENTIAL,PRINTF=1000\nuser%05d;x\n"},
			caller:   sequence([]string{`<nop><action><assign assign_to="row" value="1"/></action></nop>`}, talk(), hangUp(`X-User: [field0 file="many.csv"] [field1 file="users.csv" line="[$row]"]`)),
			answerer: answered(nil, []string{`<ereg regexp="user00[0-9]+ second" search_in="hdr" header="X-User:" check_it="true" assign_to="u"/><log message="[$u]"/>`})},
		{name: "registration with credentials", caller: sequence([]string{request("REGISTER", 1, `retrans="500"`), receive(`401 auth="true"`), request("REGISTER", 2, `retrans="500"`, "[authentication username=alice password=secret]"), receive("200")}),
			answerer: challenged("REGISTER", "401 Unauthorized", "WWW-Authenticate")},
		{name: "a call with credentials", caller: sequence([]string{request("INVITE", 1, `retrans="500"`), receive(`401 auth="true"`), request("ACK", 1, ""), request("INVITE", 2, `retrans="500"`, "[authentication username=alice password=secret]"), receive("200"), request("ACK", 2, ""),
			request("BYE", 3, `retrans="500"`), receive("200")}), answerer: challenged("INVITE", "401 Unauthorized", "WWW-Authenticate")},
		{name: "credentials from a row", callerArgs: []string{"-inf", "users.csv"}, files: map[string]string{"users.csv": users},
			caller:   sequence([]string{request("REGISTER", 1, `retrans="500"`), receive(`401 auth="true"`), request("REGISTER", 2, `retrans="500"`, "[field2]"), receive("200")}),
			answerer: challenged("REGISTER", "401 Unauthorized", "WWW-Authenticate")},
		{name: "a row that is looked up", callerArgs: []string{"-inf", "users.csv", "-infindex", "users.csv", "0"}, files: map[string]string{"users.csv": users},
			caller:   sequence([]string{`<nop><action><assignstr assign_to="key" value="bob"/><lookup assign_to="row" file="users.csv" key="[$key]"/></action></nop>`}, talk(), hangUp(`X-User: [field1 line="[$row]"]`)),
			answerer: answered(nil, []string{`<ereg regexp="second" search_in="hdr" header="X-User:" check_it="true" assign_to="u"/><log message="[$u]"/>`})},
		{name: "a loop that counts", caller: sippScenario(`<nop><action><assign assign_to="n" value="0"/></action></nop>`, `<label id="again"/>`, requestWith("OPTIONS", "[cseq] OPTIONS", `retrans="500"`, "", "X-Round: [$n]"), receive("200"),
			`<nop next="again" test="more"><action><add assign_to="n" value="1"/><test assign_to="more" variable="n" compare="less_than" value="3"/></action></nop>`, `<nop/>`),
			answerer: sippScenario(receive("OPTIONS"), plain, receive("OPTIONS"), plain, receive("OPTIONS"), plain)},
		{name: "texts that are compared and numbers made of them", caller: sequence(talk(`<ereg regexp="[0-9]+" search_in="hdr" header="X-Number:" assign_to="text"/><todouble assign_to="number" variable="text"/><multiply assign_to="number" value="2"/><test assign_to="big" variable="number" compare="greater_than_equal" value="84"/><strcmp assign_to="same" variable="text" value="42"/><log message="[$same]"/>`),
			[]string{`<nop next="good" test="big"/>`, request("INFO", 2, ""), receive("200"), `<label id="good"/>`}, hangUp("X-Number: [$number]")), answerer: answered(nil, []string{`<ereg regexp="84.000000" search_in="hdr" header="X-Number:" check_it="true" assign_to="x"/><log message="[$x]"/>`}, "X-Number: 42")},
		// A body of several lines from a variable takes no line end of its own; a variable without a value leaves no empty line.
		{name: "bodies and lines from variables", caller: sequence(talk(`<ereg regexp=".*" search_in="body" check_it="true" assign_to="all"/><ereg regexp="(never)?" search_in="msg" assign_to="empty,none"/><log message="[$empty]"/>`),
			[]string{requestWith("INFO", "2 INFO", `retrans="500"`, "\n      first\n      [$all]\n      [$none]\n\n      last\n      [$all]", "Content-Type: application/sdp", "[$none]", "X-After: [call_number+7] of [users+3]"), receive("200"),
				requestWith("INFO", "3 INFO", `retrans="500"`, "\n      [$all]\n\n      last"), receive("200"),
				requestWith("INFO", "4 INFO", `retrans="500"`, "\n      [$none]\n\n      a [$none] b\n      [$none] c"), receive("200")}, hangUp()),
			answerer: sippScenario(receive("INVITE"), response("180 Ringing", ""), response("200 OK+", `retrans="500"`), receive("ACK"), receive("INFO"), plain, receive("INFO"), plain, receive("INFO"), plain, receive("BYE"), plain)},
		{name: "transactions by name", caller: sippScenario(request("INVITE", 1, `retrans="500" start_txn="invite"`), receive(`100 optional="true" response_txn="invite"`), receive(`180 optional="true" response_txn="invite"`), receive(`200 response_txn="invite"`), request("ACK", 1, `ack_txn="invite"`),
			request("BYE", 2, `retrans="500" start_txn="bye"`), receive(`200 response_txn="bye"`)), answerer: answered(nil, nil)},
		{name: "keywords of the user's own and the route set", callerArgs: []string{"-key", "color", "green", "-s", "team"}, caller: sequence([]string{request("INVITE", 1, `retrans="500"`, "X-Color: [color]"), receive(`180 optional="true"`), receive(`200 rrs="true"`), strings.Replace(request("ACK", 1, "", "[routes]"), "sip:[service]@[remote_ip]:[remote_port] SIP", "[next_url] SIP", 1),
			strings.Replace(request("BYE", 2, `retrans="500"`, "[routes]"), "sip:[service]@[remote_ip]:[remote_port] SIP", "[next_url] SIP", 1), receive("200")}),
			answerer: answered([]string{`<ereg regexp="green" search_in="hdr" header="X-Color:" check_it="true" assign_to="x"/><log message="[$x]"/>`}, []string{`<ereg regexp="&lt;sip:p1;lr&gt;, *&lt;sip:p2;lr&gt;" search_in="hdr" header="Route:" check_it="true" assign_to="y"/><log message="[$y]"/>`}, "Record-Route: <sip:p2;lr>, <sip:p1;lr>")},
		{name: "an end that nobody waits for", failures: true, caller: sequence(talk(), []string{receive("INFO")}),
			answerer: sippScenario(receive("INVITE"), response("180 Ringing", ""), response("200 OK+", `retrans="500"`), receive("ACK"), request("BYE", 5, `retrans="500"`), receive("200"))},
		{name: "questions that are answered of themselves", callerArgs: []string{"-aa"}, caller: sequence(talk(), []string{`<recv request="MESSAGE"/>`, plain}, hangUp()),
			answerer: sippScenario(receive("INVITE"), response("180 Ringing", ""), response("200 OK+", `retrans="500"`), receive("ACK"), request("OPTIONS", 5, `retrans="500"`), receive("200"), request("MESSAGE", 6, `retrans="500"`), receive("200"), receive("BYE"), plain)},
	} {
		t.Run(p.name, p.compare)
	}
}
