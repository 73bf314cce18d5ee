package cold

import (
	"slices"
	"strconv"
	"time"
)

// version is all that a metadata file and the manifests of its current snapshot say.
// Nobody changes it.
type version struct {
	number    int // of the metadata file; 0 when the table does not exist yet
	meta      *metadata
	manifests []manifest // of the current snapshot, oldest first
	retired   []retired  // files that older snapshots name, and nobody else
	files     []int      // numbers of the metadata files that are there, the current one included
	state     *State
}

// retired is a file of older snapshots.
type retired struct {
	name string // relative to the table's folder
	path string // of a data file, as State had it; empty for others
	at   int64  // sequence number of the first snapshot that does not name it
}

// flushedProperty is the property of snapshots that keeps Change.Flushed.
const flushedProperty = "tidemark.flushed"

// timeProperty is the property of snapshots that keeps Change.Time, in milliseconds since 1970.
const timeProperty = "tidemark.time"

// newVersion makes a version with its state. data are the files of the manifests, sorted.
func newVersion(number int, m *metadata, manifests []manifest, data []File, gone []retired, files []int) (*version, error) {
	v := &version{number: number, meta: m, manifests: manifests, retired: gone, files: files, state: &State{Exists: true, Version: number}}
	v.state.Columns, v.state.Fields = columnsOf(m.schema())
	v.state.Files = data
	v.state.Updated = time.UnixMilli(m.LastUpdated).UTC()
	s := m.snapshot()
	if s == nil {
		return v, nil
	}
	v.state.Snapshot = s.ID
	flushed, err := strconv.ParseUint(s.Summary[flushedProperty], 10, 32)
	v.state.Flushed = uint32(flushed)
	if ms, failed := strconv.ParseInt(s.Summary[timeProperty], 10, 64); failed == nil {
		v.state.Time = time.UnixMilli(ms).UTC()
	}
	return v, err
}

// oldest is the sequence number of the oldest snapshot that is retained.
func (v *version) oldest() int64 {
	if len(v.meta.Snapshots) == 0 {
		return v.meta.LastSequence
	}
	return v.meta.Snapshots[0].Sequence
}

// named are the metadata files that the current one names, and itself.
func (v *version) named(location string) map[int]bool {
	out := map[int]bool{v.number: true}
	for _, l := range v.meta.MetadataLog {
		if name, err := relative(location, l.File); err == nil {
			if n, ok := metadataVersion(bases([]string{name})[0]); ok {
				out[n] = true
			}
		}
	}
	return out
}

// names are all files that the table knows, relative to its folder.
func (v *version) names() map[string]bool {
	out := map[string]bool{hintName: true}
	for _, n := range v.files {
		out[metadataName(n)] = true
	}
	for _, r := range v.retired {
		out[r.name] = true
	}
	for _, m := range v.manifests {
		out[m.name] = true
		for _, e := range m.entries {
			out[e.name] = true
		}
	}
	if s := v.meta.snapshot(); s != nil {
		if name, err := relative(v.meta.Location, s.ManifestList); err == nil {
			out[name] = true
		}
	}
	return out
}

// retire lists what a snapshot no longer names: the list before it, the manifests that it
// replaced, and the data files that it removed.
func (v *version) retire(at int64, replaced []manifest, removed map[string]bool) []retired {
	gone := slices.Clone(v.retired)
	if s := v.meta.snapshot(); s != nil {
		if name, err := relative(v.meta.Location, s.ManifestList); err == nil {
			gone = append(gone, retired{name: name, at: at})
		}
	}
	for _, m := range replaced {
		gone = append(gone, retired{name: m.name, at: at})
		for _, e := range m.entries {
			if removed[e.file.Path] {
				gone = append(gone, retired{name: e.name, path: e.file.Path, at: at})
			}
		}
	}
	return gone
}

// inherit takes over from the version that was in memory before what the new one does not
// name any more: somebody might still read it.
func (v *version) inherit(old *version) {
	if old == nil || old.number == 0 || v.number == 0 {
		return
	}
	known := v.names()
	take := func(name, path string) {
		if !known[name] {
			known[name] = true
			v.retired = append(v.retired, retired{name, path, v.meta.LastSequence})
		}
	}
	for _, r := range old.retired {
		take(r.name, r.path)
	}
	for _, m := range old.manifests {
		take(m.name, "")
		for _, e := range m.entries {
			take(e.name, e.file.Path)
		}
	}
}
