package quality_test

import (
	"math"
	"testing"
	"time"

	"github.com/sipplan/sipplan/planner/quality"
	"pgregory.net/rapid"
)

const packetTime = 20 * time.Millisecond

// follow counts a stream: true stands for a packet that was played.
func follow(stream []bool) *quality.Losses {
	l := &quality.Losses{}
	for _, played := range stream {
		if played {
			l.Played()
		} else {
			l.Lost()
		}
	}
	return l
}

// runs makes a stream of runs, played and lost in turn.
func runs(lengths ...int) (stream []bool) {
	for i, n := range lengths {
		for range n {
			stream = append(stream, i%2 == 0)
		}
	}
	return stream
}

func TestGilbert(t *testing.T) {
	l := follow(runs(40, 3, 40, 1, 16))
	p, q := l.Gilbert()
	near(t, "p", p, 0.0210526)
	near(t, "q", q, 0.5)
	near(t, "BurstR", l.BurstR(), 1.919192)
	near(t, "share", l.Share(), 0.04)
	for _, row := range []struct {
		name   string
		stream []bool
		want   float64
	}{
		{"nothing", nil, 1}, {"nothing lost", runs(100), 1}, {"all lost", runs(0, 100), 1}, {"one of two", runs(1, 1, 1, 1), 1},
		{"one packet", runs(1), 1}, {"one lost packet", runs(0, 1), 1},
	} {
		if got := follow(row.stream).BurstR(); got != row.want {
			t.Errorf("%s: BurstR is %v, want %v", row.name, got, row.want)
		}
	}
}

func TestBursts(t *testing.T) {
	for _, row := range []struct {
		name   string
		stream []bool
		want   quality.Bursts
	}{
		{"nothing lost is one gap", runs(100), quality.Bursts{GapDuration: 2 * time.Second}},
		{"single losses far apart are gap", runs(20, 1, 16, 1, 20), quality.Bursts{GapDensity: 2.0 / 58, GapDuration: 58 * packetTime}},
		{"15 between two losses make a burst", runs(20, 1, 15, 1, 20),
			quality.Bursts{Bursts: 1, BurstDensity: 2.0 / 17, BurstDuration: 17 * packetTime, GapDuration: 20 * packetTime}},
		{"a burst and a single loss", runs(30, 4, 40, 1, 25),
			quality.Bursts{Bursts: 1, BurstDensity: 1, BurstDuration: 4 * packetTime, GapDensity: 1.0 / 96, GapDuration: 48 * packetTime}},
		{"a burst at the very end", runs(16, 2), quality.Bursts{Bursts: 1, BurstDensity: 1, BurstDuration: 2 * packetTime, GapDuration: 8 * packetTime}},
	} {
		if got := follow(row.stream).Bursts(packetTime); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.name, got, row.want)
		}
	}
}

// slowBursts is the definition of RFC 3611 section 4.7.2, looked up in the whole stream.
func slowBursts(stream []bool) (bursts, inBursts, lostInBursts int) {
	var losses []int
	for i, played := range stream {
		if !played {
			losses = append(losses, i)
		}
	}
	for i := 0; i < len(losses); {
		j := i
		for j+1 < len(losses) && losses[j+1]-losses[j]-1 < quality.Gmin {
			j++
		}
		if j > i {
			bursts++
			inBursts += losses[j] - losses[i] + 1
			lostInBursts += j - i + 1
		}
		i = j + 1
	}
	return bursts, inBursts, lostInBursts
}

func TestLossesAgreeWithTheirDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream []bool
		for i, n := range rapid.SliceOfN(rapid.IntRange(0, 40), 0, 30).Draw(t, "runs") {
			for range n {
				stream = append(stream, i%2 == 0)
			}
		}
		l := follow(stream)
		bursts, in, lost := slowBursts(stream)
		b := l.Bursts(packetTime)
		if b.Bursts != uint64(bursts) || in > 0 && (math.Abs(b.BurstDensity-float64(lost)/float64(in)) > 1e-12 ||
			b.BurstDuration != packetTime*time.Duration(in)/time.Duration(bursts)) {
			t.Errorf("%+v; want %d bursts of %d packets with %d losses", b, bursts, in, lost)
		}
		var from, to [2]float64 // transitions from played and from lost; those that change
		for i := 1; i < len(stream); i++ {
			k := 0
			if !stream[i-1] {
				k = 1
			}
			from[k]++
			if stream[i] != stream[i-1] {
				to[k]++
			}
		}
		p, q := l.Gilbert()
		if math.Abs(p-to[0]/math.Max(1, from[0])) > 1e-12 || math.Abs(q-to[1]/math.Max(1, from[1])) > 1e-12 {
			t.Errorf("p %v and q %v, want %v of %v", p, q, to, from)
		}
	})
}

func TestLossesAllocateNothing(t *testing.T) {
	var l quality.Losses
	if n := testing.AllocsPerRun(100, func() { l.Played(); l.Lost(); _ = l.BurstR() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
