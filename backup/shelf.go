package backup

import (
	"context"
	"io"
	"iter"
)

// shelf is where backups are kept. Names are relative to it, with slashes:
// backups/ID.json and files/AA/SHA256.
type shelf interface {
	source
	sink
}

type source interface {
	// url is how people call a file, or all when the name is empty.
	url(name string) string

	// open reads a file; one that is not there is fs.ErrNotExist.
	open(ctx context.Context, name string) (io.ReadCloser, error)

	// list yields the files below a folder. A folder that is not there is fs.ErrNotExist.
	list(ctx context.Context, folder string) iter.Seq2[item, error]
}

type sink interface {
	// lock keeps other writers out until the release. The context that it returns ends when
	// that is lost.
	lock(ctx context.Context) (held context.Context, release func(), err error)

	// bring puts a local file under the sum of its contents, unless it is there; then
	// nothing is copied.
	bring(ctx context.Context, name string) (file File, copied bool, err error)

	// has reports whether a file is there and has its size. Verify looks at the contents.
	has(f File) bool

	// settle makes durable what was brought and removed.
	settle(ctx context.Context) error

	// put makes a file appear whole and durable. The step before it appears is told.
	put(ctx context.Context, name string, data []byte, before func()) error

	// remove removes a file.
	remove(ctx context.Context, name string) error
}

// item is a file in a list.
type item struct {
	name string
	size int64
}
