package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/sipplan/sipplan/loadgen/media"
)

// scriptHost is what a scenario may do on this machine: read files of its own folder, leave lines in a log
// and, where that was allowed, run commands. Its Run, Text and Note are called from one goroutine.
type scriptHost struct {
	streams   Streams
	folder    *os.Root
	allowAll  bool
	allowExec bool
	library   *media.Library
	files     map[string][]byte
	log       io.WriteCloser // nil: nowhere
	buffered  *bufio.Writer
	warnings  int
	commands  sync.WaitGroup
	running   chan struct{} // a place for each command that runs
}

const (
	maxScriptFile     = 64 << 20 // octets of a file that a scenario reads
	maxScriptCommands = 64       // at a time
	maxScriptWarnings = 10       // that are shown
)

// newScriptHost opens the folder of a scenario.
func newScriptHost(streams Streams, f *scriptFlags) (*scriptHost, error) {
	folder, err := os.OpenRoot(filepath.Dir(f.file))
	if err != nil {
		return nil, fmt.Errorf("--sipp: %w", err)
	}
	h := &scriptHost{
		streams: streams, folder: folder, allowAll: f.allowFiles, allowExec: f.allowExec,
		files: map[string][]byte{}, running: make(chan struct{}, maxScriptCommands),
	}
	h.library = media.NewLibrary(h.read)
	if f.traceLog != "" {
		if h.log, err = os.OpenFile(f.traceLog, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
			_ = folder.Close()
			return nil, fmt.Errorf("--trace-log: %w", err)
		}
		h.buffered = bufio.NewWriter(h.log)
	}
	return h, nil
}

// read reads a file below the scenario's folder, or any where that was allowed.
func (h *scriptHost) read(name string) ([]byte, error) {
	if h.allowAll && (filepath.IsAbs(name) || !filepath.IsLocal(name)) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(h.folder.Name(), name)
		}
		return readInput(name, maxScriptFile)
	}
	file, err := h.folder.Open(name)
	if err != nil {
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("%s: outside of the scenario's folder; --allow-files allows that", name)
		}
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxScriptFile {
		return nil, fmt.Errorf("%s: must be a regular file of at most %d octets", name, maxScriptFile)
	}
	return io.ReadAll(io.LimitReader(file, maxScriptFile))
}

// Text returns what a file holds, which is read once.
func (h *scriptHost) Text(name string) ([]byte, error) {
	if text, known := h.files[name]; known {
		return text, nil
	}
	text, err := h.read(name)
	if err == nil {
		h.files[name] = text
	}
	return text, err
}

// errNoExec refuses commands.
var errNoExec = errors.New("commands are refused unless --allow-exec allows them")

// Run starts a shell command in the scenario's folder and does not wait for it.
func (h *scriptHost) Run(command string) error {
	if !h.allowExec {
		return errNoExec
	}
	select {
	case h.running <- struct{}{}:
	default:
		return fmt.Errorf("%d commands run already", maxScriptCommands)
	}
	shell := exec.Command("/bin/sh", "-c", command)
	shell.Dir, shell.Stdout, shell.Stderr = h.folder.Name(), h.streams.Err, h.streams.Err
	if err := shell.Start(); err != nil {
		<-h.running
		return err
	}
	h.commands.Go(func() {
		_ = shell.Wait() // its exit code is its own business
		<-h.running
	})
	return nil
}

// Note keeps a line: those of <log> in their file, warnings and errors on the screen as long as they are few.
func (h *scriptHost) Note(kind string, line []byte) {
	if kind == "log" {
		if h.buffered != nil {
			_, _ = fmt.Fprintf(h.buffered, "%s\n", line) // close reports what went wrong
		}
		return
	}
	if h.warnings++; h.warnings <= maxScriptWarnings {
		fmt.Fprintf(h.streams.Err, "scenario: %s: %s\n", kind, line)
	} else if h.warnings == maxScriptWarnings+1 {
		fmt.Fprintln(h.streams.Err, "scenario: further warnings are counted, not shown")
	}
}

// close waits for commands and closes files.
func (h *scriptHost) close() error {
	h.commands.Wait()
	err := h.folder.Close()
	if h.log != nil {
		err = errors.Join(err, h.buffered.Flush(), h.log.Close())
	}
	return err
}
