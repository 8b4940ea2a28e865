package gate_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/acceptance"
	"github.com/sipplan/sipplan/planner/measure"
	"github.com/sipplan/sipplan/reports/gate"
)

// calls returns a run in which a call was answered each half second and held a circuit for 10 s, apart
// from the blocked ones, so that 20 E were offered.
func calls(answered, blocked uint64) *measure.Measurement {
	all := answered + blocked
	m := &measure.Measurement{Offered: all, Started: all, Seized: answered, Completed: answered}
	m.Outcomes[measure.Answered], m.Outcomes[measure.Blocked] = answered, blocked
	m.CircuitTime = time.Duration(answered) * 10 * time.Second
	m.BusyTime = m.CircuitTime
	return m
}

// turn moves answered calls into another class.
func turn(m *measure.Measurement, class measure.Class, n uint64) *measure.Measurement {
	m.Outcomes[measure.Answered] -= n
	m.Outcomes[class] += n
	m.Seized -= n
	m.Completed -= n
	m.CircuitTime -= time.Duration(n) * 10 * time.Second
	m.BusyTime = m.CircuitTime
	return m
}

// unstarted returns calls that no trunk had room for.
func unstarted(n uint64) *measure.Measurement {
	m := &measure.Measurement{Offered: n}
	m.Outcomes[measure.NotStarted], m.NotStarted[measure.Throttled] = n, n
	return m
}

// spread records n delays evenly spread over an interval.
func spread(h *measure.Histogram, n int, low, high time.Duration) {
	for i := range n {
		h.Record(low + (high-low)*time.Duration(i)/time.Duration(n-1))
	}
}

func delays(n int, low, high time.Duration) *measure.Measurement {
	m := calls(uint64(n), 0)
	spread(&m.Delays[measure.PDD], n, low, high)
	spread(&m.Delays[measure.SDT], n, low, high)
	return m
}

func evidence(m *measure.Measurement) gate.Evidence {
	return gate.Evidence{Measured: m, Window: time.Duration(m.Offered) * time.Second / 2}
}

func evaluate(t testing.TB, text string, e gate.Evidence) gate.Result {
	t.Helper()
	r, err := gate.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return gate.Evaluate([]gate.Rule{r}, e)[0]
}

// lossy returns calls of which some lost a tenth of 500 packets.
func lossy(legs, lossyLegs int) *measure.Measurement {
	m := calls(uint64(legs), 0)
	m.Media.Legs, m.Media.Expected = uint64(legs), uint64(legs)*500
	for i := range legs {
		lost := 0
		if i < lossyLegs {
			lost = 50
		}
		m.Media.Lost += int64(lost)
		m.Media.LegLoss.Record(float64(lost) / 500)
	}
	m.Media.Received = m.Media.Expected - uint64(m.Media.Lost)
	return m
}

// silent returns calls that heard nothing.
func silent(legs uint64) *measure.Measurement {
	m := calls(legs, 0)
	m.Media.Legs, m.Media.Silent, m.Media.Sent = legs, legs, legs*500
	return m
}

// scored returns calls with audio both ways, and bad ones that heard nothing.
func scored(good, bad int) *measure.Measurement {
	m := lossy(good+bad, 0)
	h := &m.Media.Heard
	h.Promised = uint64(good + bad)
	for i := range good + bad {
		if i < bad {
			h.MOS.Record(1)
			h.Blame(1 << measure.HeardNothing)
		} else {
			h.MOS.Record(4.409)
		}
	}
	return m
}

// evaluation is a rule, what it is held against, and what comes of it.
type evaluation struct {
	name, rule string
	m          *measure.Measurement
	want       gate.Verdict
	reason     string // contained in the reason that is given
}

func (e evaluation) check(t *testing.T) {
	t.Run(e.name, func(t *testing.T) {
		r := evaluate(t, e.rule, evidence(e.m))
		if r.Verdict != e.want || !strings.Contains(r.Reason, e.reason) {
			t.Errorf("%s: %s; want %s: %s", r.Verdict, r.Reason, e.want, e.reason)
		}
		if (r.Reason == "") != (r.Verdict == gate.Pass) {
			t.Errorf("%s with reason %q", r.Verdict, r.Reason)
		}
	})
}

func TestEvaluate(t *testing.T) {
	ms := time.Millisecond
	for _, e := range []evaluation{
		{"blocking clearly below", "blocking <= 2%", calls(9915, 85), gate.Pass, ""},
		{"blocking clearly above", "blocking <= 1%", calls(9700, 300), gate.Fail, "measured 3 %, must be <= 1 % (n = 10,000)"},
		{"blocking close to the limit", "blocking <= 1%", calls(9915, 85), gate.Inconclusive,
			"measured 0.85 % from 10,000 samples, with 95 % confidence between 0.528 % and 1.37 % and so too close to 1 %; about 77,"},
		{"500 calls and none blocked", "blocking <= 1%", calls(500, 0), gate.Inconclusive, "about 1,088 more samples should decide"},
		{"timeouts may hide blocking", "blocking <= 2%", turn(calls(9915, 85), measure.Timeout, 200), gate.Inconclusive,
			"; 200 calls say nothing about capacity and may hide blocking; no number of samples would decide"},
		{"every number was wrong", "blocking <= 1%", turn(calls(5000, 0), measure.Number, 5000), gate.Inconclusive, "blocking has no samples"},
		{"asr above its limit", "asr >= 95%", turn(calls(5000, 300), measure.User, 150), gate.Pass, ""},
		{"asr below its limit", "asr >= 98%", turn(calls(5000, 300), measure.User, 150), gate.Fail, "measured 97 %, must be >= 98 % (n = 5,000)"},
		{"asr too close", "asr >= 97%", turn(calls(5000, 300), measure.User, 140), gate.Inconclusive, "too close to 97 %"},
		{"asr of exactly the limit", "asr >= 97%", turn(calls(5000, 300), measure.User, 150), gate.Inconclusive,
			"no number of samples would decide if it stays so"},
		{"asr of no seizures", "asr >= 97%", calls(0, 100), gate.Inconclusive, "asr has no samples"},

		{"a percentile clearly below", "pdd p95 < 250ms", delays(1000, 10*ms, 200*ms), gate.Pass, ""},
		{"a percentile clearly above", "pdd p95 < 250ms", delays(1000, 10*ms, 300*ms), gate.Fail, "measured 286 ms, must be < 250 ms (n = 1,000)"},
		{"a percentile too close", "pdd p95 < 250ms", delays(1000, 10*ms, 260*ms), gate.Inconclusive,
			"4 % of 1,000 samples are above 250 ms, with 95 % confidence between 2.95 % and 5.4 % and so too close to 5 %; about 825 more samples should decide"},
		{"a percentile of 20 samples", "pdd p99 < 250ms", delays(20, 10*ms, 20*ms), gate.Inconclusive, "about 361 more samples should decide"},
		{"a percentile without samples", "pdd p95 < 250ms", calls(100, 0), gate.Inconclusive, "pdd has no samples"},
		{"a lower percentile above its limit", "sdt p5 > 50ms", delays(1000, 100*ms, 200*ms), gate.Pass, ""},
		{"a lower percentile below its limit", "sdt p5 >= 150ms", delays(1000, 100*ms, 200*ms), gate.Fail, "measured 105 ms, must be >= 150 ms"},
		{"a mean clearly below", "pdd mean < 200ms", delays(1000, 10*ms, 300*ms), gate.Pass, ""},
		{"a mean clearly above", "pdd mean < 100ms", delays(1000, 10*ms, 300*ms), gate.Fail, "measured 155 ms, must be < 100 ms"},
		{"a mean too close", "pdd mean < 156ms", delays(1000, 10*ms, 300*ms), gate.Inconclusive, "too close to 156 ms; about 25"},
		{"a mean of 10 samples", "pdd mean < 1s", delays(10, 10*ms, 20*ms), gate.Inconclusive, "the mean of 10 samples has no interval; it takes 30"},
		{"the longest of all calls", "pdd max <= 300ms", delays(10, 10*ms, 300*ms), gate.Pass, ""},
		{"one call too long", "pdd max < 300ms", delays(10, 10*ms, 300*ms), gate.Fail, "measured 300 ms, must be < 300 ms (n = 10)"},
		{"the shortest of all calls", "pdd min >= 10ms", delays(10, 10*ms, 300*ms), gate.Pass, ""},
		{"the average call duration", "acd >= 100ms", delays(1000, 100*ms, 300*ms), gate.Pass, ""},

		{"a count that is reached", "answered >= 100", calls(100, 0), gate.Pass, ""},
		{"a count that is missed by one", "answered >= 100", calls(99, 0), gate.Fail, "measured 99, must be >= 100 (n = 99)"},
		{"none of a class", "not_started == 0", calls(100, 0), gate.Pass, ""},
		{"calls that were never started", "not_started == 0", unstarted(100), gate.Fail, "measured 100, must be == 0 (n = 100)"},
		{"none of a class, but nothing offered", "not_started == 0", calls(0, 0), gate.Inconclusive, "not_started has no samples"},
		{"a count that differs", "blocked != 0", calls(100, 1), gate.Pass, ""},
		{"erlangs", "offered_erlangs >= 19.5", calls(990, 10), gate.Pass, ""},
		{"erlangs too low", "carried_erlangs > 19.9", calls(990, 10), gate.Fail, "measured 19.8 E, must be > 19.9 E"},
		{"erlangs of nothing", "carried_erlangs < 5", calls(0, 0), gate.Inconclusive, "carried_erlangs has no samples"},
	} {
		e.check(t)
	}
}

func TestEvaluateMedia(t *testing.T) {
	for _, e := range []evaluation{
		{"silent calls without media", "rtp_silent == 0", calls(100, 0), gate.Inconclusive, "rtp_silent has no samples"},
		{"no silent calls", "rtp_silent == 0", lossy(100, 0), gate.Pass, ""},
		{"no packet lost", "rtp_loss < 0.1%", lossy(100, 0), gate.Pass, ""},
		{"loss that hits single calls is uncertain", "rtp_loss < 0.1%", lossy(1000, 6), gate.Inconclusive, "measured 0.06 % from 500,000 samples, with 95 % confidence between 0.0"},
		{"loss that hits many calls", "rtp_loss < 0.1%", lossy(1000, 60), gate.Fail, "measured 0.6 %, must be < 0.1 %"},
		{"loss of 99 % of the calls", "rtp_loss p99 < 0.5%", lossy(2000, 5), gate.Pass, ""},
		{"loss of single calls", "rtp_loss p99 < 0.5%", lossy(2000, 60), gate.Fail, "measured 10 %, must be < 0.5 % (n = 2,000)"},
		{"all calls sound well", "mos p5 >= 4.0", scored(200, 0), gate.Pass, ""},
		{"one call in fifty heard nothing", "mos p5 >= 4.0", scored(980, 20), gate.Pass, ""},
		{"one call in ten heard nothing", "mos p5 >= 4.0", scored(900, 100), gate.Fail, "measured 1, must be >= 4 (n = 1,000)"},
		{"too few calls for a 5th percentile", "mos p5 >= 4.0", scored(20, 0), gate.Inconclusive, "more samples should decide"},
		{"few calls, but most heard nothing", "mos p5 >= 4.0", scored(5, 15), gate.Fail, "25 % of 20 samples are above 4, must be >= 4; p5 has no value of its own"},
		{"scores that nobody measured", "mos p5 >= 4.0", calls(100, 0), gate.Inconclusive, "mos has no samples"},
		{"the mean of scores", "mos mean >= 4.0", scored(995, 5), gate.Pass, ""},
		{"the lowest of scores", "mos min >= 4.0", scored(995, 5), gate.Fail, "measured 1, must be >= 4"},
		{"audio both ways", "one_way_audio == 0", scored(100, 0), gate.Pass, ""},
		{"audio one way in one call", "one_way_audio == 0", scored(99, 1), gate.Fail, "measured 1, must be == 0 (n = 100)"},
		{"the right audio, where nobody listened for it", "wrong_audio == 0", scored(100, 0), gate.Inconclusive, "wrong_audio has no samples"},
		{"silence, where nothing was decoded", "silent_audio == 0", scored(100, 0), gate.Inconclusive, "silent_audio has no samples"},
		{"the pace of calls that were too short", "wrong_pace == 0", scored(100, 0), gate.Inconclusive, "wrong_pace has no samples"},
		{"streams that did not stop", "stopped_audio == 0", scored(100, 0), gate.Pass, ""},
		{"audio that nobody promised", "one_way_audio == 0", lossy(100, 0), gate.Inconclusive, "one_way_audio has no samples"},
		{"no packet lost of none that came", "rtp_lost == 0", silent(100), gate.Inconclusive, "rtp_lost has no samples"},
		{"nor one out of order", "rtp_reordered == 0", silent(100), gate.Inconclusive, "rtp_reordered has no samples"},
		{"nor one twice", "rtp_duplicated == 0", silent(100), gate.Inconclusive, "rtp_duplicated has no samples"},
		{"calls that heard nothing", "rtp_silent == 0", silent(100), gate.Fail, "measured 100, must be == 0 (n = 100)"},
		{"none blocked of calls that the run cut off before the target decided", "blocked == 0", turn(calls(100, 0), measure.Aborted, 100), gate.Inconclusive, "blocked has no samples"},
		{"none dropped of calls that nobody answered", "dropped == 0", turn(calls(100, 0), measure.User, 100), gate.Inconclusive, "dropped has no samples"},
		{"none answered of calls that rang to the end", "answered >= 1", turn(calls(100, 0), measure.Aborted, 100), gate.Fail, "measured 0, must be >= 1 (n = 100)"},
		{"none cut off", "aborted == 0", turn(calls(100, 0), measure.Aborted, 1), gate.Fail, "measured 1, must be == 0"},
		{"loss of single calls that nobody measured", "rtp_loss p99 < 0.5%", calls(100, 0), gate.Inconclusive, "rtp_loss has no samples"},
	} {
		e.check(t)
	}
}

// TestAGeneratorThatWasLateWithPacketsAloneStillJudgesCalls: each metric that holds without a health check is held
// back by a check of media exactly when it is about media.
func TestAGeneratorThatWasLateWithPacketsAloneStillJudgesCalls(t *testing.T) {
	e := evidence(calls(9700, 300))
	spread(&e.Measured.Delays[measure.PDD], 1000, time.Millisecond, 2*time.Millisecond)
	e.Measured.Media = measure.Media{Legs: 1000, Expected: 50_000, Received: 50_000}
	spread(&e.Measured.Media.Jitter, 1000, time.Millisecond, 2*time.Millisecond)
	spread(&e.Measured.Media.Heard.AudioDelay, 1000, time.Millisecond, 2*time.Millisecond)
	spread(&e.Measured.Media.Heard.EchoDelay, 1000, time.Millisecond, 2*time.Millisecond)
	for range 1000 {
		e.Measured.Media.Heard.MOS.Record(4.4)
	}
	e.Measured.Media.Heard.Promised = 1000
	late := e
	late.Health = measure.Health{{Name: "rtp_lateness_p99", State: measure.Limited, Media: true, Why: "1 % of the RTP packets left late"}}
	for _, tt := range []struct {
		rule  string
		media bool
	}{
		{"blocking <= 5%", false}, {"answered >= 1", false}, {"pdd p95 < 1s", false}, {"carried_erlangs > 1", false}, {"strays == 0", false},
		{"rtp_lost == 0", true}, {"rtp_loss < 1%", true}, {"rtp_jitter p95 < 1s", true}, {"mos p5 >= 4", true}, {"one_way_audio == 0", true},
		{"audio_delay p95 < 1s", true}, {"echo_delay p95 < 1s", true},
	} {
		if r := evaluate(t, tt.rule, e); r.Verdict != gate.Pass {
			t.Errorf("%s of a sound run: %s: %s", tt.rule, r.Verdict, r.Reason)
		}
		r, want := evaluate(t, tt.rule, late), gate.Pass
		if tt.media {
			want = gate.Inconclusive
		}
		if r.Verdict != want {
			t.Errorf("%s when packets were late: %s: %s; want %s", tt.rule, r.Verdict, r.Reason, want)
		}
	}
}

// TestACountThatAnInterruptedRunHadNotReached: what was still to come might have kept the rule, or broken it.
func TestACountThatAnInterruptedRunHadNotReached(t *testing.T) {
	e := evidence(calls(97, 3))
	for _, tt := range []struct {
		rule       string
		whole, cut gate.Verdict
	}{
		{"answered >= 1000", gate.Fail, gate.Inconclusive},
		{"answered > 97", gate.Fail, gate.Inconclusive},
		{"answered == 1000", gate.Fail, gate.Inconclusive},
		{"blocked != 3", gate.Fail, gate.Inconclusive},
		{"answered >= 97", gate.Pass, gate.Pass},
		{"blocked == 0", gate.Fail, gate.Fail},
		{"blocked <= 2", gate.Fail, gate.Fail},
		{"blocked < 3", gate.Fail, gate.Fail},
	} {
		for _, cut := range []bool{false, true} {
			e.CutShort = cut
			want := tt.whole
			if cut {
				want = tt.cut
			}
			if r := evaluate(t, tt.rule, e); r.Verdict != want || r.Verdict == gate.Inconclusive && !strings.Contains(r.Reason, "ended before its time, and must be") {
				t.Errorf("%s, cut short %v: %s: %s; want %s", tt.rule, cut, r.Verdict, r.Reason, want)
			}
		}
	}
}

// TestPacketsLostEvenlyCountOneByOne: where each call lost the same share, a packet is worth one packet.
func TestPacketsLostEvenlyCountOneByOne(t *testing.T) {
	m := calls(100, 0)
	m.Media = measure.Media{Legs: 100, Expected: 50_000, Received: 49_500, Lost: 500}
	for range 100 {
		m.Media.LegLoss.Record(0.01)
	}
	want, _ := acceptance.Share(500, 50_000, 1, 0.95)
	if r := evaluate(t, "rtp_loss < 1.2%", evidence(m)); r.Low != want.Low || r.High != want.High {
		t.Errorf("between %v and %v, want %v and %v", r.Low, r.High, want.Low, want.High)
	}
}

func TestALimitedGeneratorDecidesNothing(t *testing.T) {
	e := evidence(calls(9700, 300))
	e.Health = measure.Health{{Name: "cpu", State: measure.Limited, Why: "the generator used 97 % of 2 processors"}}
	for _, rule := range []string{"blocking <= 1%", "blocked == 0", "answered >= 1", "pdd p95 < 1s"} {
		r := evaluate(t, rule, e)
		if r.Verdict != gate.Inconclusive || r.Reason != "the generator was the limit: the generator used 97 % of 2 processors" {
			t.Errorf("%s: %s: %s", rule, r.Verdict, r.Reason)
		}
	}
}

func TestAnOpenAccountingDecidesNothing(t *testing.T) {
	m := calls(100, 0)
	m.Offered++
	if r := evaluate(t, "answered >= 1", evidence(m)); r.Verdict != gate.Inconclusive || !strings.HasPrefix(r.Reason, "the accounting does not close: ") {
		t.Errorf("%s: %s", r.Verdict, r.Reason)
	}
}

// TestBlockedCallsWeighMoreInRatiosThatCountThem: the same share from bursts has a wider interval.
func TestBlockedCallsWeighMoreInRatiosThatCountThem(t *testing.T) {
	blocked := evaluate(t, "ser >= 90%", evidence(calls(9500, 500)))
	busy := evaluate(t, "ser >= 90%", evidence(turn(calls(10_000, 0), measure.User, 500)))
	if blocked.Measured != busy.Measured || blocked.High-blocked.Low < 2*(busy.High-busy.Low) {
		t.Errorf("blocked: %v to %v, busy: %v to %v", blocked.Low, blocked.High, busy.Low, busy.High)
	}
	pure := evaluate(t, "blocking <= 50%", evidence(calls(9500, 500)))
	if math.Abs(pure.High-(1-blocked.Low)) > 1e-9 {
		t.Errorf("ser ends at %v, blocking at %v: they are one and the same here", blocked.Low, pure.High)
	}
}

func TestMoreSamplesThatShouldDecideDoDecide(t *testing.T) {
	few := evaluate(t, "pdd p95 < 250ms", evidence(delays(1000, 10*time.Millisecond, 260*time.Millisecond)))
	many := evaluate(t, "pdd p95 < 250ms", evidence(delays(int(1000+few.MoreSamples)*102/100, 10*time.Millisecond, 260*time.Millisecond)))
	if few.Verdict != gate.Inconclusive || many.Verdict != gate.Pass {
		t.Errorf("%s, and with %d more %s: %s", few.Verdict, few.MoreSamples, many.Verdict, many.Reason)
	}
}

func TestEveryMetricCanBeEvaluated(t *testing.T) {
	for _, m := range gate.Metrics() {
		for name, e := range map[string]gate.Evidence{"empty": evidence(calls(0, 0)), "full": evidence(delays(1000, 1, time.Second))} {
			if r := evaluate(t, m.Example, e); name == "empty" && r.Verdict != gate.Inconclusive {
				t.Errorf("%s: %s without samples", m.Example, r.Verdict)
			}
		}
	}
}

func ExampleEvaluate() {
	m := calls(9700, 300)
	var rules []gate.Rule
	for _, text := range []string{"blocking <= 1%", "answered >= 9000", "pdd p95 < 250ms"} {
		r, err := gate.Parse(text)
		if err != nil {
			panic(err)
		}
		rules = append(rules, r)
	}
	results := gate.Evaluate(rules, gate.Evidence{Measured: m, Window: 5000 * time.Second})
	for _, r := range results {
		fmt.Println(r.Rule.String()+":", strings.TrimSpace(r.Verdict.String()+" "+r.Reason))
	}
	// Output:
	// blocking <= 1%: fail measured 3 %, must be <= 1 % (n = 10,000)
	// answered >= 9000: pass
	// pdd p95 < 250ms: inconclusive pdd has no samples
}

// TestAPassWithoutAValueSaysWhy is about runs of so few calls that a percentile has no value, although it keeps the rule.
func TestAPassWithoutAValueSaysWhy(t *testing.T) {
	for samples, want := range map[int]string{
		150: "mos p5 >= 4 passes because 100 % of 150 samples are above 4; p5 has no value of its own with fewer than ten samples beyond it.",
		400: "",
	} {
		rule, err := gate.Parse("mos p5 >= 4")
		if err != nil {
			t.Fatal(err)
		}
		got := gate.Evaluate([]gate.Rule{rule}, gate.Evidence{Measured: scored(samples, 0), Window: 500 * time.Second})[0]
		if got.Verdict != gate.Pass || got.Note != want {
			t.Errorf("%d calls: %s, note %q; want %q", samples, got.Verdict, got.Note, want)
		}
	}
}

func TestMessagesHaveTheDigitsThatTellTheValueFromTheLimit(t *testing.T) {
	for _, tt := range []struct {
		name     string
		rule     string
		measured *measure.Measurement
		want     string
	}{
		{"99.999 % is not 100 %", "scr >= 99.999%", calls(1_000_000, 0), "must be >= 99.999 % (n ="},
		{"0.00001 % has no exponent", "ser <= 0.00001%", calls(1000, 0), "must be <= 0.00001 % (n = 1,000)"},
		{"19.96 E is not 20 E", "carried_erlangs > 19.98", calls(998, 2), "measured 19.96 E, must be > 19.98 E"},
		{"a percentile of few samples has no value", "pdd p95 < 250ms", delays(5, 300*time.Millisecond, 400*time.Millisecond),
			"100 % of 5 samples are above 250 ms, must be < 250 ms; p95 has no value of its own with fewer than ten samples beyond it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.rule == "scr >= 99.999%" {
				tt.measured.Completed = 999_000
			}
			rule, err := gate.Parse(tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			got := gate.Evaluate([]gate.Rule{rule}, gate.Evidence{Measured: tt.measured, Window: 500 * time.Second})[0]
			if got.Verdict != gate.Fail || !strings.Contains(got.Reason, tt.want) {
				t.Errorf("%s: %q, want %q", got.Verdict, got.Reason, tt.want)
			}
		})
	}
}

// TestBlockingDoesNotPassByCallingItBusy is about carriers that say 486 when all circuits are busy.
func TestBlockingDoesNotPassByCallingItBusy(t *testing.T) {
	busy := func(n uint64) *measure.Measurement {
		m := turn(calls(9_990, 10), measure.User, n)
		m.InvitesSent, m.Codes[200], m.Codes[486], m.Codes[503] = 10_000, 9_990-n, n, 10
		return m
	}
	for _, tt := range []struct {
		name      string
		measured  *measure.Measurement
		busyCodes []int
		want      gate.Verdict
		reason    string
		note      string
	}{
		{"no busy calls", busy(0), nil, gate.Pass, "", ""},
		{"a few, which change nothing", busy(20), nil, gate.Pass, "",
			"20 calls were answered 486 (busy) without a Q.850 cause, which counts as the called user's doing; if the trunk says so when it is full, it blocked 0.3 %."},
		{"so many that blocking would be above the limit", busy(500), nil, gate.Inconclusive,
			"500 of 10,000 calls were answered 486 (busy): if this trunk says so when its circuits are busy, repeat with --busy-codes 486 (blocking would be 5.1 %)", ""},
		{"somebody has said that only 503 means busy circuits", busy(500), []int{503}, gate.Pass, "", "500 calls were answered 486 (busy)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := evidence(tt.measured)
			e.Ports, e.BusyCodes = 42, tt.busyCodes
			r := evaluate(t, "blocking <= 1%", e)
			if r.Verdict != tt.want || !strings.HasPrefix(r.Reason, tt.reason) || tt.reason == "" && r.Reason != "" || !strings.HasPrefix(r.Note, tt.note) {
				t.Errorf("%s because %q, note %q; want %s because %q, note %q", r.Verdict, r.Reason, r.Note, tt.want, tt.reason, tt.note)
			}
		})
	}
}
