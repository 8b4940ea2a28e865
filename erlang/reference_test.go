package erlang

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// checkers holds, for each model of testdata/reference.csv, what compares one row with this package. A checker stands
// in the test file of its model.
var checkers = map[string]func(*testing.T, referenceRow){
	"cps_fixed_window_reject":             checkWindow,
	"day_to_day":                          checkDayToDay,
	"engset_alpha":                        checkEngsetOffered,
	"engset_call":                         checkEngsetCall,
	"engset_time":                         checkEngsetTime,
	"erlang_a":                            checkImpatientQueue,
	"erlang_b":                            checkB,
	"erlang_b_cont":                       checkB,
	"erlang_b_servers":                    checkServers,
	"erlang_b_traffic":                    checkTrafficInverse,
	"erlang_c":                            checkC,
	"ert_exact":                           checkWilkinson,
	"ert_rapp":                            checkRapp,
	"extended_erlang_b":                   checkExtendedB,
	"gateway_failure_exact":               checkExactFailure,
	"gateway_quasi_static":                checkQuasiStatic,
	"gi_m_n_n":                            checkRenewal,
	"hayward":                             checkHayward,
	"ipp_m_n_n":                           checkInterrupted,
	"kaufman_roberts":                     checkKaufmanRoberts,
	"max_peakedness":                      checkMaxPeakedness,
	"mt_m_c_c":                            checkModulated,
	"overflow":                            checkOverflow,
	"overflow_network_ert":                checkNetworkWilkinson,
	"overflow_network_exact":              checkNetworkExact,
	"overflow_network_hayward":            checkNetworkHayward,
	"poisson_molina":                      checkMolina,
	"retrial_mmcc":                        checkRetrial,
	"time_congestion_asymptotic_variance": checkTimeCongestionVariance,
	"trunk_reservation":                   checkReservation,
	"wilson_ci":                           checkWilson,
}

// referenceRow is one line of testdata/reference.csv.
type referenceRow struct {
	model            string
	servers, traffic float64
	extra            map[string]string
	probability      float64
}

func (r referenceRow) String() string {
	return strings.Join([]string{r.model, strconv.FormatFloat(r.servers, 'g', -1, 64),
		strconv.FormatFloat(r.traffic, 'g', -1, 64)}, " ")
}

// value returns a number of the extra column.
func (r referenceRow) value(t *testing.T, name string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(r.extra[name], 64)
	if err != nil {
		t.Fatalf("%v: extra column %q: %v", r, name, err)
	}
	return x
}

func TestEveryReferenceValue(t *testing.T) {
	rows := readReference(t)
	checked := map[string]int{}
	for _, row := range rows {
		check := checkers[row.model]
		if check == nil {
			t.Errorf("%v: no checker for this model", row)
			continue
		}
		check(t, row)
		checked[row.model]++
	}
	for model := range checkers {
		if checked[model] == 0 {
			t.Errorf("%s: a checker, but no row in the reference", model)
		}
	}
	t.Logf("%d rows checked, by model: %v", len(rows), checked)
}

func readReference(t *testing.T) []referenceRow {
	t.Helper()
	lines := readCSV(t, "testdata/reference.csv")
	rows := make([]referenceRow, len(lines))
	for i, line := range lines {
		rows[i] = referenceRow{
			model: line[0], servers: parse(t, line[1]), traffic: parse(t, line[2]),
			extra: pairs(line[3]), probability: parse(t, line[4]),
		}
	}
	return rows
}

// readCSV returns the lines of a file below its heading.
func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return lines[1:]
}

// parse reads a number of any length; what is too small for a float64 becomes 0.
func parse(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func pairs(s string) map[string]string {
	m := map[string]string{}
	for _, pair := range strings.Split(s, ";") {
		name, value, _ := strings.Cut(pair, "=")
		m[name] = value
	}
	return m
}

// near fails unless got is within the relative tolerance of want.
func near(t *testing.T, what any, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%v: got %.17g, want %.17g, relative difference %.2g > %.2g", what, got, want,
			math.Abs(got-want)/math.Abs(want), tolerance)
	}
}

// must returns the value of a call that is inside its domain.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
