package cold

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"tidemark/fault"
)

// Store is a directory or bucket of tables.
type Store struct {
	opt     Options
	metrics *metrics
	cache   *cache // nil without a bucket

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
	if err := claim(dir, o.Bucket); err != nil {
		return nil, err
	}
	s := &Store{opt: o}
	s.mu.tables = map[uint32]*Table{}
	if o.Bucket == nil {
		if err := os.RemoveAll(filepath.Join(dir, trashDir)); err != nil {
			return nil, fmt.Errorf("cold: remove dropped tables: %w", err)
		}
	} else if s.cache, err = openCache(dir, cmp.Or(o.Bucket.CacheBytes, cacheBytes)); err != nil {
		return nil, fmt.Errorf("cold: open the cache: %w", err)
	}
	s.metrics = newMetrics(o.Registerer, s)
	return s, nil
}

const cacheBytes = 10 << 30

// mediumOf is where the files of a folder below the directory are.
func (s *Store) mediumOf(folder string) medium {
	dir := filepath.Join(s.opt.Dir, filepath.FromSlash(folder))
	if s.opt.Bucket == nil {
		return &local{root: s.opt.Dir, dir: dir}
	}
	return &remote{bucket: s.opt.Bucket, cache: s.cache, folder: folder, dir: dir}
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
	folders, err := s.folders(ctx)
	if err != nil {
		return fmt.Errorf("cold: list the tables: %w", err)
	}
	var failed error
	for _, folder := range folders {
		id, ok := folderID(path.Base(folder))
		if !ok || keep(id) || ctx.Err() != nil {
			continue
		}
		s.opt.Logger.Info("table dropped", "path", folder)
		failed = errors.Join(failed, s.mediumOf(folder).drop(ctx))
	}
	return errors.Join(failed, context.Cause(ctx))
}

// folders lists the folders of tables, with slashes.
func (s *Store) folders(ctx context.Context) ([]string, error) {
	if s.opt.Bucket != nil {
		return s.opt.Bucket.folders(ctx)
	}
	return fs.Glob(os.DirFS(s.opt.Dir), "*/*-*")
}

// Fetch makes files readable at their paths until release, which may be called twice.
// Files in a directory always are. Those of a bucket are brought into the cache, each once
// however many ask for it; more than the cache holds is fault.Exceeded. A file that a commit
// has removed can be fetched until Expire deletes it.
func (s *Store) Fetch(ctx context.Context, files []File) (release func(), err error) {
	if s.cache == nil || len(files) == 0 {
		return func() {}, nil
	}
	wants := make([]want, len(files))
	for i, f := range files {
		if wants[i], err = s.want(f); err != nil {
			return nil, err
		}
	}
	if release, err = s.cache.hold(ctx, wants); err != nil {
		return nil, fmt.Errorf("cold: fetch files: %w", err)
	}
	return release, nil
}

// want finds a file in the bucket by its path.
func (s *Store) want(f File) (want, error) {
	name, err := filepath.Rel(s.opt.Dir, filepath.FromSlash(f.Path))
	parts := strings.SplitN(filepath.ToSlash(name), "/", 3)
	if err != nil || len(parts) < 3 || parts[0] == ".." {
		return want{}, fault.New(fault.Invalid, "cold: %s is no file of a table", f.Path)
	}
	r := s.mediumOf(parts[0] + "/" + parts[1]).(*remote)
	return want{path: r.path(parts[2]), bytes: f.Bytes, fetch: func(ctx context.Context) error {
		err := r.fetch(ctx, parts[2], f.Bytes)
		if err == nil {
			s.metrics.fetched.Add(float64(f.Bytes))
		}
		return err
	}}, nil
}
