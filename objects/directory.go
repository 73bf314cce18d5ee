package objects

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sys/unix"

	"tidemark/fault"
)

// uploads is where objects are written until they are committed. No bucket has a name
// that begins with a dot.
const uploads = ".uploads"

// leftover is the age above which an unfinished object in a directory that others may
// use as well belongs to nobody.
const leftover = 24 * time.Hour

// directory keeps buckets as directories below one. It goes through os.Root, so no
// name and no symbolic link leads out of it.
type directory struct {
	root *os.Root
	opt  Options
}

func openDirectory(dir string, opt Options) (*directory, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fault.New(fault.Invalid, "objects: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.New(fault.Invalid, "objects: %w", err)
	}
	d := &directory{root, opt}
	if err := d.clear(); err != nil {
		return nil, errors.Join(fmt.Errorf("clear %s: %w", filepath.Join(dir, uploads), err), root.Close())
	}
	return d, nil
}

// clear removes the objects that nobody will commit any more.
func (d *directory) clear() error {
	if err := d.root.MkdirAll(uploads, 0o700); err != nil {
		return err
	}
	entries, err := fs.ReadDir(d.root.FS(), uploads)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !d.opt.Exclusive && time.Since(info.ModTime()) < leftover {
			continue // gone already, or somebody's
		}
		if err := d.root.Remove(path.Join(uploads, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Check refuses names and encryptions that a directory cannot have.
func (d *directory) Check(_ context.Context, t Target) error {
	if err := checkNames(t); err != nil {
		return err
	}
	if t.KMS {
		return fault.New(fault.Invalid, "SSE_KMS needs an S3 service: the buckets of this server are directories, which are not encrypted")
	}
	return checkPath(t.Key)
}

// Create begins an object beside the buckets.
func (d *directory) Create(ctx context.Context, t Target) (Object, error) {
	if err := d.Check(ctx, t); err != nil {
		return nil, err
	}
	o := &file{dir: d, target: t, ctx: ctx, temp: path.Join(uploads, uuid.NewString())}
	var err error
	o.f, err = d.root.OpenFile(o.temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, diskFault(t, err)
	}
	return o, nil
}

// Remove removes a file; the directories above it stay.
func (d *directory) Remove(ctx context.Context, t Target) error {
	if err := d.Check(ctx, t); err != nil {
		return err
	}
	if err := d.root.Remove(path.Join(t.Bucket, t.Key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diskFault(t, err)
	}
	return nil
}

// Close releases the directory.
func (d *directory) Close() error { return d.root.Close() }

// file is an object that will be a file.
type file struct {
	dir    *directory
	target Target
	ctx    context.Context // of Create
	temp   string
	f      *os.File // nil after its end
}

// Write appends to the file, unless the context of Create has ended.
func (o *file) Write(p []byte) (int, error) {
	if o.ctx.Err() != nil {
		return 0, context.Cause(o.ctx)
	}
	if err := o.room(); err != nil {
		return 0, err
	}
	n, err := o.f.Write(p)
	if err != nil {
		return n, diskFault(o.target, err)
	}
	return n, nil
}

// room refuses to take the disk below its reserve.
func (o *file) room() error {
	reserve := o.dir.opt.Reserve
	if reserve == 0 {
		return nil
	}
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(o.f.Fd()), &st); err != nil {
		return diskFault(o.target, err)
	}
	if free := st.Bavail * uint64(st.Bsize); free < reserve {
		return fault.New(fault.Unavailable, "write %s: the disk has only %d bytes left, %d are kept in reserve", clip(o.target.URL()), free, reserve)
	}
	return nil
}

// Commit syncs the file, gives it its name, and syncs the directories above.
func (o *file) Commit(context.Context) error {
	if err := o.f.Sync(); err != nil {
		return diskFault(o.target, err)
	}
	name := path.Join(o.target.Bucket, o.target.Key)
	if err := o.dir.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return diskFault(o.target, err)
	}
	if err := o.place(name); err != nil {
		return diskFault(o.target, err)
	}
	err := o.f.Close()
	o.f = nil
	for dir := path.Dir(name); err == nil; dir = path.Dir(dir) {
		if err = o.dir.sync(dir); dir == "." {
			break
		}
	}
	if err != nil {
		return diskFault(o.target, err)
	}
	return nil
}

// place gives the file its name. A link does not replace a file, a rename does.
func (o *file) place(name string) error {
	if !o.target.New {
		return o.dir.root.Rename(o.temp, name)
	}
	if err := o.dir.root.Link(o.temp, name); err != nil {
		return err
	}
	return o.dir.root.Remove(o.temp)
}

// sync makes the names in a directory durable.
func (d *directory) sync(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Abort removes the file.
func (o *file) Abort() error {
	if o.f == nil {
		return nil
	}
	err := errors.Join(o.f.Close(), o.dir.root.Remove(o.temp))
	o.f = nil
	return err
}

// diskFault classifies what a file system says.
func diskFault(t Target, err error) error {
	kind := fault.Internal
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		kind = fault.Unavailable
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		kind = fault.Denied
	case errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.EISDIR) || errors.Is(err, fs.ErrExist):
		kind = fault.Conflict
	}
	if cause, ok := errors.AsType[*fs.PathError](err); ok {
		err = cause.Err
	}
	return fault.New(kind, "write %s: %w", clip(t.URL()), err)
}
