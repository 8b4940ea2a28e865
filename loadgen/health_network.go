package loadgen

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/sipplan/sipplan/loadgen/sip"
	"github.com/sipplan/sipplan/planner/measure"
)

// exhaustion counts what this host refused because it had run out of something.
type exhaustion struct {
	ports, files uint64
	cause        error // the first
}

// note counts an error of this host and tells whether it is one of exhaustion.
func (e *exhaustion) note(cause error) bool {
	switch {
	case errors.Is(cause, syscall.EADDRNOTAVAIL), errors.Is(cause, syscall.EADDRINUSE):
		e.ports++
	case errors.Is(cause, syscall.EMFILE), errors.Is(cause, syscall.ENFILE):
		e.files++
	default:
		return false
	}
	if e.cause == nil {
		e.cause = cause
	}
	return true
}

func (g *Generator) exhausted() (sum exhaustion) {
	for _, s := range g.shards {
		sum.ports += s.exhausted.ports
		sum.files += s.exhausted.files
		if sum.cause == nil {
			sum.cause = s.exhausted.cause
		}
	}
	return sum
}

func (g *Generator) localPorts() measure.Check {
	e := g.exhausted()
	return limit("local_ports", "connections", float64(e.ports), 1,
		fmt.Sprintf("%d connections found no local port (%v); widen net.ipv4.ip_local_port_range or use fewer connections", e.ports, e.cause))
}

func (g *Generator) openFiles() measure.Check {
	e := g.exhausted()
	return limit("open_files", "connections", float64(e.files), 1,
		fmt.Sprintf("%d connections could not be opened for want of files (%v); raise the limit with ulimit -n", e.files, e.cause))
}

// connections judges what happened to messages on connections, none over UDP. What a peer closed or reset is an
// outcome of its calls. What did not leave this host in time was never offered: the load was not the one that the
// report names.
func (g *Generator) connections() []measure.Check {
	var sum sip.ConnectionStats
	streams := false
	for _, s := range g.shards {
		if c, ok := s.Socket.(interface{ Connections() sip.ConnectionStats }); ok {
			stats := c.Connections()
			streams = true
			sum.Overflows += stats.Overflows
			sum.Stalls += stats.Stalls
			sum.Undelivered += stats.Undelivered
			sum.FramingErrors += stats.FramingErrors
		}
	}
	if !streams {
		return nil
	}
	return []measure.Check{
		limit("stream_overflows", "messages", float64(sum.Overflows), 1,
			fmt.Sprintf("%d SIP messages were dropped here, because too many waited for their connection to take them", sum.Overflows)),
		limit("stream_stalls", "connections", float64(sum.Stalls), 1,
			fmt.Sprintf("%d connections were given up, because the far end took nothing for too long while messages waited here", sum.Stalls)),
		noted("stream_undelivered", "messages", sum.Undelivered, "%d SIP messages waited on connections that the far end closed, reset or did not accept: their calls say so"),
		noted("stream_framing", "connections", sum.FramingErrors, "%d connections were closed, because what the far end sent on them could not be told into messages"),
	}
}

// noted makes a check that limits nothing: of what a peer did, which is an outcome of the calls.
func noted(name, unit string, count uint64, why string) measure.Check {
	c := measure.Check{Name: name, Unit: unit, Value: float64(count)}
	if count > 0 {
		c.Why = fmt.Sprintf(why, count)
	}
	return c
}
