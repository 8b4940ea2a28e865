package ceiling

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Store remembers ceilings in one file of a folder, by machine. The zero value remembers nothing.
type Store struct{ Folder string }

const (
	// goodFor is how long a rate that was kept counts: machines get other neighbours.
	goodFor = 30 * 24 * time.Hour
	// limitGoodFor is how long a limit counts that a run wants to exceed: it may have been a busy hour.
	limitGoodFor = 10 * time.Minute
	// maxStore bounds what is read of the file, in octets.
	maxStore = 1 << 20
)

// Load returns what is known of a machine at an instant that is of use for a run at caps calls per second. A
// missing, unreadable or broken file knows nothing: measuring again repairs it.
func (s Store) Load(machine Machine, caps float64, now time.Time) (c Ceiling, known bool) {
	c, known = s.all()[machine.String()]
	age := now.Sub(c.Measured)
	if !known || age < 0 || age > goodFor {
		return Ceiling{}, false
	}
	return c, c.Keeps(caps) || c.Broke > 0 && age <= limitGoodFor
}

// Save remembers a ceiling. The error names the file.
func (s Store) Save(machine Machine, c Ceiling) error {
	if s.Folder == "" {
		return nil
	}
	all := s.all()
	all[machine.String()] = c
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("remember the ceiling: %w", err)
	}
	if err := os.MkdirAll(s.Folder, 0o755); err != nil {
		return fmt.Errorf("remember the ceiling: %w", err)
	}
	// Another run may read or write at the same time: the file changes as a whole.
	f, err := os.CreateTemp(s.Folder, "ceiling-*")
	if err != nil {
		return fmt.Errorf("remember the ceiling: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), s.path())
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("remember the ceiling: %w", err)
	}
	return nil
}

func (s Store) path() string { return filepath.Join(s.Folder, "ceiling.json") }

// all reads the file.
func (s Store) all() map[string]Ceiling {
	known := map[string]Ceiling{}
	if s.Folder == "" {
		return known
	}
	info, err := os.Stat(s.path())
	if err != nil || info.Mode().Type() != fs.FileMode(0) || info.Size() > maxStore {
		return known
	}
	text, err := os.ReadFile(s.path())
	if err != nil || json.Unmarshal(text, &known) != nil || known == nil {
		return map[string]Ceiling{}
	}
	return known
}
