package call

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/planner/traffic"
	"github.com/sipplan/sipplan/scenarios"
)

// flow is a program as the machine runs it: in its messages stands what is fixed for the run.
type flow struct {
	program *scenarios.Program
	steps   []scenarios.Step
	waits   []traffic.Sampler     // of the steps that wait by a law of their own, at their places
	targets [][]scenarios.Segment // of the steps that name whom they call, at their places
	sounds  []*media.Audio        // of the steps that play a file, at their places; nil for what the run plays
	opening sip.Method            // of the request that begins a call

	name    string // among the callers of a mix
	counted bool   // its calls are counted by themselves: there are others
	place   int    // in the measurements

	invites   bool // a call of it holds a session: it needs a port pair
	registers bool // a call of it binds its address
}

// flows are the programs of a machine, by who begins: those that it starts calls with, in shares by their
// weights, and those that a request of the peer's begins, by its method.
type flows struct {
	callers   []*flow
	shares    []float64 // running sum of the callers' weights
	answerers map[sip.Method]*flow
	referred  *flow // of calls that follow a REFER
	consult   *flow // of calls that ask before a transfer
}

// noProgram is the flow of calls that the machine only hangs up.
var noProgram = flow{opening: sip.INVITE, steps: []scenarios.Step{{Op: scenarios.End}}}

func newFlows(programs []*scenarios.Program, data *pool, fixed map[scenarios.Keyword]string, audio *Audio) (flows, error) {
	f := flows{answerers: map[sip.Method]*flow{}}
	var err error
	if f.referred, err = loadFlow("referred", data, fixed); err != nil {
		return f, err
	}
	if f.consult, err = loadFlow("consult", data, fixed); err != nil {
		return f, err
	}
	sum := 0.0
	for _, p := range programs {
		bound, err := newFlow(p, data, fixed)
		if err == nil {
			err = bound.take(audio)
		}
		if err != nil {
			return f, fmt.Errorf("scenario %q: %w", p.Name, err)
		}
		if p.Role == scenarios.Caller {
			sum += p.Share()
			bound.name = f.unlike(p.Name)
			f.callers, f.shares = append(f.callers, bound), append(f.shares, sum)
			continue
		}
		if other := f.answerers[bound.opening]; other != nil {
			return f, fmt.Errorf("scenarios %q and %q both answer %s: one program answers one method", other.program.Name, p.Name, p.Opening())
		}
		f.answerers[bound.opening] = bound
	}
	return f, nil
}

func newFlow(p *scenarios.Program, data *pool, fixed map[scenarios.Keyword]string) (*flow, error) {
	bound := &flow{program: p, opening: sip.MethodOf([]byte(p.Opening())), invites: p.Sends("INVITE"), registers: p.Sends("REGISTER")}
	var err error
	for _, step := range p.Steps {
		if step.Message != nil {
			if step.Message, err = data.columns(step.Message.Bind(fixed), p.Variables); err != nil {
				return nil, fmt.Errorf("line %d: %w", step.Line, err)
			}
		}
		bound.steps = append(bound.steps, step)
		var to []scenarios.Segment
		if to, err = data.places(scenarios.ParseText(step.To), p.Variables); err != nil {
			return nil, fmt.Errorf("line %d: %w", step.Line, err)
		}
		bound.targets = append(bound.targets, to)
		bound.waits = append(bound.waits, traffic.NewSampler(step.Law))
	}
	return bound, nil
}

// unlike returns the name of a caller, with a number where there is one of that name already.
func (f *flows) unlike(name string) string {
	unlike := name
	for n := 2; slices.ContainsFunc(f.callers, func(other *flow) bool { return other.name == unlike }); n++ {
		unlike = fmt.Sprintf("%s %d", name, n)
	}
	return unlike
}

// countIn gives each flow of a mix its place in the measurements, which count nothing else.
func (f *flows) countIn(measurements ...*measure.Measurement) {
	if len(f.callers) < 2 {
		return
	}
	for _, m := range measurements {
		for _, caller := range f.callers {
			m.AddFlow(&measure.Flow{Name: caller.name})
		}
		for _, caller := range f.callers {
			caller.place, caller.counted = m.Flow(caller.name)
		}
	}
}

// take looks up what the steps play that name a file.
func (f *flow) take(audio *Audio) error {
	f.sounds = make([]*media.Audio, len(f.steps))
	for i, step := range f.steps {
		if f.sounds[i] = audio.Files[step.File]; f.sounds[i] == nil && step.File != "" && audio.Engine != nil {
			return fmt.Errorf("line %d: play %s: the file was not read", step.Line, step.File)
		}
	}
	return nil
}

// draw returns the program of the next call that the machine starts.
func (f *flows) draw(random *rand.Rand) *flow {
	last := len(f.callers) - 1
	if last == 0 {
		return f.callers[0]
	}
	at := random.Float64() * f.shares[last]
	for i, share := range f.shares {
		if at < share {
			return f.callers[i]
		}
	}
	return f.callers[last]
}

// loadFlow returns a program of the library, for the calls that the machine begins of its own accord.
func loadFlow(name string, data *pool, fixed map[scenarios.Keyword]string) (*flow, error) {
	programs, err := scenarios.Load(name)
	if err != nil {
		return nil, err
	}
	return newFlow(programs[0], data, fixed)
}
