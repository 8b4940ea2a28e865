// Package media runs the RTP and RTCP of many calls from one goroutine: the packet pacer, what calls play in any
// codec, telephone events, SRTP, echo, and the receive statistics of RFC 3550.
//
// An Engine belongs to one shard and to that shard's goroutine alone; nothing in it locks, and nothing
// on the packet path allocates once warm. The shard calls Sweep at or soon after the instant that Next
// names. A sweep visits the legs whose packets are due in that millisecond: all send, then each reads its
// own sockets without waiting. There is no wake-up per packet and no goroutine per call.
//
// A call takes a Leg, a port pair, with Open, announces its port, runs it with Start once both sides are
// described, and gives it back with Stop, which tells what became of the media.
//
// Time is an input: durations since the start of the run. What the engine measures does not depend on
// how punctual the loop is, with two exceptions that are reported: a packet that goes out late is late
// for the far end, and is recorded in Config.SendLate; an echo waits for the next visit. Arrival times
// are the kernel's.
//
// Addresses are symmetric (RFC 4961). A leg hears only the address that it sends to; a peer that sends
// from another port than it has announced is foreign, and so is everyone while the remote address is
// unspecified. A peer may send our own packets back unchanged: that our SSRC then comes in is no
// collision (RFC 3550 section 8.2) but the echo of a reflector, such as SIPp's, and is heard.
//
// What a leg heard is judged as a telephone would: packets count as lost to the ear when they never came or came
// too late for a jitter buffer, a stream that stops is dead air, and the rest goes into the E-model. What is foreign,
// forged, garbled or a copy is counted and changes no figure of the call.
//
// What a leg says is an Audio: samples, encoded frames or a capture. It becomes a track, the payload of each packet
// time, once for each codec and packet time, so that frames of any size, pauses and comfort noise cost the packet path
// nothing. Dial takes packet times of the track for the digits of a telephone (RFC 4733).
//
// Where to begin: engine, pool and wheel hold the legs; visit is a leg's share of a sweep, sender, track, dial and
// echo what it says, audio, wav, capture, framefile, g711 and g722 where that comes from, shield how it is protected,
// receiver, sequence, jitter and playout what it makes of what it hears, score and loudness what that sounded like;
// control, report and extended are what both ends tell each other of it, compound how that is written; reference, ear and listen mark audio and recognise
// it, envelope finds an echo; tap shows packets to a recorder; socket has the one interface to the network, with the
// fast path in socket_linux, and direct_linux the socket that a peer has to itself.
package media
