package cold

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/apache/iceberg-go"
)

// entry is a current file with what its manifest says beside.
type entry struct {
	file     File
	name     string // of the file, relative to the table's folder
	snapshot int64  // that added it
	sequence int64  // of that snapshot
	firstRow int64  // row lineage: the id of its first row
	sort     int    // id of its sort order
}

// manifest is a manifest file of the current snapshot.
type manifest struct {
	name    string // relative to the table's folder
	ref     iceberg.ManifestFile
	entries []entry // of files that are there; those it reports as deleted are left out
}

// group is what goes into new manifest files.
type group struct{ added, existing, deleted []entry }

func (g *group) live() int { return len(g.added) + len(g.existing) }

// maxEntries is the size up to which manifests are merged. One of 2,000 files takes some
// 10 ms to write anew.
const maxEntries = 2000

// regroup decides which manifests stay as they are and what the new ones hold. A manifest
// with a removed file is written anew. So are the newest ones as long as they are no larger
// than what is new: sizes fall from the oldest to the newest, so there are few, and each
// file is written again a logarithmic number of times.
func regroup(all []manifest, added []entry, removed map[string]bool) (kept, replaced []manifest, fresh group) {
	fresh.added = added
	for _, m := range all {
		gone := 0
		for _, e := range m.entries {
			if removed[e.file.Path] {
				gone++
			}
		}
		switch {
		case len(m.entries) == 0:
			replaced = append(replaced, m) // it told of deletions in the snapshot before
		case gone == 0:
			kept = append(kept, m)
		default:
			replaced = append(replaced, m)
			fresh.take(m.entries, removed)
		}
	}
	if fresh.live()+len(fresh.deleted) == 0 {
		return kept, replaced, fresh
	}
	for n := len(kept) - 1; n >= 0; n-- {
		size := fresh.live()
		if last := len(kept[n].entries); last > size || last+size > maxEntries {
			break
		}
		fresh.take(kept[n].entries, nil)
		replaced, kept = append(replaced, kept[n]), kept[:n:n]
	}
	return kept, replaced, fresh
}

func (g *group) take(entries []entry, removed map[string]bool) {
	for _, e := range entries {
		if removed[e.file.Path] {
			g.deleted = append(g.deleted, e)
		} else {
			g.existing = append(g.existing, e)
		}
	}
}

// chunks cuts a group into pieces of at most maxEntries files, along days, so that who
// looks for a few days reads few manifests.
func (g *group) chunks() []group {
	if g.live()+len(g.deleted) == 0 {
		return nil
	}
	if g.live()+len(g.deleted) <= maxEntries {
		return []group{*g}
	}
	var out []group
	for len(g.added)+len(g.existing)+len(g.deleted) > 0 {
		var c group
		c.added, g.added = cutDays(g.added, maxEntries)
		c.existing, g.existing = cutDays(g.existing, maxEntries-len(c.added))
		c.deleted, g.deleted = cutDays(g.deleted, maxEntries-c.live())
		out = append(out, c)
	}
	return out
}

// cutDays takes the n earliest entries.
func cutDays(list []entry, n int) (first, rest []entry) {
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Compare(a.file.Day, b.file.Day) })
	n = min(n, len(list))
	return list[:n], list[n:]
}

// encodeManifest prints the n-th new manifest file of a snapshot.
func encodeManifest(m *metadata, snapshotID int64, location string, n int, g group) (b blob, ref iceberg.ManifestFile, err error) {
	var out bytes.Buffer
	w, err := iceberg.NewManifestWriter(formatVersion, &out, m.spec(), m.schema(), snapshotID)
	if err != nil {
		return b, nil, err
	}
	for _, part := range []struct {
		entries []entry
		status  iceberg.ManifestEntryStatus
		write   func(iceberg.ManifestEntry) error
	}{
		{g.added, iceberg.EntryStatusADDED, w.Add},
		{g.existing, iceberg.EntryStatusEXISTING, w.Existing},
		{g.deleted, iceberg.EntryStatusDELETED, w.Delete},
	} {
		for i := range part.entries {
			item, err := m.encodeEntry(part.status, &part.entries[i], location)
			if err == nil {
				err = part.write(item)
			}
			if err != nil {
				return b, nil, errors.Join(err, w.Close())
			}
		}
	}
	if err := w.Close(); err != nil {
		return b, nil, err
	}
	b = blob{fmt.Sprintf("%s/%s-m%d.avro", metadataDir, sealedName(out.Bytes()), n), out.Bytes()}
	ref, err = w.ToManifestFile(location+"/"+b.name, int64(out.Len()))
	return b, ref, err
}

// encodeEntry turns an entry into Iceberg's. What an added file inherits from its snapshot
// stays open, as the specification asks for.
func (m *metadata) encodeEntry(status iceberg.ManifestEntryStatus, e *entry, location string) (iceberg.ManifestEntry, error) {
	b, err := iceberg.NewDataFileBuilder(m.spec(), iceberg.EntryContentData, location+"/"+e.name, iceberg.ParquetFile,
		map[int]any{partitionID: iceberg.Date(e.file.Day)}, nil, nil, e.file.Rows, e.file.Bytes)
	if err != nil {
		return nil, err
	}
	times, series := m.boundIDs()
	b.LowerBoundValues(map[int][]byte{times: bound64(e.file.MinTime), series: bound32(e.file.MinSeries)})
	b.UpperBoundValues(map[int][]byte{times: bound64(e.file.MaxTime), series: bound32(e.file.MaxSeries)})
	b.ValueCounts(map[int]int64{times: e.file.Rows, series: e.file.Rows})
	b.NullValueCounts(map[int]int64{times: 0, series: 0})
	b.SortOrderID(e.sort)
	if status == iceberg.EntryStatusADDED {
		return iceberg.NewManifestEntry(status, nil, nil, nil, b.Build()), nil
	}
	b.FirstRowID(e.firstRow)
	return iceberg.NewManifestEntry(status, &e.snapshot, &e.sequence, &e.sequence, b.Build()), nil
}

// boundIDs are the field ids of the columns whose bounds manifests have.
func (m *metadata) boundIDs() (times, series int) {
	t, _ := m.schema().FindFieldByName(TimeColumn)
	s, _ := m.schema().FindFieldByName(SeriesColumn)
	return t.ID, s.ID
}

// Bounds are little-endian (Iceberg table specification, "Binary single-value
// serialization").
func bound64(v int64) []byte  { return binary.LittleEndian.AppendUint64(nil, uint64(v)) }
func bound32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

// place says how paths of the metadata become local ones.
type place struct {
	location string // what the metadata calls the table's folder
	dir      string // where its files are read
}

// decodeManifest reads a manifest file, in which the list announced a number of files.
func (m *metadata) decodeManifest(ref iceberg.ManifestFile, data []byte, at place) ([]entry, error) {
	items, err := iceberg.ReadManifest(ref, bytes.NewReader(data), true)
	if err != nil {
		return nil, err
	}
	if want := int(ref.AddedDataFiles() + ref.ExistingDataFiles()); len(items) != want {
		return nil, fmt.Errorf("it has %d files, the list says %d", len(items), want)
	}
	entries := make([]entry, len(items))
	for i, item := range items {
		if entries[i], err = m.decodeEntry(item, at); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func (m *metadata) decodeEntry(item iceberg.ManifestEntry, at place) (e entry, err error) {
	d := item.DataFile()
	name, err := relative(at.location, d.FilePath())
	if err != nil {
		return e, err
	}
	e = entry{name: name, snapshot: item.SnapshotID(), sequence: item.SequenceNum()}
	if id := d.FirstRowID(); id != nil {
		e.firstRow = *id
	}
	if id := d.SortOrderID(); id != nil {
		e.sort = *id
	}
	e.file = File{Path: at.dir + "/" + name, Rows: d.Count(), Bytes: d.FileSizeBytes()}
	e.name = e.file.Path[len(at.dir)+1:] // one text in memory
	if e.file.Day, e.file.Applied, err = parseDataName(name); err != nil {
		return e, err
	}
	times, series := m.boundIDs()
	low, high := d.LowerBoundValues(), d.UpperBoundValues()
	if len(low[times]) != 8 || len(high[times]) != 8 || len(low[series]) != 4 || len(high[series]) != 4 {
		return e, fmt.Errorf("%s has no bounds of %s and %s", name, TimeColumn, SeriesColumn)
	}
	e.file.MinTime, e.file.MaxTime = int64(binary.LittleEndian.Uint64(low[times])), int64(binary.LittleEndian.Uint64(high[times]))
	e.file.MinSeries, e.file.MaxSeries = binary.LittleEndian.Uint32(low[series]), binary.LittleEndian.Uint32(high[series])
	return e, e.file.check()
}

// encodeList prints the manifest list of a snapshot and returns the manifests as it has
// them, with the sequence numbers and row ids that they get from it.
func encodeList(s *snapshot, manifests []iceberg.ManifestFile) ([]byte, []iceberg.ManifestFile, error) {
	var out bytes.Buffer
	w, err := iceberg.NewManifestListWriterV3(&out, s.ID, s.Sequence, s.FirstRow, s.Parent)
	if err != nil {
		return nil, nil, err
	}
	if err := errors.Join(w.AddManifests(manifests), w.Close()); err != nil {
		return nil, nil, err
	}
	s.AddedRows = *w.NextRowID() - s.FirstRow
	listed, err := iceberg.ReadManifestList(bytes.NewReader(out.Bytes()))
	return out.Bytes(), listed, err
}
