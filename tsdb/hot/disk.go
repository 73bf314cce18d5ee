package hot

import (
	"fmt"
	"math"
	"path/filepath"

	"golang.org/x/sys/unix"

	"tidemark/fault"
)

// margin is the part of the reserve that must be free beyond it before a disk that was
// full takes writes again: one that is just at the mark would refuse every other batch.
const margin = 8

// diskHasRoom refuses writes while the disk is nearly full, because DuckDB shuts a
// database whose log cannot be written. When that begins and ends the log says so.
func (s *Store) diskHasRoom() error {
	free, want := s.freeBytes(), s.opts.FreeBytes
	if s.full.Load() {
		want += want / margin
	}
	if free >= want {
		if s.full.CompareAndSwap(true, false) {
			s.opts.Logger.Info("disk has room again", "component", "hot", "path", s.opts.Engine.Path(), "count", free)
		}
		return nil
	}
	if s.full.CompareAndSwap(false, true) {
		s.opts.Logger.Error("disk is full, writes are refused", "component", "hot", "path", s.opts.Engine.Path(), "count", free)
	}
	return fault.New(fault.Unavailable, "The disk of the store has only %d bytes left, it needs %d.", free, want)
}

// Room returns nil while the disk has so many bytes beyond the reserve, and otherwise
// why not. It is for what else grows on the disk of the store.
func (s *Store) Room(beyond uint64) error {
	if free, want := s.freeBytes(), s.opts.FreeBytes+beyond; free < want {
		return fault.New(fault.Unavailable, "The disk of the store has only %d bytes left, it needs %d.", free, want)
	}
	return nil
}

// freeBytes is the room on the disk, none when that cannot be told.
func (s *Store) freeBytes() uint64 {
	free, err := s.opts.Free()
	if err != nil {
		s.opts.Logger.Warn("free space is not known", "component", "hot", "path", s.opts.Engine.Path(), "err", err)
		return 0
	}
	return free
}

// freeOf is the room on the disk of a file: no end of it for a store in memory.
func freeOf(path string) (uint64, error) {
	if path == "" {
		return math.MaxUint64, nil
	}
	var st unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(path), &st); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", filepath.Dir(path), err)
	}
	return st.Bavail * uint64(st.Bsize), nil
}
