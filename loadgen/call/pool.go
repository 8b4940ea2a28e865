package call

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner"
	"github.com/sipplan/sipplan/scenarios"
)

// Columns are the names of the columns that calls use by themselves.
var Columns = []string{"caller", "callee", "user", "password", "play"}

// Pool is the data that the calls of a machine differ in: a row of the table each. The machines of a run take
// turns, so that each row is used once before any is used again.
//
// Columns of these names say more than messages show: caller and callee are the user parts of the two
// addresses, user and password the account that answers challenges. What the column play names is in Audio.Rows.
type Pool struct {
	Table       *scenarios.Table // nil for none
	First, Step int              // row of the first call, and from one call to the next
	Random      rand.Source      // draws the cnonces of the accounts
}

// pool is a Pool in use.
type pool struct {
	Pool
	caller, callee, user, password int // columns, -1 for none
	next                           int
	keyrings                       []*sip.Keyring // by row, made when a row is first challenged
}

func newPool(p Pool) pool {
	used := pool{Pool: p, caller: -1, callee: -1, user: -1, password: -1, next: p.First}
	if t := p.Table; t != nil {
		used.caller, used.callee, used.user, used.password = t.Column("caller"), t.Column("callee"), t.Column("user"), t.Column("password")
		used.keyrings = make([]*sip.Keyring, t.Rows())
	}
	return used
}

// take returns the row of the next call.
func (p *pool) take(random *rand.Rand) int32 {
	if p.Table == nil {
		return 0
	}
	if p.Table.Order == scenarios.AtRandom {
		return int32(p.Table.Row(random, 0))
	}
	row := p.next % p.Table.Rows()
	p.next = (row + max(1, p.Step)) % p.Table.Rows()
	return int32(row)
}

// appendParty writes an address with the user part of a row's column, as it stands where there is no such
// column.
func (p *pool) appendParty(dst []byte, address string, row int32, column int) []byte {
	if column < 0 {
		return append(dst, address...)
	}
	scheme, rest, _ := strings.Cut(address, ":")
	if _, host, found := strings.Cut(rest, "@"); found {
		rest = host
	}
	dst = append(append(dst, scheme...), ':')
	dst = p.Table.AppendCell(dst, int(row), column)
	return append(append(dst, '@'), rest...)
}

// keyring returns what answers the challenges of a call: the account of its row, or that of the run.
func (m *Machine) keyring(c *call) *sip.Keyring {
	p := &m.pool
	if p.user < 0 {
		return m.cfg.Keyring
	}
	k := p.keyrings[c.row]
	if k == nil {
		account := sip.Credentials{User: string(p.Table.AppendCell(nil, int(c.row), p.user))}
		if p.password >= 0 {
			account.Password = sip.NewSecret(string(p.Table.AppendCell(nil, int(c.row), p.password)))
		}
		k = sip.NewKeyring(account, p.Random)
		p.keyrings[c.row] = k
	}
	return k
}

// columns puts the places of variables and columns into a message that names them.
func (p *pool) columns(message *scenarios.Message, variables []string) (*scenarios.Message, error) {
	bound := *message
	var err error
	if bound.Head, err = p.places(message.Head, variables); err != nil {
		return nil, err
	}
	bound.Body, err = p.places(message.Body, variables)
	return &bound, err
}

// ColumnError says that a scenario shows a column which the data of the calls do not have.
type ColumnError struct{ what string }

// Error returns a sentence for people.
func (e *ColumnError) Error() string { return e.what }

// places puts the places of variables and columns into a text that names them.
func (p *pool) places(text []scenarios.Segment, variables []string) ([]scenarios.Segment, error) {
	placed := slices.Clone(text)
	for i := range placed {
		if placed[i].Keyword != scenarios.Field {
			continue
		}
		name := placed[i].Reference.Name
		if at := slices.Index(variables, name); at >= 0 {
			placed[i] = scenarios.Segment{Keyword: scenarios.Variable, Reference: &scenarios.Reference{Name: name, Index: at}}
			continue
		}
		if p.Table == nil {
			return nil, &ColumnError{fmt.Sprintf("{{ %s }}: the scenario shows what neither set: assigns nor --data has%s", name, planner.DidYouMean(name, variables))}
		}
		column := p.Table.Column(name)
		if column < 0 {
			return nil, &ColumnError{fmt.Sprintf("{{ %s }}: %s has no such column; its first line names %s%s", name, p.Table.Name, strings.Join(p.Table.Columns, ", "), planner.DidYouMean(name, append(slices.Clone(variables), p.Table.Columns...)))}
		}
		placed[i].Reference = &scenarios.Reference{Name: name, Index: column}
	}
	return placed, nil
}
