package reports

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sipplan/sipplan/planner"
)

// Answer returns the document of a question about one trunk group: a sentence and a table of one row, whose
// figures keep the digits that a calculation needs.
func Answer(a planner.Answer) Document {
	row := []string{a.Question.Model.Title(), eightDigits(a.Servers), eightDigits(a.Traffic), eightDigits(a.Blocking)}
	columns := []Column{{Name: "model"}, {Name: "servers", Right: true}, {Name: "traffic erlangs", Right: true},
		{Name: "blocking ratio", Right: true}}
	for _, figure := range a.Figures {
		columns = append(columns, Column{Name: strings.ReplaceAll(figure.Name, "_", " "), Right: true})
		row = append(row, eightDigits(figure.Value))
	}
	return Document{
		Answer: []string{answerSentence(a)},
		Tables: []Table{{Columns: columns, Rows: [][]string{row}}},
	}
}

// answerSentence says what was asked for in words.
func answerSentence(a planner.Answer) string {
	model := a.Question.Model
	circuits, offered := decimal(a.Servers, 6)+" circuits", decimal(a.Traffic, 6)+" E"
	if a.Servers == 1 {
		circuits = "1 circuit"
	}
	asked := percent(a.Question.Blocking.Value)
	switch a.Solved {
	case "servers":
		return fmt.Sprintf("%s: at %s it takes %s so that at most %s %s.", model.Title(), offered, circuits, asked, model.Blocked())
	case "traffic":
		return fmt.Sprintf("%s: at %s %s %s on %s.", model.Title(), offered, asked, model.Blocked(), circuits)
	}
	return fmt.Sprintf("%s: at %s %s %s on %s.", model.Title(), offered, percent(a.Blocking), model.Blocked(), circuits)
}

// eightDigits writes a figure with eight significant digits.
func eightDigits(x float64) string {
	return strconv.FormatFloat(x, 'g', 8, 64)
}

// AnswerSchema names the form of AnswerObject. Within a version, keys are only ever added.
const AnswerSchema = "sipplan.erlang/1"

// AnswerObject is an answer as JSON: full precision, units in the names of the keys, ratios from 0 to 1.
type AnswerObject struct {
	Schema   string             `json:"schema"`
	Model    planner.Model      `json:"model"`
	Solved   string             `json:"solved_for"`
	Servers  float64            `json:"servers"`
	Traffic  float64            `json:"traffic_erlangs"`
	Blocking float64            `json:"blocking_ratio"`
	Figures  map[string]float64 `json:"figures"` // what the model knows beyond these
}

// NewAnswerObject returns the answer in the form of AnswerSchema.
func NewAnswerObject(a planner.Answer) AnswerObject {
	object := AnswerObject{
		Schema:   AnswerSchema,
		Model:    a.Question.Model,
		Solved:   a.Solved,
		Servers:  a.Servers,
		Traffic:  a.Traffic,
		Blocking: a.Blocking,
		Figures:  map[string]float64{},
	}
	for _, figure := range a.Figures {
		object.Figures[figure.Name] = figure.Value
	}
	return object
}
