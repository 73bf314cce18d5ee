package cold

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Check looks whether every current file is there and whole, as far as its size and its
// end tell, and returns an error for each that is not, with its path. In a bucket only the
// sizes are compared. The metadata was checked when the table was loaded; Reload does it
// again.
func (t *Table) Check(ctx context.Context) []error {
	v := t.version.Load()
	if t.store.opt.Bucket != nil {
		return t.checkBucket(ctx, v.state.Files)
	}
	var found []error
	for _, f := range v.state.Files {
		if ctx.Err() != nil {
			return append(found, context.Cause(ctx))
		}
		if err := checkFile(f); err != nil && t.current(f.Path) {
			found = append(found, err)
		}
	}
	return found
}

// current tells whether the table still has a file: it may have been replaced while it was
// looked at.
func (t *Table) current(path string) bool {
	_, there := find(t.State().Files, t.dir, path[len(t.dir)+1:])
	return there
}

func checkFile(f File) error {
	file, err := os.Open(filepath.FromSlash(f.Path))
	if err != nil {
		return fmt.Errorf("cold: %w", err)
	}
	if err := checkParquet(file, f.Bytes); err != nil {
		return errors.Join(fmt.Errorf("cold: %s %w", f.Path, err), file.Close())
	}
	return file.Close()
}

func (t *Table) checkBucket(ctx context.Context, files []File) (found []error) {
	sizes, err := t.medium.(*remote).sizes(ctx)
	if err != nil {
		return []error{fmt.Errorf("cold: list %s: %w", t.medium.location(), err)}
	}
	for _, f := range files {
		name := f.Path[len(t.dir)+1:]
		switch size, there := sizes[name]; {
		case there && size == f.Bytes, !t.current(f.Path):
		case !there:
			found = append(found, fmt.Errorf("cold: %s/%s: %w", t.medium.location(), name, fs.ErrNotExist))
		default:
			found = append(found, fmt.Errorf("cold: %s/%s has %d bytes, not %d", t.medium.location(), name, size, f.Bytes))
		}
	}
	return found
}
