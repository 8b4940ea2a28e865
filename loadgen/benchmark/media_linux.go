package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Times of a run.
const (
	streamRate = 250                     // calls per second while the streams begin
	settling   = 2 * time.Second         // after the last of them, before anything is counted
	tail       = 1500 * time.Millisecond // that the streams go on after the window
)

// compareMedia compares senders at each number of streams.
func (b *bench) compareMedia(ctx context.Context, o options) error {
	if err := writeMediaFiles(b.folder); err != nil {
		return err
	}
	for _, streams := range o.media {
		var all [numSenders][]mediaRound
		for round := range o.rounds {
			for _, s := range o.senders {
				fmt.Fprintf(os.Stderr, "%d streams, round %d of %d: %s\n", streams, round+1, o.rounds, s)
				r, err := b.mediaRound(ctx, s, streams, o.length)
				if err != nil {
					return fmt.Errorf("%s: %w", s, err)
				}
				all[s] = append(all[s], r)
			}
		}
		printMedia(os.Stdout, streams, all)
	}
	return nil
}

// mediaRound lets a sender send, and judges it for a time in which all its streams run.
func (b *bench) mediaRound(ctx context.Context, s sender, streams int, length time.Duration) (r mediaRound, err error) {
	j, err := listen()
	if err != nil {
		return r, err
	}
	begin := time.Duration(streams)*time.Second/streamRate + settling
	p, end, err := b.startSender(ctx, s, streams, begin+length+tail, j.port)
	if err != nil {
		j.close()
		return r, err
	}
	defer end()
	pause(ctx, begin)
	before, errBefore := processorTime(p)
	j.open()
	opened := time.Now()
	pause(ctx, length)
	after, errAfter := processorTime(p)
	lasted := time.Since(opened)
	r.heard = j.shut(streams)
	if err := errors.Join(ctx.Err(), errBefore, errAfter); err != nil {
		return r, err
	}
	if r.packets == 0 {
		return r, fmt.Errorf("nothing was heard; it said:\n%s", lastWords(p.out.String()))
	}
	r.sent = float64(r.packets) / float64(r.due)
	r.perPacket = float64((after - before).Microseconds()) / float64(r.packets)
	r.core = (after - before).Seconds() / lasted.Seconds()
	return r, nil
}

// lastWords returns the end of what a program said.
func lastWords(text string) string { return text[max(0, len(text)-1000):] }

// startSender starts a sender of streams to the judge's port; end ends it and what it needs.
func (b *bench) startSender(ctx context.Context, s sender, streams int, lasts time.Duration, judgePort int) (p *process, end func(), err error) {
	if s == bareSends || s == bareEachSends {
		p, err = b.bareStreams(ctx, s, judgePort, streams, lasts)
		return p, func() { _, _ = p.end() }, err
	}
	port, err := freePort()
	if err != nil {
		return nil, nil, err
	}
	answer := b.file("answer.xml")
	if err := os.WriteFile(answer, fmt.Appendf(nil, answerScenario, judgePort), 0o644); err != nil {
		return nil, nil, err
	}
	far, err := b.start(ctx, 1, []string{"sipp", "-sf", answer, "-i", "127.0.0.1", "-p", strconv.Itoa(port), "-nostdin", "-buff_size", strconv.Itoa(buffer)})
	if err != nil {
		return nil, nil, err
	}
	pause(ctx, settle)
	if s == sipplanSends {
		p, err = b.sipplanStreams(ctx, port, streams, lasts)
	} else {
		p, err = b.sippStreams(ctx, port, streams, lasts)
	}
	if err != nil {
		_, _ = far.end()
		return nil, nil, err
	}
	return p, func() { _, _ = p.end(); _, _ = far.end() }, nil
}

// bareStreams starts this program as a bare loop.
func (b *bench) bareStreams(ctx context.Context, s sender, judgePort, streams int, lasts time.Duration) (*process, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return b.start(ctx, 0, []string{own, "-bare", net.JoinHostPort("127.0.0.1", strconv.Itoa(judgePort)),
		"-each=" + strconv.FormatBool(s == bareEachSends), "-media", strconv.Itoa(streams), "-length", lasts.String()})
}

func (b *bench) sipplanStreams(ctx context.Context, port, streams int, lasts time.Duration) (*process, error) {
	return b.start(ctx, 0, []string{b.file("sipplan"), "blast", fmt.Sprintf("sip:127.0.0.1:%d", port), "--caps", strconv.Itoa(streamRate),
		"--calls", strconv.Itoa(streams), "--arrivals", "constant", "--aht", lasts.String(), "--hold", "fixed",
		"--codecs", "pcmu", "--media", "speech", "--rtp-ports", mediaPorts})
}

func (b *bench) sippStreams(ctx context.Context, port, streams int, lasts time.Duration) (*process, error) {
	call := b.file("call.xml")
	if err := os.WriteFile(call, fmt.Appendf(nil, callScenario, b.file("audio.ul"), lasts.Milliseconds()), 0o644); err != nil {
		return nil, err
	}
	own, err := freePort()
	if err != nil {
		return nil, err
	}
	return b.start(ctx, 0, []string{"sipp", "-sf", call, fmt.Sprintf("127.0.0.1:%d", port), "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", strconv.Itoa(own),
		"-r", strconv.Itoa(streamRate), "-m", strconv.Itoa(streams), "-l", "100000", "-nostdin"})
}

// processorTime returns the user and system time that a process has used.
func processorTime(p *process) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name of the program may have spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("/proc/PID/stat is not as proc(5) says")
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 wherever Linux runs
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}
