package routing_test

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sipplan/sipplan/erlang"
	"github.com/sipplan/sipplan/planner/routing"
	"github.com/sipplan/sipplan/planner/traffic"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// stream is Poisson traffic in a mini simulation in which calls last an exponential time of 1 s in the
// mean, so that its erlangs are its calls per second.
type stream struct {
	erlangs float64
	route   string
	call    routing.Call
}

// event is an arrival of a stream, or the end of a call that holds something.
type event struct {
	at      time.Duration
	stream  int
	held    routing.Held
	ends    bool
	retries int
}

type calendar []event

func (c calendar) Len() int           { return len(c) }
func (c calendar) Less(i, j int) bool { return c[i].at < c[j].at }
func (c calendar) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c *calendar) Push(x any)        { *c = append(*c, x.(event)) }
func (c *calendar) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

// simulate returns the share of the calls of each stream whose first attempt is blocked, over a number of
// calls after a warm-up of 20 s.
func simulate(t *testing.T, n *routing.Network, streams []stream, retry routing.Retry, calls int, random *rand.Rand) []float64 {
	t.Helper()
	const warmUp = 20 * time.Second
	router, err := routing.New(n, routing.Shard{}, random)
	if err != nil {
		t.Fatal(err)
	}
	after := func(mean float64) time.Duration {
		return time.Duration(random.ExpFloat64() * mean * float64(time.Second))
	}
	var events calendar
	for i, s := range streams {
		heap.Push(&events, event{at: after(1 / s.erlangs), stream: i})
	}
	offered, blocked := make([]float64, len(streams)), make([]float64, len(streams))
	for calls > 0 {
		e := heap.Pop(&events).(event)
		if e.ends {
			router.Release(e.held)
			continue
		}
		s := streams[e.stream]
		if e.retries == 0 {
			heap.Push(&events, event{at: e.at + after(1/s.erlangs), stream: e.stream})
		}
		route, _ := router.Route(s.route)
		a := routing.Attempt{Route: route, Call: s.call}
		taken := router.Offer(&a, e.at).Taken()
		if e.at >= warmUp && e.retries == 0 {
			calls--
			offered[e.stream]++
			if !taken {
				blocked[e.stream]++
			}
		}
		if taken {
			heap.Push(&events, event{at: e.at + after(1), held: a.Held(), ends: true})
		} else if delay, again := retry.After(e.retries, random); again {
			heap.Push(&events, event{at: e.at + delay, stream: e.stream, retries: e.retries + 1})
		}
	}
	for i := range blocked {
		blocked[i] /= offered[i]
	}
	return blocked
}

// theory is a network in which calls of each stream are blocked as a formula says.
type theory struct {
	name    string
	network *routing.Network
	streams []stream
	retry   routing.Retry
	want    []float64
}

func theories(t *testing.T) []theory {
	t.Helper()
	must := func(p float64, err error) float64 {
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	groups := func(policy routing.Policy, circuits ...int) *routing.Network {
		names := []string{"a", "b", "c"}[:len(circuits)]
		return with(trunks(policy, names...), func(n *routing.Network) {
			for i := range n.Trunks {
				n.Trunks[i].Limits.Circuits = circuits[i]
			}
		})
	}
	poisson := func(erlangs ...float64) (streams []stream) {
		for _, e := range erlangs {
			streams = append(streams, stream{erlangs: e, route: "pstn"})
		}
		return streams
	}
	stay := onFailure(routing.FailOver{On: []routing.Outcome{503}})
	halves := must(func() (float64, error) {
		process, err := erlang.ErlangCalls(4, 2)
		if err != nil {
			return 0, err
		}
		result, err := erlang.RenewalLoss(5, process)
		return result.CallCongestion, err
	}())
	high, low, err := erlang.Reservation(10, 2, 5, 5)
	must(0, err)
	widths, err := erlang.KaufmanRoberts(20, []erlang.Class{{Traffic: 5, Width: 1}, {Traffic: 3, Width: 3}})
	must(0, err)
	losses, _, err := erlang.ExactOverflow([]erlang.Group{{Servers: 5, Traffic: 6}, {Servers: 3, Traffic: 2}}, 3)
	must(0, err)
	retrial, err := erlang.NewRetrial(5, 5, 0.5, 2)
	must(0, err)

	return []theory{
		{"ordered: two groups in line are as good as one", groups(routing.Ordered, 4, 6), poisson(7), routing.Retry{},
			[]float64{must(erlang.B(10, 7))}},
		{"least used: so are two that share", groups(routing.LeastUsed, 4, 6), poisson(7), routing.Retry{},
			[]float64{must(erlang.B(10, 7))}},
		{"weighted draw with overflow: as one group", groups(routing.WeightedRandom, 2, 3, 5), poisson(7), routing.Retry{},
			[]float64{must(erlang.B(10, 7))}},
		{"weighted draw without overflow: two Poisson streams apart", with(groups(routing.WeightedRandom, 5, 5), func(n *routing.Network) {
			n.Routes[0].Weights = []int{3, 1}
			stay(n)
		}), poisson(8), routing.Retry{}, []float64{0.75*must(erlang.B(5, 6)) + 0.25*must(erlang.B(5, 2))}},
		{"in turn without overflow: each trunk sees every second call, which is smoother than Poisson",
			with(groups(routing.RoundRobin, 5, 5), stay), poisson(8), routing.Retry{}, []float64{halves}},
		{"even weights without overflow: the same", with(groups(routing.Weighted, 5, 5), stay), poisson(8), routing.Retry{}, []float64{halves}},
		{"two high-usage groups overflow to a common one", &routing.Network{
			Trunks: []routing.Trunk{{Name: "a", Limits: routing.Limits{Circuits: 5}}, {Name: "b", Limits: routing.Limits{Circuits: 3}},
				{Name: "final", Limits: routing.Limits{Circuits: 3}}},
			Routes: []routing.Route{{Name: "a", Trunks: []string{"a"}, Overflow: "final"}, {Name: "b", Trunks: []string{"b"}, Overflow: "final"},
				{Name: "final", Trunks: []string{"final"}}},
		}, []stream{{erlangs: 6, route: "a"}, {erlangs: 2, route: "b"}}, routing.Retry{}, losses},
		{"2 of 10 circuits reserved", limited(routing.Limits{Circuits: 10, Reserved: 2}),
			[]stream{{5, "pstn", routing.Call{Priority: routing.High}}, {5, "pstn", routing.Call{}}}, routing.Retry{}, []float64{high, low}},
		{"two codecs on one link", with(limited(routing.Limits{BitsPerSecond: 20}), func(n *routing.Network) {
			n.Codecs = []routing.Codec{{Name: "narrow", BitsPerSecond: 1}, {Name: "wide", BitsPerSecond: 3}}
		}), []stream{{5, "pstn", routing.Call{}}, {3, "pstn", routing.Call{Codec: 1}}}, routing.Retry{}, widths},
		{"5 calls/s against 5 in a fixed second", limited(routing.Limits{Rate: routing.RateLimit{Calls: 5}}), poisson(5), routing.Retry{},
			[]float64{must(erlang.WindowRejection(5, 5))}},
		// A bucket of one call is dead for T = 1/5 s after each: λT/(1+λT) (Feller 1948, type I counter).
		{"5 calls/s against a bucket of 1, filled by 5 a second", limited(routing.Limits{Rate: routing.RateLimit{Calls: 5, Burst: 1}}),
			poisson(5), routing.Retry{}, []float64{0.5}},
		{"half of the blocked callers try again, after half a holding time", groups(routing.Ordered, 5), poisson(5), routing.Retry{
			Share: 0.5, Delay: traffic.Duration{Law: traffic.Exponential, Mean: time.Second / 2},
		}, []float64{retrial.Blocking}},
	}
}

// TestBlockingIsThatOfTheFormulas lets a router decide in a mini simulation and compares the blocking of
// each stream with the exact value, within the 99.9 % interval of 20 replications.
func TestBlockingIsThatOfTheFormulas(t *testing.T) {
	for _, tt := range theories(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const replications = 20
			shares := make([][]float64, len(tt.want))
			for i := range replications {
				for k, share := range simulate(t, tt.network, tt.streams, tt.retry, 20_000, traffic.Stream(1, uint64(i))) {
					shares[k] = append(shares[k], share)
				}
			}
			quantile := distuv.StudentsT{Sigma: 1, Nu: replications - 1}.Quantile(0.9995)
			for k, want := range tt.want {
				mean, deviation := stat.MeanStdDev(shares[k], nil)
				half := quantile * deviation / math.Sqrt(replications)
				if math.Abs(mean-want) > half || half > 0.1*want {
					t.Errorf("stream %d: blocking is %.5f ± %.5f, want %.5f", k+1, mean, half, want)
				}
			}
		})
	}
}
