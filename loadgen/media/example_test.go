package media_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
)

// A tone goes to a leg that echoes it. The clock is simulated: the loop runs through two seconds as fast
// as it can.
func ExampleEngine() {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	engine, err := media.NewEngine(media.Config{
		Local: loopback,
		Ports: media.PortRange{First: 20000, Last: 20999},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()

	caller, err := engine.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	answerer, err := engine.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	caller.Start(0, media.Stream{Remote: netip.AddrPortFrom(loopback, answerer.Port()), Source: media.Tone})
	answerer.Start(0, media.Stream{Remote: netip.AddrPortFrom(loopback, caller.Port()), Source: media.Echo})

	for {
		next, running := engine.Next()
		if !running || next >= 2*time.Second {
			break
		}
		engine.Sweep(next)
	}
	heard := caller.Stop(2 * time.Second)
	fmt.Println("sent:", heard.Sent)
	fmt.Println("lost:", heard.Lost)
	// Output:
	// sent: 100
	// lost: 0
}
