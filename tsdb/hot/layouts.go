package hot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"tidemark/internal/parquet"
)

// maxLayouts bounds the column chunks that are remembered, each with about 100 bytes: those
// of some thousand files.
const maxLayouts = 1 << 18

// footersAtOnce is how many footers a statement reads at a time. Each takes at most
// parquet.MaxLayout bytes while it is read; ours have some ten thousand.
const footersAtOnce = 8

// layouts remembers where columns lie in files, which never change.
type layouts struct {
	most int                                     // column chunks; 0 is maxLayouts
	open func(path string) (footerSource, error) // nil opens files
	mu   struct {
		sync.Mutex
		known map[string]*parquet.Layout
		size  int
	}
}

// footerSource is a file of which the footer is read.
type footerSource interface {
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
}

// each calls do for every file, some at a time, with its layout or why it cannot be read.
func (l *layouts) each(ctx context.Context, files []File, do func(i int, layout *parquet.Layout, err error)) error {
	return sideBySide(ctx, len(files), footersAtOnce, func(_ context.Context, i int) error {
		layout, err := l.of(files[i].Path)
		do(i, layout, err)
		return nil
	})
}

// of returns the layout of a file that can be read now, or could before.
func (l *layouts) of(path string) (*parquet.Layout, error) {
	l.mu.Lock()
	found, ok := l.mu.known[path]
	l.mu.Unlock()
	if ok {
		return found, nil
	}
	found, err := l.read(path)
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

func openFile(path string) (footerSource, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (l *layouts) read(path string) (*parquet.Layout, error) {
	open := l.open
	if open == nil {
		open = openFile
	}
	f, err := open(path)
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
