package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"tidemark/fault"
)

// directory is a shelf in a directory.
type directory struct {
	dir string
	mu  struct {
		sync.Mutex
		folders map[string]bool // to be synced
	}
}

func (d *directory) url(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d *directory) open(_ context.Context, name string) (io.ReadCloser, error) {
	f, err := os.Open(d.url(name))
	if err != nil {
		return nil, diskFault(err)
	}
	return f, nil
}

func (d *directory) list(ctx context.Context, folder string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		err := filepath.WalkDir(d.url(folder), func(p string, e fs.DirEntry, err error) error {
			if err == nil {
				err = context.Cause(ctx)
			}
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return ignoreAbsent(err)
			}
			if !yield(item{filepath.ToSlash(p[len(d.dir)+1:]), info.Size()}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(item{}, diskFault(err))
		}
	}
}

func (d *directory) lock(ctx context.Context) (held context.Context, release func(), err error) {
	for _, name := range []string{listsDir, filesDir} {
		if err := os.MkdirAll(filepath.Join(d.dir, name), 0o700); err != nil {
			return nil, nil, diskFault(err)
		}
	}
	f, err := os.OpenFile(filepath.Join(d.dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, diskFault(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = fault.New(fault.Conflict, "Another process writes to the backups in %s.", d.dir)
		}
		return nil, nil, errors.Join(err, f.Close())
	}
	return ctx, func() { f.Close() }, nil
}

func (d *directory) has(f File) bool {
	info, err := os.Stat(d.url(fileName(f.Sum)))
	return err == nil && info.Size() == f.Size
}

// bring writes the file under a name of its own, syncs it, and gives it its last name.
func (d *directory) bring(ctx context.Context, name string) (file File, copied bool, err error) {
	in, err := os.Open(name)
	if err != nil {
		return file, false, err
	}
	defer in.Close()
	temp := filepath.Join(d.dir, filesDir, tempStart+uuid.NewString())
	file.Sum, file.Size, err = copySynced(ctx, in, temp, 0o600)
	if err == nil {
		copied, err = d.name(file, temp)
	}
	if err != nil {
		return file, false, diskFault(errors.Join(err, ignoreAbsent(os.Remove(temp))))
	}
	return file, copied, nil
}

// name gives a file that was written its name, unless it is there. Nobody may have synced
// that name: an earlier backup may have failed.
func (d *directory) name(file File, temp string) (copied bool, err error) {
	target := d.url(fileName(file.Sum))
	d.changed(filepath.Dir(target))
	if d.has(file) {
		return false, os.Remove(temp)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return false, err
	}
	return true, os.Rename(temp, target)
}

// changed notes a folder whose names are to be made durable, with the one above it.
func (d *directory) changed(folder string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mu.folders == nil {
		d.mu.folders = map[string]bool{}
	}
	d.mu.folders[folder] = true
	if folder != filepath.Join(d.dir, listsDir) {
		d.mu.folders[filepath.Dir(folder)] = true
	}
}

func (d *directory) settle(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for folder := range d.mu.folders {
		if err := ignoreAbsent(syncDir(folder)); err != nil {
			return diskFault(err)
		}
	}
	d.mu.folders = nil
	return nil
}

func (d *directory) put(ctx context.Context, name string, data []byte, before func()) error {
	target := d.url(name)
	temp := filepath.Join(filepath.Dir(target), tempStart+uuid.NewString())
	if _, _, err := copySynced(ctx, bytes.NewReader(data), temp, 0o600); err != nil {
		return diskFault(errors.Join(err, ignoreAbsent(os.Remove(temp))))
	}
	before()
	if err := os.Rename(temp, target); err != nil {
		return diskFault(errors.Join(err, ignoreAbsent(os.Remove(temp))))
	}
	return diskFault(syncDir(filepath.Dir(target)))
}

func (d *directory) remove(_ context.Context, name string) error {
	target := d.url(name)
	if strings.HasPrefix(name, listsDir) {
		d.changed(filepath.Dir(target))
	}
	return diskFault(os.Remove(target))
}

// copySynced writes a new file, syncs it, and returns the sum and size of its contents.
func copySynced(ctx context.Context, in io.Reader, name string, mode fs.FileMode) (sum string, size int64, err error) {
	out, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return "", 0, err
	}
	hash := sha256.New()
	size, err = io.CopyBuffer(io.MultiWriter(out, hash), struct{ io.Reader }{&interruptible{ctx, in}}, make([]byte, 1<<20))
	if err == nil {
		err = out.Sync()
	}
	return hex.EncodeToString(hash.Sum(nil)), size, errors.Join(err, out.Close())
}

// interruptible ends when its context does.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.in.Read(p)
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// diskFault classifies what a file system says.
func diskFault(err error) error {
	switch {
	case errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EIO):
		return fault.Wrap(fault.Unavailable, err)
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS):
		return fault.Wrap(fault.Denied, err)
	}
	return err
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
