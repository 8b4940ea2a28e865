package loadgen

import (
	"errors"
	"math"
	"time"

	"github.com/sipplan/sipplan/loadgen/call"
)

// Script completes the configuration of a shard's script: it opens the connections to the other halves of
// third-party calls. It returns nil for other programs.
func (s *Shard) Script(cfg *call.ScriptConfig, twin *TwinConfig) (*call.ScriptConfig, error) {
	if cfg == nil {
		return nil, nil
	}
	own := *cfg
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

// limitWait ends the wait for calls that commands begin, after a duration if there is one: they are late or will
// never come.
func (s *Shard) limitWait(now, duration time.Duration) {
	if duration > 0 && now >= duration {
		s.awaited = 0
	}
}

// awaits returns how many calls commands are to begin: any number where only a duration was given.
func (c *Config) awaits() uint64 {
	if c.Calls == 0 {
		return math.MaxUint64
	}
	return c.Calls
}

// Led tells whether calls are begun by the commands of another script, not by arrivals.
func (c *Config) Led() bool { return c.Script != nil && c.Programs[0].Script.Led() }

// checkLed wants the number of calls that commands begin: nobody else knows when they are over.
func (c *Config) checkLed() error {
	if c.Led() && c.Calls == 0 && c.Duration == 0 {
		return errors.New("say how many calls the other half will begin, or for how long they are waited for, got neither")
	}
	return nil
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
