package backup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tidemark/fault"
)

// format is the version of the lists that this code writes, and the newest it reads.
const format = 1

// Backup is one copy of a data directory.
type Backup struct {
	Format   int       `json:"format"`
	ID       string    `json:"id"`
	Name     string    `json:"name,omitempty"`
	Taken    time.Time `json:"taken"` // what was acknowledged before is in it
	Finished time.Time `json:"finished"`
	Online   bool      `json:"online"` // the directory was in use
	Keys     bool      `json:"keys"`   // with keys and certificates
	Objects  bool      `json:"objects"`
	Version  string    `json:"version,omitempty"` // of the program
	Files    []File    `json:"files"`             // by path
}

// File is a file of a backup.
type File struct {
	Path string `json:"path"` // in the data directory, with slashes
	Size int64  `json:"size"`
	Mode uint32 `json:"mode"` // permissions
	Sum  string `json:"sha256"`
}

// Bytes is the size of all files, shared ones included.
func (b *Backup) Bytes() (n int64) {
	for _, f := range b.Files {
		n += f.Size
	}
	return n
}

// sealed is a list in its file: a flipped bit is found by the sum of the rest.
type sealed struct {
	Sum    string          `json:"sha256"`
	Backup json.RawMessage `json:"backup"`
}

const listSuffix = ".json"

// idForm is how a backup is named after its time, so that names sort by it.
const idForm = "20060102T150405.000000000Z"

func seal(b *Backup) ([]byte, error) {
	body, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	return json.Marshal(sealed{sumOf(body), body})
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// unseal reads a list, and refuses one that is damaged, not ours, or newer than this program.
func unseal(data []byte, id string) (*Backup, error) {
	var s sealed
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	if sumOf(s.Backup) != s.Sum {
		return nil, errors.New("its checksum does not match")
	}
	b := new(Backup)
	if err := json.Unmarshal(s.Backup, b); err != nil {
		return nil, err
	}
	if b.Format < 1 || b.Format > format {
		return nil, fault.New(fault.Invalid, "it has format %d, this program reads formats 1 to %d", b.Format, format)
	}
	if b.ID != id {
		return nil, fmt.Errorf("it is the list of %q", b.ID)
	}
	for _, f := range b.Files {
		if err := f.check(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// check refuses a file that would not lie inside a data directory or a target.
func (f *File) check() error {
	sum, err := hex.DecodeString(f.Sum)
	if err != nil || len(sum) != sha256.Size || f.Sum != strings.ToLower(f.Sum) {
		return fmt.Errorf("%.300q has no SHA-256", f.Path)
	}
	if !filepath.IsLocal(filepath.FromSlash(f.Path)) || f.Size < 0 || f.Mode&^0o777 != 0 {
		return fmt.Errorf("%.300q is no file of a data directory", f.Path)
	}
	return nil
}

// ids lists the backups by their times.
func (t *Target) ids(ctx context.Context) ([]string, error) {
	var ids []string
	for e, err := range t.shelf.list(ctx, listsDir) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.NotFound, "There are no backups in %s.", t.where())
		}
		if err != nil {
			return nil, err
		}
		if id, ok := strings.CutSuffix(path.Base(e.name), listSuffix); ok && !strings.HasPrefix(id, ".") {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// read reads the list of a backup. One that is damaged is an error that names its file.
func (t *Target) read(ctx context.Context, id string) (*Backup, error) {
	f, err := t.shelf.open(ctx, listName(id))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	b, err := unseal(data, id)
	if err != nil {
		return nil, fmt.Errorf("backup %s: %w", t.listPath(id), err)
	}
	return b, nil
}

// List reads all backups, the oldest first. The error names those that are damaged; the
// others are returned with it.
func (t *Target) List(ctx context.Context) ([]*Backup, error) {
	ids, err := t.ids(ctx)
	if err != nil {
		return nil, err
	}
	var list []*Backup
	var damaged error
	for _, id := range ids {
		b, err := t.read(ctx, id)
		if err != nil {
			damaged = errors.Join(damaged, err)
			continue
		}
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b *Backup) int { return cmp.Or(a.Taken.Compare(b.Taken), strings.Compare(a.ID, b.ID)) })
	return list, damaged
}

// Find returns the backup of an id or name; without one, the newest that was taken not
// after a time, zero being any. There being none is fault.NotFound.
func (t *Target) Find(ctx context.Context, name string, at time.Time) (*Backup, error) {
	list, err := t.List(ctx)
	if err != nil && (len(list) == 0 || name == "") {
		return nil, err // the newest may be among the damaged ones
	}
	for _, b := range slices.Backward(list) {
		switch {
		case name != "" && (b.ID == name || b.Name == name):
			return b, nil
		case name == "" && (at.IsZero() || !b.Taken.After(at)):
			return b, nil
		}
	}
	if name != "" {
		return nil, errors.Join(fault.New(fault.NotFound, "There is no backup %q in %s.", name, t.where()), err)
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "There are no backups in %s.", t.where())
	}
	return nil, fault.New(fault.NotFound, "The oldest backup in %s was taken at %s, which is after %s.", t.where(), list[0].Taken.Format(time.RFC3339Nano), at.UTC().Format(time.RFC3339Nano))
}

// Sums returns the checksums of the files that never change, by their paths.
func (b *Backup) Sums() map[string]string {
	sums := map[string]string{}
	for _, f := range b.Files {
		if immutable(f.Path) {
			sums[f.Path] = f.Sum
		}
	}
	return sums
}
