package planner

import "github.com/sipplan/sipplan/erlang"

// The parameters that many formulas share.
var (
	wholeServers   = Parameter{Name: "servers", Doc: "circuits, a whole number", Whole: true}
	anyServers     = Parameter{Name: "servers", Doc: "circuits, whole or not"}
	offered        = Parameter{Name: "traffic", Doc: "offered erlangs"}
	streamMean     = Parameter{Name: "mean", Doc: "mean of the stream in erlangs"}
	streamVariance = Parameter{Name: "variance", Doc: "variance of the stream in erlangs squared"}
)

func optionalParameter(name string, value float64, doc string) Parameter {
	return Parameter{Name: name, Doc: doc, Default: value, Given: true}
}

func realParameter(name, doc string) Parameter { return Parameter{Name: name, Doc: doc} }

func wholeParameter(name, doc string) Parameter { return Parameter{Name: name, Doc: doc, Whole: true} }

// one returns the only figure of a formula.
func one(name string, value float64, err error) ([]Figure, error) {
	return []Figure{{name, value}}, err
}

// Formulas returns the models that go one way, in the order of the help.
func Formulas() []Formula {
	return append(append(overflowFormulas(), sharedFormulas()...), timeFormulas()...)
}

// overflowFormulas are those of traffic that overflows or comes in clumps.
func overflowFormulas() []Formula {
	return append([]Formula{
		{Name: "overflow", Title: "Overflow of a full group (Kosten, Riordan)", Parameters: []Parameter{anyServers, offered}, work: func(v Values) ([]Figure, error) {
			s, err := erlang.Overflow(v.x("servers"), v.x("traffic"))
			return []Figure{{"mean_erlangs", s.Mean}, {"variance", s.Variance}, {"peakedness", s.Peakedness()}}, err
		}},
		peakedFormula("wilkinson", "Wilkinson: peaked traffic by its equivalent group", equivalentGroup(erlang.Wilkinson)),
		peakedFormula("rapp", "Rapp: Wilkinson without iteration", equivalentGroup(erlang.Rapp)),
		peakedFormula("hayward", "Fredericks and Hayward: peaked or smooth traffic", func(stream erlang.Stream, servers float64) ([]Figure, error) {
			loss, err := erlang.Hayward(stream, servers)
			return one("blocking_ratio", loss, err)
		}),
		{Name: "max-peakedness", Title: "Greatest peakedness of an overflow (ITU-T E.521)", Parameters: []Parameter{wholeServers}, work: func(v Values) ([]Figure, error) {
			z, a, err := erlang.MaxPeakedness(v.n("servers"))
			return []Figure{{"peakedness", z}, {"at_erlangs", a}}, err
		}},
	}, networkFormulas()...)
}

// peakedFormula is one of a stream with a mean and a variance, offered to circuits whole or not.
func peakedFormula(name, title string, rule func(stream erlang.Stream, servers float64) ([]Figure, error)) Formula {
	return Formula{Name: name, Title: title, Parameters: []Parameter{anyServers, streamMean, streamVariance}, work: func(v Values) ([]Figure, error) {
		return rule(erlang.Stream{Mean: v.x("mean"), Variance: v.x("variance")}, v.x("servers"))
	}}
}

// equivalentGroup returns the rule that replaces a stream by the group which would overflow so.
func equivalentGroup(find func(erlang.Stream) (erlang.Equivalent, error)) func(erlang.Stream, float64) ([]Figure, error) {
	return func(stream erlang.Stream, servers float64) ([]Figure, error) {
		e, err := find(stream)
		if err != nil {
			return nil, err
		}
		loss, err := e.Blocking(servers)
		return []Figure{{"blocking_ratio", loss}, {"equivalent_servers", e.Servers}, {"equivalent_erlangs", e.Traffic}}, err
	}
}

// networkFormulas are those of groups that overflow to a common one.
func networkFormulas() []Formula {
	groups := func(v Values) (all []erlang.Group) {
		for _, p := range v.Pairs {
			all = append(all, erlang.Group{Servers: int(p[0]), Traffic: p[1]})
		}
		return all
	}
	const pairs = "a first group as servers@erlangs, such as 5@5"
	return []Formula{
		{Name: "overflow-network", Title: "Groups that overflow to a common one, by Wilkinson and by Hayward", Parameters: []Parameter{anyServers}, Pairs: "group", PairsDoc: pairs, work: func(v Values) ([]Figure, error) {
			ert, err := erlang.OverflowLoss(groups(v), v.x("servers"), erlang.WilkinsonLoss)
			if err != nil {
				return nil, err
			}
			hayward, err := erlang.OverflowLoss(groups(v), v.x("servers"), erlang.Hayward)
			return []Figure{{"loss_ratio", ert}, {"hayward_loss_ratio", hayward}}, err
		}},
		{Name: "overflow-exact", Title: "Groups that overflow to a common one, exactly", Parameters: []Parameter{wholeServers}, Pairs: "group", PairsDoc: pairs, work: func(v Values) ([]Figure, error) {
			_, total, err := erlang.ExactOverflow(groups(v), v.n("servers"))
			return one("loss_ratio", total, err)
		}},
	}
}

// sharedFormulas are those of calls that share circuits, or are few, patient or persistent.
func sharedFormulas() []Formula {
	return []Formula{
		{Name: "a", Title: "Erlang A: blocked calls wait and some hang up", Parameters: []Parameter{wholeServers, offered, realParameter("impatience", "mean holding time by mean patience")}, work: func(v Values) ([]Figure, error) {
			q, err := erlang.NewImpatientQueue(v.n("servers"), v.x("traffic"), v.x("impatience"))
			return []Figure{{"waiting_ratio", q.Wait}, {"abandoned_ratio", q.Abandon}, {"mean_wait_in_holding_times", q.MeanWait}, {"mean_waiting_calls", q.MeanQueue}}, err
		}},
		{Name: "engset-idle", Title: "Engset: few users, by the traffic of an idle one", Parameters: []Parameter{wholeServers, wholeParameter("sources", "users who may call"), realParameter("idle-traffic", "erlangs that one idle user offers")}, work: func(v Values) ([]Figure, error) {
			e, err := erlang.EngsetIdle(v.n("sources"), v.n("servers"), v.x("idle-traffic"))
			return []Figure{{"call_congestion_ratio", e.CallCongestion}, {"time_congestion_ratio", e.TimeCongestion}, {"offered_erlangs", e.Offered}, {"carried_erlangs", e.Carried}}, err
		}},
		{Name: "engset-offered", Title: "Engset: few users, by the traffic that they really offer", Parameters: []Parameter{wholeServers, wholeParameter("sources", "users who may call"), offered}, work: func(v Values) ([]Figure, error) {
			e, err := erlang.Engset(v.n("sources"), v.n("servers"), v.x("traffic"))
			return []Figure{{"call_congestion_ratio", e.CallCongestion}, {"time_congestion_ratio", e.TimeCongestion}, {"carried_erlangs", e.Carried}}, err
		}},
		{Name: "retrial", Title: "Blocked callers try again after a while, exactly", Parameters: []Parameter{wholeServers, offered, realParameter("persistence", "share of the blocked who try again"), realParameter("retry-rate", "tries in a mean holding time")}, work: func(v Values) ([]Figure, error) {
			r, err := erlang.NewRetrial(v.n("servers"), v.x("traffic"), v.x("persistence"), v.x("retry-rate"))
			return []Figure{{"blocking_ratio", r.Blocking}, {"attempts_blocked_ratio", r.Attempts}, {"lost_ratio", r.Lost}, {"mean_waiting_callers", r.Waiting}}, err
		}},
		{Name: "kaufman-roberts", Title: "Calls of different width on one link", Parameters: []Parameter{wholeParameter("capacity", "of the link, in the unit of the widths")}, Pairs: "class", PairsDoc: "calls as erlangs@width, such as 12@97", work: kaufmanRoberts},
		{Name: "reservation", Title: "Some calls have a right of way", Parameters: []Parameter{wholeServers, wholeParameter("reserved", "circuits that other calls leave free"), realParameter("high", "erlangs with a right of way"), realParameter("low", "erlangs without")}, work: func(v Values) ([]Figure, error) {
			high, low, err := erlang.Reservation(v.n("servers"), v.n("reserved"), v.x("high"), v.x("low"))
			return []Figure{{"high_blocking_ratio", high}, {"low_blocking_ratio", low}}, err
		}},
		{Name: "cps-window", Title: "A limit on the call attempts of each second", Parameters: []Parameter{wholeParameter("limit", "attempts admitted in a second"), realParameter("mean", "attempts that come in a second")}, work: func(v Values) ([]Figure, error) {
			rejected, err := erlang.WindowRejection(v.n("limit"), v.x("mean"))
			return one("rejected_ratio", rejected, err)
		}},
		{Name: "wilson", Title: "Interval of a measured share (Wilson)", Parameters: []Parameter{realParameter("successes", "counted"), realParameter("trials", "of so many"), optionalParameter("confidence", 0.95, "of the interval")}, work: func(v Values) ([]Figure, error) {
			low, high, err := erlang.Wilson(v.x("successes"), v.x("trials"), v.x("confidence"))
			return []Figure{{"low_ratio", low}, {"high_ratio", high}}, err
		}},
	}
}

func kaufmanRoberts(v Values) ([]Figure, error) {
	var classes []erlang.Class
	for _, p := range v.Pairs {
		classes = append(classes, erlang.Class{Traffic: p[0], Width: int(p[1])})
	}
	blocking, err := erlang.KaufmanRoberts(v.n("capacity"), classes)
	var figures []Figure
	for i, b := range blocking {
		figures = append(figures, Figure{"blocking_ratio_" + string(rune('a'+i%26)), b})
	}
	return figures, err
}
