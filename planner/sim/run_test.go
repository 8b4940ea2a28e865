package sim

import (
	"context"
	"testing"

	"github.com/sipplan/sipplan/erlang"
)

func TestErlangB(t *testing.T) {
	want, err := erlang.B(10, 7)
	if err != nil {
		t.Fatal(err)
	}
	result, err := Run(context.Background(), groupModel(10, erlangs(7)), Settings{Seed: 2, Window: 1000 * aht, Replications: 20, Confidence: 0.99})
	if err != nil {
		t.Fatal(err)
	}
	g := result.Groups[0]
	for name, e := range map[string]Estimate{"call congestion": g.Blocking, "time congestion": g.TimeCongestion} {
		if e.Low > want || e.High < want {
			t.Errorf("%s is %g to %g, want %g", name, e.Low, e.High, want)
		}
	}
}
