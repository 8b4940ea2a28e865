package scenarios

import "slices"

// inCalls are the words of steps that need a session: a call of ours that was answered or rings, or one that came in.
var inCalls = []string{"bye", "cancel", "dtmf", "hold", "info", "play", "prack", "reinvite", "resume", "transfer", "update"}

// afterCalls are those that still mean something when the call is hung up.
var afterCalls = []string{"", "register", "respond", "unregister", "wait"}

// checkOrder refuses steps that stand where they can do nothing: inside a call before there is one, or behind its end.
func (c *compiler) checkOrder() error {
	n := len(c.program.Steps)
	c.reached = make([]bool, n)
	c.visit(c.reached, 0, func(int) bool { return true })
	live, over := make([]bool, n), make([]bool, n)
	if c.program.Role == Answerer && c.program.Opening() == "INVITE" {
		c.visit(live, 0, c.goesOn)
	}
	for i := range c.program.Steps {
		switch {
		case !c.reached[i]:
		case c.calls(i):
			c.visitBehind(live, i, c.goesOn)
		case !c.goesOn(i):
			c.visitBehind(over, i, func(int) bool { return true })
		}
	}
	for i := range c.program.Steps {
		if !c.reached[i] || i > 0 && c.sources[i].place == c.sources[i-1].place { // not the first step of its phrase
			continue
		}
		if err := c.misplaced(i, live[i], over[i]); err != nil {
			return err
		}
	}
	return nil
}

// misplaced says what is wrong about where a step stands: on some way to it there is a call, or one is over.
func (c *compiler) misplaced(i int, live, over bool) error {
	s := c.sources[i]
	hears := c.program.Steps[i].Op == Hear
	switch {
	case over && !live && !slices.Contains(afterCalls, s.word):
		return s.errorf("%s: the call is over before: behind bye and expect BYE a flow can register, unregister and wait", s.word)
	case !live && (slices.Contains(inCalls, s.word) || hears) && c.program.Role == Caller:
		return s.errorf("%s: there is no call yet: invite comes before it", s.word)
	case !live && (slices.Contains(inCalls, s.word) || hears):
		return s.errorf("%s: there is no call: the flow answers %s", s.word, c.program.Opening())
	case s.word == "invite" && c.calls(i) && !live && c.subscribed(i):
		return s.errorf("invite: a subscription is up before: subscribe behind invite, inside the call, or in a flow of its own")
	}
	return nil
}

// subscribed tells whether a SUBSCRIBE stands before a step in the order of the file.
func (c *compiler) subscribed(before int) bool {
	return slices.ContainsFunc(c.program.Steps[:before], func(s Step) bool { return s.Message != nil && s.Message.Method == "SUBSCRIBE" })
}

// calls tells whether a step sends the INVITE of a call.
func (c *compiler) calls(i int) bool {
	s := &c.program.Steps[i]
	return s.Op == Send && s.Message.Method == "INVITE" && c.sources[i].word == "invite"
}

// goesOn tells whether the call outlives a step.
func (c *compiler) goesOn(i int) bool {
	s := &c.program.Steps[i]
	return !(s.Op == Send && s.Message.Method == "BYE") && !slices.ContainsFunc(s.Arms, func(a Arm) bool { return a.Method == "BYE" })
}

// visit marks the steps that a call can come to from a step, itself included, and goes on behind those that pass.
func (c *compiler) visit(seen []bool, from int, pass func(int) bool) {
	waiting := []int{from}
	for len(waiting) > 0 {
		i := waiting[len(waiting)-1]
		waiting = waiting[:len(waiting)-1]
		if seen[i] {
			continue
		}
		seen[i] = true
		if pass(i) {
			waiting = append(waiting, c.behind(i, true)...)
		}
	}
}

func (c *compiler) visitBehind(seen []bool, from int, pass func(int) bool) {
	for _, i := range c.behind(from, true) {
		c.visit(seen, i, pass)
	}
}

// behind returns the steps that can follow a step: all of them, or only those that follow without a time that passes
// and without a request of the far end's.
func (c *compiler) behind(i int, all bool) []int {
	s := &c.program.Steps[i]
	var list []int
	switch s.Op {
	case End, Mismatch, Refused:
		return nil
	case Expect:
		for _, a := range s.Arms {
			if !a.Stay && (all || a.Method == "") {
				list = append(list, a.Next)
			}
		}
		if all && s.Within > 0 {
			list = append(list, s.Else)
		}
		return list
	case Pause, Dial, Hear:
		if !all {
			return nil
		}
		list = []int{i + 1}
		if s.Op == Hear {
			list = append(list, s.Else)
		}
		return list
	case Seize:
		return []int{i + 1, s.Else}
	}
	if s.Message != nil && s.Message.Reliable {
		return []int{i + 1, i + 2} // the PRACK is not waited for where the caller knows none
	}
	return []int{i + 1}
}

// checkLoops refuses a call that would come back to a step again and again without ever waiting: it would flood the
// far end.
func (c *compiler) checkLoops() error {
	const fresh, open, done = 0, 1, 2
	state := make([]uint8, len(c.program.Steps))
	type visit struct{ step, next int }
	for root := range state {
		path := []visit{{root, 0}}
		if state[root] != fresh {
			continue
		}
		state[root] = open
		for len(path) > 0 {
			top := &path[len(path)-1]
			next := c.behind(top.step, false)
			if top.next == len(next) {
				state[top.step] = done
				path = path[:len(path)-1]
				continue
			}
			to := next[top.next]
			top.next++
			switch state[to] {
			case open:
				return c.sources[to].errorf("a call comes back here without a wait, and would do so for ever: put a wait into the loop")
			case fresh:
				state[to] = open
				path = append(path, visit{to, 0})
			}
		}
	}
	return nil
}
