package call

import (
	"strconv"

	"github.com/sipplan/sipplan/scenarios"
)

// bind puts what is fixed for the run into the texts of a script.
func (s *scripts) bind(script *scenarios.Script) *scriptFlow {
	flow := &scriptFlow{Script: script, steps: make([]scenarios.ScriptStep, len(script.Steps)), keyed: offersKeys(script.Steps)}
	copy(flow.steps, script.Steps)
	for i := range flow.steps {
		step := &flow.steps[i]
		step.Message = s.bindMessage(step.Message)
		step.Actions = append([]scenarios.Action(nil), step.Actions...)
		for j := range step.Actions {
			a := &step.Actions[j]
			a.Text, a.Key, a.Value, a.Media.Text = s.bindText(a.Text), s.bindText(a.Key), s.bindText(a.Value), s.bindText(a.Media.Text)
		}
	}
	d := script.Abort
	flow.abort = scenarios.ScriptDefaults{Ack: s.bindMessage(d.Ack), Bye: s.bindMessage(d.Bye), Cancel: s.bindMessage(d.Cancel), OK: s.bindMessage(d.OK)}
	return flow
}

func (s *scripts) bindMessage(message *scenarios.Message) *scenarios.Message {
	if message == nil {
		return nil
	}
	bound := *message
	bound.Head, bound.Body = s.bindText(message.Head), s.bindText(message.Body)
	return &bound
}

// bindText replaces keywords whose value is fixed, and joins the literals.
func (s *scripts) bindText(list []scenarios.Segment) []scenarios.Segment {
	var bound []scenarios.Segment
	for _, segment := range list {
		if text, fixed := s.fixed(&segment); fixed {
			segment = scenarios.Segment{Text: []byte(text)}
		}
		last := len(bound) - 1
		if segment.Keyword == scenarios.Literal && last >= 0 && bound[last].Keyword == scenarios.Literal {
			bound[last].Text = append(append([]byte(nil), bound[last].Text...), segment.Text...)
			continue
		}
		bound = append(bound, segment)
	}
	return bound
}

// firstMediaPort is where SIPp expects RTP unless it is told otherwise.
const firstMediaPort = 6000

// fixed returns the text of a keyword that has the same value in every message of the run.
func (s *scripts) fixed(segment *scenarios.Segment) (text string, fixed bool) {
	cfg, offset := &s.Machine.cfg, offsetOf(segment)
	switch segment.Keyword {
	case scenarios.Transport:
		return cfg.Transport.String(), true
	case scenarios.LocalIP:
		return hostText(cfg.Local.Addr()), true
	case scenarios.LocalPort:
		return strconv.Itoa(int(cfg.Local.Port()) + offset), true
	case scenarios.LocalIPType:
		return ipType(cfg.Local.Addr().Is6()), true
	case scenarios.ServerIP:
		return cfg.Local.Addr().String(), true
	case scenarios.MediaIP:
		return s.mediaAddress(), true
	case scenarios.MediaIPType:
		return ipType(isIPv6(s.mediaAddress())), true
	case scenarios.MediaPort:
		if cfg.Audio.Engine == nil {
			return strconv.Itoa(s.mediaPort() + offset), true
		}
	case scenarios.Service:
		return s.cfg.Service, true
	case scenarios.ProcessID:
		return strconv.Itoa(s.cfg.ProcessID), true
	case scenarios.RemoteHost:
		return s.cfg.RemoteHost, s.cfg.RemoteHost != ""
	case scenarios.Users:
		if s.cfg.Users == 0 {
			return "-1", true // as SIPp says that calls belong to no users
		}
		return strconv.Itoa(s.cfg.Users), true
	case scenarios.ToolVersion:
		return cfg.UserAgent, true
	}
	return "", false
}

func (s *scripts) mediaAddress() string {
	switch {
	case s.cfg.Media.Address != "":
		return s.cfg.Media.Address
	case s.Machine.cfg.Audio.Address.IsValid():
		return s.Machine.cfg.Audio.Address.String()
	}
	return s.Machine.cfg.Local.Addr().String()
}

func (s *scripts) mediaPort() int {
	if s.cfg.Media.Port > 0 {
		return s.cfg.Media.Port
	}
	return firstMediaPort
}

func ipType(six bool) string {
	if six {
		return "6"
	}
	return "4"
}

func isIPv6(address string) bool {
	for i := range len(address) {
		if address[i] == ':' {
			return true
		}
	}
	return false
}
