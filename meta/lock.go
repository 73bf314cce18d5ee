package meta

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"tidemark/fault"
)

// lockName is the file in a data directory that the process using it holds locked.
const lockName = "LOCK"

// DirLock is the exclusive use of a data directory by this process.
type DirLock struct{ close func() error }

// LockDir takes the directory for this process until Close or the process ends. When
// another process has it, the error is fault.Conflict and names both.
func LockDir(dir string) (*DirLock, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fault.New(fault.Conflict, "data directory %s is in use by another process (%s)", dir, holder(path))
		}
		return nil, fmt.Errorf("lock data directory %s: %w", dir, err)
	}
	if err := sign(f); err != nil {
		return nil, errors.Join(fmt.Errorf("lock data directory %s: %w", dir, err), f.Close())
	}
	return &DirLock{close: sync.OnceValue(f.Close)}, nil
}

// Close gives the directory up. It may be called twice.
func (l *DirLock) Close() error { return l.close() }

func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "pid %d\n", os.Getpid()), 0)
	return err
}

func holder(path string) string {
	text, err := os.ReadFile(path)
	if err != nil || len(text) == 0 {
		return "pid unknown"
	}
	return strings.TrimSpace(string(text))
}
