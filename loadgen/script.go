package loadgen

import (
	"github.com/sipplan/sipplan/loadgen/call"
)

// Script completes the configuration of a shard's script: it opens the connections to the other halves of
// third-party calls. It returns nil for other programs.
func (s *Shard) Script(cfg *call.ScriptConfig, twin *TwinConfig, trunks *call.Trunks) (*call.ScriptConfig, error) {
	if cfg == nil {
		return nil, nil
	}
	own := *cfg
	if trunks != nil && len(trunks.List) > 0 {
		own.Trunk = &trunks.List[0]
	}
	if twin != nil {
		wired := *twin
		wired.Wake = s.Socket.Wake
		var err error
		if s.twin, err = OpenTwin(wired); err != nil {
			return nil, err
		}
		own.Twin = s.twin
	}
	return &own, nil
}

// heedScript does what a script asked of the run: no more calls, or an end at once.
func (g *Generator) heedScript(s *Shard) {
	gracefully, now, cause := s.Machine.WantsStop()
	switch {
	case cause != nil:
		g.end(cause)
	case now:
		g.end(errFinished)
	case gracefully:
		s.calls.close()
	}
}
