package planner

import "github.com/sipplan/sipplan/erlang"

// formulas evaluates the formulas of package erlang and keeps the first error, so that a sizing reads as
// arithmetic and is checked once.
type formulas struct{ err error }

// blocking returns the share of erlangs that is lost on that many ports, by Erlang B. Without ports
// everything is lost.
func (f *formulas) blocking(ports int, erlangs float64) float64 {
	return keep(f, func() (float64, error) { return erlang.B(float64(ports), erlangs) })
}

// ports returns the fewest ports on which at most the share gos is lost, by Erlang B.
func (f *formulas) ports(erlangs, gos float64) int {
	return keep(f, func() (int, error) { return erlang.Servers(erlangs, gos) })
}

// traffic returns the erlangs of which that many ports lose exactly the share gos, by Erlang B.
func (f *formulas) traffic(ports int, gos float64) float64 {
	return keep(f, func() (float64, error) { return erlang.Traffic(float64(ports), gos) })
}

// finiteSource returns the share of calls lost when only so many users make them (Engset), erlangs being
// what they would carry if nobody were ever blocked. Users must be able to: erlangs below users.
func (f *formulas) finiteSource(users, ports int, erlangs float64) float64 {
	return keep(f, func() (float64, error) {
		group, err := erlang.EngsetIntended(users, ports, erlangs)
		return group.CallCongestion, err
	})
}

// retried returns the share of attempts lost when the share retry of the blocked callers tries again, by
// extended Erlang B.
func (f *formulas) retried(ports int, erlangs, retry float64) float64 {
	return keep(f, func() (float64, error) {
		group, err := erlang.ExtendedB(float64(ports), erlangs, retry)
		return group.Blocking, err
	})
}

// keep calls formula unless one failed before.
func keep[T any](f *formulas, formula func() (T, error)) (value T) {
	if f.err == nil {
		value, f.err = formula()
	}
	return value
}
