package cold

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"tidemark/fault"
)

// medium is where the files of one table are. Names are relative to the table's folder,
// with slashes.
type medium interface {
	reader
	writer
}

type reader interface {
	// location is the folder's name in metadata, without a slash at its end.
	location() string

	// read returns a whole file; one that is not there is fs.ErrNotExist.
	read(ctx context.Context, name string) ([]byte, error)

	// list names the files below a folder, sorted, those in folders below it included.
	// A folder that is not there has none.
	list(ctx context.Context, folder string) ([]string, error)
}

type writer interface {
	// create makes the folders of a table that is to be.
	create() error

	// keep makes data files that were written at their local paths durable.
	keep(ctx context.Context, files []dataRef) error

	// stage makes durable what a metadata file names, under names that nobody uses, and
	// prepares that file itself. After an error any of it may be there in part.
	stage(ctx context.Context, named []blob, file blob) error

	// publish makes a staged metadata file appear whole and durable under its name. It is
	// errTaken when there is one. An error that wraps ErrUnknown leaves open whether it
	// appeared.
	publish(ctx context.Context, file blob) error

	// hint puts data under a name, in place of older data. It need not be durable.
	hint(ctx context.Context, file blob) error

	// remove removes a file; one that is not there is no error.
	remove(ctx context.Context, name string) error

	// drop removes the folder with all that is in it.
	drop(ctx context.Context) error
}

// dataRef is a data file that is to be kept.
type dataRef struct {
	name  string // relative to the table's folder
	bytes int64  // that it must have
}

// blob is a file of metadata.
type blob struct {
	name string // relative to the table's folder
	data []byte
}

// errTaken says that a metadata file of this version is there already: somebody else
// writes to the table.
var errTaken = errors.New("the file exists already: another process changes the table")

// relative is a path of the metadata as a name below a location. One that leads
// elsewhere is an error.
func relative(location, text string) (string, error) {
	name, ok := strings.CutPrefix(text, location+"/")
	if !ok || !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name {
		return "", fault.New(fault.Internal, "cold: %.300q is not below %s", text, location)
	}
	return name, nil
}

// diskFault classifies what a file system says while something is written.
func diskFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO):
		return fault.Wrap(fault.Unavailable, err)
	}
	return err
}

// missing classifies what a file system says while something is read.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// bases are the last parts of names.
func bases(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = path.Base(n)
	}
	slices.Sort(out)
	return out
}
