package plan

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// Simulation is what formulas leave out: how calls come and how long they last, what callers and trunks do about a call
// that fails, and what breaks when.
type Simulation struct {
	Arrivals   string        `yaml:"arrivals" enum:"poisson|constant|users|interrupted" doc:"of calls: poisson (default), constant (evenly spaced), users (who make one call at a time) or interrupted (in clumps)"`
	Peakedness float64       `yaml:"peakedness" min:"1" max:"1000" doc:"variance by mean of interrupted calls on an endless group; 2 by default"`
	Holding    Law           `yaml:"holding" doc:"law of conversations, such as lognormal,1.2 with the mean of the plan, or a mixture of the same mean; exponential by default"`
	Ringing    Law           `yaml:"ringing" doc:"time that a call holds its port which nobody answers, such as exponential:30s; that of the set-up by default"`
	Answered   *Share        `yaml:"answered" doc:"share of the calls that are answered; 100% by default"`
	Profile    []float64     `yaml:"profile" min:"0" max:"1000000" doc:"calls by the hour of the day in any unit; the plan's traffic is that of the busiest hour"`
	Begin      time.Duration `yaml:"begin" doc:"time of the day at which the measurement begins where there is a profile, such as 8h"`
	Retry      Redial        `yaml:"retry" doc:"callers who try again"`
	Redial     Redial        `yaml:"redial" doc:"callers whose call a failure ended, who call again"`
	FailOver   FailOver      `yaml:"fail_over" doc:"what sends a call on to the next trunk"`
	Policy     string        `yaml:"policy" enum:"ordered|round robin|weighted|weighted random|least used" doc:"how a trunk is chosen; round robin by default, weights are ports"`
	Burst      int           `yaml:"burst" min:"1" max:"1000000" doc:"calls that pass a limit on attempts per second at once (token bucket); by default each second has its limit (fixed window)"`
	Refusals   []Refusal     `yaml:"refusals" doc:"gateways and servers that refuse a share of the calls"`
	Queue      *Queue        `yaml:"queue" doc:"where calls wait that find no port, as at a call centre; nowhere by default"`
	Detected   time.Duration `yaml:"detected" doc:"after a failure, until calls are no longer sent there; at once by default"`
	Registrar  time.Duration `yaml:"registrar_fail_over" doc:"until users have registered elsewhere; 300s by default"`
	Drills     []Drill       `yaml:"drills" doc:"failures on purpose, such as: fail gateway-2 at 00:20 for 15m by closed"`
}

// Live returns what calls follow that test a promise at the traffic that it was made for: the law of conversations. left
// names the other fields that say anything, as the plan file does.
func (s Simulation) Live() (followed Simulation, left []string) {
	followed = Simulation{Holding: s.Holding}
	if s.Arrivals == "poisson" {
		s.Arrivals = ""
	}
	if s.Answered != nil && *s.Answered == 1 {
		s.Answered = nil
	}
	s.Holding = ""
	for i, v := 0, reflect.ValueOf(s); i < v.NumField(); i++ {
		if !v.Field(i).IsZero() {
			left = append(left, "simulation."+v.Type().Field(i).Tag.Get("yaml"))
		}
	}
	return followed, left
}

// Redial is what callers do whose call did not last, or did not begin.
type Redial struct {
	Share Share `yaml:"share" doc:"of the callers that try again, after each attempt anew"`
	Delay Law   `yaml:"delay" doc:"until they do; exponential:60s by default"`
	Most  int   `yaml:"most" min:"1" max:"1000" doc:"times that one blocked caller tries again; 10 by default"`
}

// Refusal is a part that ends a share of the calls with an outcome instead of carrying them.
type Refusal struct {
	Part    string        `yaml:"part" need:"true" doc:"such as gateway-1"`
	Share   Share         `yaml:"share" need:"true" doc:"of the calls that are sent there"`
	Outcome Outcomes      `yaml:"outcome" need:"true" doc:"one outcome, such as 503 or timeout"`
	After   time.Duration `yaml:"after" doc:"from the INVITE to the response"`
}

// Queue is where calls wait that find no port.
type Queue struct {
	Places   int `yaml:"places" min:"1" max:"1000000" doc:"calls of a site that can wait; no limit by default"`
	Patience Law `yaml:"patience" doc:"time after which a waiting caller gives up, such as exponential:60s; never by default"`
}

// FailOver says what sends a call on to the next trunk.
type FailOver struct {
	On       Outcomes      `yaml:"on" doc:"outcomes, such as 408,503,504,timeout; by default those, transport errors and a full trunk"`
	Trunks   int           `yaml:"trunks" min:"1" max:"1000" doc:"that one call is sent over at most"`
	Wait     time.Duration `yaml:"wait" doc:"for any response before it is a timeout; 32s by default (RFC 3261)"`
	Failures int           `yaml:"failures" min:"1" max:"1000" doc:"fail-overs from a trunk in a row after which it is put aside"`
	PutAside time.Duration `yaml:"put_aside" doc:"how long; needs failures"`
}

// Law is a law of times: exponential:60s, lognormal:180s,1.2, 70% lognormal:120s + 30% exponential:300s; or without a mean,
// where the plan has one: lognormal,1.2.
type Law string

func (l *Law) setText(text string) error {
	*l = Law(text)
	_, err := l.Of(time.Second)
	return err
}

// Of returns the law; mean is its mean where it has none of its own. The empty law is nil.
func (l Law) Of(mean time.Duration) (traffic.Law, error) {
	text := string(l)
	if text == "" {
		return nil, nil
	}
	if strings.ContainsAny(text, ":%") || text[0] >= '0' && text[0] <= '9' {
		return traffic.ParseLaw(text)
	}
	name, spread, given := strings.Cut(text, ",")
	text = fmt.Sprintf("%s:%s", name, mean)
	if given {
		text += "," + spread
	}
	return traffic.ParseLaw(text)
}

// Outcomes is a list of outcomes of calls, as routing.ParseOutcomes reads it.
type Outcomes string

func (o *Outcomes) setText(text string) error {
	*o = Outcomes(text)
	_, err := routing.ParseOutcomes(text)
	return err
}

// List returns the outcomes; nil where none were given.
func (o Outcomes) List() []routing.Outcome {
	if o == "" {
		return nil
	}
	list, err := routing.ParseOutcomes(string(o))
	if err != nil {
		return nil // setText has refused it
	}
	return list
}

// Drill is a failure on purpose, as routing.ParseDrill reads it.
type Drill string

func (d *Drill) setText(text string) error {
	*d = Drill(text)
	_, err := routing.ParseDrill(text)
	return err
}

// checkSimulation holds the fields of the simulation together.
func (r *reader) checkSimulation(p *Plan) {
	s := &p.Simulation
	if s.Peakedness > 0 && s.Arrivals != "interrupted" {
		r.fail("simulation.peakedness", "belongs to arrivals: interrupted")
	}
	if len(s.Profile) == 1 {
		r.fail("simulation.profile", "must list two hours or more, got 1")
	}
	if len(s.Profile) > 0 && s.Arrivals != "" && s.Arrivals != "poisson" {
		r.fail("simulation.profile", "belongs to arrivals: poisson, got %s", s.Arrivals)
	}
	if s.Begin > 0 && len(s.Profile) == 0 {
		r.fail("simulation.begin", "belongs to a profile")
	}
	if (s.FailOver.Failures > 0) != (s.FailOver.PutAside > 0) {
		r.fail("simulation.fail_over", "needs failures and put_aside together")
	}
	for i, refusal := range s.Refusals {
		if len(refusal.Outcome.List()) != 1 {
			r.fail(fmt.Sprintf("simulation.refusals[%d].outcome", i), "must be one outcome, got %q", refusal.Outcome)
		}
	}
	if s.Answered != nil && *s.Answered == 0 {
		r.fail("simulation.answered", "must be above 0")
	}
}
