package loadgen

import (
	"sync/atomic"
	"time"

	"github.com/sipplan/sipplan/planner/measure"
)

// Progress is a snapshot of a run, for people who watch it.
type Progress struct {
	Elapsed    time.Duration
	Offered    uint64
	InProgress uint64
	Answered   uint64
	Blocked    uint64
	Failed     uint64 // all other final classes but aborted and not started
	NotStarted uint64
	Late       uint64
	Cut        uint64  // calls that were up when the drain was over, and are hung up
	Counted    Counted // of the calls after the warm-up
}

// Counted is what became so far of the calls after the warm-up, for whoever decides on a run while it goes on.
type Counted struct {
	Requests   uint64 // calls that asked for a circuit; those in progress are among them
	Blocked    uint64
	User       uint64 // ended by the called user
	Undecided  uint64 // that say nothing about capacity
	NotStarted uint64
}

// add sums the counts of two shards.
func (c Counted) add(d Counted) Counted {
	return Counted{c.Requests + d.Requests, c.Blocked + d.Blocked, c.User + d.User, c.Undecided + d.Undecided, c.NotStarted + d.NotStarted}
}

func countedOf(m *measure.Measurement) Counted {
	return Counted{
		Requests: m.Requests() + m.InProgress, Blocked: m.Outcomes[measure.Blocked], User: m.Outcomes[measure.User],
		Undecided: m.Undecided(), NotStarted: m.Outcomes[measure.NotStarted],
	}
}

// Add sums the snapshots of two shards.
func (p Progress) Add(q Progress) Progress {
	p.Offered += q.Offered
	p.InProgress += q.InProgress
	p.Answered += q.Answered
	p.Blocked += q.Blocked
	p.Failed += q.Failed
	p.NotStarted += q.NotStarted
	p.Late += q.Late
	p.Cut += q.Cut
	p.Counted = p.Counted.add(q.Counted)
	return p
}

// progressEvery is how often a shard publishes its progress.
const progressEvery = 100 * time.Millisecond

// progress hands snapshots from a shard to whoever asks, without a lock.
type progress struct {
	last     atomic.Pointer[Progress]
	nextTime time.Duration
	cut      uint64
}

func (p *progress) publish(now time.Duration, s *Shard) {
	if now < p.nextTime {
		return
	}
	p.nextTime = now + progressEvery
	p.publishNow(s)
}

func (p *progress) publishNow(s *Shard) {
	snapshot := snapshotOf(s.Steady).Add(snapshotOf(s.WarmUp))
	snapshot.Cut = p.cut
	snapshot.Counted = countedOf(s.Steady)
	p.last.Store(&snapshot)
}

func (p *progress) load() Progress {
	if snapshot := p.last.Load(); snapshot != nil {
		return *snapshot
	}
	return Progress{}
}

func snapshotOf(m *measure.Measurement) Progress {
	if m == nil {
		return Progress{}
	}
	p := Progress{
		Offered: m.Offered, InProgress: m.InProgress, Late: m.Late,
		Answered: m.Outcomes[measure.Answered], Blocked: m.Outcomes[measure.Blocked],
		NotStarted: m.Outcomes[measure.NotStarted],
	}
	for class, count := range m.Outcomes {
		switch measure.Class(class) {
		case measure.Answered, measure.Blocked, measure.NotStarted, measure.Aborted:
		default:
			p.Failed += count
		}
	}
	return p
}

// Progress returns the shard's last published snapshot. It may be called from any goroutine.
func (s *Shard) Progress() Progress { return s.progress.load() }
