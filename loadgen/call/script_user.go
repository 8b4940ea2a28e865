package call

import "github.com/sipplan/sipplan/scenarios"

// scriptUsers are those whom the calls of a script belong to. Each has one call at a time, and the user who has been
// without one for longest makes the next.
type scriptUsers struct {
	idle   []int // a ring of those without a call
	first  int   // in it
	count  int
	values [][]scenarios.Value // variables of each user, whom all her calls share
}

// newScriptUsers returns so many users, numbered from 1 on, of so many variables.
func newScriptUsers(users, variables int) scriptUsers {
	u := scriptUsers{idle: make([]int, users), count: users, values: make([][]scenarios.Value, users)}
	for i := range u.idle {
		u.idle[i], u.values[i] = i+1, make([]scenarios.Value, variables)
	}
	return u
}

// take returns the user who makes the next call, 0 when none is there to make it.
func (u *scriptUsers) take() int {
	if u.count == 0 {
		return 0
	}
	user := u.idle[u.first]
	u.first, u.count = (u.first+1)%len(u.idle), u.count-1
	return user
}

// give takes a user back whose call is over.
func (u *scriptUsers) give(user int) {
	if user > 0 {
		u.idle[(u.first+u.count)%len(u.idle)] = user
		u.count++
	}
}
