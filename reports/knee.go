package reports

import (
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/search"
)

// KneeSchema names the form of Knee. Within a version, keys are only ever added; reports/schema/find-1.json
// describes it.
const KneeSchema = "sipplan.find/1"

// KneeResult is what a finished search hands over to be reported.
type KneeResult struct {
	What      string // caps or ports
	Method    string // bisect or rfc7502
	Target    string
	Transport string
	Version   string
	Started   time.Time
	Elapsed   time.Duration
	Limits    search.Limits
	Required  float64 // 0 for nothing
	Bound     search.Bound
	Result    search.Result
	RFC       search.RFC7502
	Hold      time.Duration // of the calls of caps
	Step      time.Duration // for which each load was held
	Media     string
}

// Knee is the report of a search: what JSON holds, and what every other rendering is made from.
type Knee struct {
	Schema      string             `json:"schema"`
	What        string             `json:"what"` // caps: calls per second; ports: calls at a time
	Verdict     acceptance.Verdict `json:"verdict"`
	Answer      []string           `json:"answer"`
	Held        float64            `json:"held"`  // largest load that held; 0 if none did
	Broke       *float64           `json:"broke"` // smallest load above it that did not hold; null if none was tried
	Floor       bool               `json:"floor"` // held is a floor: no load that broke was found
	Converged   bool               `json:"converged"`
	Interrupted bool               `json:"interrupted"`
	End         string             `json:"end"` // why the search ended
	Required    *float64           `json:"required"`
	Bound       kneeBound          `json:"bound"`
	Method      string             `json:"method"`
	Limits      kneeLimits         `json:"limits"`
	Steps       []kneeStep         `json:"steps"`
	RFC         *rfc7502Object     `json:"rfc7502"` // null for another method
	Target      string             `json:"target"`
	Version     string             `json:"version"`
	Started     time.Time          `json:"started_at"`
	Duration    float64            `json:"duration_seconds"`

	media string
	step  time.Duration
}

type kneeBound struct {
	Load float64 `json:"load"`
	Why  string  `json:"why"`
}

type kneeLimits struct {
	Failed          float64  `json:"failed_ratio"`
	Blocking        float64  `json:"blocking_ratio"`
	Establish       *float64 `json:"establishment_threshold_seconds"`
	PDD             *float64 `json:"pdd_p95_seconds"`
	MOS             *float64 `json:"mos_p5"`
	Retransmissions *float64 `json:"retransmissions_ratio"`
}

type kneeStep struct {
	Load          float64            `json:"load"`
	Calls         uint64             `json:"calls"`
	Verdict       acceptance.Verdict `json:"verdict"`
	Why           []string           `json:"why"`
	CAPS          float64            `json:"calls_per_second"`
	Answered      uint64             `json:"answered"`
	Failed        uint64             `json:"failed"`
	Blocked       uint64             `json:"blocked"`
	Slow          uint64             `json:"slow"`
	Retransmitted uint64             `json:"retransmissions"`
	PDD           *float64           `json:"pdd_p95_ms"`
	MOS           *float64           `json:"mos_p5"`
}

// rfc7502Object is the report that RFC 7502 section 5.1 asks for.
type rfc7502Object struct {
	Transport   string   `json:"sip_transport_protocol"`
	Reuse       string   `json:"connection_reuse"`
	InitialRate int      `json:"initial_session_attempt_rate"`
	Step        float64  `json:"rate_increase_ratio"`
	Duration    float64  `json:"session_duration_seconds"`
	Attempts    uint64   `json:"sessions_attempted_in_each_trial"`
	Reduced     bool     `json:"reduced_attempts"` // fewer than the 50,000 of the RFC
	Total       uint64   `json:"total_sessions_attempted"`
	Streams     int      `json:"media_streams_per_session"`
	Media       string   `json:"associated_media_protocol"`
	Codec       string   `json:"codec"`
	Threshold   *float64 `json:"establishment_threshold_seconds"`
	Rate        float64  `json:"session_establishment_rate"`
	Trials      int      `json:"trials"`
	Notes       string   `json:"notes"`
}

// NewKnee makes the report of a search.
func NewKnee(r KneeResult) *Knee {
	result := r.Result
	k := &Knee{
		Schema: KneeSchema, What: r.What, Held: rounded(result.Held), Broke: known(rounded(result.Broke), result.Broke > 0), Floor: result.Floor,
		Converged: result.Converged, Interrupted: result.Interrupted, End: printable(result.End), Required: known(r.Required, r.Required > 0),
		Bound: kneeBound{rounded(r.Bound.Load), r.Bound.Why}, Method: r.Method, Limits: newKneeLimits(r.Limits), Steps: []kneeStep{},
		Target: printable(r.Target), Version: r.Version, Started: r.Started.UTC(), Duration: exact(r.Elapsed), media: r.Media, step: r.Step,
	}
	for _, s := range result.Steps {
		k.Steps = append(k.Steps, newKneeStep(s))
	}
	if r.Method == "rfc7502" {
		k.RFC = newRFC7502Object(r)
	}
	k.Verdict = kneeVerdict(r)
	k.Answer = k.answer()
	return k
}

// kneeVerdict says whether what was required holds; without a requirement, whether anything is known.
func kneeVerdict(r KneeResult) acceptance.Verdict {
	switch result := r.Result; {
	case r.Required > 0 && result.Held >= r.Required, r.Required == 0 && result.Held > 0 && !result.Open():
		return acceptance.Holds
	case r.Required > 0 && result.Broke > 0 && result.Broke <= r.Required, r.Required > 0 && result.Converged:
		return acceptance.DoesNotHold
	case result.Held == 0 && !result.Open() && !result.Interrupted:
		return acceptance.DoesNotHold
	}
	return acceptance.CannotTell
}

func newKneeLimits(l search.Limits) kneeLimits {
	return kneeLimits{
		Failed: l.Failed, Blocking: l.Blocking, Establish: known(l.Establish.Seconds(), l.Establish > 0), PDD: known(l.PDD.Seconds(), l.PDD > 0),
		MOS: known(l.MOS, l.MOS > 0), Retransmissions: known(l.Retransmissions, l.Retransmissions >= 0),
	}
}

func newKneeStep(s search.Step) kneeStep {
	d := s.Measured
	return kneeStep{
		Load: rounded(s.Load), Calls: d.Calls, Verdict: s.Verdict, Why: cleaned(s.Why), CAPS: rounded(d.CAPS), Answered: d.Answered,
		Failed: d.Failed, Blocked: d.Blocked, Slow: d.Slow, Retransmitted: d.Retransmitted,
		PDD: known(milliseconds(d.PDD), d.PDDKnown), MOS: known(d.MOS, d.MOSKnown),
	}
}

func newRFC7502Object(r KneeResult) *rfc7502Object {
	o := &rfc7502Object{
		Transport: r.Transport, Reuse: "one socket for all sessions", InitialRate: r.RFC.Start, Step: r.RFC.Step, Duration: r.Hold.Seconds(),
		Attempts: r.RFC.Attempts, Reduced: r.RFC.Attempts < search.Attempts7502, Threshold: known(r.Limits.Establish.Seconds(), r.Limits.Establish > 0),
		Media: "none", Codec: "none", Rate: r.Result.Held, Trials: len(r.Result.Steps),
		Notes: "The generator's own ceiling (the testbed baseline of section 6.1) bounds the search: " + r.Bound.Why + ".",
	}
	if r.Media != "none" {
		o.Streams, o.Media, o.Codec = 1, "RTP", "G.711, 20 ms"
	}
	for _, s := range r.Result.Steps {
		o.Total += s.Measured.Calls
	}
	return o
}
