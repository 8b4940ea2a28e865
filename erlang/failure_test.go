package erlang

import "testing"

func checkExactFailure(t *testing.T, row referenceRow) {
	t.Helper()
	gateways, ports := int(row.value(t, "gateways")), int(row.value(t, "ports_each"))
	fail, repair := row.value(t, "fail_per_aht"), row.value(t, "repair_per_aht")
	got := must[FailureResult](t)(ExactFailure(gateways, ports, row.traffic, fail, repair))
	near(t, row, got.Blocking, row.probability, 1e-14)
	near(t, row, got.Dropped, row.value(t, "dropped_fraction"), 1e-14)
	near(t, row, repair/(fail+repair), row.value(t, "availability"), 1e-15)
	slow := must[QuasiStaticResult](t)(QuasiStaticFailure(gateways, ports, row.traffic, repair/(fail+repair)))
	near(t, row, slow.Blocking, row.value(t, "quasi_static"), 1e-14)
}

func TestExactFailureTendsToTheQuasiStatic(t *testing.T) {
	for _, slowness := range []float64{1e-3, 1e-5} {
		exact := must[FailureResult](t)(ExactFailure(2, 5, 6, 0.1*slowness, slowness))
		slow := must[QuasiStaticResult](t)(QuasiStaticFailure(2, 5, 6, 1/1.1))
		near(t, slowness, exact.Blocking, slow.Blocking, slowness)
	}
}

// A call is dropped when its gateway fails before it ends, so of the calls carried the share fail/(1+fail) is.
func TestDroppedCallsAreThoseThatOutlastTheirGateway(t *testing.T) {
	const fail = 0.02
	got := must[FailureResult](t)(ExactFailure(3, 4, 6, fail, 0.3))
	near(t, "dropped", got.Dropped, (1-got.Blocking)*fail/(1+fail), 1e-13)
}
