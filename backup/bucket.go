package backup

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"

	"tidemark/fault"
	"tidemark/objects"
)

// bucket is a shelf in a bucket.
type bucket struct {
	objects bucketObjects
	name    string
	prefix  string           // of all keys; empty or with a slash at its end
	there   map[string]int64 // files by name, as of the lock
	lease   lease
}

// bucketObjects is what it needs of objects.Store and objects.Reader.
type bucketObjects interface {
	objects.Store
	objects.Reader
}

// openBucket opens s3://bucket/prefix. Keys are found as every AWS client finds them.
func openBucket(ctx context.Context, location string) (*bucket, error) {
	at, name, prefix, err := objects.ParseFolder(location)
	if err != nil {
		return nil, err
	}
	var o objects.Options
	if at.S3 != nil && at.S3.Endpoint != "" {
		o.Region = cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), "us-east-1") // which others than AWS do not care about
	}
	store, err := objects.Open(ctx, at, o)
	if err != nil {
		return nil, err
	}
	reader, ok := store.(bucketObjects)
	if !ok {
		return nil, errors.Join(fault.New(fault.Internal, "%s cannot be read", location), store.Close())
	}
	return newBucket(reader, name, prefix), nil
}

func newBucket(store bucketObjects, name, prefix string) *bucket {
	if prefix != "" {
		prefix += "/"
	}
	return &bucket{objects: store, name: name, prefix: prefix, lease: standardLease}
}

func (b *bucket) target(name string) objects.Target {
	return objects.Target{Bucket: b.name, Key: b.prefix + name}
}

func (b *bucket) url(name string) string {
	return strings.TrimSuffix(b.target(name).URL(), "/")
}

func (b *bucket) open(ctx context.Context, name string) (io.ReadCloser, error) {
	in, err := b.objects.Open(ctx, b.target(name))
	if fault.KindOf(err) == fault.NotFound {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return in, err
}

func (b *bucket) list(ctx context.Context, folder string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		empty := true
		for e, err := range b.objects.List(ctx, b.name, b.prefix+folder+"/", true) {
			empty = false
			if !yield(item{strings.TrimPrefix(e.Key, b.prefix), e.Size}, err) || err != nil {
				return
			}
		}
		if empty {
			yield(item{}, fmt.Errorf("%s: %w", b.url(folder), fs.ErrNotExist))
		}
	}
}

// lock takes the lease, and learns which files are there.
func (b *bucket) lock(ctx context.Context) (held context.Context, release func(), err error) {
	if err := b.objects.Check(ctx, b.target(lockFile)); err != nil {
		return nil, nil, err
	}
	held, release, err = b.lease.take(ctx, b)
	if err != nil {
		return nil, nil, err
	}
	b.there = map[string]int64{}
	for e, err := range b.list(held, filesDir) {
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			release()
			return nil, nil, err
		}
		b.there[path.Base(e.name)] = e.size
	}
	return held, release, nil
}

func (b *bucket) has(f File) bool {
	size, ok := b.there[f.Sum]
	return ok && size == f.Size
}

// bring reads a file twice: for its name, and for its way.
func (b *bucket) bring(ctx context.Context, name string) (file File, copied bool, err error) {
	if file.Sum, file.Size, err = sumFile(ctx, name); err != nil || b.has(file) {
		return file, false, err
	}
	in, err := os.Open(name)
	if err != nil {
		return file, false, err
	}
	defer in.Close()
	if err := b.send(ctx, fileName(file.Sum), in, file); err != nil {
		return file, false, err
	}
	b.there[file.Sum] = file.Size
	return file, true, nil
}

// send makes an object of what is read, if that is what it should be.
func (b *bucket) send(ctx context.Context, name string, in io.Reader, want File) error {
	o, err := b.objects.Create(ctx, b.target(name))
	if err != nil {
		return err
	}
	sum, size, err := sumOfAll(ctx, io.TeeReader(in, o))
	if err == nil && (sum != want.Sum || size != want.Size) {
		err = fault.New(fault.Conflict, "the file changed while it was backed up")
	}
	if err == nil {
		err = o.Commit(ctx)
	}
	return errors.Join(err, o.Abort())
}

// settle has nothing to do: what a service has taken is durable.
func (b *bucket) settle(context.Context) error { return nil }

func (b *bucket) put(ctx context.Context, name string, data []byte, before func()) error {
	before()
	return b.send(ctx, name, bytes.NewReader(data), File{Sum: sumOf(data), Size: int64(len(data))})
}

func (b *bucket) remove(ctx context.Context, name string) error {
	return b.objects.Remove(ctx, b.target(name))
}
