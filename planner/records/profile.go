package records

import (
	"slices"
	"strings"
)

// Profile is the form of the call records of one product.
type Profile struct {
	Name  string
	Title string   // with the document that describes it
	Notes []string // what it leaves out of its records, or counts twice
	Hint  string   // what to know as long as the trunks are not named

	columns Columns
	least   int // columns, for a file without header line
	most    int
	header  bool
	types   bool // a second line has the types of the columns
	peers   bool // trunks are names of channels, of which every call has its own
	kind    string
	// fits says whether the first rows of a file are of this form.
	fits func(rows [][]string) bool
}

// ProfileNames returns the names of the built-in profiles.
func ProfileNames() []string {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.Name
	}
	return names
}

func findProfile(name string) (Profile, bool) {
	i := slices.IndexFunc(profiles, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, false
	}
	return profiles[i], true
}

const noExtensions = "Calls between extensions are counted too, unless --trunks names the trunks (such as --trunks 'PJSIP/carrier*')."

var profiles = []Profile{
	{
		// Asterisk, cdr/cdr_csv.c (the comment "The values are as follows" and build_csv_record): accountcode, src,
		// dst, dcontext, clid, channel, dstchannel, lastapp, lastdata, start, answer, end, duration, billsec,
		// disposition, amaflags; then uniqueid with loguniqueid, userfield with loguserfield, and peeraccount,
		// linkedid and sequence with newcdrcolumns (configs/samples/cdr.conf.sample). The times are those of the
		// server's clock, or GMT with usegmtime. FreeSWITCH's template "asterisk" has the same order.
		Name: "asterisk", Title: "Asterisk Master.csv (cdr_csv)",
		Notes: []string{
			"Asterisk leaves out calls that nobody answered with unanswered=no and those that met congestion with congestion=no (cdr.conf): " +
				"attempts and blocking are then too low.",
		},
		Hint: noExtensions,
		columns: Columns{Start: "10", End: "12", Duration: "13", Answer: "11", Talk: "14",
			Trunk: "7", FromTrunk: "6", Caller: "2", Callee: "3", Disposition: "15"},
		least: 16, most: 21, peers: true,
		fits: func(rows [][]string) bool {
			return mostly(rows, func(row []string) bool {
				return len(row) >= 16 && len(row) <= 21 && times(row, 9, 11) && counts(row, 12, 13)
			})
		},
	},
	{
		// Asterisk, configs/samples/cdr_custom.conf.sample: clid, src, dst, dcontext, channel, dstchannel, lastapp,
		// lastdata, start, answer, end, duration, billsec, disposition, amaflags, accountcode, uniqueid, userfield.
		Name: "asterisk-custom", Title: "Asterisk Master.csv (cdr_custom, sample mapping)",
		Hint: noExtensions,
		columns: Columns{Start: "9", End: "11", Duration: "12", Answer: "10", Talk: "13",
			Trunk: "6", FromTrunk: "5", Caller: "2", Callee: "3", Disposition: "14"},
		least: 16, most: 21, peers: true,
		fits: func(rows [][]string) bool {
			return mostly(rows, func(row []string) bool {
				return len(row) >= 16 && len(row) <= 21 && times(row, 8, 10) && counts(row, 11, 12)
			})
		},
	},
	{
		// FreeSWITCH, mod_cdr_csv: the compiled-in default_template of mod_cdr_csv.c (13 columns) and the templates
		// "example" (15, the default of conf/vanilla/autoload_configs/cdr_csv.conf.xml), "linksys" (17) and "snom"
		// (20) begin alike: caller_id_name, caller_id_number, destination_number, context, start_stamp, answer_stamp,
		// end_stamp, duration, billsec, hangup_cause, uuid, bleg_uuid, accountcode. An account code that names a
		// template chooses it for that row. Only legs A are written by default.
		Name: "freeswitch", Title: "FreeSWITCH cdr_csv (templates example, linksys, snom)",
		Notes: []string{
			"With legs=ab each call has two rows and counts twice; the column context stands for the trunk, as these templates have none.",
		},
		columns: Columns{Start: "5", End: "7", Duration: "8", Answer: "6", Talk: "9", Trunk: "4", Caller: "2", Callee: "3", Disposition: "10"},
		least:   13, most: 20,
		fits: func(rows [][]string) bool {
			return mostly(rows, func(row []string) bool {
				return len(row) >= 13 && len(row) <= 20 && times(row, 4, 6) && counts(row, 7, 8)
			})
		},
	},
	{
		// Cisco Unified Communications Manager, "Call Reporting and Billing Administration Guide", CDR Field
		// Descriptions: a line of headings, a line of types (INTEGER, VARCHAR(50) ...), times in seconds since 1970
		// UTC. dateTimeOrigination is when the caller went off hook or SETUP came in, dateTimeConnect is 0 or empty
		// for a call that was never connected, duration is the time connected, cdrRecordType 1 is a call (2 a
		// diagnostic record), the cause values are those of Q.850.
		Name: "cucm", Title: "Cisco Unified Communications Manager CDR",
		Notes: []string{
			"CUCM leaves out calls of less than a second and those nobody answered unless 'CDR Log Calls with Zero Duration Flag' is on: " +
				"attempts are then too low.",
		},
		Hint: "Calls between telephones are counted too, unless --trunks names the gateways and SIP trunks (such as --trunks 'SIP_*,GW-*').",
		columns: Columns{Start: "dateTimeOrigination", End: "dateTimeDisconnect", Answer: "dateTimeConnect", Trunk: "destDeviceName",
			FromTrunk: "origDeviceName", Caller: "callingPartyNumber", Callee: "finalCalledPartyNumber", Disposition: "destCause_value",
			Cause: "origCause_value", Kind: "cdrRecordType", Talk: "duration"},
		header: true, types: true, kind: "1",
		fits: func(rows [][]string) bool {
			has := func(name string) bool {
				return slices.ContainsFunc(rows[0], func(heading string) bool { return strings.EqualFold(heading, name) })
			}
			return has("cdrRecordType") && has("dateTimeOrigination") && has("dateTimeDisconnect")
		},
	},
	{
		// Any file with a header line whose headings say what the columns are.
		Name: "generic", Title: "any file whose headings name the start and the end or duration", header: true,
		fits: func(rows [][]string) bool {
			columns := byHeading(rows[0])
			return columns[Start] != "" && (columns[End] != "" || columns[Duration] != "" || columns[Talk] != "") &&
				!slices.ContainsFunc(rows[0], func(heading string) bool { return strings.EqualFold(heading, "cdrRecordType") })
		},
	},
}

// synonyms are the headings that say what a column is, without blanks, underscores, hyphens and points.
var synonyms = map[Role][]string{
	Start: {"start", "starttime", "startstamp", "startdate", "startdatetime", "calldate", "callstart", "callstarttime", "setup",
		"setuptime", "begin", "begintime", "timestart", "startedat", "startepoch"},
	End: {"end", "endtime", "endstamp", "enddate", "enddatetime", "callend", "callendtime", "disconnect", "disconnecttime", "stop",
		"stoptime", "hangup", "hanguptime", "release", "releasetime", "timeend", "endedat", "endepoch"},
	Duration: {"duration", "durationseconds", "durationsec", "durations", "callduration", "length",
		"seconds", "secs", "elapsed", "totalduration"},
	Answer: {"answer", "answertime", "answerstamp", "answerdate", "answeredat", "connect", "connecttime", "timeanswer", "timeanswered",
		"answerepoch"},
	Talk:      {"billsec", "billseconds", "billableseconds", "billduration", "talk", "talktime", "talkseconds", "conversation", "conversationtime"},
	Trunk:     {"trunk", "trunkgroup", "trunkname", "totrunk", "outtrunk", "egresstrunk", "egress", "gateway", "carrier", "route", "dstchannel"},
	FromTrunk: {"fromtrunk", "intrunk", "ingresstrunk", "ingress", "channel"},
	WayColumn: {"direction", "dir", "calldirection"},
	Caller: {"caller", "calling", "callingnumber", "callingparty", "callerid", "calleridnumber", "from", "src", "source", "ani", "anumber",
		"callingpartynumber"},
	Callee: {"callee", "called", "callednumber", "calledparty", "to", "dst", "destination", "destinationnumber", "dnis",
		"dialednumber", "bnumber", "calledpartynumber", "party"},
	Disposition: {"disposition", "status", "callstatus", "result", "hangupcause", "cause", "releasecause", "disconnectcause",
		"sipcode", "outcome", "answered"},
}

// byHeading finds the roles of columns by their headings.
func byHeading(headings []string) Columns {
	columns := Columns{}
	strip := strings.NewReplacer(" ", "", "_", "", "-", "", ".", "")
	for role := range roles {
		for _, synonym := range synonyms[role] {
			i := slices.IndexFunc(headings, func(heading string) bool { return strings.ToLower(strip.Replace(heading)) == synonym })
			if i >= 0 {
				columns[role] = headings[i]
				break
			}
		}
	}
	return columns
}
