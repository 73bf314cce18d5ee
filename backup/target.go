package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"tidemark/fault"
)

// What lies in a target.
const (
	listsDir  = "backups" // a list for each backup
	filesDir  = "files"   // the files of all, by the SHA-256 of their contents
	lockFile  = "LOCK"
	tempStart = ".temp-" // begins the name of a file that is not whole
)

// Step is a moment at which a process may be killed, for tests.
type Step string

// The steps of Save, Remove and Restore.
const (
	StepFile     Step = "file"     // one file was brought
	StepFiles    Step = "files"    // all were
	StepListed   Step = "listed"   // the list is written but has no name yet
	StepSaved    Step = "saved"    // it has
	StepUnlisted Step = "unlisted" // a list was removed, its files are there
)

// Target is a directory of backups.
type Target struct {
	dir  string
	At   func(Step) // told of every step, for tests; nil otherwise
	busy sync.Mutex // one change of this process at a time
}

// Open opens a directory of backups, which Save makes when it is not there. Locations
// of other kinds are fault.Invalid.
func Open(location string) (*Target, error) {
	if scheme, _, ok := strings.Cut(location, "://"); ok {
		return nil, fault.New(fault.Invalid, "Backups are kept in a directory; %s:// is not supported: back up to a directory and copy it, its files never change.", scheme)
	}
	if location == "" {
		return nil, fault.New(fault.Invalid, "The directory of the backups is missing.")
	}
	dir, err := filepath.Abs(location)
	if err != nil {
		return nil, fmt.Errorf("find backups: %w", err)
	}
	return &Target{dir: dir}, nil
}

// Dir is where the backups are.
func (t *Target) Dir() string { return t.dir }

func (t *Target) at(s Step) {
	if t.At != nil {
		t.At(s)
	}
}

// lock makes the directory and keeps other writers out until the release.
func (t *Target) lock() (release func(), err error) {
	if !t.busy.TryLock() {
		return nil, fault.New(fault.Conflict, "Another backup to %s is in progress.", t.dir)
	}
	f, err := t.takeFile()
	if err != nil {
		t.busy.Unlock()
		return nil, err
	}
	return func() {
		f.Close()
		t.busy.Unlock()
	}, nil
}

func (t *Target) takeFile() (*os.File, error) {
	for _, name := range []string{listsDir, filesDir} {
		if err := os.MkdirAll(filepath.Join(t.dir, name), 0o700); err != nil {
			return nil, diskFault(err)
		}
	}
	f, err := os.OpenFile(filepath.Join(t.dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, diskFault(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = fault.New(fault.Conflict, "Another process writes to the backups in %s.", t.dir)
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// diskFault classifies what a file system says.
func diskFault(err error) error {
	switch {
	case errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EIO):
		return fault.Wrap(fault.Unavailable, err)
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS):
		return fault.Wrap(fault.Denied, err)
	}
	return err
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
