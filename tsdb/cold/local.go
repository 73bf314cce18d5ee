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
	"slices"
	"syscall"

	"golang.org/x/sync/errgroup"

	"tidemark/fault"
)

// local keeps a table in a directory.
type local struct {
	root string // absolute folder of all tables, which exists
	dir  string // absolute folder of the table
}

func (l *local) location() string { return filepath.ToSlash(l.dir) }

func (l *local) path(name string) string { return filepath.Join(l.dir, filepath.FromSlash(name)) }

func (l *local) read(_ context.Context, name string) ([]byte, error) {
	return os.ReadFile(l.path(name))
}

func (l *local) list(ctx context.Context, folder string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(l.path(folder), func(p string, e fs.DirEntry, err error) error {
		switch {
		case missing(err):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case e.IsDir():
			return nil
		}
		rel, err := filepath.Rel(l.dir, p)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	slices.Sort(names)
	return names, err
}

// syncs is how many files are synced at a time.
const syncs = 8

// keep syncs files and the folders above them.
func (l *local) keep(ctx context.Context, files []dataRef) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(syncs)
	folders := map[string]bool{dataDir: true, ".": true}
	for _, f := range files {
		folders[path.Dir(f.name)] = true
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return syncParquet(l.path(f.name), f.bytes)
		})
	}
	if err := group.Wait(); err != nil || len(files) == 0 {
		return err
	}
	for folder := range folders {
		group.Go(func() error { return syncFolder(l.path(folder)) })
	}
	return group.Wait()
}

// syncParquet makes a file durable that must be whole.
func syncParquet(name string, size int64) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := checkParquet(f, size); err != nil {
		return fault.New(fault.Internal, "cold: %s %w", name, err)
	}
	return diskFault(f.Sync())
}

// checkParquet looks at the size and at the four bytes that end each Parquet file.
func checkParquet(f *os.File, size int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != size {
		return fmt.Errorf("has %d bytes, not %d", info.Size(), size)
	}
	end := make([]byte, 4)
	if _, err := f.ReadAt(end, max(0, size-4)); err != nil || string(end) != "PAR1" {
		return errors.New("is no whole Parquet file")
	}
	return nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return diskFault(errors.Join(f.Sync(), f.Close()))
}

// stage writes the files, and the metadata file beside its name, and syncs them at once:
// a disk takes hardly longer for several.
func (l *local) stage(_ context.Context, named []blob, file blob) error {
	var group errgroup.Group
	for _, b := range append(named[:len(named):len(named)], blob{file.name + tempSuffix, file.data}) {
		group.Go(func() error { return writeSynced(l.path(b.name), b.data) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return syncFolder(l.path(metadataDir))
}

func writeSynced(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return diskFault(err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return diskFault(errors.Join(err, f.Close()))
}

// publish links what stage wrote: a link does not replace a file, a rename would.
func (l *local) publish(_ context.Context, file blob) error {
	target := l.path(file.name)
	if err := appear(target+tempSuffix, target); err != nil {
		if errors.Is(err, fs.ErrExist) {
			err = fmt.Errorf("%s: %w", target, errTaken)
		}
		return diskFault(err)
	}
	if err := syncFolder(l.path(metadataDir)); err != nil {
		return errors.Join(ErrUnknown, err)
	}
	os.Remove(target + tempSuffix) // it may as well stay until the next sweep
	return nil
}

// appear links a file to its name. Where the file system has no links it is renamed: the
// directory belongs to one process, so nothing comes between the look and the renaming.
func appear(temp, name string) error {
	err := os.Link(temp, name)
	if err == nil || errors.Is(err, fs.ErrExist) || !slices.ContainsFunc(linkless, func(e error) bool { return errors.Is(err, e) }) {
		return err
	}
	if _, err := os.Lstat(name); !missing(err) {
		return cmp.Or(err, fs.ErrExist)
	}
	return os.Rename(temp, name)
}

// linkless is what file systems without links say.
var linkless = []error{syscall.EPERM, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EMLINK}

func (l *local) hint(_ context.Context, file blob) error {
	temp := l.path(file.name) + tempSuffix
	if err := os.WriteFile(temp, file.data, 0o644); err != nil {
		return diskFault(err)
	}
	return os.Rename(temp, l.path(file.name))
}

// remove removes a file, and the folder of a day when it was the last in it.
func (l *local) remove(_ context.Context, name string) error {
	if err := os.Remove(l.path(name)); err != nil && !missing(err) {
		return err
	}
	return nil
}

// create makes the table's folders durable.
func (l *local) create() error {
	for _, name := range []string{metadataDir, dataDir} {
		if err := os.MkdirAll(l.path(name), 0o755); err != nil {
			return diskFault(err)
		}
	}
	for dir := l.dir; ; dir = filepath.Dir(dir) {
		if err := syncFolder(dir); err != nil {
			return err
		}
		if dir == l.root || dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// drop moves the folder out of the way in one step, and removes it: what a crash leaves
// is removed at the next start.
func (l *local) drop(context.Context) error {
	trash := filepath.Join(l.root, trashDir, filepath.Base(l.dir))
	if err := os.RemoveAll(trash); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(trash), 0o755); err != nil {
		return diskFault(err)
	}
	if err := os.Rename(l.dir, trash); err != nil {
		if missing(err) {
			return nil
		}
		return err
	}
	return errors.Join(syncFolder(filepath.Dir(l.dir)), os.RemoveAll(trash))
}

// trashDir is where dropped tables are until they are removed. No database has a name
// that begins with a dot here.
const trashDir = ".dropped"
