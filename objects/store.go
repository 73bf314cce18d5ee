package objects

import (
	"context"
	"io"
	"iter"
	"log/slog"

	"tidemark/fault"
)

// Store keeps objects. Every error that the target is to blame for is a fault:
// Invalid for names that cannot be, NotFound for a bucket that is not there, Denied
// for one that may not be written, Unavailable without space or service.
type Store interface {
	// Check refuses what Create would refuse, and looks whether the bucket is there
	// where it must be. Nothing is written.
	Check(ctx context.Context, t Target) error

	// Create begins an object. ctx bounds all of its writes.
	Create(ctx context.Context, t Target) (Object, error)

	// Remove removes an object; one that is not there is no error.
	Remove(ctx context.Context, t Target) error

	// Close releases the store. It may be called twice.
	Close() error
}

// Reader reads what a store keeps. Both kinds of stores are readers.
type Reader interface {
	// Open reads an object from its beginning; one that is not there is NotFound, as is
	// its bucket.
	Open(ctx context.Context, t Target) (io.ReadCloser, error)

	// List yields what is below a prefix that ends with a slash, or "" for the whole
	// bucket, sorted by key. With deep these are all objects, otherwise objects and, with a
	// slash at their ends, folders right below the prefix. A bucket that is not there is
	// NotFound, except in a directory, where it is empty.
	List(ctx context.Context, bucket, prefix string, deep bool) iter.Seq2[Entry, error]
}

// Entry is an object in a list, or a folder.
type Entry struct {
	Key  string
	Size int64 // 0 for a folder
}

// Object is an object under construction. Its owner ends it by Commit or Abort.
type Object interface {
	io.Writer

	// Commit makes the object appear under its name, in place of an older one. After
	// an error it has not, and Abort is still to be called.
	Commit(ctx context.Context) error

	// Abort gives the object up. After Commit it does nothing; it may be called twice.
	Abort() error
}

// Target names an object and says how it is to be kept.
type Target struct {
	Bucket, Key string
	ContentType string // of HTTP; a directory has no use for it

	// KMS asks for encryption with a key of the service's key management, and KMSKey
	// says which; empty is the bucket's own. Without KMS the service's own keys serve.
	KMS    bool
	KMSKey string

	// New refuses to replace an object: Commit is a Conflict when there is one. A service
	// that ignores the header If-None-Match replaces it all the same.
	New bool
}

// URL is the name of the object as UNLOAD writes it.
func (t Target) URL() string { return "s3://" + t.Bucket + "/" + t.Key }

// Options says what a store works with beside its location.
type Options struct {
	Region  string // of the service, when its location names none
	TempDir string // where parts wait for their transport; empty is the system's

	// Exclusive says that nobody else uses the directory of the location: what a
	// process left behind when it was killed is removed at once, not after a day.
	Exclusive bool

	// Reserve is what the disk of a directory keeps free: writes are refused while it
	// has less. 0 is no bound.
	Reserve uint64

	Logger *slog.Logger // nil discards
}

// Open opens the store at a location. One that is off is Invalid.
func Open(ctx context.Context, loc Location, opt Options) (Store, error) {
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case loc.Dir != "":
		return openDirectory(loc.Dir, opt)
	case loc.S3 != nil:
		return openService(ctx, *loc.S3, opt)
	}
	return nil, fault.New(fault.Invalid, "objects are off")
}
