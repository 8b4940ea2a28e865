package sipp

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/sipplan/sipplan/scenarios"
)

// Conversion is a scenario in sipplan's own form, and what could not be expressed in it.
type Conversion struct {
	Text  []byte
	Notes []Finding // warnings: left out because the native form does it unasked; errors: lost
}

// Convert writes a file that is Supported in sipplan's own form, as far as that can express it.
func Convert(f *File) Conversion {
	script := f.Program.Script
	c := &converter{steps: script.Steps, variables: script.Variables, answers: script.Answer}
	for !c.over() {
		c.step()
	}
	var out strings.Builder
	fmt.Fprintf(&out, "scenario: %s\nrole: %s\nabout: %s\nsteps:\n", quoted(f.Program.Name), map[bool]string{false: "caller", true: "answerer"}[c.answers], quoted(about(f)))
	for _, line := range c.lines {
		fmt.Fprintf(&out, "  %s\n", line)
	}
	conversion := Conversion{Text: []byte(out.String()), Notes: c.notes}
	if _, err := scenarios.Parse(f.Name, conversion.Text); err != nil {
		conversion.Notes = append(conversion.Notes, Finding{Severity: Error, Message: fmt.Sprintf("the result does not run as it stands: %v", err)})
	}
	return conversion
}

func about(f *File) string {
	if f.Program.About != "" {
		return f.Program.About
	}
	return "Converted from " + f.Name
}

// quoted writes a text as a YAML scalar.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\r", " ", "\t", " ").Replace(text) + `"`
}

// converter goes through the steps of a script.
type converter struct {
	steps       []scenarios.ScriptStep
	variables   []scenarios.VariableName
	answers     bool
	at          int
	lines       []string
	notes       []Finding
	must        []*scenarios.ScriptStep // provisional responses that have to come, of the request at hand
	invited     bool                    // the INVITE that begins the call was there
	opens       string                  // the request that opens the calls of an answerer of other methods
	established bool                    // the INVITE that came in was answered
	held        bool                    // the last INVITE of ours stopped the far end's media
}

func (c *converter) over() bool { return c.at >= len(c.steps) }

func (c *converter) here() *scenarios.ScriptStep { return &c.steps[c.at] }

func (c *converter) say(format string, values ...any) {
	c.lines = append(c.lines, "- "+fmt.Sprintf(format, values...))
}

func (c *converter) note(severity Severity, line int, format string, values ...any) {
	c.notes = append(c.notes, Finding{line, severity, fmt.Sprintf(format, values...)})
}

// lose reports a step that cannot be expressed.
func (c *converter) lose(step *scenarios.ScriptStep, what string) {
	c.note(Error, step.Line, "%s: cannot be expressed", what)
	c.lines = append(c.lines, fmt.Sprintf("# line %d: %s", step.Line, what))
}

// step converts the step at hand, and those behind it that belong to the same phrase.
func (c *converter) step() {
	step := c.here()
	c.branch(step)
	switch step.Op {
	case scenarios.ScriptSend:
		if step.Message.Method != "" {
			c.request(step)
		} else {
			c.response(step)
		}
	case scenarios.ScriptReceive:
		c.receive(step)
	case scenarios.ScriptPause:
		c.pause(step)
	case scenarios.ScriptAct:
		c.at++
		c.actions(step)
	default:
		c.at++
		c.lose(step, "a command to another scenario")
	}
}

// branch reports a branch; those of responses to an INVITE are dealt with there.
func (c *converter) branch(step *scenarios.ScriptStep) {
	if step.Next >= 0 || step.OnTimeout >= 0 {
		c.lose(step, "a branch or a loop; write it as a branch of its own")
	}
	if step.If >= 0 {
		c.lose(step, "a condition on a variable")
	}
}

// receiving tells whether the step at hand waits for something.
func (c *converter) receiving(matches func(*scenarios.ScriptStep) bool) bool {
	return !c.over() && c.here().Op == scenarios.ScriptReceive && matches(c.here())
}

func (c *converter) sending(method string) bool {
	return !c.over() && c.here().Op == scenarios.ScriptSend && c.here().Message.Method == method
}

// answered passes over the responses to a request, up to the final one that is waited for, and over the ACK of
// an INVITE. It returns that response, nil when the script waits for none.
func (c *converter) answered(method string) *scenarios.ScriptStep {
	var final *scenarios.ScriptStep
	c.must = nil
	for c.receiving(func(s *scenarios.ScriptStep) bool { return s.Request == "" }) {
		step := c.here()
		c.at++
		if step.Optional || step.Status < 200 || step.Challenge {
			c.passOver(step)
		}
		switch {
		case step.Status < 200 && !step.Optional:
			c.must = append(c.must, step)
		case step.Status < 200:
		case step.Challenge:
			c.note(Warning, step.Line, "the credentials are those of --auth-user and its password, not of the file")
			c.retry(method)
			continue
		case step.Next >= 0:
			c.lose(step, fmt.Sprintf("a branch upon a %d; on: {%d: BRANCH} says it", step.Status, step.Status))
			continue
		case step.Optional:
			c.note(Warning, step.Line, "the optional response %d is left out: a response that the steps do not allow ends the call in its class", step.Status)
			continue
		default:
			final = step
		}
		if final != nil {
			break
		}
	}
	if method == "INVITE" && c.sending("ACK") {
		c.at++
	}
	return final
}

// retry passes over the second try of a request, with credentials: that is done unasked.
func (c *converter) retry(method string) {
	if c.sending("ACK") {
		c.at++
	}
	if c.sending(method) {
		c.at++
	}
}

// requests are the phrases of requests without a rule of their own.
var requests = map[string]string{"OPTIONS": "options", "UPDATE": "update", "PUBLISH": "publish"}

// request converts a request with the responses to it.
func (c *converter) request(step *scenarios.ScriptStep) {
	method := step.Message.Method
	c.at++
	switch method {
	case "ACK", "PRACK":
		c.answered(method)
		return // sent unasked
	case "INVITE":
		c.invite(step)
		return
	case "CANCEL":
		c.cancel()
		return
	}
	final := c.answered(method)
	phrase, known := requests[method]
	switch method {
	case "BYE":
		phrase, known = "bye", true
	case "REGISTER":
		phrase, known = c.living(step, "register", "unregister"), true
	case "MESSAGE", "INFO":
		phrase, known = strings.ToLower(method), true
		if text := c.body(step); c.plain(step, text) {
			phrase = strings.TrimSpace(phrase + " " + text)
		}
	case "SUBSCRIBE":
		event := " " + c.header(step, "Event")
		phrase, known = c.living(step, "subscribe"+event, "unsubscribe"+event), true
	case "NOTIFY":
		phrase, known = "notify "+strings.ReplaceAll(c.header(step, "Subscription-State"), " ", "")+" "+c.header(step, "Event"), true
	case "REFER":
		phrase, known = "refer to "+strings.Trim(c.header(step, "Refer-To"), "<>"), true
	}
	if !known {
		c.lose(step, "a request of the method "+method)
		return
	}
	c.phrase(phrase, step, final)
}

// invite converts the INVITE that begins a call, or one within it.
func (c *converter) invite(step *scenarios.ScriptStep) {
	final := c.answered("INVITE")
	body := c.text(step.Message.Body)
	phrase := "invite"
	held := c.held
	c.held = false
	switch {
	case c.invited && (strings.Contains(body, "a=sendonly") || strings.Contains(body, "0.0.0.0")):
		phrase, c.held = "hold", true
	case c.invited && strings.Contains(body, "a=inactive"):
		phrase, c.held = "hold inactive", true
	case c.invited && held:
		phrase = "resume"
	case c.invited:
		phrase = "reinvite"
	case strings.TrimSpace(body) == "":
		phrase = "invite without offer"
	}
	c.invited = true
	if final != nil && final.Status >= 300 {
		c.note(Warning, final.Line, "that the call is refused with %d is not required: it ends in the class of its answer", final.Status)
	}
	if len(c.must) == 0 {
		c.phrase(phrase, step, final)
		return
	}
	c.phrase(phrase, step, nil)
	for _, response := range c.must {
		c.say("expect %d", response.Status)
	}
	if final != nil {
		c.details(fmt.Sprintf("expect %d", final.Status), c.checks(final))
	}
}

// cancel converts a CANCEL with the two responses that end the call.
func (c *converter) cancel() {
	for c.receiving(func(s *scenarios.ScriptStep) bool { return s.Request == "" }) {
		c.at++
	}
	if c.sending("ACK") {
		c.at++
	}
	c.say("cancel")
}

// checks converts the expressions that a response is looked at with.
func (c *converter) checks(step *scenarios.ScriptStep) (lines []string) {
	var checks, sets []string
	for _, a := range step.Actions {
		if a.Op == scenarios.Log || a.Op == scenarios.Warn {
			c.note(Warning, a.Line, "a line of a log is left out")
			continue
		}
		where := map[scenarios.Part]string{scenarios.BodyPart: "body", scenarios.HeaderPart: "header " + strings.TrimSuffix(strings.TrimSpace(a.Where.Header), ":")}[a.Where.Part]
		if a.Op != scenarios.Extract || where == "" || a.Where.Occurrence > 1 {
			c.note(Error, a.Line, "an action upon a message, or an expression over the whole of it: cannot be expressed")
			continue
		}
		switch {
		case a.Check:
			checks = append(checks, quoted(where+" matches "+a.Pattern.Source))
		case a.CheckInverse:
			checks = append(checks, quoted(where+" lacks "+a.Pattern.Source))
		}
		if !a.CheckInverse {
			sets = append(sets, fmt.Sprintf("%s: %s", variableName(c.variables[a.Assign].Name), quoted(where+" matches "+a.Pattern.Source)))
		}
		if len(a.Groups) > 0 {
			c.note(Warning, a.Line, "the subexpressions of %q are not assigned: the native form keeps the first", a.Pattern.Source)
		}
	}
	if len(checks) > 0 {
		lines = append(lines, "    check:")
		for _, check := range checks {
			lines = append(lines, "      - "+check)
		}
	}
	if len(sets) > 0 {
		lines = append(lines, "    set:")
		for _, set := range sets {
			lines = append(lines, "      "+set)
		}
	}
	return lines
}

// variableName makes a name of a variable that the native form takes.
func variableName(name string) string {
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		return "v" + name
	}
	return strings.NewReplacer("-", "_", ".", "_").Replace(name)
}

// receive converts a request that is waited for, with the answer to it.
func (c *converter) receive(step *scenarios.ScriptStep) {
	c.at++
	c.passOver(step)
	switch {
	case step.Pattern != nil:
		c.lose(step, "a method or status by a regular expression")
		return
	case step.Request == "" && step.Optional, step.Request == "ACK":
		return
	case step.Request == "":
		c.say("expect %d", step.Status)
		return
	case step.Request == "INVITE" && c.answers && !c.invited:
		c.invited = true
		return // an answerer's call begins with it
	case step.Request == "INVITE" || step.Request == "UPDATE" || step.Request == "PRACK":
		c.passResponses()
		c.note(Warning, step.Line, "%s inside the call is not required any more: it is answered unasked", step.Request)
		return
	}
	c.opens = cmp.Or(c.opens, step.Request)
	c.say("expect %s", step.Request)
	if step.Request == "BYE" && c.responding(200) {
		c.at++ // answered unasked
	}
}

// passResponses passes over the responses to a request, the final one included, and the ACK behind that of an INVITE.
func (c *converter) passResponses() {
	for final := false; !final && !c.over() && c.here().Op == scenarios.ScriptSend && c.here().Message.Status > 0; c.at++ {
		final = c.here().Message.Status >= 200
	}
	if c.receiving(func(s *scenarios.ScriptStep) bool { return s.Request == "ACK" }) {
		c.at++
	}
}

// passOver reports the actions upon a message that nothing in the result looks at.
func (c *converter) passOver(step *scenarios.ScriptStep) {
	for _, a := range step.Actions {
		if a.Op == scenarios.Log || a.Op == scenarios.Warn {
			c.note(Warning, a.Line, "a line of a log is left out")
		} else {
			c.note(Error, a.Line, "an action upon a message that a step of its own does not look at: cannot be expressed")
		}
	}
}

// responding tells whether the step at hand sends a response.
func (c *converter) responding(status int) bool {
	return !c.over() && c.here().Op == scenarios.ScriptSend && c.here().Message.Status == status
}

// response converts a response, with the ACK that it waits for.
func (c *converter) response(step *scenarios.ScriptStep) {
	c.at++
	status := step.Message.Status
	first, _, _ := strings.Cut(c.text(step.Message.Head), "\r\n")
	words := strings.SplitN(first, " ", 3)
	phrase := fmt.Sprintf("respond %d", status)
	if len(words) == 3 && strings.TrimSpace(words[2]) != "" {
		phrase += " " + strings.TrimSpace(words[2])
	}
	acknowledged := c.receiving(func(s *scenarios.ScriptStep) bool { return s.Request == "ACK" })
	if acknowledged {
		c.passOver(c.here())
		c.at++
	}
	switch {
	case (status == 401 || status == 407) && c.header(step, "WWW-Authenticate")+c.header(step, "Proxy-Authenticate") != "":
		phrase = "challenge"
		if c.receiving(func(s *scenarios.ScriptStep) bool { return s.Request != "" }) {
			c.at++ // the request with credentials
		}
	case status < 300 && status >= 200 && c.opens == "REGISTER":
		phrase = c.living(step, "bind", "bind")
	case status < 300 && status >= 200 && c.invited && !c.established:
		phrase, c.established = "answer", true
	case status < 200 && len(step.Message.Body) > 0:
		phrase += " with sdp"
	}
	if status < 200 && c.header(step, "RSeq") != "" {
		phrase += " reliably"
	}
	if status < 300 && status >= 200 && c.opens == "SUBSCRIBE" {
		c.details(phrase, []string{`    Expires: "[expires]"`, "    Contact: <[local_uri]>"})
		return
	}
	c.phrase(phrase, step, nil)
}

// pause converts a pause; the last one, for repeats alone, is done unasked.
func (c *converter) pause(step *scenarios.ScriptStep) {
	c.at++
	p := step.Pause
	length := time.Duration(p.A * float64(time.Millisecond))
	switch {
	case step.Final:
	case step.PauseVariable >= 0:
		c.lose(step, "a pause of a variable length")
	case p.Law == scenarios.RunPause:
		c.say("wait holding")
	case p.Law == scenarios.FixedValue:
		c.say("wait %s", length)
	case p.Law == scenarios.ExponentialOf:
		c.say("wait exponential:%s", length)
	default:
		c.lose(step, "a pause of this distribution")
	}
	c.actions(step)
}

// play converts what a step plays: a file below the scenario's folder, else what the run plays.
func (c *converter) play(a scenarios.Action) {
	if !filepath.IsLocal(a.Media.File) || strings.ContainsAny(a.Media.File, "{}[]\"'#: ") || filepath.Ext(a.Media.File) == "" {
		c.say("play")
		c.note(Warning, a.Line, "what play plays is said by --media or --play, not by the scenario: %s", a.Media.File)
		return
	}
	c.say("play %s", a.Media.File)
	c.note(Warning, a.Line, "%s is played as often as --plays says", a.Media.File)
}

// actions converts the media of a step, and reports other actions.
func (c *converter) actions(step *scenarios.ScriptStep) {
	if step.Op == scenarios.ScriptReceive {
		return
	}
	for _, a := range step.Actions {
		switch {
		case a.Op == scenarios.PlayAction && a.Media.Op == scenarios.PlayDigits:
			c.say("dtmf %s", c.text(a.Media.Text))
		case a.Op == scenarios.PlayAction && (a.Media.Op == scenarios.StreamFile || a.Media.Op == scenarios.ReplayCapture):
			c.play(a)
		case a.Op == scenarios.Log || a.Op == scenarios.Warn:
			c.note(Warning, a.Line, "a line of a log is left out")
		default:
			c.lose(step, "an action")
		}
	}
}
