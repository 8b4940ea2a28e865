package records

import (
	"io"
	"time"
)

// importer reads the rows of one file into a ledger.
type importer struct {
	fileForm
	config Config
	reader interpreter
	ledger *ledger

	rows     int // that are neither blank nor headings
	headings int // lines of headings and types
	calls    int
	internal int // calls on none of the trunks
	transit  int // calls on two
	nameless int // calls that name no trunk where others do
	rejects  Rejects
	broken   error
}

func newImporter(f fileForm, config Config) *importer {
	location := config.Zone
	if config.UTC {
		location = time.UTC
	}
	i := &importer{fileForm: f, config: config, ledger: newLedger()}
	i.reader = interpreter{
		layout: f.layout, format: config.TimeFormat, zone: &zone{location: location},
		kind: f.profile.kind, peers: f.profile.peers, longest: config.Longest.Microseconds(),
	}
	if f.layout.index[Kind] < 0 {
		i.reader.kind = ""
	}
	if len(config.Trunks) > 0 {
		i.ledger.isTrunk = i.named
	}
	return i
}

// named says whether a name is of one of the patterns of the trunks.
func (i *importer) named(name []byte) bool {
	for _, pattern := range i.config.Trunks {
		if glob([]byte(pattern), name) {
			return true
		}
	}
	return false
}

// read counts every row of the text.
func (i *importer) read(text io.Reader) {
	reader := NewReader(text, i.comma)
	var call Call
	for reader.Next() {
		fields := reader.Fields()
		if reader.Fault() == "" && (i.isHeader(fields) || i.isTypes(fields)) {
			i.headings++
			continue
		}
		i.rows++
		bad, ok := complaint{reader.Fault(), nil}, reader.Fault() == ""
		if ok {
			bad, ok = i.reader.call(fields, &call)
		}
		if ok && !i.ledger.room(&call) {
			bad, ok = complaint{badRoom, i.reader.field(fields, Start)}, false
		}
		if !ok {
			i.reject(reader.Line(), bad)
			reader.Reread()
			continue
		}
		i.count(&call, fields)
	}
	i.broken = reader.Err()
}

// reject counts a bad row and tells of it.
func (i *importer) reject(line int, bad complaint) {
	i.rejects.add(line, bad.reason, bad.value)
	if i.config.Bad != nil {
		i.config.Bad(line, bad.reason, clean(bad.value, longestValue))
	}
}

// count puts a call on its trunks.
func (i *importer) count(call *Call, fields [][]byte) {
	i.calls++
	to, from := i.trunkName(fields, Trunk), i.trunkName(fields, FromTrunk)
	i.ledger.callers.add(i.reader.field(fields, Caller))
	i.ledger.callees.add(i.reader.field(fields, Callee))
	direction := way(i.reader.field(fields, WayColumn))
	if i.ledger.isTrunk == nil {
		if len(to) == 0 {
			to = from
		}
		i.nameless += one(len(to) == 0)
		i.ledger.add(call, i.ledger.trunk(to), direction)
		i.tell(call)
		return
	}
	out, in := i.ledger.trunk(to), i.ledger.trunk(from)
	switch {
	case in == nil && out == nil:
		i.internal++
		return
	case i.reader.index[FromTrunk] < 0: // one column for both ways
		i.ledger.add(call, out, direction)
	default:
		i.transit += one(in != nil && out != nil)
		if in != nil {
			i.ledger.add(call, in, In)
		}
		if out != nil {
			i.ledger.add(call, out, Out)
		}
	}
	i.tell(call)
}

// tell tells of a call that counts.
func (i *importer) tell(call *Call) {
	if i.config.Each != nil {
		i.config.Each(*call)
	}
}

// trunkName returns the trunk that a column names.
func (i *importer) trunkName(fields [][]byte, role Role) []byte {
	name := i.reader.field(fields, role)
	if i.reader.peers {
		return peer(name)
	}
	return name
}
