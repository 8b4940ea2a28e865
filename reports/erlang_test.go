package reports

import (
	"bytes"
	"testing"

	"github.com/sipplan/sipplan/planner"
)

func answerTo(t *testing.T, q planner.Question) planner.Answer {
	t.Helper()
	a, err := q.Answer()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnswerRendersAsInTheGoldenFile(t *testing.T) {
	a := answerTo(t, planner.Question{
		Model: planner.ErlangB, Traffic: planner.Given(20., "--traffic"), Blocking: planner.Given(.01, "--blocking"),
	})
	for format, file := range map[Format]string{Text: "erlang-b.txt", Markdown: "erlang-b.md", CSV: "erlang-b.csv"} {
		t.Run(file, func(t *testing.T) {
			var page bytes.Buffer
			if err := Answer(a).Write(&page, format); err != nil {
				t.Fatal(err)
			}
			golden(t, file, page.Bytes())
		})
	}
	t.Run("erlang-b.json", func(t *testing.T) {
		var page bytes.Buffer
		if err := WriteJSON(&page, NewAnswerObject(a)); err != nil {
			t.Fatal(err)
		}
		golden(t, "erlang-b.json", page.Bytes())
	})
}

func TestAnswerSaysInASentenceWhatWasAskedFor(t *testing.T) {
	servers, traffic, blocking := planner.Given(1., "--servers"), planner.Given(1., "--traffic"), planner.Given(.5, "--blocking")
	for _, test := range []struct {
		name string
		ask  planner.Question
		want string
	}{
		{"blocking", planner.Question{Model: planner.ErlangB, Servers: servers, Traffic: traffic}, "Erlang B: at 1 E 50 % of the calls are lost on 1 circuit."},
		{"traffic", planner.Question{Model: planner.ErlangB, Servers: servers, Blocking: blocking}, "Erlang B: at 1 E 50 % of the calls are lost on 1 circuit."},
		{"servers", planner.Question{Model: planner.Molina, Traffic: traffic, Blocking: blocking}, "Molina: at 1 E it takes 2 circuits so that at most 50 % of the calls are delayed or lost."},
		{"waiting", planner.Question{Model: planner.ErlangC, Traffic: traffic, Blocking: blocking}, "Erlang C: at 1 E it takes 2 circuits so that at most 50 % of the calls wait."},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := answerSentence(answerTo(t, test.ask)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
