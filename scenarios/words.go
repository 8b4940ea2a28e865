package scenarios

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner"
)

// Word is a word that a step of a scenario can begin with.
type Word struct {
	Name, Form, About string

	takes   details
	compile func(c *compiler, p phrase, rest string) error
}

// details are what may stand below a step.
type details uint8

const (
	headers   details = 1 << iota // of the message that it sends
	bodies                        // body
	responses                     // on, check, set: of what answers it
	sessions                      // session
	bare                          // the word stands alone in its phrase
	calling                       // a step of callers alone
	answering                     // a step of answerers alone

	noDetails details = 0
	request           = headers | bodies | responses
)

// words are the words by name. They are set in init, because what compiles a phrase looks at them again.
var words map[string]Word

func init() {
	words = map[string]Word{}
	for _, list := range [][]Word{callWords, requestWords, answerWords, waitWords} {
		for _, w := range list {
			words[w.Name] = w
		}
	}
}

// Words returns all words in the order of their names.
func Words() []Word {
	list := make([]Word, 0, len(words))
	for _, name := range firstWords() {
		list = append(list, words[name])
	}
	return list
}

var callWords = []Word{
	{"invite", "invite [without offer] [to URI]", "calls; waits for the answer, unless the next step expects a response or cancels", request | sessions | calling, (*compiler).invite},
	{"cancel", "cancel [after TIME]", "withdraws the call: CANCEL once that is allowed, BYE if the answer crosses it", calling, (*compiler).cancel},
	{"bye", "bye", "hangs up", headers | responses | bare, (*compiler).bye},
	{"prack", "prack", "goes on when the PRACK of the reliable 1xx before is answered, which goes out unasked", bare | calling, (*compiler).prack},
	{"hold", "hold [inactive]", "re-INVITE that stops the far end's media", headers | responses, (*compiler).hold},
	{"resume", "resume", "re-INVITE that lets media flow both ways again", headers | responses | bare, (*compiler).resume},
	{"reinvite", "reinvite [codec NAME]", "re-INVITE with a new description, of one codec where it names one", headers | responses, (*compiler).changeCodec},
	{"update", "update", "UPDATE, which refreshes the session", headers | responses | bare, (*compiler).update},
	{"transfer", "transfer to URI [attended]", "REFER, the report that the new call was answered, BYE; attended: calls URI first", headers | responses, (*compiler).transfer},
	{"refer", "refer to URI", "REFER alone", headers | responses, (*compiler).refer},
	{"play", "play [FILE]", "sends the audio of the run, or a file beside the scenario, from here on", noDetails, (*compiler).play},
	{"dtmf", "dtmf DIGITS [by info]", "dials inside the audio (RFC 4733), or by INFO", noDetails, (*compiler).dtmf},
}

var requestWords = []Word{
	{"register", "register [for TIME]", "binds the caller's address, and keeps it bound until the call ends", headers | responses | calling, (*compiler).register},
	{"unregister", "unregister", "ends the binding", headers | responses | bare | calling, (*compiler).unregister},
	{"subscribe", "subscribe EVENT [for TIME]", "asks for notifications, and keeps the subscription alive", headers | responses, (*compiler).subscribe},
	{"unsubscribe", "unsubscribe EVENT", "ends the subscription", headers | responses, (*compiler).unsubscribe},
	{"notify", "notify STATE EVENT", "tells a subscriber a state: active, pending or terminated", request, (*compiler).notify},
	{"options", "options", "asks the target what it can do, or whether it is there", request, (*compiler).plain},
	{"message", "message TEXT", "sends a text message", request, (*compiler).plain},
	{"info", "info [TEXT]", "sends INFO", request, (*compiler).plain},
	{"publish", "publish [TEXT]", "sends PUBLISH", request, (*compiler).plain},
}

var answerWords = []Word{
	{"respond", "respond CODE [PHRASE] [with sdp] [reliably]", "answers the open request; reliably: repeats it until its PRACK comes in", headers, (*compiler).respond},
	{"answer", "answer [after TIME]", "200 with a description, repeated until its ACK comes in", headers | responses | answering, (*compiler).answer},
	{"challenge", "challenge", "asks for credentials; a request without right ones ends there", bare | answering, (*compiler).challenge},
	{"bind", "bind [for TIME]", "200 to REGISTER: keeps the binding, no longer than TIME", headers | answering, (*compiler).bind},
	{"follow", "follow", "accepts the REFER that the step before expects, and calls where it says", bare, (*compiler).follow},
	{"seize", "seize else BRANCH", "takes a circuit of the gateway", answering, (*compiler).seize},
}

var waitWords = []Word{
	{"wait", "wait TIME | holding | setup | ringing", "waits: a time or a law (exponential:3s), or what the run says", noDetails, (*compiler).wait},
	{"expect", "expect CODE | METHOD | dtmf DIGITS | audio [within TIME] [else BRANCH]", "waits for a response, a request, digits or sound", responses, (*compiler).expect},
}

// accepts refuses what stands in or below a phrase and would be left aside.
func (w *Word) accepts(role Role, p *phrase, rest string) error {
	switch {
	case w.takes&answering != 0 && role == Caller:
		return fmt.Errorf("%s: is a step of an answerer, and the flow has role: caller", w.Name)
	case w.takes&calling != 0 && role == Answerer:
		return fmt.Errorf("%s: is a step of a caller, and the flow has role: answerer", w.Name)
	}
	for _, d := range []struct {
		there bool
		is    details
		what  string
	}{
		{len(p.headers) > 0, headers, "headers"}, {p.body != "", bodies, "body"},
		{len(p.on) > 0, responses, "on"}, {len(p.checks) > 0, responses, "check or set"}, {p.session > 0, sessions, "session"},
	} {
		if d.there && w.takes&d.is == 0 {
			return fmt.Errorf("%s: takes no %s", w.Name, d.what)
		}
	}
	if rest != "" && w.takes&bare != 0 {
		return fmt.Errorf("%s: %q is not understood; the step is %s alone", w.Name, rest, w.Form)
	}
	return nil
}

// nearest says which word of the form a misspelt one of a refused phrase is near to, unless the error says so.
func (w *Word) nearest(rest string, err error) string {
	if strings.Contains(err.Error(), "did you mean") {
		return ""
	}
	known := lowerWords.FindAllString(w.Form, -1)
	for _, word := range strings.Fields(rest) {
		if hint := planner.DidYouMean(word, known); hint != "" && !slices.Contains(known, word) {
			return hint
		}
	}
	return ""
}

var lowerWords = regexp.MustCompile(`\b[a-z]+\b`)

// firstWords returns the words that steps begin with, sorted.
func firstWords() []string { return slices.Sorted(maps.Keys(words)) }

func wordList() string {
	list := firstWords()
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

// SchemaID names the form of scenario files. Within a version, words and fields are only ever added.
const SchemaID = "sipplan.scenario/1"

// Schema returns the JSON Schema (2020-12) of scenario files, for editors. It is made from the words that the
// reader knows.
func Schema() ([]byte, error) {
	text := func(about string) map[string]any { return map[string]any{"type": "string", "description": about} }
	scalar := func(about string) map[string]any {
		return map[string]any{"type": []any{"string", "number"}, "description": about} // 600 is a text too
	}
	phrase := map[string]any{"type": "string", "pattern": phrasePattern(), "description": wordTable()}
	details := map[string]any{
		"type": "object",
		"properties": map[string]any{
			"on":      map[string]any{"type": "object", "additionalProperties": text("branch"), "description": "branches by response status: 486, or 4xx for a hundred"},
			"body":    scalar("body of the message"),
			"check":   map[string]any{"type": "array", "items": text("header NAME matches|is|lacks TEXT, header NAME present|missing, body matches|lacks PATTERN, sdp ...")},
			"set":     map[string]any{"type": "object", "additionalProperties": text("where the value of the variable comes from, as in check")},
			"session": text("session timer of an invite, such as 90s"),
		},
		"patternProperties":    map[string]any{"^([A-Z]|[a-z]+-)": scalar("header of the message")},
		"additionalProperties": false,
	}
	steps := map[string]any{"type": "array", "items": map[string]any{"oneOf": []any{
		phrase,
		map[string]any{"type": "object", "minProperties": 1, "maxProperties": 1,
			"patternProperties": map[string]any{phrasePattern(): details}, "additionalProperties": false},
	}}}
	fields := map[string]any{
		"scenario": text("name"), "about": text("one sentence"), "steps": steps,
		"role":     map[string]any{"enum": []any{"caller", "answerer"}},
		"weight":   map[string]any{"type": "number", "minimum": 0, "description": "share of the calls, beside the other callers"},
		"branches": map[string]any{"type": "object", "additionalProperties": steps},
	}
	flow := map[string]any{"type": "object", "properties": fields, "additionalProperties": false, "required": []any{"role", "steps"}}
	root := maps.Clone(fields)
	root["flows"] = map[string]any{"type": "array", "items": flow}
	schema, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SchemaID, "title": "sipplan scenario file",
		"type": "object", "properties": root, "additionalProperties": false, "required": []any{"scenario"},
	}, "", "  ")
	return append(schema, '\n'), err
}

// phrasePattern returns the pattern of phrases.
func phrasePattern() string { return "^(" + strings.Join(firstWords(), "|") + ")( .*)?$" }

// wordTable says what each word does, a line each.
func wordTable() string {
	var text strings.Builder
	for _, w := range Words() {
		text.WriteString(w.Form + ": " + w.About + "\n")
	}
	return text.String()
}
