package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
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
	ctx, release, err := t.lock(ctx)
	if err != nil {
		return r, err
	}
	defer release()
	list, err := t.List(ctx)
	if err != nil {
		return r, err
	}
	kept := map[string]bool{}
	for _, b := range list {
		for _, f := range b.Files {
			kept[f.Sum] = kept[f.Sum] || b.ID != id
		}
	}
	if err := t.shelf.remove(ctx, listName(id)); err != nil {
		return r, fmt.Errorf("remove backup: %w", err)
	}
	if err := t.shelf.settle(ctx); err != nil {
		return r, fmt.Errorf("remove backup: %w", err)
	}
	t.at(StepUnlisted)
	return r, t.sweep(ctx, kept, &r)
}

// sweep removes the files that are not kept, and what was not finished.
func (t *Target) sweep(ctx context.Context, kept map[string]bool, r *Removed) error {
	for _, dir := range []string{filesDir, listsDir} {
		for e, err := range t.shelf.list(ctx, dir) {
			if errors.Is(err, fs.ErrNotExist) {
				break
			}
			name := path.Base(e.name)
			if err == nil && !strings.HasPrefix(name, tempStart) && (dir == listsDir || kept[name] || len(name) != 64) {
				continue
			}
			if err == nil {
				err = t.shelf.remove(ctx, e.name)
			}
			if err != nil {
				return fmt.Errorf("remove files of backups: %w", err)
			}
			r.Files, r.Bytes = r.Files+1, r.Bytes+e.size
		}
	}
	return nil
}
