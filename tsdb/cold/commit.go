package cold

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/iceberg-go"

	"tidemark/fault"
)

// ErrUnknown says that nobody can tell whether a commit was made: the disk failed when
// the name of the new metadata file was to be made durable. Reload tells.
var ErrUnknown = errors.New("the outcome of a commit is not known")

// draft is a version that is to be.
type draft struct {
	meta      *metadata
	blobs     []blob // manifests and list, to be written before it
	manifests []manifest
	files     []File // of the manifests, sorted
	retired   []retired
}

// Commit adds and removes files in one step. When it returns nil the change is on disk,
// files and directories included. After an error the change was not made, unless the error
// is ErrUnknown: then Reload tells. Files that were to be added stay where they are.
//
// It goes through the methods of medium: keep makes the data durable, stage what will name
// it, publish makes the change, hint tells other engines. A crash in any of them leaves the
// table whole: the old one up to the middle of publish, then the new one.
func (t *Table) Commit(ctx context.Context, c Change) error {
	t.work.Lock()
	defer t.work.Unlock()
	v, err := t.defined()
	if err != nil {
		return err
	}
	began := t.store.opt.Now()
	err = t.commit(ctx, v, c)
	t.store.metrics.committed(t.store.opt.Now().Sub(began), err)
	return err
}

func (t *Table) commit(ctx context.Context, v *version, c Change) error {
	added, refs, err := t.additions(v, c.Add)
	if err != nil {
		return err
	}
	removed, err := t.removals(v, c.Remove)
	if err != nil {
		return err
	}
	flushed := max(c.Flushed, v.state.Flushed)
	if len(added)+len(removed) == 0 && flushed == v.state.Flushed {
		return nil
	}
	if err := t.medium.keep(ctx, refs); err != nil {
		return fmt.Errorf("cold: keep the files of a commit: %w", err)
	}
	d, err := t.draft(v, added, removed, flushed, cmp.Or(c.Time, v.state.Time))
	if err != nil {
		return fmt.Errorf("cold: commit to %s: %w", t.dir, err)
	}
	if err := t.publish(ctx, v, d); err != nil {
		return err
	}
	t.forgetPaths(c.Add)
	return nil
}

// additions checks the files to be added.
func (t *Table) additions(v *version, files []File) ([]entry, []dataRef, error) {
	known := make(map[string]bool, len(files))
	entries, refs := make([]entry, 0, len(files)), make([]dataRef, 0, len(files))
	for _, f := range files {
		name, err := f.named(t.dir)
		if err != nil {
			return nil, nil, err
		}
		if known[name] {
			return nil, nil, fault.New(fault.Invalid, "cold: %s is added twice", f.Path)
		}
		if _, there := find(v.state.Files, t.dir, name); there {
			return nil, nil, fault.New(fault.Conflict, "cold: %s is in the table already", f.Path)
		}
		known[name] = true
		entries = append(entries, entry{file: f, name: name, sort: v.meta.DefaultSort})
		refs = append(refs, dataRef{name, f.Bytes})
	}
	return entries, refs, nil
}

// removals are the files to be removed, by path. They must be there.
func (t *Table) removals(v *version, paths []string) (map[string]bool, error) {
	removed := make(map[string]bool, len(paths))
	for _, p := range paths {
		name, _ := strings.CutPrefix(p, t.dir+"/")
		if _, there := find(v.state.Files, t.dir, name); !there {
			return nil, fault.New(fault.Conflict, "cold: %s is not in the table", p)
		}
		removed[p] = true
	}
	return removed, nil
}

// draft works out the next version of a table.
func (t *Table) draft(v *version, added []entry, removed map[string]bool, flushed uint32, at time.Time) (*draft, error) {
	now := t.store.opt.Now()
	location := t.medium.location()
	m := v.meta.next(now.UnixMilli(), location+"/"+metadataName(v.number))
	s := snapshot{ID: newSnapshotID(), Parent: v.meta.CurrentSnapshot, Sequence: m.LastSequence + 1, Timestamp: m.LastUpdated,
		Schema: m.CurrentSchema, FirstRow: m.NextRow}
	kept, replaced, fresh := regroup(v.manifests, added, removed)
	d := &draft{meta: m, files: merge(v.state.Files, added, removed), retired: v.retire(s.Sequence, replaced, removed)}
	if err := d.fill(&s, kept, fresh, place{location, t.dir}); err != nil {
		return nil, err
	}
	s.Summary = summary(v.state.Files, d.files, added, flushed, at)
	m.add(s)
	m.forget(now.Add(-t.store.opt.Keep).UnixMilli(), t.store.opt.MaxSnapshots)
	return d, nil
}

// fill prints the manifests of a snapshot and their list, and reads them again: what the
// table will have in memory is what is on disk.
func (d *draft) fill(s *snapshot, kept []manifest, fresh group, at place) error {
	var refs []iceberg.ManifestFile
	for _, k := range kept {
		refs = append(refs, k.ref)
	}
	for i, g := range fresh.chunks() {
		b, ref, err := encodeManifest(d.meta, s.ID, at.location, i, g)
		if err != nil {
			return err
		}
		d.blobs, refs = append(d.blobs, b), append(refs, ref)
	}
	list, refs, err := encodeList(s, refs)
	if err != nil {
		return err
	}
	for i, ref := range refs {
		if i < len(kept) {
			d.manifests = append(d.manifests, manifest{kept[i].name, ref, kept[i].entries})
			continue
		}
		b := d.blobs[i-len(kept)]
		entries, err := d.meta.decodeManifest(ref, b.data, at)
		if err != nil {
			return err
		}
		d.manifests = append(d.manifests, manifest{b.name, ref, entries})
	}
	name := fmt.Sprintf("%s/snap-%d-1-%s.avro", metadataDir, s.ID, sealedName(list))
	s.ManifestList = at.location + "/" + name
	d.blobs = append(d.blobs, blob{name, list})
	return nil
}

// publish writes a draft and makes it the table's version.
func (t *Table) publish(ctx context.Context, v *version, d *draft) error {
	number := max(v.number, t.tried) + 1
	next, err := newVersion(number, d.meta, d.manifests, d.files, d.retired, append(slices.Clone(v.files), number))
	if err != nil {
		return err
	}
	text, err := d.meta.print()
	if err != nil {
		return err
	}
	if err := t.writeDraft(ctx, number, d, text); err != nil {
		return fmt.Errorf("cold: commit to %s: %w", t.dir, err)
	}
	t.version.Store(next)
	if err := t.medium.hint(ctx, blob{hintName, []byte(strconv.Itoa(number))}); err != nil {
		t.store.opt.Logger.Warn("hint of the newest version not written", "path", t.dir, "err", err)
	}
	return nil
}

// writeDraft writes the files of a draft. When it fails it removes them again, unless the
// metadata file might have appeared: then the table asks for Reload.
func (t *Table) writeDraft(ctx context.Context, number int, d *draft, text []byte) error {
	file := blob{metadataName(number), text}
	err := context.Cause(ctx)
	if err == nil {
		err = t.medium.stage(ctx, d.blobs, file)
	}
	if err == nil {
		err = t.medium.publish(ctx, file)
	}
	if errors.Is(err, ErrUnknown) || errors.Is(err, errTaken) {
		t.stale, t.tried = true, number // a service might still make it appear, under this number
		return err
	}
	if err != nil {
		t.undo(context.WithoutCancel(ctx), d.blobs)
	}
	return err
}

// undo removes files that nobody will name; what it cannot remove is an orphan.
func (t *Table) undo(ctx context.Context, blobs []blob) {
	ctx, cancel := context.WithTimeout(ctx, undoTime)
	defer cancel()
	for _, b := range blobs {
		if err := t.medium.remove(ctx, b.name); err != nil {
			t.store.opt.Logger.Warn("file of a failed commit not removed", "path", path.Join(t.dir, b.name), "err", err)
		}
	}
}

// newSnapshotID is a random positive number.
func newSnapshotID() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return int64(binary.LittleEndian.Uint64(b[:])>>1) | 1
}

// size sums up files.
type size struct{ files, rows, bytes int64 }

func (s *size) add(f *File) { s.files, s.rows, s.bytes = s.files+1, s.rows+f.Rows, s.bytes+f.Bytes }

// summary says what a snapshot did, in the specification's words.
func summary(before, after []File, added []entry, flushed uint32, at time.Time) map[string]string {
	var old, now, more size
	for i := range before {
		old.add(&before[i])
	}
	for i := range after {
		now.add(&after[i])
	}
	for i := range added {
		more.add(&added[i].file)
	}
	less := size{old.files + more.files - now.files, old.rows + more.rows - now.rows, old.bytes + more.bytes - now.bytes}
	operation := "append"
	switch {
	case less.files > 0 && more.files > 0:
		operation = "overwrite"
	case less.files > 0:
		operation = "delete"
	}
	text := func(n int64) string { return strconv.FormatInt(n, 10) }
	words := map[string]string{
		"operation": operation, flushedProperty: text(int64(flushed)),
		"added-data-files": text(more.files), "added-records": text(more.rows), "added-files-size": text(more.bytes),
		"deleted-data-files": text(less.files), "deleted-records": text(less.rows), "removed-files-size": text(less.bytes),
		"total-data-files": text(now.files), "total-records": text(now.rows), "total-files-size": text(now.bytes),
		"total-delete-files": "0", "total-position-deletes": "0", "total-equality-deletes": "0",
	}
	if !at.IsZero() {
		words[timeProperty] = text(at.UnixMilli())
	}
	return words
}
