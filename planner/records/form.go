package records

import (
	"fmt"
	"slices"
	"strings"
)

// fileForm is how a file is to be read.
type fileForm struct {
	profile  Profile
	told     bool // by the first rows
	comma    byte
	headings []string
	layout   layout
}

// newForm settles the form of a file by its beginning.
func newForm(head []byte, config Config) (fileForm, error) {
	f := fileForm{comma: config.Delimiter}
	if f.comma == 0 {
		f.comma = guessDelimiter(head)
	}
	rows := firstRows(head, f.comma)
	profile, err := f.choose(rows, config)
	if err != nil {
		return fileForm{}, err
	}
	f.profile = profile
	if f.profile.header && len(rows) > 0 {
		f.headings = rows[0]
	}
	columns := Columns{}
	for role, name := range f.profile.columns {
		columns[role] = name
	}
	if f.profile.Name == "generic" {
		columns = byHeading(f.headings)
	}
	for role, name := range config.Columns {
		columns[role] = name
	}
	f.keepKnown(columns, config)
	if f.layout, err = newLayout(columns, f.headings, config.Prefix); err != nil {
		return fileForm{}, err
	}
	if !f.profile.header && f.profile.most > 0 {
		f.layout.least, f.layout.most = max(f.layout.least, f.profile.least), f.profile.most
	}
	f.profile.peers = f.profile.peers || f.channels()
	return f, nil
}

// keepKnown drops columns that a profile has and the file has not, as those of another version of a product. What
// the user named, and the start and end, stay.
func (f *fileForm) keepKnown(columns Columns, config Config) {
	if f.profile.Name != "cucm" {
		return
	}
	for role, name := range columns {
		known := slices.ContainsFunc(f.headings, func(heading string) bool { return strings.EqualFold(heading, name) })
		if config.Columns[role] == "" && role != Start && role != End && !known {
			delete(columns, role)
		}
	}
}

// choose returns the profile that was asked for, that of the columns that were, or the one that fits.
func (f *fileForm) choose(rows [][]string, config Config) (Profile, error) {
	switch {
	case config.Profile != "":
		p, _ := findProfile(config.Profile)
		if config.NoHeader && p.header {
			return Profile{}, fmt.Errorf("the profile %s needs the header line", p.Name)
		}
		return p, nil
	case config.Columns[Start] != "":
		return Profile{Name: "columns", Title: "columns as named", header: !config.NoHeader}, nil
	}
	f.told = true
	return detect(rows, config)
}

// channels says whether the trunks of a generic file are the channels of Asterisk.
func (f *fileForm) channels() bool {
	i := f.layout.index[Trunk]
	return i >= 0 && i < len(f.headings) && strings.EqualFold(f.headings[i], "dstchannel")
}

// isHeader says whether a row repeats the headings, as files that were joined do.
func (f *fileForm) isHeader(fields [][]byte) bool {
	if len(f.headings) == 0 || len(fields) != len(f.headings) {
		return false
	}
	for i, field := range fields {
		if string(field) != f.headings[i] {
			return false
		}
	}
	return true
}

// isTypes says whether a row has the types of the columns.
func (f *fileForm) isTypes(fields [][]byte) bool {
	return f.profile.types && len(fields) > 0 && string(fields[0]) == "INTEGER"
}
