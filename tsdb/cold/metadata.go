package cold

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/apache/iceberg-go"
)

// metadata is a table's metadata file (Iceberg table specification, "Table Metadata
// Fields", format version 3), in the parts that our tables have.
type metadata struct {
	FormatVersion   int                     `json:"format-version"`
	UUID            string                  `json:"table-uuid"`
	Location        string                  `json:"location"`
	LastSequence    int64                   `json:"last-sequence-number"`
	LastUpdated     int64                   `json:"last-updated-ms"`
	LastColumn      int                     `json:"last-column-id"`
	Schemas         []*iceberg.Schema       `json:"schemas"`
	CurrentSchema   int                     `json:"current-schema-id"`
	Specs           []iceberg.PartitionSpec `json:"partition-specs"`
	DefaultSpec     int                     `json:"default-spec-id"`
	LastPartition   int                     `json:"last-partition-id"`
	Properties      map[string]string       `json:"properties"`
	CurrentSnapshot *int64                  `json:"current-snapshot-id,omitempty"`
	Snapshots       []snapshot              `json:"snapshots"` // in the order of their sequence numbers
	SnapshotLog     []snapshotLogged        `json:"snapshot-log"`
	MetadataLog     []metadataLogged        `json:"metadata-log"`
	SortOrders      []sortOrder             `json:"sort-orders"`
	DefaultSort     int                     `json:"default-sort-order-id"`
	Refs            map[string]reference    `json:"refs"`
	NextRow         int64                   `json:"next-row-id"`
}

type snapshot struct {
	ID           int64             `json:"snapshot-id"`
	Parent       *int64            `json:"parent-snapshot-id,omitempty"`
	Sequence     int64             `json:"sequence-number"`
	Timestamp    int64             `json:"timestamp-ms"`
	ManifestList string            `json:"manifest-list"`
	Summary      map[string]string `json:"summary"`
	Schema       int               `json:"schema-id"`
	FirstRow     int64             `json:"first-row-id"`
	AddedRows    int64             `json:"added-rows"`
}

type snapshotLogged struct {
	Timestamp int64 `json:"timestamp-ms"`
	ID        int64 `json:"snapshot-id"`
}

type metadataLogged struct {
	Timestamp int64  `json:"timestamp-ms"`
	File      string `json:"metadata-file"`
}

type sortOrder struct {
	ID     int         `json:"order-id"`
	Fields []sortField `json:"fields"`
}

type sortField struct {
	Transform string `json:"transform"`
	Source    int    `json:"source-id"`
	Direction string `json:"direction"`
	Nulls     string `json:"null-order"`
}

type reference struct {
	ID   int64  `json:"snapshot-id"`
	Type string `json:"type"`
}

const (
	formatVersion = 3
	mainBranch    = "main"
	partitionID   = 1000 // Iceberg counts the fields of partitions from here
	partitionName = "day"
)

// parseMetadata reads a metadata file and refuses one that is not a table of ours.
func parseMetadata(data []byte) (*metadata, error) {
	m := new(metadata)
	if err := json.Unmarshal(data, m); err != nil {
		return nil, err
	}
	switch {
	case m.FormatVersion != formatVersion:
		return nil, fmt.Errorf("format version %d, want %d", m.FormatVersion, formatVersion)
	case m.Location == "":
		return nil, errors.New("it has no location")
	case m.schema() == nil:
		return nil, fmt.Errorf("schema %d is current but not there", m.CurrentSchema)
	case len(m.Specs) != 1 || m.Specs[0].ID() != m.DefaultSpec || m.Specs[0].NumFields() != 1:
		return nil, errors.New("it is not partitioned by days alone")
	case m.CurrentSnapshot != nil && m.snapshot() == nil:
		return nil, fmt.Errorf("snapshot %d is current but not there", *m.CurrentSnapshot)
	}
	for _, want := range []Field{{TimeColumn, Timestamp}, {SeriesColumn, Int}} {
		f, ok := m.schema().FindFieldByName(want.Name)
		if !ok || !f.Type.Equals(want.Type.iceberg()) {
			return nil, fmt.Errorf("it has no column %s of type %s", want.Name, want.Type.iceberg())
		}
	}
	return m, nil
}

// schema is the current schema, or nil.
func (m *metadata) schema() *iceberg.Schema {
	for _, s := range m.Schemas {
		if s != nil && s.ID == m.CurrentSchema {
			return s
		}
	}
	return nil
}

// snapshot is the current snapshot, or nil.
func (m *metadata) snapshot() *snapshot {
	if m.CurrentSnapshot == nil {
		return nil
	}
	for i := range m.Snapshots {
		if m.Snapshots[i].ID == *m.CurrentSnapshot {
			return &m.Snapshots[i]
		}
	}
	return nil
}

// spec is the one partition spec.
func (m *metadata) spec() iceberg.PartitionSpec { return m.Specs[0] }

// next is a copy to be changed into the version that replaces m, whose file is named.
func (m *metadata) next(now int64, file string) *metadata {
	n := *m
	n.LastUpdated = max(now, m.LastUpdated+1)
	n.Schemas, n.Snapshots = slices.Clone(m.Schemas), slices.Clone(m.Snapshots)
	n.SnapshotLog, n.SortOrders = slices.Clone(m.SnapshotLog), slices.Clone(m.SortOrders)
	n.MetadataLog = append(slices.Clone(m.MetadataLog), metadataLogged{m.LastUpdated, file})
	n.Properties, n.Refs = maps.Clone(m.Properties), maps.Clone(m.Refs)
	return &n
}

// add makes a snapshot the current one.
func (m *metadata) add(s snapshot) {
	m.Snapshots = append(m.Snapshots, s)
	m.CurrentSnapshot = &s.ID
	m.LastSequence = s.Sequence
	m.NextRow = s.FirstRow + s.AddedRows
	m.SnapshotLog = append(m.SnapshotLog, snapshotLogged{s.Timestamp, s.ID})
	m.Refs = map[string]reference{mainBranch: {s.ID, "branch"}}
}

// forget drops the snapshots that were replaced before a time, and those beyond the newest
// most, with what belongs to them alone. It reports whether there were any. A snapshot was
// replaced when the next one was made, so what was current at that time stays.
func (m *metadata) forget(before int64, most int) bool {
	first := max(0, len(m.Snapshots)-most)
	for first+1 < len(m.Snapshots) && m.Snapshots[first+1].Timestamp < before {
		first++
	}
	if first == 0 {
		m.trim(most)
		return false
	}
	m.Snapshots = slices.Clone(m.Snapshots[first:])
	oldest := m.Snapshots[0]
	m.SnapshotLog = slices.DeleteFunc(m.SnapshotLog, func(l snapshotLogged) bool { return l.Timestamp < oldest.Timestamp })
	m.MetadataLog = slices.DeleteFunc(m.MetadataLog, func(l metadataLogged) bool { return l.Timestamp < oldest.Timestamp })
	m.trim(most)
	return true
}

// trim drops schemas that no snapshot has, and metadata files beyond the newest.
func (m *metadata) trim(most int) {
	named := map[int]bool{m.CurrentSchema: true}
	for _, s := range m.Snapshots {
		named[s.Schema] = true
	}
	m.Schemas = slices.DeleteFunc(m.Schemas, func(s *iceberg.Schema) bool { return !named[s.ID] })
	m.MetadataLog = m.MetadataLog[max(0, len(m.MetadataLog)-most):]
}
