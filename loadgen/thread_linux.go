package loadgen

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What an event loop asks of the scheduler, which anybody may.
const (
	timerSlack = time.Microsecond // how late a timer may fire, instead of 50 µs
	timeSlice  = time.Millisecond // how long it wants to run at a time, instead of some 3 ms
)

// promptly asks that the calling thread run soon after its timers fire: RTP is due by the millisecond. A time slice
// that is shorter than others', but longer than the packets of one instant take, lets the scheduler run the thread
// before those others, for as large a share of the time as before (Linux 6.12 and later). Where the system knows
// nothing of it the thread is served as any.
func promptly() {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(timerSlack), 0, 0, 0)
	attributes := unix.SchedAttr{Size: uint32(unsafe.Sizeof(unix.SchedAttr{})), Policy: unix.SCHED_NORMAL, Runtime: uint64(timeSlice)}
	if nice, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err == nil {
		attributes.Nice = int32(20 - nice) // the system call gives 20 less the nice value
	}
	_ = unix.SchedSetAttr(0, &attributes, 0)
}
