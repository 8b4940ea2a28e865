package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/planner/traffic"
)

// request is a whole transaction of a method: a 2xx goes on; what else is final ends the call in its class
// where the request opened it, or is the INVITE that sets its session up, and fails it else.
func (c *compiler) request(p phrase, text string, change func(*Step)) error {
	refused := failure
	if !c.open {
		c.open, refused = true, ending
		c.program.Opens = firstOf(text)
	}
	if firstOf(text) == "INVITE" {
		refused = refusal
	}
	if err := c.send(p, text, change); err != nil {
		return err
	}
	return c.await(p, 0, "", provisional(), status(200, 299, ""), status(300, 699, refused))
}

// invite is a whole INVITE transaction, unless the next phrases say what to expect of it or when to cancel it.
func (c *compiler) invite(p phrase, rest string) error {
	text, err := standardText("invite")
	if err != nil {
		return err
	}
	rest, to, called := clause(rest, "to")
	to = strings.ReplaceAll(to, " ", "")
	if called {
		if err := checkURI("invite", to, "urn:service:test."); err != nil {
			return err
		}
	}
	switch rest {
	case "":
	case "without offer":
		head, _, _ := strings.Cut(text, "\n\n")
		text = strings.Replace(head, "Content-Type: application/sdp\n", "", 1)
	default:
		return fmt.Errorf("invite: %q is not understood; say invite, invite without offer, or invite to URI", rest)
	}
	if p.body != "" {
		text = strings.Replace(text, "[sdp]", strings.TrimSpace(p.body), 1)
	}
	life := func(s *Step) { s.Life, s.To = p.session, to }
	if c.stepwise() {
		c.open = true
		return c.send(p, text, life)
	}
	return c.request(p, text, life)
}

// stepwise tells whether the next phrase says what becomes of the request at hand.
func (c *compiler) stepwise() bool {
	first, rest, _ := strings.Cut(c.next, " ")
	return first == "cancel" || first == "expect" && rest != "" && rest[0] >= '1' && rest[0] <= '6'
}

// cancel withdraws the INVITE, at once or after a time without an answer.
func (c *compiler) cancel(p phrase, rest string) error {
	if _, after, ok := clause(rest, "after"); ok {
		if err := c.pause(p, after); err != nil {
			return fmt.Errorf("cancel after: %w", err)
		}
	} else if rest != "" {
		return fmt.Errorf("cancel: %q is not understood; say cancel, or cancel after 2s", rest)
	}
	c.add(Step{Op: Cancel, Line: p.line})
	return c.await(p, 0, "", provisional(), status(300, 699, ""))
}

// prack waits for the answer to a PRACK (RFC 3262), which the machine sends of its own accord.
func (c *compiler) prack(p phrase, _ string) error {
	c.add(Step{Op: Acknowledge, Line: p.line})
	return nil
}

func (c *compiler) bye(p phrase, _ string) error {
	text, err := standardText("bye")
	if err != nil {
		return err
	}
	if err := c.send(p, text, nil); err != nil {
		return err
	}
	return c.await(p, 0, "", provisional(), status(200, 699, ""))
}

// hold and resume are re-INVITEs whose descriptions change the direction of media (RFC 3264, 8.4).
func (c *compiler) hold(p phrase, rest string) error {
	directions := map[string]Flow{"": SendOnly, "inactive": NoFlow}
	direction, ok := directions[rest]
	if !ok {
		return fmt.Errorf("hold: %q is not understood; say hold, which goes on sending, or hold inactive", rest)
	}
	return c.reinvite(p, func(s *Step) { s.Flow = direction })
}

func (c *compiler) resume(p phrase, _ string) error {
	return c.reinvite(p, func(s *Step) { s.Flow = BothWays })
}

// codecs are those that a re-INVITE can change to.
var codecs = []string{"pcmu", "pcma", "g722", "g729", "opus", "ilbc", "amr"}

func (c *compiler) changeCodec(p phrase, rest string) error {
	_, codec, named := clause(rest, "codec")
	codec = strings.ToLower(codec)
	if named && !slices.Contains(codecs, codec) || !named && rest != "" {
		return fmt.Errorf("reinvite: %q is not understood; say reinvite, or reinvite codec with one of %s%s", rest, strings.Join(codecs, ", "), planner.DidYouMean(codec, codecs))
	}
	return c.reinvite(p, func(s *Step) { s.Codec = codec })
}

func (c *compiler) reinvite(p phrase, change func(*Step)) error {
	text, err := standardText("invite")
	if err != nil {
		return err
	}
	return c.request(p, text, change)
}

// update is an UPDATE without a description, which refreshes the session (RFC 3311).
func (c *compiler) update(p phrase, _ string) error {
	text, err := standardText("update")
	if err != nil {
		return err
	}
	return c.request(p, text, nil)
}

// plain is a request with a body that is the rest of the phrase, or what stands below it: options, info,
// message.
func (c *compiler) plain(p phrase, rest string) error {
	method, _, _ := strings.Cut(p.words, " ")
	body := p.body
	if rest != "" {
		if body != "" {
			return fmt.Errorf("%s: its text stands in the phrase or in body, not in both", method)
		}
		body = rest
	}
	return c.plainRequest(p, strings.ToUpper(method), body)
}

func (c *compiler) plainRequest(p phrase, method, body string, lines ...string) error {
	if body != "" && !p.names("Content-Type") {
		lines = append(lines, "Content-Type: text/plain")
	}
	text, err := requestText(method, body, lines...)
	if err != nil {
		return err
	}
	return c.request(p, text, nil)
}

// names tells whether the phrase writes a header.
func (p *phrase) names(header string) bool {
	for _, h := range p.headers {
		if strings.EqualFold(h.name, header) {
			return true
		}
	}
	return false
}

// register binds the caller's address and keeps it bound until the call ends (RFC 3261, 10).
func (c *compiler) register(p phrase, rest string) error {
	return c.living(p, "REGISTER", rest, "Expires: [expires]")
}

func (c *compiler) unregister(p phrase, _ string) error { return c.ends(p, "REGISTER", "Expires: 0") }

// subscribe asks for the notifications of an event package and keeps the subscription alive (RFC 6665).
func (c *compiler) subscribe(p phrase, rest string) error {
	event, life, _ := strings.Cut(rest, " ")
	if event == "" {
		return fmt.Errorf("subscribe: say to which event package, as in subscribe presence for 60s")
	}
	return c.living(p, "SUBSCRIBE", life, "Event: "+event, "Expires: [expires]")
}

func (c *compiler) unsubscribe(p phrase, event string) error {
	if event == "" {
		return fmt.Errorf("unsubscribe: say from which event package, as in unsubscribe presence")
	}
	return c.ends(p, "SUBSCRIBE", "Event: "+event, "Expires: 0")
}

// living is a request for something that lives for a time: `for 60s`.
func (c *compiler) living(p phrase, method, rest string, lines ...string) error {
	text, err := requestText(method, "", lines...)
	if err != nil {
		return err
	}
	step := Step{}
	if rest != "" {
		_, life, ok := clause(rest, "for")
		if !ok {
			return fmt.Errorf("%s: %q is not understood; say for how long, as in for 60s", strings.ToLower(method), rest)
		}
		if step.Life, err = lifeOf(life); err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(method), err)
		}
	}
	return c.request(p, text, func(s *Step) { s.Life = step.Life })
}

func (c *compiler) ends(p phrase, method string, lines ...string) error {
	text, err := requestText(method, "", lines...)
	if err != nil {
		return err
	}
	return c.request(p, text, func(s *Step) { s.Message.Ends = true })
}

// states are those of a subscription (RFC 6665, 4.1.3), which may have parameters, as in terminated;reason=timeout.
var states = []string{"active", "pending", "terminated"}

// notify tells a subscriber a state: active, pending or terminated, with a body of its own.
func (c *compiler) notify(p phrase, rest string) error {
	state, event, _ := strings.Cut(rest, " ")
	if state == "" || event == "" {
		return fmt.Errorf("notify: say the state and the event package, as in notify active presence")
	}
	if name, _, _ := strings.Cut(state, ";"); !slices.Contains(states, name) {
		return fmt.Errorf("notify: state must be one of %s, got %q%s", strings.Join(states, ", "), name, planner.DidYouMean(name, states))
	}
	return c.plainRequest(p, "NOTIFY", p.body, "Event: "+event, "Subscription-State: "+state)
}

// refer asks the peer to call somebody (RFC 3515).
func (c *compiler) refer(p phrase, rest string) error {
	uri, err := transferTarget("refer", rest)
	if err != nil {
		return err
	}
	return c.referTo(p, uri)
}

// transferTarget reads `to URI`.
func transferTarget(word, rest string) (uri string, err error) {
	_, target, ok := clause(rest, "to")
	if !ok {
		return "", fmt.Errorf("%s: say to whom, as in %s to sip:+15550199@192.0.2.5", word, word)
	}
	uri = strings.ReplaceAll(strings.Trim(target, "<>"), " ", "") // {{ column }} may have blanks
	return uri, checkURI(word, uri)
}

func (c *compiler) referTo(p phrase, uri string) error {
	text, err := requestText("REFER", "", "Refer-To: <"+uri+">")
	if err != nil {
		return err
	}
	return c.request(p, text, func(s *Step) { s.Refers = uri })
}

// transfer is REFER, the report that the peer's new call was answered, and BYE. An attended one calls the target
// first, and the peer's new call takes the place of that one (RFC 5589, 6 and 7).
func (c *compiler) transfer(p phrase, rest string) error {
	rest, attended := strings.CutSuffix(rest, " attended")
	uri, err := transferTarget("transfer", rest)
	if err != nil {
		return err
	}
	if attended {
		c.add(Step{Op: Consult, To: uri, Line: p.line})
		uri = "[replaces_uri]"
	}
	if err := c.referTo(p, uri); err != nil {
		return err
	}
	report := func(from, to int, stay bool, next string) arm {
		return arm{Arm: Arm{Method: "NOTIFY", From: from, To: to, Reply: 200, Stay: stay}, to: next}
	}
	err = c.await(phrase{place: p.place}, 0, "", report(100, 199, true, ""), report(200, 299, false, ""), report(300, 699, false, failure))
	if err != nil {
		return err
	}
	return c.bye(phrase{place: p.place}, "")
}

// fromData is a URI that the data of the call names, which are checked as all numbers are that may be called.
const fromData = "{{target}}"

// checkURI refuses what is no SIP or telephone URI and begins with none of the other beginnings.
func checkURI(word, uri string, others ...string) error {
	if uri == fromData {
		return nil
	}
	for _, scheme := range append(others, "sip:", "sips:", "tel:") {
		if strings.HasPrefix(uri, scheme) && !strings.ContainsAny(uri, " <>\"\r\n\x00") {
			return nil
		}
	}
	return fmt.Errorf("%s: %q is neither a SIP URI nor {{ target }}, that of the column target of --data", word, uri)
}

func firstOf(words string) string {
	first, _, _ := strings.Cut(words, " ")
	return first
}

// pause waits for a time of its own.
func (c *compiler) pause(p phrase, text string) error {
	law, err := traffic.ParseDuration(text)
	if err != nil {
		return err
	}
	c.add(Step{Op: Pause, Line: p.line, Wait: OwnLaw, Law: law})
	return nil
}
