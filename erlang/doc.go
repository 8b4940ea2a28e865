// Package erlang is the mathematics of telephone traffic: how many circuits, how much traffic, how often busy.
//
// A. K. Erlang asked in 1917 what a subscriber of the Copenhagen exchange asks whenever the line is engaged: how
// many circuits would have been enough? His answer still sizes every trunk group, gateway and session border
// controller, because it needs so little. Calls arrive at random, each takes a free circuit for a while or is turned
// away, and only the product of the two (calls per hour times hours per call, the erlang) matters; the shape of the
// holding times does not.
//
//	blocked, err := erlang.B(30, 25)          // a full E1 with 25 erlangs: 5.3 % of the calls find no circuit
//	trunks, err := erlang.Servers(25, 0.01)   // how many circuits keep it at 1 %: 36
//	traffic, err := erlang.Traffic(30, 0.01)  // what those 30 may be offered at 1 %: 20.3 erlangs
//
// The other models start where one of Erlang's assumptions ends:
//
//   - blocked callers try again: [ExtendedB] in a formula, [NewRetrial] exactly;
//   - blocked callers wait: [C] and [NewQueue]; they wait and some hang up: [NewImpatientQueue];
//   - few callers, so that a busy one cannot call again: [EngsetIdle], [Engset], [EngsetIntended];
//   - blocked callers hold on for as long as their call would have lasted: [Molina];
//   - calls that come from another, full group and therefore in clumps: [Overflow], [Wilkinson], [Rapp], [Hayward] and
//     [OverflowLoss]; or at intervals that are not exponential for another reason: [RenewalLoss];
//   - calls of different width on one link: [KaufmanRoberts]; some calls with a right of way: [Reservation];
//   - a busy hour that is busier on some days: [DayToDay]; a rate that moves within the day: [PointwiseLoss],
//     [OfferedLoadLoss] and [ModulatedLoss];
//   - gateways that fail: [QuasiStaticFailure], [ExactFailure]; a limit on the attempts of a second: [WindowRejection].
//
// [Wilson], [CallCongestionVariance] and [TimeCongestionVariance] are for those who measure: how far a counted share of
// blocked calls may lie from the true one, when blockings come in bursts.
//
// # Conventions
//
// Traffic is in erlangs, times are in mean holding times, probabilities lie between 0 and 1. Each function is pure:
// the same arguments give the same answer, from any number of goroutines. An argument outside the stated domain (NaN,
// an infinity, a negative number, a blocking of 0 or 1) gives an error that wraps [ErrDomain]; traffic that no
// equilibrium can carry gives one that wraps [ErrUnstable]. A result that comes without an error is never NaN.
package erlang
