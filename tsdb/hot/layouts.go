package hot

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"tidemark/internal/parquet"
)

// maxLayouts bounds the column chunks that are remembered, each with about 150 bytes.
const maxLayouts = 1 << 16

// layouts remembers where columns lie in files, which never change.
type layouts struct {
	most int // column chunks; 0 is maxLayouts
	mu   struct {
		sync.Mutex
		known map[string]*parquet.Layout
		size  int
	}
}

// of returns the layout of a file that can be read now, or could before.
func (l *layouts) of(path string) (*parquet.Layout, error) {
	l.mu.Lock()
	found, ok := l.mu.known[path]
	l.mu.Unlock()
	if ok {
		return found, nil
	}
	found, err := readLayout(path)
	if err != nil {
		return nil, err
	}
	l.keep(path, found)
	return found, nil
}

// keep remembers a layout. When there are too many, any others are forgotten.
func (l *layouts) keep(path string, found *parquet.Layout) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.mu.known[path]; ok || found.Size() > or(l.most, maxLayouts) {
		return
	}
	if l.mu.known == nil {
		l.mu.known = map[string]*parquet.Layout{}
	}
	l.mu.known[path] = found
	l.mu.size += found.Size()
	for other, layout := range l.mu.known {
		if l.mu.size <= or(l.most, maxLayouts) {
			break
		}
		if other != path {
			delete(l.mu.known, other)
			l.mu.size -= layout.Size()
		}
	}
}

func readLayout(path string) (*parquet.Layout, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	layout, err := parquet.ReadLayout(f, info.Size())
	if err != nil {
		err = fmt.Errorf("read %s: %w", path, err)
	}
	return layout, errors.Join(err, f.Close())
}
