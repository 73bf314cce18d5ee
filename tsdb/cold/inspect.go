package cold

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
)

// Inspected is what Inspect finds in a table's folder.
type Inspected struct {
	Folder  string // absolute
	ID      uint32
	State   *State   // nil where the metadata cannot be read
	Orphans []string // files that nobody names, absolute
	Err     error    // why the metadata cannot be read: it names the file
}

// Inspect reads the tables of a directory that no store has open, and changes nothing.
// The files of the current snapshots are not looked at, but for their metadata.
func Inspect(ctx context.Context, dir string) ([]Inspected, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("cold: %w", err)
	}
	folders, err := fs.Glob(os.DirFS(dir), "*/*-*")
	if err != nil {
		return nil, fmt.Errorf("cold: list the tables: %w", err)
	}
	s := &Store{opt: Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)}}
	var list []Inspected
	for _, folder := range folders {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if id, ok := folderID(path.Base(folder)); ok {
			list = append(list, s.inspect(ctx, folder, id))
		}
	}
	return list, nil
}

func (s *Store) inspect(ctx context.Context, folder string, id uint32) Inspected {
	t := &Table{store: s, dir: filepath.ToSlash(filepath.Join(s.opt.Dir, filepath.FromSlash(folder))), medium: s.mediumOf(folder)}
	t.mu.pending = map[string]bool{}
	found := Inspected{Folder: t.dir, ID: id}
	v, err := t.load(ctx)
	if err != nil {
		found.Err = err
		return found
	}
	t.version.Store(v)
	found.State = v.state
	found.Orphans, found.Err = t.Orphans(ctx)
	return found
}
