package planner

import (
	"fmt"
	"math"

	"github.com/sipplan/sipplan/erlang"
)

// Model names a set of assumptions about a trunk group.
type Model string

// The models.
const (
	ErlangB   Model = "b"          // blocked calls are lost
	ErlangC   Model = "c"          // blocked calls wait
	ExtendedB Model = "extended-b" // some of the blocked calls are tried again
	Engset    Model = "engset"     // few callers, blocked calls are lost
	Molina    Model = "molina"     // blocked calls hold on for as long as they would have lasted
)

// trunkModel is how a model answers a Question.
type trunkModel struct {
	title     string
	blocked   string // what becomes of the share that is blocked
	fractions bool   // knows numbers of circuits that are not whole
	check     func(Question) error
	servers   func(q Question, traffic, blocking float64) (float64, error) // fewest
	traffic   func(q Question, servers, blocking float64) (float64, error)
	describe  func(q Question, servers, traffic float64) (blocking float64, figures []Figure, err error)
}

var models = map[Model]trunkModel{
	ErlangB: {
		title: "Erlang B", blocked: "of the calls are lost", fractions: true, check: anyQuestion,
		servers:  func(_ Question, a, b float64) (float64, error) { return whole(erlang.Servers(a, b)) },
		traffic:  func(_ Question, n, b float64) (float64, error) { return erlang.Traffic(n, b) },
		describe: describeErlangB,
	},
	ErlangC: {
		title: "Erlang C", blocked: "of the calls wait", check: checkQueue,
		servers:  func(_ Question, a, b float64) (float64, error) { return whole(erlang.CServers(a, b)) },
		traffic:  func(_ Question, n, b float64) (float64, error) { return erlang.CTraffic(int(n), b) },
		describe: describeErlangC,
	},
	ExtendedB: {
		title: "extended Erlang B", blocked: "of the attempts are blocked", fractions: true, check: checkRetry,
		servers: func(q Question, a, b float64) (float64, error) {
			return whole(erlang.ExtendedBServers(a, b, q.Retry.Value))
		},
		traffic:  func(q Question, n, b float64) (float64, error) { return erlang.ExtendedBTraffic(n, b, q.Retry.Value) },
		describe: describeExtendedB,
	},
	Engset: {
		title: "Engset", blocked: "of the calls are lost", check: checkSources,
		servers: func(q Question, a, b float64) (float64, error) {
			return whole(erlang.EngsetIntendedServers(q.Sources.Value, a, b))
		},
		traffic: func(q Question, n, b float64) (float64, error) {
			return erlang.EngsetIntendedTraffic(q.Sources.Value, int(n), b)
		},
		describe: describeEngset,
	},
	Molina: {
		title: "Molina", blocked: "of the calls are delayed or lost", check: anyQuestion,
		servers:  func(_ Question, a, b float64) (float64, error) { return whole(erlang.MolinaServers(a, b)) },
		traffic:  func(_ Question, n, b float64) (float64, error) { return erlang.MolinaTraffic(int(n), b) },
		describe: describeMolina,
	},
}

// Title returns the name of the model as textbooks write it.
func (m Model) Title() string { return models[m].title }

// Blocked says what becomes of the share that is blocked: "of the calls are lost".
func (m Model) Blocked() string { return models[m].blocked }

func whole(n int, err error) (float64, error) { return float64(n), err }

func anyQuestion(Question) error { return nil }

func describeErlangB(q Question, servers, traffic float64) (float64, []Figure, error) {
	blocking, err := erlang.B(servers, traffic)
	if err != nil {
		return 0, nil, err
	}
	carried := traffic * (1 - blocking)
	figures := []Figure{{"carried_erlangs", carried}, {"lost_erlangs", traffic * blocking}, {"erlangs_per_server", carried / servers}}
	switch {
	case !q.Servers.given():
		exact, err := erlang.ServersReal(traffic, q.Blocking.Value)
		return blocking, append(figures, Figure{"servers_exact", exact}), err
	case blocking == 0 && traffic > 0: // below the smallest number
		log, err := erlang.LogB(servers, traffic)
		return blocking, append(figures, Figure{"log10_blocking", log / math.Ln10}), err
	}
	return blocking, figures, nil
}

// checkQueue refuses more traffic than a queue can work off.
func checkQueue(q Question) error {
	if q.Servers.given() && q.Traffic.given() && q.Traffic.Value >= q.Servers.Value {
		return fmt.Errorf("%s: must be below the %g servers, or the queue grows without end, got %g",
			q.Traffic.Source, q.Servers.Value, q.Traffic.Value)
	}
	return nil
}

func describeErlangC(q Question, servers, traffic float64) (float64, []Figure, error) {
	queue, err := erlang.NewQueue(int(servers), traffic)
	if err != nil {
		return 0, nil, err
	}
	figures := []Figure{{"erlangs_per_server", traffic / servers}, {"mean_wait_in_holding_times", queue.MeanWait},
		{"mean_waiting_calls", queue.MeanQueue}}
	if q.AHT.given() {
		figures = append(figures, Figure{"mean_wait_seconds", queue.MeanWait * q.AHT.Value.Seconds()})
	}
	if q.Within.given() {
		level, err := queue.ServiceLevel(q.Within.Value.Seconds() / q.AHT.Value.Seconds())
		return queue.Wait, append(figures, Figure{"service_level_ratio", level}), err
	}
	return queue.Wait, figures, nil
}

// checkRetry requires the share of repeated attempts, and a group that can carry what never gives up.
func checkRetry(q Question) error {
	switch {
	case !q.Retry.given():
		return fmt.Errorf("%sretry: is needed: the share of blocked attempts that are tried again, such as 50%%", q.Prefix)
	case q.Retry.Value == 1 && q.Servers.given() && q.Traffic.given() && q.Traffic.Value >= q.Servers.Value:
		return fmt.Errorf("%s: must be below the %g servers when every blocked call is tried again, got %g",
			q.Traffic.Source, q.Servers.Value, q.Traffic.Value)
	}
	return nil
}

func describeExtendedB(q Question, servers, traffic float64) (float64, []Figure, error) {
	group, err := erlang.ExtendedB(servers, traffic, q.Retry.Value)
	return group.Blocking, []Figure{{"attempts_erlangs", group.Attempts}, {"carried_erlangs", group.Carried},
		{"lost_erlangs", group.Lost}, {"erlangs_per_server", group.Carried / servers}}, err
}

// checkSources requires the number of sources, and enough of them for the traffic.
func checkSources(q Question) error {
	switch sources := q.Sources; {
	case !sources.given():
		return fmt.Errorf("%ssources: is needed: how many users may call", q.Prefix)
	case q.Traffic.given() && q.Traffic.Value >= float64(sources.Value):
		return fmt.Errorf("%s: must be below the %d sources, who cannot be in more than one call each, got %g",
			q.Traffic.Source, sources.Value, q.Traffic.Value)
	case !q.Traffic.given() && q.Servers.Value >= float64(sources.Value):
		return fmt.Errorf("%s: must be below the %d sources, or none of them is ever blocked, got %g",
			q.Servers.Source, sources.Value, q.Servers.Value)
	}
	return nil
}

func describeEngset(q Question, servers, traffic float64) (float64, []Figure, error) {
	group, err := erlang.EngsetIntended(q.Sources.Value, int(servers), traffic)
	return group.CallCongestion, []Figure{{"time_congestion_ratio", group.TimeCongestion}, {"really_offered_erlangs", group.Offered},
		{"carried_erlangs", group.Carried}, {"erlangs_per_server", group.Carried / servers},
		{"erlangs_per_idle_source", group.PerIdleSource}}, err
}

func describeMolina(_ Question, servers, traffic float64) (float64, []Figure, error) {
	blocking, err := erlang.Molina(int(servers), traffic)
	return blocking, nil, err
}
