package loadgen

import (
	"net/netip"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
	"github.com/sipplan/sipplan/loadgen/recording"
	"github.com/sipplan/sipplan/loadgen/sip"
)

// recorded is a socket whose messages are recorded.
type recorded struct {
	Socket
	recorder *recording.Recorder
	start    time.Time
}

// Queue sends b and records it.
func (s recorded) Queue(b []byte, to netip.AddrPort, flow uint32) {
	s.recorder.Message(time.Since(s.start), true, s.Local(), to, b)
	s.Socket.Queue(b, to, flow)
}

// Datagram returns a message that came in and records it. It is asked for each one once.
func (s recorded) Datagram(i int) sip.Datagram {
	d := s.Socket.Datagram(i)
	s.recorder.Message(d.At, false, d.From, s.Local(), d.Data)
	return d
}

// record makes the shard record its calls as the policy asks; without one it does nothing.
func (s *Shard) record(p recording.Policy) {
	if p.Kept() {
		s.recorder = recording.New(p)
		s.Socket = recorded{s.Socket, s.recorder, s.Start}
	}
}

// observer returns who is told of single calls: the recorder, if there is one.
func (s *Shard) observer() call.Observer {
	if s.recorder == nil {
		return nil // not an interface that holds nothing
	}
	return s.recorder
}

// saved hands over the recordings that were kept.
func (g *Generator) saved(r *Result) {
	var recorders []*recording.Recorder
	for _, s := range g.shards {
		if s.recorder != nil {
			recorders = append(recorders, s.recorder)
		}
	}
	r.Saved, r.Failures = recording.Kept(g.cfg.Save, recorders...)
	r.Origin = g.start
}
