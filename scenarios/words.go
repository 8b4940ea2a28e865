package scenarios

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Word is a word that a step of a scenario can begin with.
type Word struct {
	Name, Form, About string

	compile func(c *compiler, p phrase, rest string) error
}

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
	{"invite", "invite [without offer] [to URI]", "calls; waits for the answer, unless the next step expects a response or cancels", (*compiler).invite},
	{"cancel", "cancel [after TIME]", "withdraws the call: CANCEL once that is allowed, BYE if the answer crosses it", (*compiler).cancel},
	{"bye", "bye", "hangs up", (*compiler).bye},
	{"hold", "hold [inactive]", "re-INVITE that stops the far end's media", (*compiler).hold},
	{"resume", "resume", "re-INVITE that lets media flow both ways again", (*compiler).resume},
	{"reinvite", "reinvite [codec NAME]", "re-INVITE with a new description, of one codec where it names one", (*compiler).changeCodec},
	{"update", "update", "UPDATE, which refreshes the session", (*compiler).update},
	{"transfer", "transfer to URI [attended]", "REFER, the report that the new call was answered, BYE; attended: calls URI first", (*compiler).transfer},
	{"refer", "refer to URI", "REFER alone", (*compiler).refer},
	{"play", "play", "sends the audio of the run from here on", (*compiler).play},
	{"dtmf", "dtmf DIGITS [by info]", "dials inside the audio (RFC 4733), or by INFO", (*compiler).dtmf},
}

var requestWords = []Word{
	{"register", "register [for TIME]", "binds the caller's address, and keeps it bound until the call ends", (*compiler).register},
	{"unregister", "unregister", "ends the binding", (*compiler).unregister},
	{"subscribe", "subscribe EVENT [for TIME]", "asks for notifications, and keeps the subscription alive", (*compiler).subscribe},
	{"unsubscribe", "unsubscribe EVENT", "ends the subscription", (*compiler).unsubscribe},
	{"notify", "notify STATE EVENT", "tells a subscriber a state: active, pending or terminated", (*compiler).notify},
	{"options", "options", "asks the target what it can do, or whether it is there", (*compiler).plain},
	{"message", "message TEXT", "sends a text message", (*compiler).plain},
	{"info", "info [TEXT]", "sends INFO", (*compiler).plain},
	{"publish", "publish [TEXT]", "sends PUBLISH", (*compiler).plain},
}

var answerWords = []Word{
	{"respond", "respond CODE [PHRASE] [with sdp] [reliably]", "answers the open request; reliably: repeats it until its PRACK comes in", (*compiler).respond},
	{"answer", "answer [after TIME]", "200 with a description, repeated until its ACK comes in", (*compiler).answer},
	{"challenge", "challenge", "asks for credentials; a request without right ones ends there", (*compiler).challenge},
	{"bind", "bind [for TIME]", "200 to REGISTER: keeps the binding, no longer than TIME", (*compiler).bind},
	{"follow", "follow", "accepts the REFER that the step before expects, and calls where it says", (*compiler).follow},
	{"seize", "seize else BRANCH", "takes a circuit of the gateway", (*compiler).seize},
}

var waitWords = []Word{
	{"wait", "wait TIME | holding | setup | ringing", "waits: a time or a law (exponential:3s), or what the run says", (*compiler).wait},
	{"expect", "expect CODE | METHOD | dtmf DIGITS | audio [within TIME] [else BRANCH]", "waits for a response, a request, digits or sound", (*compiler).expect},
}

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
	phrase := map[string]any{"type": "string", "pattern": phrasePattern(), "description": wordTable()}
	details := map[string]any{
		"type": "object",
		"properties": map[string]any{
			"on":      map[string]any{"type": "object", "additionalProperties": text("branch"), "description": "branches by response status: 486, or 4xx for a hundred"},
			"body":    text("body of the message"),
			"check":   map[string]any{"type": "array", "items": text("header NAME matches|is|lacks TEXT, header NAME present|missing, body matches|lacks PATTERN, sdp ...")},
			"set":     map[string]any{"type": "object", "additionalProperties": text("where the value of the variable comes from, as in check")},
			"session": text("session timer of an invite, such as 90s"),
		},
		"patternProperties":    map[string]any{"^([A-Z]|[a-z]+-)": text("header of the message")},
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
