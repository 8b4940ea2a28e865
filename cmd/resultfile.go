package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// resultFile is one --out: a format and where the report goes.
type resultFile struct {
	format, path string // as they were given
	write        func(finished, io.Writer) error
	place        string      // the path without links
	mode         fs.FileMode // permissions of the file
	open         *os.File    // a pipe or device, which is written in place; nil for a file
}

// newFileMode are the permissions of a report where no file was before.
const newFileMode fs.FileMode = 0o644

// readOut reads one --out and makes sure that the report can be written there: a long run should not end
// without it.
func readOut(text string) (resultFile, error) {
	format, path, ok := strings.Cut(text, "=")
	write, known := writers[format]
	if !ok || !known || path == "" {
		return resultFile{}, fmt.Errorf("--out: must be json=FILE, csv=FILE, junit=FILE, html=FILE or markdown=FILE, got %q", text)
	}
	r := resultFile{format: format, path: path, write: write, mode: newFileMode}
	if err := r.prepare(); err != nil {
		return r, fmt.Errorf("--out: %s: %w", path, err)
	}
	return r, nil
}

// prepare finds the place of the report. It opens a pipe or device, and tries whether a file can be made.
func (r *resultFile) prepare() (err error) {
	if r.place, err = placeOf(r.path); err != nil {
		return err
	}
	info, err := os.Stat(r.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.try()
	case err != nil:
		return errors.Unwrap(err)
	case info.IsDir():
		return errors.New("is a folder")
	case !info.Mode().IsRegular() || strings.HasPrefix(r.place, "/proc/"):
		return r.openInPlace(info.Mode())
	}
	r.mode = info.Mode().Perm()
	existing, err := os.OpenFile(r.place, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("is a file that cannot be written: %w", errors.Unwrap(err))
	}
	return errors.Join(existing.Close(), r.try())
}

// openInPlace opens what is no file and must stay what it is. It does not wait for the reader of a pipe.
// Standard output is appended to, whatever it is: a new file in its place would lose what it has.
func (r *resultFile) openInPlace(mode fs.FileMode) (err error) {
	if mode&fs.ModeDevice != 0 && mode&fs.ModeCharDevice == 0 {
		return errors.New("is a disk, which no report is written to")
	}
	r.open, err = os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0)
	switch {
	case err == nil:
		return nil
	case mode&fs.ModeNamedPipe != 0:
		return fmt.Errorf("is a pipe that nobody reads, start its reader first: %w", errors.Unwrap(err))
	}
	return fmt.Errorf("cannot be written: %w", errors.Unwrap(err))
}

// maxLinks bounds a chain of links, as the kernel does.
const maxLinks = 40

// placeOf resolves the links of a path, the last one too and even if nothing is there yet. Two paths of
// one file have one place. A path into /proc stays there, since its links are no paths.
func placeOf(path string) (string, error) {
	for range maxLinks {
		folder, name := filepath.Split(path)
		real, err := filepath.EvalSymlinks(cmp.Or(folder, "."))
		if err != nil {
			return "", fmt.Errorf("its folder %s does not exist", filepath.Dir(path))
		}
		if real, err = filepath.Abs(real); err != nil {
			return "", err
		}
		path = filepath.Join(real, name)
		to, err := os.Readlink(path)
		if err != nil || strings.HasPrefix(real, "/proc/") {
			return path, nil // no link
		}
		if path = to; !filepath.IsAbs(to) {
			path = real + string(filepath.Separator) + to
		}
	}
	return "", errors.New("is a link to itself")
}

// create makes a new file beside the place of the report. Its name is short, however long that of the
// report is.
func (r *resultFile) create() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(r.place), ".sipplan-*")
}

// try makes sure that a new file can be made beside the place of the report, and leaves none.
func (r *resultFile) try() error {
	part, err := r.create()
	if err != nil {
		return fmt.Errorf("no file can be written in its folder: %w", errors.Unwrap(err))
	}
	return errors.Join(part.Close(), os.Remove(part.Name()))
}

// save writes the report.
func (r *resultFile) save(run finished) error {
	err := r.put(run)
	if err != nil {
		return fmt.Errorf("--out %s=%s: %w", r.format, r.path, err)
	}
	return nil
}

func (r *resultFile) put(run finished) error {
	if r.open != nil {
		return errors.Join(r.write(run, r.open), r.close())
	}
	part, err := r.create()
	if err != nil {
		return err
	}
	// It is written beside its place and then moved there, so that a reader never finds half of one.
	err = errors.Join(r.write(run, part), part.Chmod(r.mode), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), r.place)
	}
	if err != nil {
		_ = os.Remove(part.Name())
	}
	return err
}

// close ends what prepare opened. It may be called again.
func (r *resultFile) close() error {
	if r.open == nil {
		return nil
	}
	err := r.open.Close()
	r.open = nil
	return err
}
