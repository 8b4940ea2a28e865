package planner

import "github.com/sipplan/sipplan/erlang"

// timeFormulas are those of traffic or circuits that change with time.
func timeFormulas() []Formula {
	modulated := func(name, title string, rule func(int, erlang.Modulation) (erlang.ModulatedResult, error)) Formula {
		return Formula{Name: name, Title: title, Parameters: []Parameter{wholeServers, offered, realParameter("amplitude", "of the rate, from 0 to 1"), realParameter("period", "in mean holding times")},
			work: func(v Values) ([]Figure, error) {
				r, err := rule(v.n("servers"), erlang.Modulation{Mean: v.x("traffic"), Amplitude: v.x("amplitude"), Period: v.x("period")})
				return []Figure{{"call_congestion_ratio", r.CallCongestion}, {"time_congestion_ratio", r.TimeCongestion}}, err
			}}
	}
	return append([]Formula{
		{Name: "day-to-day", Title: "A busy hour that is busier on some days", Parameters: []Parameter{wholeServers, offered, optionalParameter("exponent", erlang.MediumVariation, "of the variance: 1.5 low, 1.7 medium, 1.84 high")}, work: func(v Values) ([]Figure, error) {
			variance, err := erlang.DailyVariance(v.x("traffic"), v.x("exponent"))
			if err != nil {
				return nil, err
			}
			d, err := erlang.DayToDay(v.n("servers"), v.x("traffic"), variance)
			return []Figure{{"blocking_ratio", d.Calls}, {"mean_daily_blocking_ratio", d.Days}}, err
		}},
		modulated("psa", "A rate that moves slowly (pointwise stationary)", erlang.PointwiseLoss),
		modulated("mol", "A rate that moves (modified offered load)", erlang.OfferedLoadLoss),
		modulated("modulated", "A rate that moves, exactly", erlang.ModulatedLoss),
		{Name: "failure", Title: "Gateways that fail now and then (quasi-static)", Parameters: []Parameter{wholeParameter("gateways", "equal ones"), wholeParameter("ports", "of each"), offered, realParameter("availability", "of a gateway, such as 0.999")}, work: func(v Values) ([]Figure, error) {
			r, err := erlang.QuasiStaticFailure(v.n("gateways"), v.n("ports"), v.x("traffic"), v.x("availability"))
			return []Figure{{"blocking_ratio", r.Blocking}, {"all_up_blocking_ratio", r.AllUp}, {"one_down_blocking_ratio", r.OneDown}}, err
		}},
		{Name: "failure-exact", Title: "Gateways that fail and drop their calls, exactly", Parameters: []Parameter{wholeParameter("gateways", "equal ones"), wholeParameter("ports", "of each"), offered, realParameter("fail", "failures in a mean holding time"), realParameter("repair", "repairs in a mean holding time")}, work: func(v Values) ([]Figure, error) {
			r, err := erlang.ExactFailure(v.n("gateways"), v.n("ports"), v.x("traffic"), v.x("fail"), v.x("repair"))
			return []Figure{{"blocking_ratio", r.Blocking}, {"dropped_ratio", r.Dropped}}, err
		}},
		{Name: "variance", Title: "How much longer a measured blocking takes to settle than independent calls would", Parameters: []Parameter{wholeServers, offered}, work: func(v Values) ([]Figure, error) {
			calls, err := erlang.CallCongestionVariance(v.n("servers"), v.x("traffic"))
			if err != nil {
				return nil, err
			}
			share, err := erlang.TimeCongestionVariance(v.n("servers"), v.x("traffic"))
			return []Figure{{"call_inflation", calls}, {"time_congestion_variance", share}}, err
		}},
	}, renewalFormulas()...)
}

// renewalFormulas are those of calls at intervals that are not exponential.
func renewalFormulas() []Formula {
	loss := func(v Values, calls erlang.Renewal, err error) ([]Figure, error) {
		if err != nil {
			return nil, err
		}
		r, err := erlang.RenewalLoss(v.n("servers"), calls)
		return []Figure{{"call_congestion_ratio", r.CallCongestion}, {"time_congestion_ratio", r.TimeCongestion}}, err
	}
	return []Formula{
		{Name: "regular", Title: "Calls at equal intervals (D/M/N/N)", Parameters: []Parameter{wholeServers, offered}, work: func(v Values) ([]Figure, error) {
			calls, err := erlang.RegularCalls(v.x("traffic"))
			return loss(v, calls, err)
		}},
		{Name: "erlang-intervals", Title: "Calls at Erlang-distributed intervals (E_k/M/N/N)", Parameters: []Parameter{wholeServers, offered, wholeParameter("phases", "of an interval")}, work: func(v Values) ([]Figure, error) {
			calls, err := erlang.ErlangCalls(v.x("traffic"), v.n("phases"))
			return loss(v, calls, err)
		}},
		{Name: "hyperexponential", Title: "Calls at hyperexponential intervals (H2/M/N/N)", Parameters: []Parameter{wholeServers, offered, realParameter("variation", "squared coefficient of variation of the intervals")}, work: func(v Values) ([]Figure, error) {
			calls, err := erlang.HyperexponentialCalls(v.x("traffic"), v.x("variation"))
			return loss(v, calls, err)
		}},
		{Name: "ipp", Title: "Calls of an interrupted Poisson process (Kuczura)", Parameters: []Parameter{wholeServers, realParameter("on-rate", "calls in a mean holding time while on"), realParameter("on-to-off", "rate of switching off"), realParameter("off-to-on", "rate of switching on")}, work: func(v Values) ([]Figure, error) {
			calls, err := erlang.InterruptedCalls(v.x("on-rate"), v.x("on-to-off"), v.x("off-to-on"))
			return loss(v, calls, err)
		}},
	}
}
