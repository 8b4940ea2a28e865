package reports

import (
	"slices"

	"github.com/sipplan/sipplan/planner/measure"
)

// remedies say what to try next when most calls ended with a code.
var remedies = map[string]string{
	"401": wantsCredentials,
	"407": wantsCredentials,
	"403": "A target that forbids all calls may not know this host, or the caller: --from names another one.",
	"404": wantsNumber,
	"410": wantsNumber,
	"484": wantsNumber,
	"604": wantsNumber,
	"415": takesNoMedia,
	"488": takesNoMedia,
	"606": takesNoMedia,
}

const (
	wantsCredentials = "The target wants credentials, and others than it was given, if any: --auth-user, with the password in --auth-password-file or SIPPLAN_PASSWORD."
	wantsNumber      = "Name a number that the target knows: sip:NUMBER@HOST, or a column callee of --data."
	takesNoMedia     = "The target takes nothing of what calls offer as media: --codecs and --srtp say what that is."
)

// remedy says what to try next when most calls ended in a class with a code, empty where nobody can say.
func (r *Run) remedy(class, code string) string {
	switch {
	case !r.Load.sessions() && code != "401" && code != "407":
		return ""
	case class == "redirected":
		return "--redirects follow calls where the target says, as far as the guards allow."
	case class == "user" && code == "486" && r.Acceptance == nil:
		return "If this trunk says with 486 that all its circuits are busy: --busy-codes 486."
	case class == "blocked" && r.Totals.Answered == 0:
		return "A trunk that takes not a single call is out of service or does not know this host, rather than full."
	}
	return remedies[code]
}

// hostChecks are the detectors of a host that other programs kept from its work.
var hostChecks = []string{"lateness_p99", "rtp_lateness_p99", "cpu", "loop_gap_max", "gc_pauses"}

// remedy says what to do about a host that was too busy, empty when it was not.
func (h Health) remedy() string {
	if slices.ContainsFunc(h.Checks, func(c Check) bool {
		return c.State == measure.Limited.String() && slices.Contains(hostChecks, c.Name)
	}) {
		return "Repeat it while this host does nothing else, on a larger one, or with fewer calls a second."
	}
	return ""
}
