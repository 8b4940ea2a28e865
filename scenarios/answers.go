package scenarios

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sipplan/sipplan/planner"
)

// respond sends a response to the request that is open: the one that began the call until it has a final
// response, then what came last.
func (c *compiler) respond(p phrase, rest string) error {
	if _, expects := strings.CutPrefix(c.before, "expect "); !expects && c.program.Role == Caller {
		return fmt.Errorf("respond: there is no request to answer; in a caller respond stands behind expect INFO, say")
	}
	rest, reliable := strings.CutSuffix(rest, " reliably")
	rest, described := strings.CutSuffix(rest, " with sdp")
	code, phrase, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	switch {
	case err != nil || status < 100 || status > 699:
		return fmt.Errorf("respond: %q is not a status code from 100 to 699", code)
	case reliable && (status == 100 || status >= 200):
		return fmt.Errorf("respond: %d cannot be reliable, which 101 to 199 can (RFC 3262)", status)
	}
	text, err := responseText(status, phrase)
	if err != nil {
		return err
	}
	text = describe(text, described, reliable)
	err = c.send(p, text, func(s *Step) { s.Message.Reliable = reliable })
	if err != nil || !reliable {
		return err
	}
	return c.await(p, 0, "", arm{Arm: Arm{Method: "PRACK", Reply: 200}})
}

// describe adds a session description to a response, and what makes it reliable.
func describe(text string, described, reliable bool) string {
	if reliable {
		text = strings.Replace(text, "Content-Length:", "[reliability]\nContent-Length:", 1)
	}
	if described {
		text = strings.Replace(text, "Content-Length: 0", "Contact: <[local_uri]>\nContent-Type: application/sdp\nContent-Length: [len]\n\n[sdp]", 1)
	} else if reliable {
		text = strings.Replace(text, "Content-Length:", "Contact: <[local_uri]>\nContent-Length:", 1)
	}
	return text
}

// answer is the 200 to the INVITE with a session description; the step is over when the ACK is in.
func (c *compiler) answer(p phrase, rest string) error {
	if c.program.Opening() != "INVITE" {
		return fmt.Errorf("answer: is for INVITE, and the flow answers %s: say respond 200 OK", c.program.Opening())
	}
	if _, after, ok := clause(rest, "after"); ok {
		if err := c.pause(p, after); err != nil {
			return fmt.Errorf("answer after: %w", err)
		}
	} else if rest != "" {
		return fmt.Errorf("answer: %q is not understood; say answer, or answer after 3s", rest)
	}
	text, err := standardText("answer")
	if err != nil {
		return err
	}
	if err := c.send(p, text, nil); err != nil {
		return err
	}
	return c.await(p, 0, "", arm{Arm: Arm{Method: "ACK"}})
}

// bind is the 200 to a REGISTER: the binding is kept, for no longer than the phrase says.
func (c *compiler) bind(p phrase, rest string) error {
	if c.program.Opening() != "REGISTER" {
		return fmt.Errorf("bind: is for REGISTER: expect REGISTER is the first step of its flow")
	}
	var life time.Duration
	if rest != "" {
		_, text, ok := clause(rest, "for")
		if !ok {
			return fmt.Errorf("bind: %q is not understood; say bind, or bind for 60s", rest)
		}
		var err error
		if life, err = lifeOf(text); err != nil {
			return fmt.Errorf("bind: %w", err)
		}
	}
	text, err := responseText(200, "OK")
	if err != nil {
		return err
	}
	text = strings.Replace(text, "Content-Length:", "[binding]\nContent-Length:", 1)
	return c.send(p, text, func(s *Step) { s.Life = life })
}

// challenge asks for credentials; a request without right ones ends there.
func (c *compiler) challenge(p phrase, _ string) error {
	c.add(Step{Op: Challenge, Line: p.line})
	return nil
}

// follow accepts the REFER that the phrase before expects, and calls where it says.
func (c *compiler) follow(p phrase, _ string) error {
	if !strings.HasPrefix(c.before, "expect REFER") {
		return fmt.Errorf("follow: stands behind expect REFER")
	}
	c.add(Step{Op: Follow, Line: p.line})
	return nil
}

// expect waits for a response or a request, for a time at most.
func (c *compiler) expect(p phrase, rest string) error {
	rest, late, _ := clause(rest, "else")
	what, within, limited := clause(rest, "within")
	var patience time.Duration
	if limited {
		var err error
		if patience, err = patienceOf(within); err != nil {
			return err
		}
	} else if late != "" {
		return fmt.Errorf("expect: else says where the call goes when nothing came in time: expect %s within 2s else %s", what, late)
	}
	if digits, ok := strings.CutPrefix(what, "dtmf "); ok {
		if err := checkDigits(digits); err != nil {
			return fmt.Errorf("expect dtmf: %w", err)
		}
		return c.hear(p, digits, cmp.Or(patience, defaultPatience), late)
	}
	if what == "audio" {
		return c.hear(p, "", cmp.Or(patience, defaultPatience), late)
	}
	if isMethod(what) {
		reply := 200
		if what == "ACK" || firstOf(c.next) == "respond" || firstOf(c.next) == "follow" {
			reply = 0
		}
		return c.await(p, patience, late, arm{Arm: Arm{Method: what, Reply: reply}})
	}
	from, to, err := statusRange(what)
	if err != nil {
		return fmt.Errorf("expect: %q is neither a request method such as BYE, a status such as 180 or 4xx, dtmf 1234#, nor audio%s", what, planner.DidYouMean(what, methods))
	}
	return c.await(p, patience, late, status(from, to, ""), provisional(), status(200, 699, failure))
}

func (c *compiler) wait(p phrase, rest string) error {
	waits := map[string]Wait{"holding": Holding, "setup": Setup, "ringing": Ringing}
	if wait, named := waits[rest]; named {
		c.add(Step{Op: Pause, Line: p.line, Wait: wait})
		return nil
	}
	if err := c.pause(p, rest); err != nil {
		return fmt.Errorf("wait: %w, nor one of holding, setup, ringing", err)
	}
	return nil
}

func (c *compiler) seize(p phrase, rest string) error {
	_, branch, ok := clause(rest, "else")
	if !ok {
		return fmt.Errorf("seize: say where a call goes that finds no circuit: seize else BRANCH")
	}
	c.jumps = append(c.jumps, jump{step: c.add(Step{Op: Seize, Line: p.line}), arm: noArm, branch: branch})
	return nil
}

// defaultPatience is how long digits are waited for where the phrase names no time.
const defaultPatience = 10 * time.Second

// hear waits for digits that the far end dials inside its audio, for its audio itself without any.
func (c *compiler) hear(p phrase, digits string, patience time.Duration, late string) error {
	at := c.add(Step{Op: Hear, Digits: digits, Within: patience, Line: p.line})
	c.jumps = append(c.jumps, jump{step: at, arm: noArm, branch: cmp.Or(late, failure)})
	return nil
}

// dtmf dials digits inside the audio (RFC 4733), or in INFO requests of their own.
func (c *compiler) dtmf(p phrase, rest string) error {
	digits, way, named := clause(rest, "by")
	if err := checkDigits(digits); err != nil {
		return fmt.Errorf("dtmf: %w", err)
	}
	switch {
	case !named || way == "rtp":
		c.add(Step{Op: Dial, Digits: digits, Line: p.line})
		return nil
	case way != "info":
		return fmt.Errorf("dtmf: by %q is not understood; digits go by rtp or by info", way)
	}
	for _, digit := range digits {
		if digit == ',' {
			if err := c.pause(p, "1s"); err != nil {
				return err
			}
			continue
		}
		relay := phrase{place: p.place, headers: []headerOf{{"Content-Type", "application/dtmf-relay", p.place}}}
		if err := c.plainRequest(relay, "INFO", fmt.Sprintf("Signal=%c\nDuration=100", digit)); err != nil {
			return err
		}
	}
	return nil
}

func checkDigits(digits string) error {
	if digits == "" || strings.Trim(digits, "0123456789*#ABCDabcd,") != "" {
		return fmt.Errorf("%q: digits are 0 to 9, *, #, A to D, and a comma that waits a second", digits)
	}
	return nil
}

// play sends the audio of the run, or that of a file.
func (c *compiler) play(p phrase, file string) error {
	switch {
	case file == "":
	case path.Ext(file) == "" || strings.ContainsAny(file, "{}"):
		return fmt.Errorf("play: %q is not understood; say play, which sends the audio of the run, or play audio.wav; a file for each call is named by the column play of --data", file)
	case !filepath.IsLocal(file):
		return fmt.Errorf("play: %q: the file stands in the folder of the scenario or below, so that no scenario sends other files of this machine", file)
	}
	c.add(Step{Op: PlayMedia, Media: PlaySource, File: file, Line: p.line})
	return nil
}
