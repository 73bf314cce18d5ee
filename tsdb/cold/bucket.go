package cold

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"tidemark/fault"
	"tidemark/objects"
)

// Bucket is where tables are kept when not in a directory.
type Bucket struct {
	Objects Objects
	Name    string
	Prefix  string // of all keys, without slashes at its ends; may be empty

	// CacheBytes bounds the files in Options.Dir, where they are read and written. 0 is
	// 10 GiB. Fetch of more at once is refused.
	CacheBytes int64
}

// Objects is what the store needs of objects.Store and objects.Reader.
type Objects interface {
	objects.Store
	objects.Reader
}

func (b *Bucket) validate() error {
	switch {
	case b == nil:
		return nil
	case b.Objects == nil || b.Name == "":
		return fault.New(fault.Invalid, "cold: a bucket needs a name and a store of objects")
	case strings.HasPrefix(b.Prefix, "/") || strings.HasSuffix(b.Prefix, "/"):
		return fault.New(fault.Invalid, "cold: the prefix %q has a slash at its end", b.Prefix)
	case b.CacheBytes < 0:
		return fault.New(fault.Invalid, "cold: a cache cannot have %d bytes", b.CacheBytes)
	}
	return nil
}

// key puts a name below the prefix.
func (b *Bucket) key(name string) string {
	if b.Prefix == "" {
		return name
	}
	return b.Prefix + "/" + name
}

// remote keeps a table in a bucket. Its data files are written and read in a local folder.
type remote struct {
	bucket *Bucket
	cache  *cache
	folder string // of the table, below the prefix
	dir    string // local folder of its files
}

func (r *remote) location() string { return "s3://" + r.bucket.Name + "/" + r.bucket.key(r.folder) }

func (r *remote) target(name string) objects.Target {
	return objects.Target{Bucket: r.bucket.Name, Key: r.bucket.key(r.folder + "/" + name)}
}

func (r *remote) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

func (r *remote) read(ctx context.Context, name string) ([]byte, error) {
	f, err := r.bucket.Objects.Open(ctx, r.target(name))
	if fault.KindOf(err) == fault.NotFound {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, errors.Join(err, f.Close())
}

func (r *remote) list(ctx context.Context, folder string) ([]string, error) {
	var names []string
	err := r.each(ctx, folder, func(name string, _ int64) { names = append(names, name) })
	return names, err
}

// sizes are the sizes of the data files by name.
func (r *remote) sizes(ctx context.Context) (map[string]int64, error) {
	sizes := map[string]int64{}
	err := r.each(ctx, dataDir, func(name string, size int64) { sizes[name] = size })
	return sizes, err
}

func (r *remote) each(ctx context.Context, folder string, do func(name string, size int64)) error {
	prefix := r.bucket.key(r.folder + "/")
	for e, err := range r.bucket.Objects.List(ctx, r.bucket.Name, prefix+folder+"/", true) {
		if err != nil {
			return err
		}
		do(strings.TrimPrefix(e.Key, prefix), e.Size)
	}
	return nil
}

// create makes the local folder; a bucket has none.
func (r *remote) create() error { return diskFault(os.MkdirAll(r.path(dataDir), 0o755)) }

// transfers is how many files go to a bucket at a time.
const transfers = 4

// keep sends files. They stay in the cache, as if they had been fetched.
func (r *remote) keep(ctx context.Context, files []dataRef) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(transfers)
	for _, f := range files {
		group.Go(func() error {
			if err := syncParquet(r.path(f.name), f.bytes); err != nil {
				return err
			}
			return r.send(ctx, f)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, f := range files {
		r.cache.adopt(r.path(f.name), f.bytes)
	}
	return nil
}

func (r *remote) send(ctx context.Context, f dataRef) error {
	local, err := os.Open(r.path(f.name))
	if err != nil {
		return err
	}
	return errors.Join(r.put(ctx, r.target(f.name), local), local.Close())
}

// put makes an object of what a reader has.
func (r *remote) put(ctx context.Context, t objects.Target, from io.Reader) error {
	o, err := r.bucket.Objects.Create(ctx, t)
	if err != nil {
		return err
	}
	if _, err = io.Copy(o, from); err == nil {
		err = o.Commit(ctx)
	}
	return errors.Join(err, o.Abort())
}

func (r *remote) stage(ctx context.Context, named []blob, _ blob) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(transfers)
	for _, b := range named {
		group.Go(func() error { return r.put(ctx, r.target(b.name), bytes.NewReader(b.data)) })
	}
	return group.Wait()
}

// publish puts the metadata file where none may be. A service that does not answer might
// have done so: what is there tells, if it can be asked.
func (r *remote) publish(ctx context.Context, file blob) error {
	t := r.target(file.name)
	t.New = true
	err := r.put(ctx, t, bytes.NewReader(file.data))
	switch kind := fault.KindOf(err); {
	case err == nil || kind == fault.Denied || kind == fault.Invalid || kind == fault.NotFound:
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	there, asked := r.read(ctx, file.name)
	switch {
	case asked == nil && bytes.Equal(there, file.data):
		return nil // ours: an earlier try arrived, or its answer was lost
	case asked == nil:
		return fmt.Errorf("%s: %w", t.URL(), errTaken)
	}
	return errors.Join(ErrUnknown, err)
}

func (r *remote) hint(ctx context.Context, file blob) error {
	return r.put(ctx, r.target(file.name), bytes.NewReader(file.data))
}

// remove removes an object, and its file from the cache.
func (r *remote) remove(ctx context.Context, name string) error {
	r.cache.forget(r.path(name))
	return r.bucket.Objects.Remove(ctx, r.target(name))
}

// drop removes what names the files before the files.
func (r *remote) drop(ctx context.Context) error {
	for _, folder := range []string{metadataDir, dataDir} {
		names, err := r.list(ctx, folder)
		if err != nil {
			return err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(transfers)
		for _, name := range names {
			group.Go(func() error { return r.remove(ctx, name) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	r.cache.forgetBelow(r.dir)
	return os.RemoveAll(r.dir)
}

// fetch brings a data file to its local path.
func (r *remote) fetch(ctx context.Context, name string, size int64) error {
	path := r.path(name)
	from, err := r.bucket.Objects.Open(ctx, r.target(name))
	if err != nil {
		return err
	}
	if err := errors.Join(receive(path+tempSuffix, from, size), from.Close()); err != nil {
		return errors.Join(err, os.Remove(path+tempSuffix))
	}
	return diskFault(os.Rename(path+tempSuffix, path))
}

// receive writes a file that must become whole.
func receive(path string, from io.Reader, size int64) error {
	to, err := createBelow(path)
	if err != nil {
		return diskFault(err)
	}
	if _, err = io.Copy(to, io.LimitReader(from, size+1)); err == nil {
		if err = checkParquet(to, size); err != nil {
			err = fault.New(fault.Unavailable, "cold: %s %w", path, err)
		}
	}
	return errors.Join(diskFault(err), to.Close())
}

// createBelow creates a file with its folder, which somebody might find empty and remove.
func createBelow(path string) (f *os.File, err error) {
	for range 3 {
		if err = os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o644); !missing(err) {
			break
		}
	}
	return f, err
}

// folders lists the folders of tables in a bucket, below the prefix.
func (b *Bucket) folders(ctx context.Context) ([]string, error) {
	var out []string
	root := b.key("")
	for db, err := range b.Objects.List(ctx, b.Name, root, false) {
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(db.Key, "/") {
			continue
		}
		for t, err := range b.Objects.List(ctx, b.Name, db.Key, false) {
			if err != nil {
				return nil, err
			}
			if strings.HasSuffix(t.Key, "/") {
				out = append(out, strings.TrimSuffix(strings.TrimPrefix(t.Key, root), "/"))
			}
		}
	}
	return out, nil
}

// undoTime bounds what is done after a failure or a cancellation.
const undoTime = 10 * time.Second
