// Package media runs the RTP and RTCP of many calls from one goroutine: the packet pacer, the G.711
// sources and echo, and the receive statistics of RFC 3550.
//
// An Engine belongs to one shard and to that shard's goroutine alone; nothing in it locks, and nothing
// on the packet path allocates once warm. The shard calls Sweep at or soon after the instant that Next
// names. A sweep sends what is due in that slot of the packet time and then reads, without waiting, the
// sockets of the same legs: no wake-up per packet, no goroutine per call.
package media
