package cold

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Store is a directory of tables.
type Store struct {
	opt     Options
	metrics *metrics
	at      func(step string) error // for tests; nil otherwise

	mu struct {
		sync.Mutex
		tables map[uint32]*Table
	}
}

// Open opens the store and makes its directory. It loads no table.
func Open(_ context.Context, o Options) (*Store, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("cold: %w", err)
	}
	o.Dir = dir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cold: %w", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, trashDir)); err != nil {
		return nil, fmt.Errorf("cold: remove dropped tables: %w", err)
	}
	s := &Store{opt: o, metrics: newMetrics(o.Registerer)}
	s.mu.tables = map[uint32]*Table{}
	return s, nil
}

// Close releases the store. It may be called twice.
func (s *Store) Close() error { return nil }

// Table loads a table, or returns an empty one that is created by its first Define. The
// same id gives the same Table until it is dropped. Metadata that is missing or cannot be
// read is an error that names the file. A folder that was moved is given its new place.
func (s *Store) Table(ctx context.Context, k Key) (*Table, error) {
	if err := k.validate(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.mu.tables[k.ID]; t != nil && t.key == k && t.alive() {
		return t, nil
	}
	t := s.newTable(k)
	if err := t.Reload(ctx); err != nil {
		return nil, err
	}
	s.mu.tables[k.ID] = t
	return t, nil
}

func (t *Table) alive() bool {
	t.work.Lock()
	defer t.work.Unlock()
	return !t.dropped
}

// Retain drops every table whose id keep refuses: at start, those that are defined no more.
func (s *Store) Retain(ctx context.Context, keep func(id uint32) bool) error {
	folders, err := filepath.Glob(filepath.Join(escapeGlob(s.opt.Dir), "*", "*-*"))
	if err != nil {
		return fmt.Errorf("cold: list %s: %w", s.opt.Dir, err)
	}
	var failed error
	for _, folder := range folders {
		id, ok := folderID(filepath.Base(folder))
		if !ok || keep(id) || ctx.Err() != nil {
			continue
		}
		s.opt.Logger.Info("table dropped", "path", folder)
		gone := &local{root: s.opt.Dir, dir: folder}
		failed = errors.Join(failed, gone.drop(ctx))
	}
	return errors.Join(failed, context.Cause(ctx))
}

// escapeGlob lets a directory stand for itself in a pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}

// Fetch makes files readable at their paths until release. Files in a directory always are.
func (s *Store) Fetch(context.Context, []File) (release func(), err error) {
	return func() {}, nil
}
