package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tidemark/fault"
	"tidemark/meta"
)

// Keepers are what a data directory in use is copied by. Each puts files below the
// given directory, as they lie in a data directory.
type Keepers struct {
	Store  func(ctx context.Context, dir string) error // tables, rows and definitions, of one moment
	Broker func(dir string) error                      // makes the directory that it is given
}

// Live backs up a directory while it is in use.
type Live struct {
	dir      string
	keepers  Keepers
	busy     sync.Mutex
	progress atomic.Pointer[Progress] // nil when none is in progress
}

// NewLive makes a Live for a data directory, in which it uses the folder Staging. What a
// killed process left there is removed.
func NewLive(dir string, k Keepers) (*Live, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	l := &Live{dir: abs, keepers: k}
	if err := os.RemoveAll(l.staging()); err != nil {
		return nil, fmt.Errorf("remove an unfinished backup: %w", err)
	}
	return l, nil
}

func (l *Live) staging() string { return filepath.Join(l.dir, Staging) }

// Progress is how far the backup in progress is; false when there is none.
func (l *Live) Progress() (Progress, bool) {
	if p := l.progress.Load(); p != nil {
		return *p, true
	}
	return Progress{}, false
}

// attempts is how often a copy is begun anew because a file went meanwhile.
const attempts = 3

// Save backs the directory up: what was acknowledged before is in it. A second one at
// the same time is fault.Conflict.
func (l *Live) Save(ctx context.Context, t *Target, c Contents) (b *Backup, err error) {
	if err := outside(t.dir, l.dir); err != nil {
		return nil, err
	}
	taken := time.Now().UTC()
	err = l.Use(ctx, c, func(dir string) error {
		b, err = t.save(ctx, dir, c, Backup{Taken: taken, Online: true}, func(p Progress) { l.progress.Store(&p) })
		return err
	})
	return b, err
}

// Use makes a copy of the directory, has it used, and removes it. One at a time: another
// is fault.Conflict.
func (l *Live) Use(ctx context.Context, c Contents, use func(dir string) error) error {
	if !l.busy.TryLock() {
		return fault.New(fault.Conflict, "A backup or check is in progress.")
	}
	defer l.busy.Unlock()
	l.progress.Store(new(Progress))
	defer l.progress.Store(nil)
	err := l.stage(ctx, c)
	for n := 1; n < attempts && errors.Is(err, fs.ErrNotExist); n++ {
		err = l.stage(ctx, c)
	}
	if err != nil {
		err = fmt.Errorf("copy %s: %w", l.dir, err)
	} else {
		err = use(l.staging())
	}
	return errors.Join(err, os.RemoveAll(l.staging()))
}

// stage makes a directory that is as the data directory would be if the process had been
// killed. Files that never change are links.
func (l *Live) stage(ctx context.Context, c Contents) error {
	dir := l.staging()
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return diskFault(err)
	}
	if err := l.keepers.Store(ctx, dir); err != nil {
		return err
	}
	if err := l.keepers.Broker(filepath.Join(dir, "mqtt")); err != nil {
		return err
	}
	return l.linkRest(ctx, c)
}

// linkRest links the files that no keeper copies: keys and objects, which are replaced
// and never changed. One that is removed meanwhile is not in the backup.
func (l *Live) linkRest(ctx context.Context, c Contents) error {
	files, err := walk(ctx, l.dir, func(path string) bool { return c.wants(path) && !copiedByKeeper(path) })
	if err != nil {
		return err
	}
	for _, f := range files {
		to := filepath.Join(l.staging(), filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return diskFault(err)
		}
		if err := os.Link(filepath.Join(l.dir, filepath.FromSlash(f.path)), to); ignoreAbsent(err) != nil {
			return diskFault(err)
		}
	}
	return nil
}

// copiedByKeeper reports whether a keeper puts a file or folder into the copy.
func copiedByKeeper(path string) bool {
	for _, name := range []string{"meta.db", "meta.db-wal", "hot.duckdb", "hot.duckdb.wal", "hot.duckdb.blocks", "iceberg/", "mqtt/"} {
		if under(path, name) {
			return true
		}
	}
	return false
}

// SaveStopped backs up the directory of a server that does not run, and holds its lock
// meanwhile. A server that runs is fault.Conflict.
func SaveStopped(ctx context.Context, dir string, t *Target, c Contents, tell func(Progress)) (*Backup, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(abs, "meta.db")); err != nil {
		return nil, fault.New(fault.NotFound, "%s is no data directory: %w", dir, err)
	}
	if err := errors.Join(outside(t.dir, abs), CheckRestored(abs)); err != nil {
		return nil, err
	}
	lock, err := meta.LockDir(abs)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	return t.Save(ctx, abs, c, tell)
}

// outside refuses backups inside what they are to be backups of.
func outside(target, data string) error {
	if target == data || strings.HasPrefix(target, data+string(filepath.Separator)) {
		return fault.New(fault.Invalid, "The backups in %s would be inside the data directory %s.", target, data)
	}
	return nil
}
