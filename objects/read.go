package objects

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"tidemark/fault"
)

// Open opens the object's file.
func (d *directory) Open(ctx context.Context, t Target) (io.ReadCloser, error) {
	if err := d.Check(ctx, t); err != nil {
		return nil, err
	}
	f, err := d.root.Open(path.Join(t.Bucket, t.Key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(t)
	}
	if err != nil {
		return nil, diskFault(t, err)
	}
	return f, nil
}

func missing(t Target) error { return fault.New(fault.NotFound, "%s does not exist", clip(t.URL())) }

// List reads directories one after the other.
func (d *directory) List(ctx context.Context, bucket, prefix string, deep bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		t := Target{Bucket: bucket, Key: prefix + "x"}
		err := checkPrefix(prefix)
		if err == nil {
			err = d.Check(ctx, t)
		}
		if err != nil {
			yield(Entry{}, err)
			return
		}
		d.walk(ctx, bucket, prefix, deep, yield)
	}
}

func (d *directory) walk(ctx context.Context, bucket, prefix string, deep bool, yield func(Entry, error) bool) bool {
	entries, err := fs.ReadDir(d.root.FS(), path.Join(bucket, prefix))
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) || yield(Entry{}, diskFault(Target{Bucket: bucket, Key: prefix}, err))
	}
	// Keys sort as if each folder's name ended with a slash.
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(slashed(a), slashed(b)) })
	for _, e := range entries {
		key := prefix + slashed(e)
		info, err := e.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
		case err != nil:
			return yield(Entry{}, diskFault(Target{Bucket: bucket, Key: key}, err))
		case e.IsDir() && deep:
			if !d.walk(ctx, bucket, key, deep, yield) {
				return false
			}
		case e.IsDir():
			if !yield(Entry{Key: key}, nil) {
				return false
			}
		case !yield(Entry{Key: key, Size: info.Size()}, nil):
			return false
		}
	}
	return true
}

func slashed(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}

// checkPrefix refuses what is no folder.
func checkPrefix(prefix string) error {
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		return fault.New(fault.Invalid, "the prefix %q does not end with a slash", clip(prefix))
	}
	return nil
}

// Open asks for the object.
func (s *service) Open(ctx context.Context, t Target) (io.ReadCloser, error) {
	if err := checkNames(t); err != nil {
		return nil, err
	}
	out, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &t.Bucket, Key: &t.Key})
	if _, ok := errors.AsType[*types.NoSuchKey](err); ok {
		return nil, missing(t)
	}
	if err != nil {
		return nil, serviceFault(t, err)
	}
	return out.Body, nil
}

// List asks for one page after the other.
func (s *service) List(ctx context.Context, bucket, prefix string, deep bool) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		t := Target{Bucket: bucket, Key: prefix + "x"}
		if err := errors.Join(checkPrefix(prefix), checkNames(t)); err != nil {
			yield(Entry{}, err)
			return
		}
		in := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
		if !deep {
			in.Delimiter = aws.String("/")
		}
		pages := s3.NewListObjectsV2Paginator(s.client, in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(Entry{}, serviceFault(t, err))
				return
			}
			for _, e := range entriesOf(page) {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// entriesOf are the objects and folders of a page.
func entriesOf(page *s3.ListObjectsV2Output) []Entry {
	var out []Entry
	for _, o := range page.Contents {
		out = append(out, Entry{aws.ToString(o.Key), aws.ToInt64(o.Size)})
	}
	for _, p := range page.CommonPrefixes {
		out = append(out, Entry{Key: aws.ToString(p.Prefix)})
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Key, b.Key) })
	return out
}
