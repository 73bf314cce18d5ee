package cold

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/apache/iceberg-go"
	"github.com/google/uuid"

	"tidemark/fault"
)

// Table is one Iceberg table.
type Table struct {
	store  *Store
	key    Key
	dir    string // local folder of its files, absolute
	medium medium

	version atomic.Pointer[version] // what readers see

	work    sync.Mutex // is held while the table is changed
	stale   bool       // under work: what is on disk is not known, Reload tells
	tried   int        // under work: the newest version of which that was so
	dropped bool       // under work

	mu struct {
		sync.Mutex                 // is taken after work, never held over slow work
		pending    map[string]bool // paths given out that no commit has added
	}
}

func (s *Store) newTable(k Key) *Table {
	t := &Table{store: s, key: k, dir: filepath.ToSlash(filepath.Join(s.opt.Dir, filepath.FromSlash(k.folder())))}
	t.medium = s.mediumOf(k.folder())
	t.mu.pending = map[string]bool{}
	return t
}

// State is the table as of the last Commit, Define or Reload. It waits for nothing.
func (t *Table) State() *State { return t.version.Load().state }

// defined is the version to change, of a table that exists. The caller holds work.
func (t *Table) defined() (*version, error) {
	v := t.version.Load()
	if err := t.usable(); err != nil {
		return nil, err
	}
	if v.number == 0 {
		return nil, fault.New(fault.NotFound, "cold: table %s.%s is not defined", t.key.Database, t.key.Table)
	}
	return v, nil
}

func (t *Table) usable() error {
	switch {
	case t.dropped:
		return fault.New(fault.NotFound, "cold: table %s.%s is dropped", t.key.Database, t.key.Table)
	case t.stale:
		return fmt.Errorf("cold: table %s.%s: %w, it must be loaded again", t.key.Database, t.key.Table, ErrUnknown)
	}
	return nil
}

// Reload reads the table anew.
func (t *Table) Reload(ctx context.Context) error {
	t.work.Lock()
	defer t.work.Unlock()
	if t.dropped {
		return t.usable()
	}
	v, err := t.load(ctx)
	if err != nil {
		return err
	}
	if v.number > 0 && v.meta.Location != t.medium.location() {
		if err := t.relocate(ctx, v); err != nil {
			return err
		}
	} else {
		v.inherit(t.version.Load())
		t.version.Store(v)
	}
	t.stale = false
	return nil
}

// Define creates the table with these columns, or adds those that it does not have, and
// returns the field ids of all its columns by name. The columns of sortBy are recorded as
// the order of rows in new files. A column that exists with another type is a Conflict.
// When nothing is new, nothing is written.
func (t *Table) Define(ctx context.Context, fields []Field, sortBy ...string) (map[string]int, error) {
	if err := checkFields(fields); err != nil {
		return nil, err
	}
	t.work.Lock()
	defer t.work.Unlock()
	if err := t.usable(); err != nil {
		return nil, err
	}
	v := t.version.Load()
	m, err := t.redefine(v, fields, sortBy)
	if err != nil {
		return nil, err
	}
	if m != nil {
		if err := t.publish(ctx, v, &draft{meta: m, manifests: v.manifests, files: v.state.Files, retired: v.retired}); err != nil {
			return nil, err
		}
	}
	return maps.Clone(t.State().Fields), nil
}

// redefine is the metadata with the columns and the order, or nil when it has them.
func (t *Table) redefine(v *version, fields []Field, sortBy []string) (*metadata, error) {
	if v.number == 0 {
		return t.create(fields, sortBy)
	}
	m := v.meta.next(t.store.opt.Now().UnixMilli(), t.medium.location()+"/"+metadataName(v.number))
	schema, last, err := extend(m.schema(), fields, m.CurrentSchema+1, m.LastColumn)
	if err != nil {
		return nil, err
	}
	if schema != nil {
		m.Schemas, m.CurrentSchema, m.LastColumn = append(m.Schemas, schema), schema.ID, last
	}
	ids := idsOf(m.schema())
	order, err := orderBy(m.nextSort(len(sortBy)), sortBy, ids)
	if err != nil {
		return nil, err
	}
	if !m.sortBy(order) && schema == nil {
		return nil, nil
	}
	m.trim(t.store.opt.MaxSnapshots)
	return m, nil
}

// create is the first metadata of a table.
func (t *Table) create(fields []Field, sortBy []string) (*metadata, error) {
	for _, want := range []Field{{TimeColumn, Timestamp}, {SeriesColumn, Int}} {
		if !slices.Contains(fields, want) {
			return nil, fault.New(fault.Invalid, "cold: a table needs a column %s of type %s", want.Name, want.Type)
		}
	}
	schema, last, err := extend(nil, fields, 0, 0)
	if err != nil {
		return nil, err
	}
	ids := idsOf(schema)
	m := &metadata{
		FormatVersion: formatVersion, UUID: uuid.NewString(), Location: t.medium.location(),
		LastUpdated: t.store.opt.Now().UnixMilli(), LastColumn: last, Schemas: []*iceberg.Schema{schema},
		Specs: []iceberg.PartitionSpec{byDay(ids[TimeColumn])}, LastPartition: partitionID,
		Properties: t.properties(), Snapshots: []snapshot{}, SnapshotLog: []snapshotLogged{}, MetadataLog: []metadataLogged{},
		SortOrders: []sortOrder{{Fields: []sortField{}}}, Refs: map[string]reference{},
	}
	order, err := orderBy(m.nextSort(len(sortBy)), sortBy, ids)
	if err != nil {
		return nil, err
	}
	m.sortBy(order)
	if err := t.medium.create(); err != nil {
		return nil, fmt.Errorf("cold: create %s: %w", t.dir, err)
	}
	return m, nil
}

// properties tell a reader of the metadata where the table comes from.
func (t *Table) properties() map[string]string {
	return map[string]string{
		"tidemark.database": t.key.Database, "tidemark.table": t.key.Table,
		"write.format.default": "parquet", "write.parquet.compression-codec": "zstd",
	}
}

// NewPath is a fresh path for a file of a day, in a folder that exists. Until a Commit
// adds it nobody names the file; whoever gives it up calls Discard.
func (t *Table) NewPath(day int32, applied uint64) (string, error) {
	name := t.dir + "/" + dataName(day, applied)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", diskFault(fmt.Errorf("cold: make the folder of a day: %w", err))
	}
	t.mu.pending[name] = true
	return name, nil
}

// Discard gives up paths from NewPath and removes what was written there.
func (t *Table) Discard(paths ...string) error {
	var failed error
	for _, p := range paths {
		t.mu.Lock()
		if t.mu.pending[p] {
			delete(t.mu.pending, p)
			if err := os.Remove(filepath.FromSlash(p)); err != nil && !missing(err) && failed == nil {
				failed = fmt.Errorf("cold: discard a file: %w", err)
			}
			os.Remove(filepath.Dir(p)) // when it is empty
		}
		t.mu.Unlock()
	}
	return failed
}

// forgetPaths ends the time in which files are nobody's.
func (t *Table) forgetPaths(files []File) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range files {
		delete(t.mu.pending, filepath.ToSlash(f.Path))
	}
}

// beingWritten tells whether a path was given out and no commit has added it. DuckDB
// writes under the name tmp_<name> first.
func (t *Table) beingWritten(name string) bool {
	dir, base := filepath.Split(name)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.mu.pending[t.dir+"/"+dir+strings.TrimPrefix(base, "tmp_")]
}

// removeDay removes the folder of a day when nothing is in it and nobody is about to
// write there.
func (t *Table) removeDay(name string) {
	folder := filepath.Dir(t.dir + "/" + name)
	t.mu.Lock()
	defer t.mu.Unlock()
	for p := range t.mu.pending {
		if filepath.Dir(p) == folder {
			return
		}
	}
	os.Remove(folder) // fails when there is something in it
}

// Drop removes the table with all its files. The Table is of no use afterwards.
func (t *Table) Drop(ctx context.Context) error {
	t.work.Lock()
	defer t.work.Unlock()
	if err := t.medium.drop(ctx); err != nil {
		return fmt.Errorf("cold: drop %s: %w", t.dir, err)
	}
	t.dropped = true
	t.version.Store(&version{state: &State{}})
	return nil
}
