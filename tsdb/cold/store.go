package cold

import (
	"context"
	"errors"
)

// Store is a directory of tables.
type Store struct {
	opt Options
}

// Table is one Iceberg table.
type Table struct {
	store *Store
	key   Key
}

var errSkeleton = errors.New("cold: this method comes with the next commit")

// Open opens the store and makes its directory. It loads no table.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	return &Store{opt: o.withDefaults()}, nil
}

// Close releases the store. It may be called twice.
func (s *Store) Close() error { return nil }

// Table loads a table, or returns an empty one that is created by its first Define.
// Metadata that is missing or cannot be read is an error that names the file.
func (s *Store) Table(ctx context.Context, k Key) (*Table, error) { return nil, errSkeleton }

// Retain drops every table whose id keep refuses: at start, those that are defined no more.
func (s *Store) Retain(ctx context.Context, keep func(id uint32) bool) error { return errSkeleton }

// Fetch makes files readable at their paths, which release ends. Files in a directory
// always are; those of a bucket are loaded into the cache and stay there until release.
func (s *Store) Fetch(ctx context.Context, files []File) (release func(), err error) {
	return nil, errSkeleton
}

// Drop removes the table with all its files. The Table is of no use afterwards.
func (t *Table) Drop(ctx context.Context) error { return errSkeleton }

// Define creates the table with these columns, or adds those that it does not have, and
// returns the field ids of all its columns by name. The columns of sortBy are recorded as
// the order of rows in new files. A column that exists with another type is a Conflict.
// When nothing is new, nothing is written.
func (t *Table) Define(ctx context.Context, fields []Field, sortBy ...string) (map[string]int, error) {
	return nil, errSkeleton
}

// State is the table as of the last Commit or Define.
func (t *Table) State() *State { return &State{} }

// NewPath is a fresh path for a file of a day, in a directory that exists. The file is
// named by nobody until a Commit adds it. The table must be defined.
func (t *Table) NewPath(day int32, applied uint64) (string, error) { return "", errSkeleton }

// Commit adds and removes files in one step. When it returns nil the change is on disk,
// files and directories included. After an error the change was not made, unless the error
// is ErrUnknown: then Reload tells.
func (t *Table) Commit(ctx context.Context, c Change) error { return errSkeleton }

// ErrUnknown says that nobody can tell whether a commit was made: the disk failed when
// the name of the new metadata file was to be made durable. Reload tells.
var ErrUnknown = errors.New("the outcome of a commit is not known")

// Reload reads the table anew.
func (t *Table) Reload(ctx context.Context) error { return errSkeleton }

// Expire removes Iceberg snapshots that are too old, and deletes the files that no
// retained snapshot names and inUse does not claim: data, manifests and metadata. It
// returns how many it deleted. Files that inUse claims come up again at the next call.
func (t *Table) Expire(ctx context.Context, inUse func(path string) bool) (deleted int, err error) {
	return 0, errSkeleton
}

// Orphans lists the files in the table's folder that no retained snapshot names and no
// Expire would delete: what a crash left. A file that is being written is one, too.
func (t *Table) Orphans(ctx context.Context) ([]string, error) { return nil, errSkeleton }
