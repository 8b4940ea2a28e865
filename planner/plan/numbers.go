package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Count returns how many numbers the range has.
func (n NumberRange) Count() int { return int(n.Last.digits()-n.First.digits()) + 1 }

// Holds says whether a number is in the range.
func (n NumberRange) Holds(one Number) bool {
	return len(one) == len(n.First) && n.First <= one && one <= n.Last
}

// digits returns the number without its +, which has at most 15 digits.
func (n Number) digits() int64 {
	value, _ := strconv.ParseInt(string(n)[1:], 10, 64) // setText has read it
	return value
}

// checkNumbers requires ranges that run upwards and do not overlap.
func (r *reader) checkNumbers(p *Plan, sites []string) {
	type indexed struct {
		NumberRange
		path string
	}
	var sound []indexed
	for i, n := range p.Numbers {
		path := fmt.Sprintf("numbers[%d]", i)
		r.known(path+".site", n.Site, sites)
		if n.First == "" || n.Last == "" {
			continue
		}
		if len(n.First) != len(n.Last) || n.Last < n.First {
			r.fail(path+".last", "must be of the same length as %s and not below it, got %s", n.First, n.Last)
			continue
		}
		sound = append(sound, indexed{n, path})
	}
	slices.SortStableFunc(sound, func(a, b indexed) int { return cmp.Compare(a.First.digits(), b.First.digits()) })
	for i := 1; i < len(sound); i++ {
		if a, b := sound[i-1], sound[i]; len(a.First) == len(b.First) && b.First <= a.Last {
			r.fail(b.path+".first", "must not be in the range %s to %s of %s, got %s", a.First, a.Last, a.Site, b.First)
		}
	}
}

// maxLocationName is the longest name of a location in characters.
//
// Source: Microsoft, E9-1-1 planning for Lync and Skype for Business Server.
const maxLocationName = 20

// checkEmergency requires locations that emergency services can find.
func (r *reader) checkEmergency(p *Plan, sites []string) {
	for i, l := range p.Emergency.Locations {
		path := fmt.Sprintf("emergency.locations[%d]", i)
		r.known(path+".site", l.Site, sites)
		if n := len([]rune(l.Name)); n > maxLocationName {
			r.fail(path+".name", "must have at most %d characters, got %d: %q", maxLocationName, n, l.Name)
		}
		if p.Emergency.Provider == "elin" && len(l.ELINs) == 0 {
			r.fail(path+".elins", "must list a number or more, by which the location is found and called back")
		}
	}
}
