package scenarios

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"github.com/sipplan/sipplan/planner"
)

//go:embed library
var library embed.FS

// Names returns the names of the built-in scenarios, sorted.
func Names() []string {
	files, err := library.ReadDir("library")
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range files {
		if name, isScenario := strings.CutSuffix(f.Name(), ".yaml"); isScenario {
			names = append(names, name)
		}
	}
	return names
}

// Source returns the text of a built-in scenario.
func Source(name string) ([]byte, error) {
	text, err := library.ReadFile(path.Join("library", name+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("scenario %q: not in the library, which has %s%s", name, strings.Join(Names(), ", "), planner.DidYouMean(name, Names()))
	}
	return text, nil
}

// Load compiles a built-in scenario: its programs, for one role or for both.
func Load(name string) ([]*Program, error) {
	text, err := Source(name)
	if err != nil {
		return nil, err
	}
	return Parse(name+".yaml", text)
}

// Standard returns a message that every dialog needs, whatever its scenario says: one of ack, bye,
// cancel, invite, answer, response.
func Standard(name string) (*Message, error) {
	text, err := standardText(name)
	if err != nil {
		return nil, err
	}
	return ParseMessage(text)
}

func standardText(name string) (string, error) {
	text, err := library.ReadFile(path.Join("library/messages", name+".sip"))
	if err != nil {
		return "", fmt.Errorf("message %q: not in the library", name)
	}
	return string(text), nil
}

// Response returns the standard response with a status, a reason phrase and further header lines.
func Response(status int, phrase string, lines ...string) (*Message, error) {
	text, err := responseText(status, phrase)
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		text = strings.Replace(text, "Content-Length:", line+"\nContent-Length:", 1)
	}
	return ParseMessage(text)
}

// requestText returns the standard request of a method inside a dialog or opening one, with further header lines and
// a body.
func requestText(method, body string, lines ...string) (string, error) {
	text, err := standardText("request")
	if err != nil {
		return "", err
	}
	text = strings.ReplaceAll(text, "METHOD", method)
	for _, line := range lines {
		text = strings.Replace(text, "Content-Length:", line+"\nContent-Length:", 1)
	}
	if body != "" {
		text += "\n" + body + "\n"
	}
	return text, nil
}

func responseText(status int, phrase string) (string, error) {
	text, err := standardText("response")
	if err != nil {
		return "", err
	}
	line := strings.TrimSpace(fmt.Sprintf("%d %s", status, phrase))
	return strings.Replace(text, "100 Phrase", line, 1), nil
}
