package records

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Role is what a column of call records says.
type Role int

// The roles. Start is needed, and one of End, Duration and Talk.
const (
	Start       Role = iota // when the call began: a port was seized
	End                     // when the port was released
	Duration                // from Start to End
	Answer                  // when it was answered; empty or 0 when it was not
	Talk                    // time from Answer to End
	Trunk                   // what it left by
	FromTrunk               // what it came in by
	WayColumn               // in, out or internal
	Caller                  // calling number
	Callee                  // called number
	Disposition             // how it ended: a word, a SIP code or a Q.850 cause
	Cause                   // the same from the other side
	Kind                    // of the record, where other kinds than calls are mixed in
	roles
)

var roleNames = [roles]string{"start", "end", "duration", "answer", "talk", "trunk", "from-trunk", "direction", "caller",
	"callee", "disposition", "cause", "kind"}

// String returns the name of the role, as users write it.
func (r Role) String() string { return roleNames[r] }

// Columns says which column has which role: by its heading, without regard to case, or its number from 1.
type Columns map[Role]string

// layout is where the fields of a row are.
type layout struct {
	index [roles]int // column from 0; -1 for none
	least int        // columns of a row
	most  int        // beyond which only empty ones may follow
}

// newLayout finds the columns in the headings, of which there are none in a file without a header line. The error
// joins all problems, each with the role as the user wrote it behind prefix.
func newLayout(columns Columns, headings []string, prefix string) (layout, error) {
	l := layout{least: len(headings), most: len(headings)}
	var problems []error
	for role := range roles {
		l.index[role] = -1
		name := columns[role]
		if name == "" {
			continue
		}
		i, err := findColumn(name, headings)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s%s: %w", prefix, role, err))
		}
		l.index[role] = i
		l.least = max(l.least, i+1)
	}
	switch {
	case columns[Start] == "":
		problems = append(problems, fmt.Errorf("%sstart: is needed: the column that says when a call began", prefix))
	case columns[End] == "" && columns[Duration] == "" && columns[Talk] == "":
		problems = append(problems, fmt.Errorf("%send: is needed, or the column of the duration: when a call ended", prefix))
	}
	if len(headings) == 0 {
		l.most = maxColumns
	}
	return l, errors.Join(problems...)
}

// findColumn returns the place of a column.
func findColumn(name string, headings []string) (int, error) {
	if n, err := strconv.Atoi(name); err == nil {
		if n < 1 || n > maxColumns || len(headings) > 0 && n > len(headings) {
			return -1, fmt.Errorf("must be a column from 1 to %d, got %d", max(len(headings), 1), n)
		}
		return n - 1, nil
	}
	i := slices.IndexFunc(headings, func(heading string) bool {
		return strings.EqualFold(strings.TrimSpace(heading), strings.TrimSpace(name))
	})
	switch {
	case i >= 0:
		return i, nil
	case len(headings) == 0:
		return -1, fmt.Errorf("must be the number of a column, as the file has no header line, got %q", name)
	}
	return -1, fmt.Errorf("there is no column %q; there are %s", clean([]byte(name), longestValue), listHeadings(headings))
}

func listHeadings(headings []string) string {
	const most = 30
	var cleaned []string
	for _, heading := range headings[:min(most, len(headings))] {
		cleaned = append(cleaned, clean([]byte(heading), longestValue))
	}
	if len(headings) > most {
		cleaned = append(cleaned, "...")
	}
	return strings.Join(cleaned, ", ")
}

// describe says where the roles are: "start 10, answer 11".
func (l layout) describe(headings []string) string {
	var parts []string
	for role, i := range l.index {
		switch {
		case i < 0:
		case i < len(headings):
			parts = append(parts, fmt.Sprintf("%s = %s", Role(role), clean([]byte(headings[i]), longestValue)))
		default:
			parts = append(parts, fmt.Sprintf("%s = column %d", Role(role), i+1))
		}
	}
	return strings.Join(parts, ", ")
}

// field returns the field of a role, nil when it has none or the row is short.
func (l *layout) field(fields [][]byte, role Role) []byte {
	if i := l.index[role]; i >= 0 && i < len(fields) {
		return fields[i]
	}
	return nil
}
