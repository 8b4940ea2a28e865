package media

import (
	"math/rand/v2"
	"testing"
)

func TestSequence(t *testing.T) {
	run := func(from uint16, n int) (numbers []uint16) {
		for i := range n {
			numbers = append(numbers, from+uint16(i))
		}
		return numbers
	}
	for _, row := range []struct {
		name                           string
		numbers                        []uint16
		received, duplicates, reorders uint64
		lost                           int64
	}{
		{"one packet is all that was expected", run(7, 1), 1, 0, 0, 0},
		{"a wrap is a step like any other", run(65530, 12), 12, 0, 0, 0},
		{"two of five missing", []uint16{1, 2, 5}, 3, 0, 0, 2},
		{"missing across the wrap", []uint16{65534, 1}, 2, 0, 0, 2},
		{"late ones are not lost", []uint16{1, 3, 4, 2, 5}, 5, 0, 1, 0},
		{"late across the wrap", []uint16{65535, 1, 0, 2}, 4, 0, 1, 0},
		{"copies make the loss negative (A.3)", []uint16{1, 2, 2, 2, 3}, 5, 2, 0, -2},
		{"a copy hides a loss, as A.3 has it", []uint16{1, 2, 2, 4}, 4, 1, 0, 0},
		{"a late one and its copy", []uint16{1, 3, 2, 2}, 4, 1, 1, -1},
		{"before the first: received, never expected", []uint16{10, 9, 11}, 3, 0, 1, -1},
		{"the longest dropout", []uint16{0, maxDropout - 1}, 2, 0, 0, maxDropout - 2},
		{"a longer one is outside", []uint16{0, maxDropout}, 1, 0, 0, 0},
		{"the longest misorder", append(run(1, 200), run(200-maxMisorder, 1)...), 201, 1, 0, -1},
		{"further behind is outside", append(run(1, 200), run(200-maxMisorder-1, 1)...), 200, 0, 0, 0},
		{"late by 70 after a gap of 130", []uint16{0, 130, 60}, 3, 0, 1, 128},
	} {
		t.Run(row.name, func(t *testing.T) {
			var s sequence
			s.begin(row.numbers[0])
			for _, n := range row.numbers[1:] {
				s.place(n)
			}
			if s.received != row.received || s.duplicated != row.duplicates || s.reordered != row.reorders || s.lost() != row.lost {
				t.Errorf("received %d, duplicated %d, reordered %d, lost %d; want %d, %d, %d, %d",
					s.received, s.duplicated, s.reordered, s.lost(), row.received, row.duplicates, row.reorders, row.lost)
			}
		})
	}
}

// A set of all numbers is the oracle for the 128-bit window: whatever is lost, doubled or swapped within
// the window, the counts agree.
func TestSequenceAgreesWithASet(t *testing.T) {
	random := rand.New(rand.NewPCG(3550, 1))
	for round := range 50 {
		first := uint16(random.Uint32())
		var s sequence
		s.begin(first)
		seen := map[uint16]bool{first: true}
		duplicates, highest := uint64(0), 0
		for range 2000 {
			offset := max(0, highest+random.IntN(40)-30)
			number := first + uint16(offset)
			if seen[number] {
				duplicates++
			}
			seen[number] = true
			highest = max(highest, offset)
			s.place(number)
		}
		lost := int64(highest+1) - int64(len(seen)) - int64(duplicates)
		if s.duplicated != duplicates || s.lost() != lost || s.expected() != uint64(highest+1) {
			t.Fatalf("round %d: duplicated %d, lost %d, expected %d; want %d, %d, %d",
				round, s.duplicated, s.lost(), s.expected(), duplicates, lost, highest+1)
		}
	}
}

func TestFractionLostIsOfTheInterval(t *testing.T) {
	var s sequence
	s.begin(0)
	for n := uint16(1); n < 100; n++ {
		if n%4 != 0 {
			s.place(n)
		}
	}
	if got := s.fractionLost(); got != 24*256/100 {
		t.Errorf("24 of 100 lost: %d/256, want %d", got, 24*256/100)
	}
	for n := uint16(100); n < 200; n++ {
		s.place(n)
	}
	if got := s.fractionLost(); got != 0 {
		t.Errorf("nothing lost since: %d/256, want 0", got)
	}
	if got := s.fractionLost(); got != 0 {
		t.Errorf("nothing sent since: %d/256, want 0", got)
	}
	s.place(201)
	s.place(201)
	if got := s.fractionLost(); got != 0 {
		t.Errorf("as many copies as losses: %d/256, want 0", got)
	}
	s.place(3000)
	if got := s.fractionLost(); got != 255 {
		t.Errorf("2798 of 2799 lost: %d/256, want 255, the most that fits", got)
	}
}
