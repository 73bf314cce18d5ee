package cold

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Expire removes Iceberg snapshots that are too old, and deletes the files that no
// retained snapshot names and inUse does not claim: data, manifests and metadata. It
// returns how many it deleted. Files that inUse claims come up again at the next call.
// inUse sees the paths of data files as State had them; nil claims none.
func (t *Table) Expire(ctx context.Context, inUse func(path string) bool) (deleted int, err error) {
	t.work.Lock()
	defer t.work.Unlock()
	v := t.version.Load()
	if err := t.usable(); err != nil || v.number == 0 {
		return 0, err
	}
	now := t.store.opt.Now()
	m := v.meta.next(now.UnixMilli(), t.medium.location()+"/"+metadataName(v.number))
	if m.forget(now.Add(-t.store.opt.Keep).UnixMilli(), t.store.opt.MaxSnapshots) {
		if err := t.publish(ctx, v, &draft{meta: m, manifests: v.manifests, files: v.state.Files, retired: v.retired}); err != nil {
			return 0, err
		}
		v = t.version.Load()
	}
	next := *v
	data, failed := t.clean(ctx, &next, inUse)
	files, also := t.cleanMetadata(ctx, &next)
	t.version.Store(&next)
	t.store.metrics.deleted.Add(float64(data + files))
	return data + files, errors.Join(failed, also)
}

// clean deletes what is retired and takes it off the list.
func (t *Table) clean(ctx context.Context, v *version, inUse func(string) bool) (deleted int, failed error) {
	oldest := v.oldest()
	var left []retired
	for _, r := range v.retired {
		if r.at > oldest || failed != nil || r.path != "" && inUse != nil && inUse(r.path) {
			left = append(left, r)
			continue
		}
		if err := t.delete(ctx, r.name, r.path != ""); err != nil {
			left, failed = append(left, r), err
			continue
		}
		deleted++
	}
	v.retired = left
	return deleted, failed
}

// cleanMetadata deletes the metadata files that the current one does not name.
func (t *Table) cleanMetadata(ctx context.Context, v *version) (deleted int, failed error) {
	named := v.named(t.medium.location())
	var left []int
	for _, n := range v.files {
		if named[n] || failed != nil {
			left = append(left, n)
			continue
		}
		if err := t.delete(ctx, metadataName(n), false); err != nil {
			left, failed = append(left, n), err
			continue
		}
		deleted++
	}
	v.files = left
	return deleted, failed
}

func (t *Table) delete(ctx context.Context, name string, data bool) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := t.medium.remove(ctx, name); err != nil {
		return fmt.Errorf("cold: delete %s/%s: %w", t.dir, name, err)
	}
	if data {
		t.removeDay(name)
	}
	return nil
}

// Orphans lists the files in the table's folder that no retained snapshot names, that
// Expire does not know, and that nobody is about to commit: what a crash left.
func (t *Table) Orphans(ctx context.Context) ([]string, error) {
	t.work.Lock()
	defer t.work.Unlock()
	names, err := t.orphans(ctx)
	for i, n := range names {
		names[i] = t.dir + "/" + n
	}
	return names, err
}

func (t *Table) orphans(ctx context.Context) ([]string, error) {
	if err := t.usable(); err != nil {
		return nil, err
	}
	v := t.version.Load()
	known := map[string]bool{}
	if v.number > 0 {
		known = v.names()
	}
	var out []string
	for _, folder := range []string{metadataDir, dataDir} {
		names, err := t.medium.list(ctx, folder)
		if err != nil {
			return nil, fmt.Errorf("cold: list %s: %w", t.dir, err)
		}
		out = append(out, slices.DeleteFunc(names, func(n string) bool { return known[n] || t.beingWritten(n) })...)
	}
	return out, nil
}

// Sweep deletes the orphans and returns how many there were.
func (t *Table) Sweep(ctx context.Context) (deleted int, err error) {
	t.work.Lock()
	defer t.work.Unlock()
	names, err := t.orphans(ctx)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		if err := t.delete(ctx, name, name[:len(dataDir)+1] == dataDir+"/"); err != nil {
			return deleted, err
		}
		deleted++
	}
	t.store.metrics.deleted.Add(float64(deleted))
	return deleted, nil
}
