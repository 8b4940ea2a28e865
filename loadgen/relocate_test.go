package loadgen

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sipplan/sipplan/loadgen/sip"
)

// The trunks are looked up again when what was found has run out: not before, at most once a second whatever the TTL, and
// once a week at least (RFC 8767, 4). A failure leaves them where they are.
func TestTrunksAreLookedUpWhenTheirTimeIsOver(t *testing.T) {
	answers := []struct {
		after time.Duration // since the last time
		found *Trunks       // nil for a failure
		moves bool
	}{
		{20 * time.Second, &Trunks{TTL: 0, Paths: []Path{{Destination: sip.Destination{Name: "a"}}}}, false},
		{time.Second, nil, false},
		{time.Second, &Trunks{TTL: 999 * time.Millisecond, Paths: []Path{{Destination: sip.Destination{Name: "b"}}}}, true},
		{time.Second, &Trunks{TTL: time.Minute, Paths: []Path{{Destination: sip.Destination{Name: "b"}}}}, false},
		{time.Minute, &Trunks{TTL: 1 << 62, Paths: []Path{{Destination: sip.Destination{Name: "c"}}}}, true},
		{7 * 24 * time.Hour, &Trunks{TTL: time.Hour}, true},
	}
	synctest.Test(t, func(t *testing.T) {
		var asked, want []time.Duration
		var moved, moves []bool
		start, done := time.Now(), make(chan struct{})
		g := &Generator{}
		g.cfg.Trunks = &Trunks{TTL: 20 * time.Second, Paths: []Path{{Destination: sip.Destination{Name: "a"}}}}
		g.cfg.Relocate = func(ctx context.Context) (*Trunks, error) {
			if len(asked) > 0 {
				moved = append(moved, g.moved.Swap(nil) != nil)
			}
			if asked = append(asked, time.Since(start)); len(asked) > len(answers) {
				close(done)
				<-ctx.Done()
				return nil, ctx.Err()
			}
			if found := answers[len(asked)-1].found; found != nil {
				return found, nil
			}
			return nil, errors.New("no such host")
		}
		end := g.relocate()
		<-done
		end()
		at := time.Duration(0)
		for _, a := range answers {
			at += a.after
			want, moves = append(want, at), append(moves, a.moves)
		}
		if want = append(want, at+time.Hour); !slices.Equal(asked, want) {
			t.Errorf("asked at %v, want %v", asked, want)
		}
		if !slices.Equal(moved, moves) {
			t.Errorf("the trunks moved: %v, want %v", moved, moves)
		}
	})
}
