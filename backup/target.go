package backup

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"tidemark/fault"
)

// What lies in a target.
const (
	listsDir  = "backups" // a list for each backup
	filesDir  = "files"   // the files of all, by the SHA-256 of their contents
	lockFile  = "LOCK"
	tempStart = ".temp-" // begins the name of a file that is not whole
)

// Step is a moment at which a process may be killed, for tests.
type Step string

// The steps of Save, Remove and Restore.
const (
	StepFile     Step = "file"     // one file was brought
	StepFiles    Step = "files"    // all were
	StepListed   Step = "listed"   // the list is written but has no name yet
	StepSaved    Step = "saved"    // it has
	StepUnlisted Step = "unlisted" // a list was removed, its files are there
)

// Target is a place of backups.
type Target struct {
	shelf    shelf
	dir      string // empty for a bucket
	location string
	At       func(Step) // told of every step, for tests; nil otherwise
	busy     sync.Mutex // one change of this process at a time
}

// Open opens a directory of backups, which Save makes when it is not there, or a folder of
// a bucket: s3://bucket/prefix, as objects.ParseFolder reads it.
func Open(ctx context.Context, location string) (*Target, error) {
	switch scheme, _, url := strings.Cut(location, "://"); {
	case location == "":
		return nil, fault.New(fault.Invalid, "The place of the backups is missing.")
	case url && scheme == "s3":
		b, err := openBucket(ctx, location)
		if err != nil {
			return nil, err
		}
		return &Target{shelf: b, location: location}, nil
	case url:
		return nil, fault.New(fault.Invalid, "Backups are kept in a directory or in a bucket, s3://bucket/prefix; %s:// is neither.", scheme)
	}
	dir, err := filepath.Abs(location)
	if err != nil {
		return nil, fmt.Errorf("find backups: %w", err)
	}
	return &Target{shelf: &directory{dir: dir}, dir: dir, location: dir}, nil
}

// Location is where the backups are: what Open takes, absolute for a directory.
func (t *Target) Location() string { return t.location }

func (t *Target) at(s Step) {
	if t.At != nil {
		t.At(s)
	}
}

// lock keeps other writers out until the release. The context ends when that is lost.
func (t *Target) lock(ctx context.Context) (held context.Context, release func(), err error) {
	if !t.busy.TryLock() {
		return nil, nil, fault.New(fault.Conflict, "Another backup to %s is in progress.", t.where())
	}
	held, unlock, err := t.shelf.lock(ctx)
	if err != nil {
		t.busy.Unlock()
		return nil, nil, err
	}
	return held, func() {
		unlock()
		t.busy.Unlock()
	}, nil
}

func (t *Target) where() string { return t.shelf.url("") }

// fileName is where a file of some contents lies, listName where the list of a backup.
func fileName(sum string) string { return filesDir + "/" + sum[:2] + "/" + sum }
func listName(id string) string  { return listsDir + "/" + id + listSuffix }

func (t *Target) filePath(sum string) string { return t.shelf.url(fileName(sum)) }
func (t *Target) listPath(id string) string  { return t.shelf.url(listName(id)) }
