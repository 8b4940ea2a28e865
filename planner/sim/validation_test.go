package sim

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
)

// With -long every row of the reference set is simulated at length, and intervals are counted over 200 seeds:
//
//	go test ./planner/sim -run Validation -long
var long = flag.Bool("long", false, "validate with every row of the reference set, and the coverage of intervals")

// trial is a model whose exact figures are known.
type trial struct {
	model  *Model
	window float64 // mean holding times; 0 for a length that suits the traffic
	// days are replications of one window each, where the model needs many.
	days   int
	warmUp time.Duration
	checks []check
}

// check is one figure of a result with its exact value.
type check struct {
	name string
	of   func(r *Result) Estimate
	want float64
}

func blocking(want float64) check {
	return check{"call congestion", func(r *Result) Estimate { return r.Groups[0].Blocking }, want}
}

func timeCongestion(want float64) check {
	return check{"time congestion", func(r *Result) Estimate { return r.Groups[0].TimeCongestion }, want}
}

// simulate runs a trial.
func (tr trial) simulate(t *testing.T, seed uint64, calls float64, replications int, confidence float64) *Result {
	t.Helper()
	result, err := Run(context.Background(), tr.model, tr.settings(seed, calls, replications, confidence))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// settings returns those by which so many calls arrive in all.
func (tr trial) settings(seed uint64, calls float64, replications int, confidence float64) Settings {
	s := Settings{Seed: seed, Replications: replications, Confidence: confidence, WarmUp: tr.warmUp}
	if tr.days > 0 {
		s.Replications = tr.days
	}
	rate := 0.0 // calls in a mean holding time
	for i := range tr.model.Sources {
		rate += callsPerHolding(&tr.model.Sources[i])
	}
	window := tr.window
	if window == 0 {
		window = math.Ceil(calls / rate / float64(s.Replications))
	}
	s.Window = time.Duration(window * float64(aht))
	return s
}

// callsPerHolding measures how many calls a source makes in a mean holding time.
func callsPerHolding(s *Source) float64 {
	if s.Calls.Users > 0 {
		return float64(s.Calls.Users) * aht.Seconds() / (aht + s.Calls.Think.Average()).Seconds()
	}
	arrivals, err := s.Calls.New(1, traffic.Stream(1, 1))
	if err != nil {
		panic(err)
	}
	const n = 2000
	var last time.Duration
	for range n {
		last = arrivals.Next()
	}
	return n * aht.Seconds() / last.Seconds()
}

// outside checks a result against the exact values, and returns what lies outside.
func (tr trial) outside(r *Result) (misses []string) {
	for _, c := range tr.checks {
		if e := c.of(r); !e.Known || c.want < e.Low || c.want > e.High {
			misses = append(misses, fmt.Sprintf("%s is %.6g (%.6g to %.6g), exactly %.6g", c.name, e.Value, e.Low, e.High, c.want))
		}
	}
	return misses
}

// TestValidation holds the simulation against the exact values of every model that it can be set beside: each must lie in
// the 99 % interval. Every row has a seed of its own, so that rows are independent.
//
// Of so many intervals some miss by right, so that a row that does is simulated once more, four times as long and with
// another seed: a figure that is right misses twice once in 10,000 times. That alone would forgive a small error of all
// rows, so the misses of the first time are counted, and the deviations must spread as their intervals say.
func TestValidation(t *testing.T) {
	all := allTrials(t)
	var whole deviations
	seed := uint64(0)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		first := seed
		seed += uint64(len(all[name]))
		t.Run(name, func(t *testing.T) {
			rows, again := 0, 0
			for i, tr := range all[name] {
				calls, replications := 40_000., 20
				if *long {
					calls, replications = 1_000_000, 40
				} else if i%3 != 0 || tr.heavy() {
					continue
				}
				rows++
				result := tr.simulate(t, first+uint64(i), calls, replications, 0.99)
				whole.add(tr, result)
				if len(tr.outside(result)) == 0 {
					continue
				}
				again++
				for _, miss := range tr.outside(tr.simulate(t, 1_000_000+first+uint64(i), 4*calls, replications, 0.99)) {
					t.Errorf("row %d: %s", i, miss)
				}
			}
			t.Logf("%d rows, %d of them simulated twice", rows, again)
		})
	}
	whole.judge(t)
}

// heavy tells whether a trial takes long.
func (tr trial) heavy() bool {
	rate := 0.0
	for i := range tr.model.Sources {
		rate += callsPerHolding(&tr.model.Sources[i])
	}
	return rate > 500 || tr.window*rate*float64(max(1, tr.days)) > 2e6
}

// allTrials makes the trials of every model.
func allTrials(t *testing.T) map[string][]trial {
	return map[string][]trial{
		"Erlang B":                       erlangTrials(t, exponential),
		"Erlang B, constant holding":     erlangTrials(t, traffic.Duration{Law: traffic.Fixed, Mean: aht}),
		"Erlang B, lognormal holding":    erlangTrials(t, traffic.Duration{Law: traffic.Lognormal, Mean: aht, Spread: 1.5}),
		"Engset":                         engsetTrials(t),
		"GI/M/N/N":                       renewalTrials(t),
		"interrupted Poisson":            interruptedTrials(t),
		"overflow moments":               overflowTrials(t),
		"overflow network":               networkTrials(t),
		"Kaufman-Roberts":                kaufmanTrials(t),
		"trunk reservation":              reservationTrials(t),
		"retrials":                       retrialTrials(t),
		"gateway failures":               failureTrials(t),
		"modulated arrivals":             modulatedTrials(t),
		"day-to-day variation":           dayTrials(t),
		"Erlang C":                       waitingTrials(t),
		"Erlang A":                       impatientTrials(t),
		"calls per second, fixed window": windowTrials(t),
	}
}

func erlangTrials(t *testing.T, holding traffic.Law) (all []trial) {
	for _, r := range references(t, "erlang_b") {
		if r.servers == 0 || r.servers > 1000 || r.value < 2e-3 || r.value > 0.9 || r.traffic > 2000 {
			continue
		}
		m := groupModel(r.servers, erlangs(r.traffic))
		m.Sources[0].Holding = holding
		all = append(all, trial{model: m, checks: []check{blocking(r.value), timeCongestion(r.value)}})
	}
	return all
}

func engsetTrials(t *testing.T) (all []trial) {
	add := func(r reference, idle float64, c check) {
		users := int(r.number(t, "sources"))
		if r.value > 0 && users <= 5000 {
			think := traffic.Duration{Law: traffic.Exponential, Mean: time.Duration(float64(aht) / idle)}
			all = append(all, trial{model: groupModel(r.servers, Process{Users: users, Think: think}), checks: []check{c}, warmUp: 10*aht + 3*think.Mean})
		}
	}
	for _, r := range references(t, "engset_call", "engset_alpha") {
		add(r, r.number(t, "per_idle_source"), blocking(r.value))
	}
	for _, r := range references(t, "engset_time") {
		add(r, r.number(t, "per_idle_source"), timeCongestion(r.value))
	}
	return all
}

func renewalTrials(t *testing.T) (all []trial) {
	laws := map[string]traffic.Duration{"deterministic": {Law: traffic.Fixed}, "erlang2": {Law: traffic.Gamma, Spread: math.Sqrt(0.5)},
		"hyperexp2_balanced": {Law: traffic.Hyperexponential, Spread: 2}}
	for _, r := range references(t, "gi_m_n_n") {
		law := laws[r.extra["interarrival"]]
		law.Mean = time.Duration(float64(aht) / r.traffic)
		m := groupModel(r.servers, Process{New: func(_ float64, random Random) (traffic.Arrivals, error) { return traffic.NewRenewal(law, random) }})
		all = append(all, trial{model: m, checks: []check{blocking(r.value)}})
	}
	return all
}

func interruptedTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "ipp_m_n_n") {
		stay := func(rate string) time.Duration { return time.Duration(float64(aht) / r.number(t, rate)) }
		phases := []traffic.Phase{{CAPS: r.number(t, "on_rate") / aht.Seconds(), Stay: stay("on_to_off")}, {Stay: stay("off_to_on")}}
		m := groupModel(r.servers, Process{New: func(_ float64, random Random) (traffic.Arrivals, error) { return traffic.NewModulated(phases, random) }})
		all = append(all, trial{model: m, checks: []check{blocking(r.value), timeCongestion(r.number(t, "time_congestion"))}})
	}
	return all
}

// overflowModel returns primary groups, each with a source of its own, and the group that all of them overflow to; 0 circuits
// there are no limit.
func overflowModel(circuits []int, offered []float64, overflow int) *Model {
	m := &Model{}
	m.Network.Trunks = []routing.Trunk{{Name: "overflow", Limits: routing.Limits{Circuits: overflow}}}
	m.Groups = []Group{{Name: "overflow", Trunks: []string{"overflow"}, Circuits: overflow}}
	for i := range circuits {
		name := fmt.Sprintf("primary-%d", i+1)
		m.Network.Trunks = append(m.Network.Trunks, routing.Trunk{Name: name, Limits: routing.Limits{Circuits: circuits[i]}})
		m.Network.Routes = append(m.Network.Routes, routing.Route{Name: name, Trunks: []string{name, "overflow"}})
		m.Groups = append(m.Groups, Group{Name: name, Trunks: []string{name}, Circuits: circuits[i]})
		m.Sources = append(m.Sources, Source{Name: name, Route: name, Calls: erlangs(offered[i]), Holding: exponential, Answered: 1})
	}
	return m
}

func overflowTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "overflow") {
		second := check{"mean square of the overflow", func(res *Result) Estimate {
			return res.mean(func(w *window) float64 { return w.groups[0].squares })
		}, r.number(t, "variance") + r.number(t, "mean")*r.number(t, "mean")}
		mean := check{"mean of the overflow", func(res *Result) Estimate { return res.Groups[0].Carried }, r.number(t, "mean")}
		first := check{"blocking of the primary group", func(res *Result) Estimate { return res.Groups[1].Blocking }, r.value}
		all = append(all, trial{model: overflowModel([]int{r.servers}, []float64{r.traffic}, 0), checks: []check{mean, second, first}})
	}
	return all
}

func networkTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "overflow_network_exact") {
		var circuits [2]int
		var offered [2]float64
		if _, err := fmt.Sscanf(r.extra["primaries"], "%d:%g+%d:%g", &circuits[0], &offered[0], &circuits[1], &offered[1]); err != nil {
			t.Fatal(err)
		}
		m := overflowModel(circuits[:], offered[:], int(r.number(t, "overflow_trunks")))
		all = append(all, trial{model: m, checks: []check{
			{"loss of both streams", func(res *Result) Estimate { return res.Lost }, r.value},
			{"loss of stream 1", func(res *Result) Estimate { return res.Sources[0].Lost }, r.number(t, "stream1_loss")},
			{"loss of stream 2", func(res *Result) Estimate { return res.Sources[1].Lost }, r.number(t, "stream2_loss")},
			{"traffic offered to the overflow group", func(res *Result) Estimate {
				return res.Groups[0].Offered.times(aht.Seconds() / res.Settings.Window.Seconds())
			},
				r.number(t, "overflow_mean")},
		}})
	}
	return all
}

func kaufmanTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "kaufman_roberts") {
		m := &Model{Groups: []Group{{Name: "link", Trunks: []string{"link"}}}}
		m.Network.Trunks = []routing.Trunk{{Name: "link", Limits: routing.Limits{BitsPerSecond: int64(r.servers)}}}
		m.Network.Routes = []routing.Route{{Name: "link", Trunks: []string{"link"}}}
		for i, class := range strings.Split(r.extra["classes"], "+") {
			var offered float64
			var width int64
			if _, err := fmt.Sscanf(class, "%gx%d", &offered, &width); err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("class %d", i+1)
			m.Network.Codecs = append(m.Network.Codecs, routing.Codec{Name: name, BitsPerSecond: width})
			m.Sources = append(m.Sources, Source{Name: name, Route: "link", Codec: name, Calls: erlangs(offered), Holding: exponential, Answered: 1})
		}
		class := int(r.number(t, "klass")) - 1
		all = append(all, trial{model: m, checks: []check{{"blocking of the class", func(res *Result) Estimate { return res.Sources[class].Lost }, r.value}}})
	}
	return all
}

func reservationTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "trunk_reservation") {
		m := groupModel(r.servers, erlangs(r.number(t, "a_high")))
		m.Network.Trunks[0].Limits.Reserved = int(r.number(t, "reserved"))
		m.Sources[0].Priority = routing.High
		low := m.Sources[0]
		low.Name, low.Priority, low.Calls = "low", routing.Ordinary, erlangs(r.number(t, "a_low"))
		m.Sources = append(m.Sources, low)
		class := map[string]int{"high": 0, "low": 1}[r.extra["klass"]]
		all = append(all, trial{model: m, checks: []check{{"blocking of the class", func(res *Result) Estimate { return res.Sources[class].Lost }, r.value}}})
	}
	return all
}

func retrialTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "retrial_mmcc") {
		m := groupModel(r.servers, erlangs(r.traffic))
		delay := traffic.Duration{Law: traffic.Exponential, Mean: time.Duration(float64(aht) / r.number(t, "retry_rate_per_aht"))}
		m.Sources[0].Retry = routing.Retry{Share: r.number(t, "persistence"), Delay: delay}
		checks := []check{timeCongestion(r.value), blocking(r.number(t, "attempt_blocking"))}
		if lost := r.number(t, "lost_forever"); lost > 0 {
			checks = append(checks, check{"calls lost for good", func(res *Result) Estimate { return res.Lost }, lost})
		}
		all = append(all, trial{model: m, checks: checks, warmUp: 200 * aht})
	}
	return all
}

func failureTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "gateway_failure_exact") {
		gateways, ports := int(r.number(t, "gateways")), int(r.number(t, "ports_each"))
		m := groupModel(r.servers, erlangs(r.traffic))
		m.Network.Trunks, m.Network.Routes[0].Trunks, m.Groups[0].Trunks = nil, nil, nil
		law := func(rate string) traffic.Duration {
			return traffic.Duration{Law: traffic.Exponential, Mean: time.Duration(float64(aht) / r.number(t, rate))}
		}
		for i := range gateways {
			name := fmt.Sprintf("gateway-%d", i+1)
			m.Network.Facilities = append(m.Network.Facilities, routing.Facility{Name: name, Limits: routing.Limits{Circuits: ports}})
			m.Network.Trunks = append(m.Network.Trunks, routing.Trunk{Name: name, Facilities: []string{name}})
			m.Network.Routes[0].Trunks = append(m.Network.Routes[0].Trunks, name)
			m.Groups[0].Trunks = append(m.Groups[0].Trunks, name)
			m.Components = append(m.Components, Component{Facility: name, Between: law("fail_per_aht"), Repair: law("repair_per_aht"),
				Mode: routing.Closed, KnownAtOnce: true})
		}
		dropped := check{"dropped calls", func(res *Result) Estimate {
			return res.share(func(w *window) (y, x float64) { return w.groups[0].dropped, w.total.arrived }, 1)
		}, r.number(t, "dropped_fraction")}
		all = append(all, trial{model: m, checks: []check{blocking(r.value), timeCongestion(r.value), dropped}, warmUp: 100 * aht})
	}
	return all
}

// sine is the intensity 1 + β·sin ωt of modulated traffic, as a share of its highest.
type sine struct{ beta, period float64 }

func (s sine) At(t time.Duration) float64 {
	return (1 + s.beta*math.Sin(2*math.Pi*t.Seconds()/aht.Seconds()/s.period)) / (1 + s.beta)
}

func modulatedTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "mt_m_c_c") {
		law := sine{r.number(t, "beta"), r.number(t, "period_in_aht")}
		peak := r.traffic * (1 + law.beta) / aht.Seconds()
		m := groupModel(r.servers, Process{New: func(_ float64, random Random) (traffic.Arrivals, error) { return traffic.NewThinned(peak, law, random) }})
		periods := math.Ceil(1000 / law.period)
		if *long {
			periods *= 8
		}
		all = append(all, trial{model: m, window: periods * law.period, warmUp: time.Duration(math.Ceil(20/law.period) * law.period * float64(aht)),
			checks: []check{blocking(r.value), timeCongestion(r.number(t, "time_congestion"))}})
	}
	return all
}

func dayTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "day_to_day") {
		m := groupModel(r.servers, erlangs(r.traffic))
		m.Sources[0].DayToDay = r.number(t, "variance_daily") / (r.traffic * r.traffic)
		tr := trial{model: m, window: 20, days: 400, checks: []check{blocking(r.value)}}
		if *long {
			tr.days = 4000
		}
		all = append(all, tr)
	}
	return all
}

func waitingTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "erlang_c") {
		if r.traffic/float64(r.servers) > 0.95 {
			continue // remembers its start for hundreds of holding times
		}
		m := groupModel(r.servers, erlangs(r.traffic))
		m.Sources[0].Queue = &Queue{}
		mean := r.number(t, "mean_wait") / r.number(t, "aht") * aht.Seconds()
		all = append(all, trial{model: m, warmUp: 300 * aht, checks: []check{
			{"share that waits", func(res *Result) Estimate { return res.Sources[0].Waited }, r.value},
			{"mean wait", func(res *Result) Estimate { return res.Sources[0].MeanWait }, mean},
		}})
	}
	return all
}

func impatientTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "erlang_a") {
		m := groupModel(r.servers, erlangs(r.traffic))
		m.Sources[0].Queue = &Queue{Patience: traffic.Duration{Law: traffic.Exponential, Mean: time.Duration(float64(aht) / r.number(t, "theta_over_mu"))}}
		queued := r.number(t, "mean_queue") / r.traffic * aht.Seconds() // Little
		all = append(all, trial{model: m, warmUp: 50 * aht, checks: []check{
			{"share that waits", func(res *Result) Estimate { return res.Sources[0].Waited }, r.value},
			{"share that gives up", func(res *Result) Estimate { return res.Sources[0].Left }, r.number(t, "p_abandon")},
			{"share that is lost", func(res *Result) Estimate { return res.Lost }, r.number(t, "p_abandon")},
			{"mean wait", func(res *Result) Estimate { return res.Sources[0].MeanWait }, queued},
		}})
	}
	return all
}

func windowTrials(t *testing.T) (all []trial) {
	for _, r := range references(t, "cps_fixed_window_reject") {
		m := groupModel(0, Poisson(r.traffic))
		m.Network.Trunks[0].Limits.Rate = routing.RateLimit{Calls: r.servers}
		m.Sources[0].Holding = traffic.Duration{Law: traffic.Fixed, Mean: time.Second}
		all = append(all, trial{model: m, checks: []check{blocking(r.value)}})
	}
	return all
}

// coverageTrials are the models over which the intervals are counted.
func coverageTrials(t *testing.T) map[string]trial {
	first := func(all []trial) trial { return all[0] }
	all := map[string]trial{
		"interrupted Poisson":  first(interruptedTrials(t)),
		"overflow network":     networkTrials(t)[2],
		"trunk reservation":    reservationTrials(t)[4],
		"retrials":             retrialTrials(t)[2],
		"gateway failures":     failureTrials(t)[1],
		"Erlang A":             impatientTrials(t)[2],
		"Kaufman-Roberts":      kaufmanTrials(t)[0],
		"GI/M/N/N":             renewalTrials(t)[7],
		"day-to-day variation": dayTrials(t)[1],
	}
	for _, tr := range erlangTrials(t, exponential) {
		if c := tr.model.Groups[0].Circuits; c == 30 && tr.checks[0].want > 0.04 && tr.checks[0].want < 0.2 {
			all["Erlang B"] = tr
		}
	}
	return all
}

// TestValidationCoverage counts over 200 seeds how often nominal 95 % intervals hold the exact value: between 92 and 98 %
// of them must. Only -long counts that many.
func TestValidationCoverage(t *testing.T) {
	seeds, calls, low, high := uint64(200), 60_000., 0.92, 0.98
	if !*long {
		seeds, calls, low, high = 20, 15_000, 0.75, 1 // more than 5 misses of 20 are a chance of 1 in 3,000
	}
	for name, tr := range coverageTrials(t) {
		t.Run(name, func(t *testing.T) {
			hits := make([]int, len(tr.checks))
			for seed := range seeds {
				result := tr.simulate(t, seed, calls, 30, 0.95)
				for i, c := range tr.checks {
					if e := c.of(result); e.Low <= c.want && c.want <= e.High {
						hits[i]++
					}
				}
			}
			for i, c := range tr.checks {
				share := float64(hits[i]) / float64(seeds)
				t.Logf("%s: %.1f %%", c.name, 100*share)
				if share < low || share > high {
					t.Errorf("%s: %d of %d intervals hold the exact value", c.name, hits[i], seeds)
				}
			}
		})
	}
}
