package acceptance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sipplan/sipplan/planner/measure"
)

// userCodes are the final codes that are the called user's doing by RFC 3261, and that some carriers also
// send when all circuits are busy. A 487 ends our own CANCEL and is not among them.
var userCodes = []int{480, 486, 600, 603, 607, 608}

var wordsOfCodes = map[int]string{
	480: "unavailable", 486: "busy", 600: "busy everywhere", 603: "declined", 607: "unwanted", 608: "rejected",
}

// userCauses are the Q.850 causes by which the network itself names the called user.
var userCauses = []int{16, 17, 18, 19, 20, 21}

// Busy returns the calls that count as the called user's doing although nothing but their final code says
// so: a trunk that is full may have sent it. A Q.850 cause would settle the matter.
func (e Evidence) Busy() uint64 {
	coded, caused := e.Measured.EndedWith(userCodes...), e.Measured.EndedWithCause(userCauses...)
	user := e.Measured.Outcomes[measure.User]
	return min(coded, user-min(user, caused))
}

// hidden returns the busy calls if they decide the verdict: if they were blocked calls, the trunk could
// not be said to hold, now or after any number of calls. It is 0 when the user has said which codes mean
// that the circuits are busy.
func (e Evidence) hidden(j *Judgement) uint64 {
	busy := e.Busy()
	if busy == 0 || len(e.BusyCodes) > 0 {
		return 0
	}
	tolerated := j.Promise.Tolerated
	if j.Interval.High < tolerated {
		worst, _ := e.interval(busy)
		if worst.High >= tolerated {
			return busy
		}
		return 0
	}
	refused, calls := float64(j.Blocking.Numerator+j.Interval.Unknown), float64(j.Blocking.Denominator)
	if refused < tolerated*calls && refused+float64(busy) >= tolerated*calls {
		return busy
	}
	return 0
}

// WhyHidden asks what the busy codes of this trunk mean.
func (e Evidence) WhyHidden(busy uint64) string {
	m := e.Measured
	codes := e.codes()
	flag := strings.Trim(strings.ReplaceAll(fmt.Sprint(codes), " ", ","), "[]")
	return fmt.Sprintf("%s of %s %s answered %s: if this trunk says so when its circuits are busy, repeat with --busy-codes %s "+
		"(blocking would be %s); if only the called users can have said so, repeat with --busy-codes 503.",
		count(busy), calls(m.Requests()), was(busy), inWords(codes), flag, percentOf(m.Outcomes[measure.Blocked]+busy, m.Requests()))
}

// AssumedUser says what the busy calls were taken for.
func (e Evidence) AssumedUser(busy uint64) string {
	m := e.Measured
	return fmt.Sprintf("%s answered %s without a Q.850 cause, which counts as the called user's doing; if the trunk says so when it is "+
		"full, it blocked %s.", subject(busy), inWords(e.codes()), percentOf(m.Outcomes[measure.Blocked]+busy, m.Requests()))
}

// codes returns the user codes that occurred and were not said to mean congestion.
func (e Evidence) codes() []int {
	var codes []int
	for _, code := range userCodes {
		if e.Measured.EndedWith(code) > 0 && !slices.Contains(e.BusyCodes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// inWords writes codes with what they mean: 480 (unavailable) or 486 (busy).
func inWords(codes []int) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = fmt.Sprintf("%d (%s)", code, wordsOfCodes[code])
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

// subject opens a sentence on calls: 1 call was, 2 calls were.
func subject(n uint64) string { return calls(n) + " " + was(n) }

// calls writes a number of calls: 1 call, 2 calls.
func calls(n uint64) string {
	if n == 1 {
		return "1 call"
	}
	return count(n) + " calls"
}

// was puts the verb in agreement with a number.
func was(n uint64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}
