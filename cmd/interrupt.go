package cmd

// onInterrupt calls first when the process is asked to end for the first time and second when it is asked
// again, each from another goroutine. The function that it returns ends that, and tells whether anybody
// asked.
func onInterrupt(streams Streams, first, second func()) (release func() (asked bool)) {
	if streams.Interrupts == nil {
		return func() bool { return false }
	}
	caught := streams.Interrupts()
	done, over := make(chan struct{}), make(chan bool, 1)
	go func() {
		asked := false
		defer func() { over <- asked }()
		for {
			select {
			case <-caught:
				if asked {
					second()
					return
				}
				asked = true
				first()
			case <-done:
				return
			}
		}
	}()
	return func() bool {
		close(done)
		return <-over
	}
}
