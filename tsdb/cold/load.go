package cold

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/iceberg-go"
)

// load reads the newest version of a table, or the version 0 of one that is not there.
func (t *Table) load(ctx context.Context) (*version, error) {
	names, err := t.medium.list(ctx, metadataDir)
	if err != nil {
		return nil, fmt.Errorf("cold: list %s: %w", t.dir, err)
	}
	numbers := versions(names)
	if err := t.checkNewest(ctx, names, numbers); err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		return &version{state: &State{}}, nil
	}
	number := numbers[len(numbers)-1]
	v, err := t.loadVersion(ctx, number, numbers)
	if err != nil {
		return nil, fmt.Errorf("cold: read %s: %w", path.Join(t.dir, metadataName(number)), err)
	}
	return v, nil
}

// versions are the numbers of the metadata files among names, ascending.
func versions(names []string) []int {
	var out []int
	for _, name := range names {
		if n, ok := metadataVersion(path.Base(name)); ok {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// checkNewest refuses a folder from which the newest metadata file is gone: older than what
// the hint names, or none although there are other files.
func (t *Table) checkNewest(ctx context.Context, names []string, numbers []int) error {
	text, err := t.medium.read(ctx, hintName)
	if err != nil && !missing(err) {
		return fmt.Errorf("cold: read %s: %w", path.Join(t.dir, hintName), err)
	}
	hinted, _ := strconv.Atoi(strings.TrimSpace(string(text))) // torn: it is only a hint
	newest := 0
	if len(numbers) > 0 {
		newest = numbers[len(numbers)-1]
	}
	if hinted > newest {
		return fmt.Errorf("cold: %s is missing", path.Join(t.dir, metadataName(hinted)))
	}
	if newest > 0 {
		return nil
	}
	data, err := t.medium.list(ctx, dataDir)
	if err != nil {
		return fmt.Errorf("cold: list %s: %w", t.dir, err)
	}
	for _, name := range append(names, data...) {
		if !strings.HasSuffix(name, tempSuffix) {
			return fmt.Errorf("cold: %s/v<N>.metadata.json is missing, but there is %s", path.Join(t.dir, metadataDir), path.Base(name))
		}
	}
	return nil
}

func (t *Table) loadVersion(ctx context.Context, number int, numbers []int) (*version, error) {
	text, err := t.medium.read(ctx, metadataName(number))
	if err != nil {
		return nil, err
	}
	if _, err := checkMetadata(text); err != nil {
		return nil, err
	}
	m, err := parseMetadata(text)
	if err != nil {
		return nil, err
	}
	l := loading{t: t, meta: m, at: place{m.Location, t.dir}, read: map[string][]entry{}}
	var manifests []manifest
	if s := m.snapshot(); s != nil {
		if manifests, err = l.manifests(ctx, s); err != nil {
			return nil, err
		}
	}
	return newVersion(number, m, manifests, sorted(manifests), l.retired(ctx, manifests), numbers)
}

// loading reads the snapshots of a version, each manifest once.
type loading struct {
	t    *Table
	meta *metadata
	at   place
	read map[string][]entry // by name
}

// manifests reads the manifests of a snapshot.
func (l *loading) manifests(ctx context.Context, s *snapshot) ([]manifest, error) {
	data, _, err := l.fetch(ctx, s.ManifestList)
	if err != nil {
		return nil, err
	}
	refs, err := iceberg.ReadManifestList(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.ManifestList, err)
	}
	out := make([]manifest, len(refs))
	for i, ref := range refs {
		if out[i], err = l.manifest(ctx, ref); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *loading) manifest(ctx context.Context, ref iceberg.ManifestFile) (manifest, error) {
	name, err := relative(l.at.location, ref.FilePath())
	if err != nil {
		return manifest{}, err
	}
	entries, known := l.read[name]
	if known {
		return manifest{name, ref, entries}, nil
	}
	data, _, err := l.fetch(ctx, ref.FilePath())
	if err != nil {
		return manifest{}, err
	}
	if entries, err = l.meta.decodeManifest(ref, data, l.at); err != nil {
		return manifest{}, fmt.Errorf("%s: %w", ref.FilePath(), err)
	}
	l.read[name] = entries
	return manifest{name, ref, entries}, nil
}

// fetch reads a file by its path in the metadata.
func (l *loading) fetch(ctx context.Context, text string) ([]byte, string, error) {
	name, err := relative(l.at.location, text)
	if err != nil {
		return nil, "", err
	}
	data, err := l.t.medium.read(ctx, name)
	if err == nil {
		err = checkBlob(name, data)
	}
	return data, name, err
}

// retired finds the files that only older snapshots name, from the newest of these to the
// oldest. An older snapshot that cannot be read is of no use to anybody; its files are
// orphans.
func (l *loading) retired(ctx context.Context, current []manifest) []retired {
	named := map[string]bool{}
	for _, m := range current {
		named[m.name] = true
		for _, e := range m.entries {
			named[e.name] = true
		}
	}
	if l.at.location != l.t.medium.location() {
		return nil // given up with the old place
	}
	var gone []retired
	retire := func(r retired) {
		if !named[r.name] {
			named[r.name] = true
			gone = append(gone, r)
		}
	}
	for i := len(l.meta.Snapshots) - 2; i >= 0; i-- {
		s, at := &l.meta.Snapshots[i], l.meta.Snapshots[i+1].Sequence
		manifests, err := l.manifests(ctx, s)
		if err != nil {
			l.t.store.opt.Logger.Warn("old snapshot not read", "path", l.t.dir, "err", err)
			continue
		}
		if name, err := relative(l.at.location, s.ManifestList); err == nil {
			retire(retired{name: name, at: at})
		}
		for _, m := range manifests {
			retire(retired{name: m.name, at: at})
			for _, e := range m.entries {
				retire(retired{name: e.name, path: e.file.Path, at: at})
			}
		}
	}
	return gone
}

// relocate rewrites the metadata of a table whose folder was moved or restored elsewhere:
// it names files by their whole paths. Older snapshots are given up.
func (t *Table) relocate(ctx context.Context, v *version) error {
	location := t.medium.location()
	m := v.meta.next(t.store.opt.Now().UnixMilli(), "")
	m.Location, m.MetadataLog = location, []metadataLogged{}
	d := &draft{meta: m, files: v.state.Files}
	if old := v.meta.snapshot(); old != nil {
		s := snapshot{ID: newSnapshotID(), Sequence: m.LastSequence + 1, Timestamp: m.LastUpdated,
			Schema: m.CurrentSchema, FirstRow: m.NextRow}
		var all group
		for _, k := range v.manifests {
			all.existing = append(all.existing, k.entries...)
		}
		d.retired = v.retire(s.Sequence, v.manifests, nil)
		if err := d.fill(&s, nil, all, place{location, t.dir}); err != nil {
			return fmt.Errorf("cold: move the metadata of %s: %w", t.dir, err)
		}
		s.Summary = summary(v.state.Files, v.state.Files, nil, v.state.Flushed, v.state.Time)
		s.Summary["operation"] = "replace"
		m.Snapshots, m.SnapshotLog = nil, nil
		m.add(s)
	}
	t.store.opt.Logger.Info("table moved", "path", t.dir)
	return t.publish(ctx, v, d)
}
