package sip

import (
	"slices"
	"testing"

	"github.com/sipplan/sipplan/planner/measure"
)

// statusClasses is the table of the classes by status, written down apart from the code: statuses that
// have a class of their own, then the class of all others of their hundred.
var statusClasses = map[measure.Class][]int{
	measure.User:        {480, 486, 487, 600, 603, 607, 608},
	measure.Number:      {404, 410, 484, 485, 604},
	measure.Blocked:     {503},
	measure.Timeout:     {408},
	measure.Policy:      {606},
	measure.TargetError: {430, 481, 482, 483, 491},
}

func TestClassifyEveryFinalStatus(t *testing.T) {
	remaining := map[int]measure.Class{2: measure.Answered, 3: measure.Redirected, 4: measure.Policy, 5: measure.TargetError, 6: measure.TargetError}
	for status := 200; status <= 699; status++ {
		want, named := remaining[status/100], 0
		for class, statuses := range statusClasses {
			if slices.Contains(statuses, status) {
				want, named = class, named+1
			}
		}
		if named > 1 {
			t.Fatalf("%d is in %d classes of the table", status, named)
		}
		if got := Classify(status, 0, Profile{}); got != want {
			t.Errorf("%d is %v, want %v", status, got, want)
		}
	}
}

func TestClassifyByCause(t *testing.T) {
	classes := map[measure.Class][]int{
		measure.Blocked:     {34, 38, 41, 42, 43, 44, 46, 47},
		measure.User:        {16, 17, 18, 19, 20, 21},
		measure.Number:      {1, 2, 3, 22, 28},
		measure.Policy:      {55, 57, 58, 65, 70, 87, 88},
		measure.TargetError: {27, 79, 102, 111},
	}
	for cause := range 128 {
		for _, status := range []int{404, 486, 500, 503, 600} {
			want := Classify(status, 0, Profile{})
			for class, causes := range classes {
				if slices.Contains(causes, cause) {
					want = class
				}
			}
			if got := Classify(status, cause, Profile{}); got != want {
				t.Errorf("%d with cause %d is %v, want %v", status, cause, got, want)
			}
		}
	}
}

func TestClassifyPrecedence(t *testing.T) {
	full := Profile{MeansBlocked: []int{486, 603}}
	tests := []struct {
		name    string
		status  int
		q850    int
		profile Profile
		want    measure.Class
	}{
		{"486 is the user", 486, 0, Profile{}, measure.User},
		{"486 of a trunk that says it when full", 486, 0, full, measure.Blocked},
		{"486 of that trunk, but the network knows that the user is busy", 486, 17, full, measure.User},
		{"603 of that trunk", 603, 0, full, measure.Blocked},
		{"480 of that trunk stays the user", 480, 0, full, measure.User},
		{"500 alone is the target's failure", 500, 0, Profile{}, measure.TargetError},
		{"500 with no circuit", 500, 34, Profile{}, measure.Blocked},
		{"503 with an unallocated number", 503, 1, Profile{}, measure.Number},
		{"503 with a cause that says nothing", 503, 127, Profile{}, measure.Blocked},
		{"480 with normal, unspecified", 480, 31, Profile{}, measure.User},
		{"408 of a user who does not answer", 408, 19, Profile{}, measure.User},
		{"487 after our CANCEL", 487, 0, Profile{}, measure.User},
		{"200 whatever the cause", 200, 34, Profile{MeansBlocked: []int{200}}, measure.Answered},
		{"302 whatever the cause", 302, 34, full, measure.Redirected},
		{"beyond seven bits is no cause", 503, 200, Profile{}, measure.Blocked},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Classify(test.status, test.q850, test.profile); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
