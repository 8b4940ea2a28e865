package recording

import (
	"bytes"
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/sipplan/sipplan/loadgen/media"
	"github.com/sipplan/sipplan/planner/measure"
)

// Recorder records the calls of one shard.
type Recorder struct {
	policy Policy
	memory memory
	spare  []*Recording
	calls  map[string]*Recording
	failed []*Recording
	worst  []*Recording // the worst first

	failures uint64 // calls that failed, kept or not
}

// New returns a recorder. The policy is that of the shard.
func New(p Policy) *Recorder {
	p = p.withDefaults()
	return &Recorder{policy: p, memory: memory{most: p.Total / chunkSize}, calls: map[string]*Recording{}}
}

// Message notes a SIP message that was sent or received at a run time. An INVITE that we send begins the recording of
// its call.
func (r *Recorder) Message(at time.Duration, sent bool, from, to netip.AddrPort, message []byte) {
	id := callID(message)
	if id == nil {
		return
	}
	call := r.calls[string(id)]
	if call == nil {
		if !sent || !bytes.HasPrefix(message, []byte("INVITE ")) {
			return
		}
		call = r.begin(string(id))
	}
	call.add(&r.memory, r.policy.Bytes, Datagram{at, SIP, sent, from, to, message})
}

func (r *Recorder) begin(id string) *Recording {
	call := &Recording{}
	if n := len(r.spare); n > 0 {
		call, r.spare = r.spare[n-1], r.spare[:n-1]
	}
	*call = Recording{CallID: id, chunks: call.chunks[:0], addresses: call.addresses[:0]}
	r.calls[id] = call
	return call
}

// tap records the packets of a leg as those of a call.
type tap struct {
	recorder *Recorder
	call     *Recording
}

// Packet notes a datagram of the leg.
func (t tap) Packet(at time.Duration, control, sent bool, from, to netip.AddrPort, b []byte) {
	kind := RTP
	if control {
		kind = RTCP
	}
	t.call.add(&t.recorder.memory, t.recorder.policy.Bytes, Datagram{at, kind, sent, from, to, b})
}

// Media records the packets of a leg from now on, until the leg stops.
func (r *Recorder) Media(callID []byte, leg *media.Leg) {
	if call := r.calls[string(callID)]; call != nil {
		leg.Tap(tap{r, call})
	}
}

// Heard notes what a call heard.
func (r *Recorder) Heard(callID []byte, audio measure.CallAudio) {
	if call := r.calls[string(callID)]; call != nil {
		call.Audio, call.Heard = audio, true
	}
}

// badAudio are the faults with which a call counts as failed.
const badAudio = measure.MediaFaults(1<<measure.NoDescription | 1<<measure.HeardNothing | 1<<measure.NotHeard |
	1<<measure.StreamStopped | 1<<measure.SilentAudio | 1<<measure.OtherAudio | 1<<measure.SwappedAudio)

// Ended ends the recording of a call, and keeps it or forgets it. A call that its own generator cut short has not
// failed.
func (r *Recorder) Ended(callID []byte, class measure.Class, dropped bool) {
	id := string(callID)
	call := r.calls[id]
	if call == nil {
		return
	}
	delete(r.calls, id)
	call.Class = class
	call.Failed = class != measure.Answered && class != measure.Aborted && class != measure.NotStarted || dropped || call.Audio.Faults&badAudio != 0
	call.Why = call.why(dropped)
	if call.Failed {
		r.failures++
		if len(r.failed) < r.policy.Failed {
			r.failed = append(r.failed, call)
			return
		}
	}
	r.rank(call)
}

// why says in a few words what the call is kept for.
func (r *Recording) why(dropped bool) string {
	switch {
	case r.Class != measure.Answered:
		return r.Class.String()
	case len(r.Audio.Faults.Names()) > 0:
		return strings.Join(r.Audio.Faults.Names(), "-")
	case dropped:
		return "dropped"
	case r.Heard && r.Audio.Scored:
		return fmt.Sprintf("mos_%.2f", r.Audio.MOS)
	}
	return "no_score"
}

// rank keeps the call if it is among those that sounded worst.
func (r *Recorder) rank(call *Recording) {
	if r.policy.Worst == 0 || !call.Heard {
		r.forget(call)
		return
	}
	i, _ := slices.BinarySearchFunc(r.worst, call, byAudio)
	r.worst = slices.Insert(r.worst, i, call)
	if len(r.worst) > r.policy.Worst {
		r.forget(r.worst[r.policy.Worst])
		r.worst = r.worst[:r.policy.Worst]
	}
}

func byAudio(a, b *Recording) int {
	return cmp.Or(a.Audio.Compare(b.Audio), strings.Compare(a.CallID, b.CallID))
}

func (r *Recorder) forget(call *Recording) {
	r.memory.give(call)
	r.spare = append(r.spare, call)
}

// Kept returns the recordings that the policy keeps of the calls of several shards: failed ones in the order of their
// beginning, then the worst, and how many calls failed in all. Calls that have not ended are none of them.
func Kept(p Policy, recorders ...*Recorder) (kept []*Recording, failures uint64) {
	var failed, worst []*Recording
	for _, r := range recorders {
		failed, worst = append(failed, r.failed...), append(worst, r.worst...)
		failures += r.failures
	}
	slices.SortStableFunc(failed, func(a, b *Recording) int { return cmp.Compare(a.began(), b.began()) })
	slices.SortStableFunc(worst, byAudio)
	return append(failed[:min(len(failed), p.Failed)], worst[:min(len(worst), p.Worst)]...), failures
}

// began returns when the first datagram was noted.
func (r *Recording) began() time.Duration {
	for d := range r.Datagrams() {
		return d.At
	}
	return 0
}
