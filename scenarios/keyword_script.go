package scenarios

// Keywords that only scripts use: their values come from the last message received, from variables,
// tables and the clock. They are numbered apart from those of the standard messages.
const (
	RemoteIP       Keyword = iota + 64 // where the call goes, IPv6 in brackets
	RemoteHost                         // the same as the user wrote it
	RemotePort                         //
	LocalIPType                        // 4 or 6
	ServerIP                           // address of our socket without brackets
	MediaIP                            // address that RTP is expected at
	MediaIPType                        // 4 or 6
	MediaPort                          // port that RTP is expected at
	AutoMediaPort                      // the same, different from call to call
	StreamPort                         // port of an rtp_stream; Reference.Video tells which
	CallNumber                         // 1 for the first call
	ProcessID                          // of this process
	Service                            // the user that is called
	PeerTagParam                       // ;tag=… of the peer once it is known
	NextURL                            // remote target of the dialog
	LastHeader                         // whole line: a header of the last message; Reference.Name
	LastRequestURI                     // URI in the To of the last message
	LastCSeqNumber                     //
	LastMessage                        // the whole of it
	Variable                           // Reference.Index
	Field                              // cell of a table: Reference.Table, Index and Row
	Fill                               // as many characters of Reference.Name as the variable Reference.Index says
	FileText                           // text of a file, whose name is Reference.Row
	MessageIndex                       // position of the message in the script
	ClockTick                          // milliseconds since the start
	Timestamp                          // date and time of day
	Date                               // as the Date header writes it (RFC 3261, 20.17)
	Users                              // number of users
	UserID                             // which of them
	DynamicID                          // a number that each use raises by 4
	ToolVersion                        // version of this program
	CryptoTag                          // tag of an SRTP key in a description (RFC 4568)
	CryptoSuite                        // its suite; Reference.Name
	CryptoKey                          // its key and salt in base64
)

// Reference says more about a keyword than its name.
type Reference struct {
	Index    int       // variable, or column of a table
	Offset   int       // added to a number
	Table    int       // which of the script's tables
	Name     string    // header, suite or fill text
	Row      []Segment // row of a table, or name of a file; nil for the call's own row
	User     []Segment // Authentication: the account; nil for that of the run
	Password []Segment
	Video    bool // StreamPort and Crypto…: of the video stream
	Second   bool // Crypto…: of the second key offered
}
