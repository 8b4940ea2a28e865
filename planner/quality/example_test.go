package quality_test

import (
	"fmt"
	"time"

	"github.com/sipplan/sipplan/planner/quality"
)

// G.711 with loss concealment, 2 % lost at random, 150 ms from mouth to ear.
func ExampleConversation() {
	codec, _ := quality.FindCodec("PCMA")
	score, _, err := quality.Conversation(quality.Listening{Codec: codec, Loss: 0.02, Delay: 150 * time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("MOS-CQE (%s) %.2f, R %.1f\n", score.Scale, score.MOS, score.R)
	// Output: MOS-CQE (nb) 4.23, R 86.0
}
