package erlang_test

import (
	"fmt"

	"github.com/sipplan/sipplan/erlang"
)

func ExampleB() {
	blocked, err := erlang.B(30, 25)
	fmt.Printf("an E1 that is offered 25 erlangs blocks %.2f %% %v\n", 100*blocked, err)
	_, err = erlang.B(30, -25)
	fmt.Println(err)
	// Output:
	// an E1 that is offered 25 erlangs blocks 5.26 % <nil>
	// traffic must be from 0 to 1e+09 erlangs, got -25: outside the domain of the model
}

func ExampleLogB() {
	log, _ := erlang.LogB(9400, 4700)
	fmt.Printf("e^%.3f\n", log)
	// Output: e^-1821.077
}

func ExampleBRecursive() {
	b, _ := erlang.BRecursive(2, 1)
	fmt.Println(b)
	// Output: 0.2
}

func ExampleServers() {
	for _, blocking := range []float64{0.05, 0.01, 0.001} {
		trunks, _ := erlang.Servers(25, blocking)
		fmt.Printf("25 erlangs at %.1f %%: %d circuits\n", 100*blocking, trunks)
	}
	// Output:
	// 25 erlangs at 5.0 %: 31 circuits
	// 25 erlangs at 1.0 %: 36 circuits
	// 25 erlangs at 0.1 %: 41 circuits
}

func ExampleServersReal() {
	trunks, _ := erlang.ServersReal(25, 0.01)
	fmt.Printf("%.3f circuits\n", trunks)
	// Output: 35.417 circuits
}

func ExampleTraffic() {
	traffic, _ := erlang.Traffic(30, 0.01)
	fmt.Printf("%.2f erlangs\n", traffic)
	// Output: 20.34 erlangs
}

func ExampleC() {
	wait, _ := erlang.C(14, 10)
	fmt.Printf("%.1f %% of the calls wait for one of 14 agents\n", 100*wait)
	// Output: 17.4 % of the calls wait for one of 14 agents
}

func ExampleCServers() {
	agents, _ := erlang.CServers(10, 0.05)
	fmt.Println(agents, "agents, so that at most 5 % wait")
	// Output: 17 agents, so that at most 5 % wait
}

func ExampleCTraffic() {
	traffic, _ := erlang.CTraffic(8, 0.05)
	fmt.Printf("%.2f erlangs\n", traffic)
	// Output: 3.87 erlangs
}

func ExampleNewQueue() {
	const holding = 180 // seconds
	queue, _ := erlang.NewQueue(14, 10)
	level, _ := queue.ServiceLevel(20.0 / holding)
	fmt.Printf("%.1f %% within 20 s, %.1f s in the mean\n", 100*level, queue.MeanWait*holding)
	// Output: 88.8 % within 20 s, 7.8 s in the mean
}

func ExampleQueueServers() {
	agents, _ := erlang.QueueServers(10, 0.8, 20.0/180)
	fmt.Println(agents, "agents answer 80 % within 20 s")
	// Output: 14 agents answer 80 % within 20 s
}

func ExampleNewImpatientQueue() {
	queue, _ := erlang.NewImpatientQueue(10, 12, 0.5) // patience of two holding times
	fmt.Printf("%.1f %% wait, %.1f %% hang up\n", 100*queue.Wait, 100*queue.Abandon)
	// Output: 85.0 % wait, 19.6 % hang up
}

func ExampleExtendedB() {
	result, _ := erlang.ExtendedB(10, 10, 0.5)
	fmt.Printf("%.2f erlangs of attempts, %.1f %% blocked, %.2f erlangs never made\n",
		result.Attempts, 100*result.Blocking, result.Lost)
	// Output: 11.69 erlangs of attempts, 28.9 % blocked, 1.69 erlangs never made
}

func ExampleExtendedBServers() {
	trunks, _ := erlang.ExtendedBServers(28, 0.05, 0.5)
	fmt.Println(trunks)
	// Output: 35
}

func ExampleExtendedBTraffic() {
	traffic, _ := erlang.ExtendedBTraffic(35, 0.05, 0.5)
	fmt.Printf("%.2f erlangs\n", traffic)
	// Output: 28.93 erlangs
}

func ExampleNewRetrial() {
	exact, _ := erlang.NewRetrial(5, 5, 0.5, 2)
	formula, _ := erlang.ExtendedB(5, 5, 0.5)
	fmt.Printf("%.1f %% of the attempts are blocked, Extended B says %.1f %%\n", 100*exact.Attempts, 100*formula.Blocking)
	// Output: 39.3 % of the attempts are blocked, Extended B says 37.0 %
}

func ExampleEngsetIntended() {
	group, _ := erlang.EngsetIntended(20, 2, 1)
	fmt.Printf("20 users who intend 1 erlang on 2 ports: %.1f %% blocked\n", 100*group.CallCongestion)
	// Output: 20 users who intend 1 erlang on 2 ports: 19.1 % blocked
}

func ExampleEngsetIdle() {
	group, _ := erlang.EngsetIdle(11, 10, 1)
	fmt.Printf("calls 1/%.0f, time %.3f %%\n", 1/group.CallCongestion, 100*group.TimeCongestion)
	// Output: calls 1/1024, time 0.537 %
}

func ExampleEngset() {
	group, _ := erlang.Engset(100, 10, 10)
	fmt.Printf("%.1f %% blocked, %.4f erlangs from an idle source\n", 100*group.CallCongestion, group.PerIdleSource)
	// Output: 21.1 % blocked, 0.1086 erlangs from an idle source
}

func ExampleEngsetServers() {
	few, _ := erlang.EngsetServers(30, 10, 0.01)
	many, _ := erlang.Servers(10, 0.01)
	fmt.Println(few, "circuits for 30 callers,", many, "for very many")
	// Output: 16 circuits for 30 callers, 18 for very many
}

func ExampleMolina() {
	held, _ := erlang.Molina(10, 4)
	lost, _ := erlang.B(10, 4)
	fmt.Printf("%.5f if blocked calls are held, %.5f if they are lost\n", held, lost)
	// Output: 0.00813 if blocked calls are held, 0.00531 if they are lost
}

func ExampleMolinaServers() {
	trunks, _ := erlang.MolinaServers(4, 0.01)
	fmt.Println(trunks)
	// Output: 10
}

func ExampleMolinaTraffic() {
	traffic, _ := erlang.MolinaTraffic(10, 0.01)
	fmt.Printf("%.2f erlangs\n", traffic)
	// Output: 4.13 erlangs
}

func ExampleWilson() {
	low, high, _ := erlang.Wilson(10, 1000, 0.95)
	fmt.Printf("10 of 1000 blocked: %.2f %% to %.2f %% at 95 %%\n", 100*low, 100*high)
	// Output: 10 of 1000 blocked: 0.54 % to 1.83 % at 95 %
}

// Blockings come in bursts, so that 1000 calls tell less than 1000 tosses of a coin.
func ExampleCallCongestionVariance() {
	inflation, _ := erlang.CallCongestionVariance(30, 20.3)
	low, high, _ := erlang.Wilson(10/inflation, 1000/inflation, 0.95)
	fmt.Printf("1000 calls are worth %.0f: %.2f %% to %.2f %%\n", 1000/inflation, 100*low, 100*high)
	// Output: 1000 calls are worth 190: 0.27 % to 3.68 %
}

func ExampleTimeCongestionVariance() {
	variance, _ := erlang.TimeCongestionVariance(30, 25)
	b, _ := erlang.B(30, 25)
	const z, precision = 1.96, 0.01
	fmt.Printf("±1 %% of the blocking takes %.0f holding times\n", z*z*variance/(precision*b*precision*b))
	// Output: ±1 % of the blocking takes 165291 holding times
}

func ExampleOverflow() {
	stream, _ := erlang.Overflow(24, 24)
	fmt.Printf("%.2f erlangs overflow, %.2f times as variable as fresh calls\n", stream.Mean, stream.Peakedness())
	// Output: 3.52 erlangs overflow, 2.80 times as variable as fresh calls
}

func ExampleMaxPeakedness() {
	peakedness, traffic, _ := erlang.MaxPeakedness(24)
	fmt.Printf("%.2f at %.2f erlangs\n", peakedness, traffic)
	// Output: 2.86 at 21.32 erlangs
}

func ExampleWilkinson() {
	group, _ := erlang.Wilkinson(erlang.Stream{Mean: 5, Variance: 10})
	lost, _ := group.Blocking(10)
	fmt.Printf("%.3f erlangs on %.3f circuits overflow alike; of the 5 erlangs 10 more lose %.2f %%\n",
		group.Traffic, group.Servers, 100*lost)
	// Output: 15.356 erlangs on 11.915 circuits overflow alike; of the 5 erlangs 10 more lose 7.91 %
}

func ExampleRapp() {
	group, _ := erlang.Rapp(erlang.Stream{Mean: 5, Variance: 10})
	fmt.Printf("%.3f erlangs on %.3f circuits\n", group.Traffic, group.Servers)
	// Output: 16.000 erlangs on 12.667 circuits
}

func ExampleHayward() {
	lost, _ := erlang.Hayward(erlang.Stream{Mean: 5, Variance: 10}, 10)
	fmt.Printf("%.2f %%\n", 100*lost)
	// Output: 6.97 %
}

func ExampleOverflowLoss() {
	groups := []erlang.Group{{Servers: 5, Traffic: 6}, {Servers: 3, Traffic: 2}}
	wilkinson, _ := erlang.OverflowLoss(groups, 3, erlang.WilkinsonLoss)
	hayward, _ := erlang.OverflowLoss(groups, 3, erlang.Hayward)
	each, exact, _ := erlang.ExactOverflow(groups, 3)
	fmt.Printf("Wilkinson %.4f, Hayward %.4f, exact %.4f: %.4f\n", wilkinson, hayward, exact, each)
	// Output: Wilkinson 0.1232, Hayward 0.1164, exact 0.1221: [0.1395 0.0698]
}

func ExampleRenewalLoss() {
	regular, _ := erlang.RegularCalls(8)
	clumped, _ := erlang.HyperexponentialCalls(8, 4)
	for _, calls := range []erlang.Renewal{regular, clumped} {
		result, _ := erlang.RenewalLoss(10, calls)
		fmt.Printf("%.4f\n", result.CallCongestion)
	}
	// Output:
	// 0.0594
	// 0.2066
}

func ExampleInterruptedCalls() {
	calls, _ := erlang.InterruptedCalls(20, 1, 1)
	stream, _ := calls.Stream()
	result, _ := erlang.RenewalLoss(10, calls)
	fmt.Printf("peakedness %.2f, %.1f %% of the calls blocked in %.1f %% of the time\n",
		stream.Peakedness(), 100*result.CallCongestion, 100*result.TimeCongestion)
	// Output: peakedness 4.33, 39.0 % of the calls blocked in 21.3 % of the time
}

func ExampleKaufmanRoberts() {
	blocked, _ := erlang.KaufmanRoberts(2000, []erlang.Class{
		{Traffic: 12, Width: 97}, {Traffic: 10, Width: 45}, {Traffic: 1, Width: 460},
	})
	fmt.Printf("voice %.3f, compressed voice %.3f, video %.3f\n", blocked[0], blocked[1], blocked[2])
	// Output: voice 0.138, compressed voice 0.065, video 0.622
}

func ExampleReservation() {
	emergency, others, _ := erlang.Reservation(10, 2, 5, 5)
	fmt.Printf("with two circuits reserved %.3f and %.3f\n", emergency, others)
	// Output: with two circuits reserved 0.073 and 0.484
}

func ExampleDayToDay() {
	variance, _ := erlang.DailyVariance(84, erlang.HighVariation)
	season, _ := erlang.DayToDay(100, 84, variance)
	b, _ := erlang.B(100, 84)
	fmt.Printf("%.1f %% on the mean day, %.1f %% over the season\n", 100*b, 100*season.Calls)
	// Output: 1.0 % on the mean day, 6.0 % over the season
}

func ExampleDayToDayServers() {
	variance, _ := erlang.DailyVariance(84, erlang.MediumVariation)
	steady, _ := erlang.Servers(84, 0.01)
	varying, _ := erlang.DayToDayServers(84, variance, 0.01)
	fmt.Println(steady, "circuits for a steady busy hour,", varying, "for a real one")
	// Output: 100 circuits for a steady busy hour, 117 for a real one
}

func ExampleModulatedLoss() {
	m := erlang.Modulation{Mean: 7, Amplitude: 0.5, Period: 48}
	exact, _ := erlang.ModulatedLoss(10, m)
	pointwise, _ := erlang.PointwiseLoss(10, m)
	offered, _ := erlang.OfferedLoadLoss(10, m)
	mean, _ := erlang.B(10, 7)
	fmt.Printf("exact %.4f, pointwise %.4f, offered load %.4f, at the mean rate %.4f\n",
		exact.CallCongestion, pointwise.CallCongestion, offered.CallCongestion, mean)
	// Output: exact 0.1300, pointwise 0.1304, offered load 0.1297, at the mean rate 0.0787
}

func ExampleQuasiStaticFailure() {
	ten, _ := erlang.QuasiStaticFailure(10, 960, 9400, 0.999)
	eleven, _ := erlang.QuasiStaticFailure(11, 960, 9400, 0.999)
	fmt.Printf("ten gateways %.2g, while one is down %.2g; eleven %.2g\n", ten.Blocking, ten.OneDown, eleven.Blocking)
	// Output: ten gateways 0.0013, while one is down 0.082; eleven 1e-05
}

func ExampleExactFailure() {
	result, _ := erlang.ExactFailure(2, 5, 6, 0.01, 0.1)
	fmt.Printf("%.1f %% blocked, %.1f %% interrupted\n", 100*result.Blocking, 100*result.Dropped)
	// Output: 10.1 % blocked, 0.9 % interrupted
}

func ExampleWindowRejection() {
	refused, _ := erlang.WindowRejection(100, 100)
	fmt.Printf("a limit of 100 attempts a second refuses %.1f %% of 100\n", 100*refused)
	// Output: a limit of 100 attempts a second refuses 4.0 % of 100
}

func ExampleWindowLimit() {
	limit, _ := erlang.WindowLimit(39.2, 0.01)
	fmt.Println(limit, "a second")
	// Output: 47 a second
}
