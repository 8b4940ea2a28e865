// Package cmd is the command line: one file per subcommand, each from flags to a plain struct, through
// a library call, to a rendering and an exit code. Only this package touches the process: its streams,
// environment and signals.
package cmd

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// Streams is all that a command sees of its process, so that whole command lines run in memory.
type Streams struct {
	In  io.Reader
	Out io.Writer // results
	Err io.Writer // progress, warnings, complaints
	// Env returns an environment variable, "" when it is not set.
	Env func(name string) string
	// LiveErr says whether Err is a terminal that can redraw lines: progress is a live block there, and
	// a plain line now and then elsewhere.
	LiveErr bool
	// Width is how many characters a line of the terminal has that Out is; 0 when it is none.
	Width int
	// Interrupts starts to deliver SIGINT and SIGTERM, which end the process until then. Nil never
	// delivers any.
	Interrupts func() <-chan os.Signal
}

// processStreams returns the streams of this process.
func processStreams() Streams {
	return Streams{
		In:         os.Stdin,
		Out:        os.Stdout,
		Err:        os.Stderr,
		Env:        os.Getenv,
		LiveErr:    term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb",
		Width:      terminalWidth(os.Stdout),
		Interrupts: catchInterrupts,
	}
}

// terminalWidth returns the characters in a line of a terminal, 0 for what is none.
func terminalWidth(file *os.File) int {
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// catchInterrupts delivers up to two signals: the first asks for an orderly end, the second for an
// immediate one.
func catchInterrupts() <-chan os.Signal {
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	return caught
}
