package measure_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
	"pgregory.net/rapid"
)

// drawMeasurement fills every counter, found by reflection so that a new field cannot be forgotten.
func drawMeasurement(t *rapid.T) *measure.Measurement {
	m := &measure.Measurement{Trunk: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "trunk")}
	fill(t, reflect.ValueOf(m).Elem())
	for place, name := range []string{"gw1", "gw2", "gw3"} {
		if rapid.Bool().Draw(t, "trunk is there") {
			trunk := measure.Trunk{Name: name, Place: place}
			fill(t, reflect.ValueOf(&trunk).Elem())
			m.Trunks = append(m.Trunks, trunk)
		}
	}
	for line := range rapid.IntRange(0, 3).Draw(t, "mismatches") {
		m.AddMismatch(measure.Mismatch{Scenario: "s", Line: line, Got: "486", Calls: 1 + uint64(line)})
	}
	return m
}

func fill(t *rapid.T, v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *measure.Histogram:
		for range rapid.IntRange(0, 3).Draw(t, "samples") {
			x.Record(time.Duration(rapid.Int64Range(-1e6, 1e12).Draw(t, "duration")))
		}
		return
	case *measure.Shares:
		for range rapid.IntRange(0, 3).Draw(t, "samples") {
			x.Record(rapid.Float64Range(-0.1, 1.1).Draw(t, "share"))
		}
		return
	case *measure.Scores:
		for range rapid.IntRange(0, 3).Draw(t, "samples") {
			x.Record(rapid.Float64Range(0.9, 5.1).Draw(t, "score"))
		}
		return
	case *measure.Worst:
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "calls"), 1))
		for range random.IntN(measure.WorstKept + 1) {
			x.Add(randomCallAudio(random))
		}
		return
	}
	switch v.Kind() {
	case reflect.Uint64:
		v.SetUint(rapid.Uint64Range(0, 1e6).Draw(t, "count"))
	case reflect.Int64:
		v.SetInt(rapid.Int64Range(0, 1e9).Draw(t, "count"))
	case reflect.Array:
		for _, i := range []int{0, v.Len() / 2, v.Len() - 1} {
			fill(t, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	}
}

// randomCallAudio returns one of few calls, so that ties are common.
func randomCallAudio(random *rand.Rand) measure.CallAudio {
	c := measure.CallAudio{
		Call: string(rune('a' + random.IntN(3))), Missing: float64(random.IntN(2)), Began: time.Duration(random.IntN(9)),
	}
	if c.Scored = random.IntN(2) == 0; c.Scored {
		c.MOS = 1 + float64(random.IntN(3))
	}
	return c
}

func merged(parts ...*measure.Measurement) *measure.Measurement {
	sum := parts[0].Clone()
	for _, p := range parts[1:] {
		sum.Merge(p)
	}
	return sum
}

func TestMergeIsCommutative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMeasurement(t), drawMeasurement(t)
		if !reflect.DeepEqual(merged(a, b), merged(b, a)) {
			t.Fatal("a+b differs from b+a")
		}
	})
}

func TestMergeIsAssociative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawMeasurement(t), drawMeasurement(t), drawMeasurement(t)
		if !reflect.DeepEqual(merged(merged(a, b), c), merged(a, merged(b, c))) {
			t.Fatal("(a+b)+c differs from a+(b+c)")
		}
	})
}

func TestMergeForgetsNoField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawMeasurement(t)
		sum := merged(&measure.Measurement{Trunk: a.Trunk}, a)
		if !reflect.DeepEqual(sum, a) {
			t.Fatal("merging into an empty measurement is not a copy")
		}
	})
}

func TestMergeDoesNotTouchTheOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawMeasurement(t), drawMeasurement(t)
		before := b.Clone()
		sum := merged(a, b)
		sum.Delays[measure.PDD].Record(time.Second)
		sum.Media.LegLoss.Record(0.5)
		sum.Media.Heard.MOS.Record(3)
		sum.Media.Heard.Worst.Add(measure.CallAudio{Scored: true})
		if !reflect.DeepEqual(b, before) {
			t.Fatal("the measurement merged from has changed")
		}
	})
}

func TestSplittingThenMergingIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole measure.Measurement
		shards := make([]measure.Measurement, rapid.IntRange(1, 4).Draw(t, "shards"))
		for range rapid.IntRange(0, 30).Draw(t, "calls") {
			call := drawCall(t)
			call.count(&whole)
			call.count(&shards[rapid.IntRange(0, len(shards)-1).Draw(t, "shard")])
		}
		var sum measure.Measurement
		for i := range shards {
			sum.Merge(&shards[i])
		}
		if !reflect.DeepEqual(&sum, &whole) {
			t.Fatal("the sum of the shards differs from the whole")
		}
		if err := sum.CheckAccounting(); err != nil {
			t.Fatal(err)
		}
	})
}

// oneCall is what one simulated call leaves behind.
type oneCall struct {
	class  measure.Class
	reason measure.Reason
	delay  time.Duration
	loss   float64
}

func drawCall(t *rapid.T) oneCall {
	return oneCall{
		class:  measure.Class(rapid.IntRange(0, measure.NumClasses-1).Draw(t, "class")),
		reason: measure.Reason(rapid.IntRange(0, measure.NumReasons-1).Draw(t, "reason")),
		delay:  time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "delay")),
		loss:   rapid.Float64Range(0, 1).Draw(t, "loss"),
	}
}

func (c oneCall) count(m *measure.Measurement) {
	m.Offered++
	m.Outcomes[c.class]++
	if c.class == measure.NotStarted {
		m.NotStarted[c.reason]++
		return
	}
	m.Started++
	m.Delays[measure.SRD].Record(c.delay)
	m.Media.Legs++
	m.Media.LegLoss.Record(c.loss)
	m.Media.Heard.MOS.Record(1 + 4*c.loss)
	m.Media.Heard.Worst.Add(measure.CallAudio{Scored: true, MOS: 1 + 4*c.loss, Began: c.delay})
}

func TestTrunkNameOfASum(t *testing.T) {
	for _, tt := range []struct{ name, a, b, want string }{
		{"shards of one trunk keep its name", "carrier-a", "carrier-a", "carrier-a"},
		{"two trunks make a total", "carrier-a", "carrier-b", ""},
		{"a total stays a total", "", "carrier-a", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := measure.Measurement{Trunk: tt.a}
			m.Merge(&measure.Measurement{Trunk: tt.b})
			if m.Trunk != tt.want {
				t.Errorf("trunk is %q, want %q", m.Trunk, tt.want)
			}
		})
	}
}
