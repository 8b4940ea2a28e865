package scenarios

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// cell returns the text of a cell.
func cell(t *Table, row, column int) string { return string(t.AppendCell(nil, row, column)) }

func TestTableOfSIPp(t *testing.T) {
	table, err := ParseTable("users.csv", []byte("SEQUENTIAL\n# nobody\nann;secret\r\nbob;\nlone\n\nbeyond;the end\n"))
	if err != nil {
		t.Fatal(err)
	}
	if table.Rows() != 3 || cell(table, 0, 1) != "secret" || cell(table, 1, 1) != "" || cell(table, 2, 1) != "" || cell(table, 1, 0) != "bob" {
		t.Errorf("%d rows: %q", table.Rows(), table.cells)
	}
	var order []int
	for range 4 {
		order = append(order, table.Row(nil, 0))
	}
	if order[0] != 0 || order[2] != 2 || order[3] != 0 {
		t.Errorf("rows in the order %v", order)
	}
}

func TestTableWithNamedColumns(t *testing.T) {
	for name, text := range map[string]string{
		"commas": "caller,callee\n\"a,1\",b\nc,d\n", "semicolons": "caller;callee\na,1;b\nc;d\n", "byte order mark": "\xef\xbb\xbfcaller,callee\r\n\"a,1\",b\r\nc,d\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			table, err := ParseTable("calls.csv", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if table.Rows() != 2 || table.Column("callee") != 1 || table.Column("caller") != 0 || table.Column("x") != -1 || cell(table, 0, 0) != "a,1" {
				t.Errorf("columns %v, cells %q", table.Columns, table.cells)
			}
		})
	}
}

func TestTableNumbersRows(t *testing.T) {
	table, err := ParseTable("p.csv", []byte("USERS,PRINTF=1000,PRINTFOFFSET=100,PRINTFMULTIPLE=2\nuser%05d;%d%%;%-4d|;%x\n"))
	if err != nil {
		t.Fatal(err)
	}
	if table.Rows() != 1000 || cell(table, 3, 0) != "user00106" || cell(table, 3, 1) != "106%" || cell(table, 3, 2) != "106 |" || cell(table, 3, 3) != "%x" {
		t.Errorf("%q %q %q %q", cell(table, 3, 0), cell(table, 3, 1), cell(table, 3, 2), cell(table, 3, 3))
	}
	for user, want := range map[int]int{0: -1, 1: 0, 7: 6, 1000: 999, 1001: -1} {
		if row := table.Row(nil, user); row != want {
			t.Errorf("user %d has row %d, want %d", user, row, want)
		}
	}
}

func TestTableAtRandomUsesEveryRow(t *testing.T) {
	table, err := ParseTable("r.csv", []byte("RANDOM\na\nb\nc\n"))
	if err != nil {
		t.Fatal(err)
	}
	seen, random := map[int]bool{}, rand.New(rand.NewPCG(1, 2))
	for range 100 {
		seen[table.Row(random, 0)] = true
	}
	if len(seen) != 3 {
		t.Errorf("rows %v of 3", seen)
	}
}

func TestTableLookup(t *testing.T) {
	table, err := ParseTable("l.csv", []byte("SEQUENTIAL\na;1\nb;2\n"))
	if err != nil {
		t.Fatal(err)
	}
	table.Index(0)
	if table.Lookup([]byte("b")) != 1 || table.Lookup([]byte("c")) != -1 {
		t.Error("lookup before an insert")
	}
	if err := table.Insert([]byte("c;3")); err != nil || table.Lookup([]byte("c")) != 2 {
		t.Errorf("lookup of an inserted row: %v", err)
	}
	if err := table.Replace(0, []byte("d;4")); err != nil || table.Lookup([]byte("a")) != -1 || table.Lookup([]byte("d")) != 0 {
		t.Errorf("lookup of a replaced row: %v", err)
	}
	if err := table.Replace(9, []byte("x")); err == nil {
		t.Error("a row that is not there was replaced")
	}
}

func TestTableRefuses(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no rows", "SEQUENTIAL\n", "t.csv: no rows"},
		{"an option that nobody knows", "RANDOM,SIZE=3\na\n", `t.csv: line 1: option "SIZE"`},
		{"a number of rows that is none", "RANDOM,PRINTF=x\na\n", "t.csv: line 1: PRINTF: must be a number"},
		{"a carriage return in a cell", "SEQUENTIAL\nok\na\rX-Evil: 1;b\n", "t.csv: line 3: cell 1: line breaks"},
		{"a line break in a quoted cell", "name\n\"a\nX-Evil: 1\"\n", "t.csv: line 2: cell 1: line breaks"},
		{"NUL", "SEQUENTIAL\na\x00b\n", "t.csv: line 2: cell 1: line breaks and NUL"},
		{"a column twice", "a,a\n1,2\n", "t.csv: line 1: column 2"},
		{"an empty file", "", "t.csv: no line with the names"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := ParseTable("t.csv", []byte(tt.text)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("SEQUENTIAL,PRINTF=10\na%03d;b\n"), uint8(3))
	f.Add([]byte("caller,callee\n\"x\ny\",z\n"), uint8(0))
	f.Fuzz(func(t *testing.T, text []byte, row uint8) {
		table, err := ParseTable("fuzz.csv", text)
		if err != nil {
			return
		}
		for column := range 4 {
			if got := table.AppendCell(nil, int(row), column); bytes.ContainsAny(got, "\r\n\x00") {
				t.Errorf("cell %q ends a line", got)
			}
		}
		table.Index(0)
		if err := table.Insert(text); err == nil && bytes.ContainsAny(table.AppendCell(nil, table.Rows()-1, 0), "\r\n") {
			t.Error("an inserted cell ends a line")
		}
	})
}
