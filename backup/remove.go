package backup

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Removed says what Remove deleted.
type Removed struct {
	Files int
	Bytes int64
}

// Remove removes a backup, and all files that no other one names: those, too, that a
// backup that was cut off left. While a list is damaged nothing is removed, because its
// files are not known.
func (t *Target) Remove(ctx context.Context, id string) (r Removed, err error) {
	release, err := t.lock()
	if err != nil {
		return r, err
	}
	defer release()
	list, err := t.List()
	if err != nil {
		return r, err
	}
	kept := map[string]bool{}
	for _, b := range list {
		for _, f := range b.Files {
			kept[f.Sum] = kept[f.Sum] || b.ID != id
		}
	}
	if err := os.Remove(t.listPath(id)); err != nil {
		return r, diskFault(fmt.Errorf("remove backup: %w", err))
	}
	if err := syncDir(filepath.Join(t.dir, listsDir)); err != nil {
		return r, diskFault(fmt.Errorf("remove backup: %w", err))
	}
	t.at(StepUnlisted)
	return r, t.sweep(ctx, kept, &r)
}

// sweep removes the files that are not kept, and what was not finished.
func (t *Target) sweep(ctx context.Context, kept map[string]bool, r *Removed) error {
	for _, dir := range []string{filesDir, listsDir} {
		err := filepath.WalkDir(filepath.Join(t.dir, dir), func(p string, e fs.DirEntry, err error) error {
			if err == nil {
				err = context.Cause(ctx)
			}
			if err != nil || e.IsDir() {
				return err
			}
			if name := e.Name(); !strings.HasPrefix(name, tempStart) && (dir == listsDir || kept[name] || len(name) != 64) {
				return nil
			}
			return r.remove(p, e)
		})
		if err != nil {
			return fmt.Errorf("remove files of backups: %w", diskFault(err))
		}
	}
	return nil
}

func (r *Removed) remove(path string, e fs.DirEntry) error {
	info, err := e.Info()
	if err != nil {
		return err
	}
	r.Files, r.Bytes = r.Files+1, r.Bytes+info.Size()
	return os.Remove(path)
}
